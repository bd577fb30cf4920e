"""A passkey in software, for tests: it answers what a browser would, and can be told to lie."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """One passkey. ``step`` is what its count of signatures grows by; 0 as many passkeys in the cloud do."""

    site: str = "staff.harbour.example"
    origin: str = "https://staff.harbour.example"
    step: int = 1
    verifies: bool = True
    count: int = 0
    id: bytes = b"passkey-0123456789"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, question: str) -> str:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        authenticated = self._data(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticated})
        said = self._said("webauthn.create", question)
        return self._answer({"clientDataJSON": text(said), "attestationObject": text(attestation)})

    def answer(self, question: str) -> str:
        self.count += self.step
        said, data = self._said("webauthn.get", question), self._data(0)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": text(said),
                "authenticatorData": text(data),
                "signature": text(signature),
            }
        )

    def made(self, question: Any) -> Any:
        """``register``, for a question and with an answer as JSON has them."""
        return json.loads(self.register(json.dumps(question)))

    def said(self, question: Any) -> Any:
        """``answer``, likewise."""
        return json.loads(self.answer(json.dumps(question)))

    def _data(self, flags: int) -> bytes:
        shown = PRESENT | (VERIFIED if self.verifies else 0) | flags
        return hashlib.sha256(self.site.encode()).digest() + bytes([shown]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, question: str) -> bytes:
        challenge = json.loads(question)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        own = text(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})
