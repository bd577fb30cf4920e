"""Tokens: what somebody comes back with. Of secrets only digests are kept; tickets carry what they are for, sealed.

A ticket is handed to people who are nobody yet, so nothing is kept of it until it is spent.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bylaw.base.errors import RefusedError

SECRET_BYTES: Final = 32
MAX_TOKEN: Final = 4_096  # characters
DAY: Final = 86_400_000_000  # microseconds
_NONCE: Final = 12
_HEAD: Final = 8  # the instant at which a ticket expires, in the open


class Ticket(NamedTuple):
    """An opened ticket."""

    digest: bytes
    expires: int
    body: bytes


def new_token(prefix: str, chance: Callable[[int], bytes]) -> str:
    """Return ``prefix_…``: a secret that nobody can guess."""
    return f"{prefix}_{_text(chance(SECRET_BYTES))}"


def token_digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token[:MAX_TOKEN].encode(errors="replace")).digest()


class Tickets:
    """Seals and opens tickets under a secret; each day has a key of its own, so nonces do not run out."""

    def __init__(self, secret: bytes, chance: Callable[[int], bytes]) -> None:
        self._secret = secret
        self._chance = chance

    def issue(self, purpose: str, body: bytes, expires: int) -> str:
        """Return a ticket for a purpose, good until an instant."""
        head, nonce = expires.to_bytes(_HEAD, "big"), self._chance(_NONCE)
        sealed = self._cipher(expires).encrypt(nonce, body, head + purpose.encode())
        return _text(head + nonce + sealed)

    def open(self, purpose: str, ticket: str, now: int) -> Ticket:
        """Return what a ticket says.

        Raises:
            RefusedError: ``staff.ticket``: made up, for another purpose, or too late.
        """
        raw = _raw(ticket)
        head, nonce, sealed = raw[:_HEAD], raw[_HEAD : _HEAD + _NONCE], raw[_HEAD + _NONCE :]
        expires = int.from_bytes(head, "big")
        if len(nonce) < _NONCE or expires <= now:
            raise ticket_refused()
        try:
            body = self._cipher(expires).decrypt(nonce, sealed, head + purpose.encode())
        except InvalidTag as error:
            raise ticket_refused() from error
        return Ticket(hashlib.sha256(raw).digest(), expires, body)

    def _cipher(self, expires: int) -> AESGCM:
        day = expires // DAY
        return AESGCM(hmac.digest(self._secret, b"tickets %d" % day, "sha256"))


def ticket_refused() -> RefusedError:
    """Return the one answer to every ticket that does not hold."""
    return RefusedError("staff.ticket", "this took too long, or was done before", hint="begin again")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text[:MAX_TOKEN].encode("ascii") + b"==")
    except (Error, ValueError) as error:
        raise ticket_refused() from error
