"""Signed notes (C2SP signed-note v1.0.0): a text, and lines of signatures under it.

Reading is strict: of every note exactly one spelling is accepted, so a changed bit is always seen. Signatures
are Ed25519 (RFC 8032): a log's own over the text, a witness's over the text and a time (tlog-cosignature v1).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bylaw.base.errors import InputError, IntegrityError

NOTE_MAX_BYTES: Final = 1 << 16
SIGNATURES_MAX: Final = 16

_DASH: Final = "\u2014 "
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8


class Use(IntEnum):
    """What a key signs: the type byte of C2SP signed-note."""

    LOG = 0x01  # the text
    WITNESS = 0x04  # the text and a time: a cosignature


class Signature(NamedTuple):
    """A line under a note. ``value`` is 64 bytes for a log, 8 (the time) and 64 for a witness."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def at(self) -> int:
        """When a witness signed, in seconds since 1970."""
        return int.from_bytes(self.value[:_TIME_BYTES], "big")


class Note(NamedTuple):
    """A text that ends in a newline, and who signed it; nothing is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        """Return the note as it is written."""
        lines = [f"{_DASH}{s.name} {base64_of(s.key_id + s.value)}\n" for s in self.signatures]
        return (self.text + "\n" + "".join(lines)).encode()


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of a key, and the name it signs under."""

    name: str
    use: Use
    public: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that a ``NAME+ID+KEY`` line (vkey) spells.

        Raises:
            InputError: it is no such line, or its id is not that of its key.
        """
        name, _, rest = text.partition("+")
        spelled = rest.partition("+")[2]
        data = bytes_of(spelled)
        if data and len(data) == 33 and data[0] in set(Use):
            key = cls(_checked_name(name), Use(data[0]), data[1:])
            if str(key) == text:
                return key
        raise InputError(
            "ledger.key", "this is no verifier key", hint="a key looks like `NAME+c74f20a3+ARpc…`"
        )

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        named = self.name.encode() + b"\n" + bytes([self.use]) + self.public
        return hashlib.sha256(named).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """Return the key as people pass it on."""
        return f"{self.name}+{self.id.hex()}+{base64_of(bytes([self.use]) + self.public)}"

    def made(self, signature: Signature) -> bool:
        """Tell whether a signature says that it is by this key; whether it is, ``verify`` tells."""
        return (signature.name, signature.key_id) == (self.name, self.id)

    def is_valid(self, text: str, signature: Signature) -> bool:
        """Tell whether this key made the signature over the text."""
        at, proof = b"", signature.value
        if self.use is Use.WITNESS:
            at, proof = signature.value[:_TIME_BYTES], signature.value[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(proof, _message(self.use, at, text))
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """A key that signs notes. Never shown: its ``repr`` is that of its public half."""

    __slots__ = ("_key", "public")

    def __init__(self, name: str, use: Use, seed: bytes) -> None:
        """Take the key from its 32 secret bytes.

        Raises:
            InputError: the name is empty, or has a space or a plus sign.
        """
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = VerifierKey(_checked_name(name), use, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        """Return the public half."""
        return f"SigningKey({self.public})"

    def sign(self, text: str, *, at: int = 0) -> Signature:
        """Return the signature over a text; ``at`` (seconds since 1970) counts for a witness."""
        time = at.to_bytes(_TIME_BYTES, "big") if self.public.use is Use.WITNESS else b""
        value = time + self._key.sign(_message(self.public.use, time, text))
        return Signature(self.public.name, self.public.id, value)


def parse_note(data: bytes) -> Note:
    """Return a note from its bytes; its signatures are read, not verified.

    Raises:
        InputError: it is not a note in its one spelling.
    """
    try:
        whole = data.decode() if len(data) <= NOTE_MAX_BYTES else ""
    except UnicodeDecodeError:
        whole = ""
    text, parted, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    if not parted or not text or lines.pop() or not 0 < len(lines) <= SIGNATURES_MAX:
        raise _malformed()
    note = Note(text + "\n", tuple(map(_signature, lines)))
    makers = {(s.name, s.key_id) for s in note.signatures}
    if any(c < " " and c != "\n" for c in whole) or len(makers) < len(lines) or bytes(note) != data:
        raise _malformed()
    return note


def sign_note(text: str, keys: Sequence[SigningKey], *, at: int = 0) -> bytes:
    """Return a signed note. Equal arguments give equal bytes.

    Raises:
        InputError: the text does not end in a newline or cannot stand in a note.
    """
    note = bytes(Note(text, tuple(key.sign(text, at=at) for key in keys)))
    parse_note(note)
    return note


def open_note(data: bytes, keys: Iterable[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return the text of a note and which of the keys signed it; signatures of other keys are passed over.

    Raises:
        InputError: it is no note.
        IntegrityError: no key signed it, or a signature that names one of them is false.
    """
    note, found = parse_note(data), []
    for key in keys:
        for signature in filter(key.made, note.signatures):
            if not key.is_valid(note.text, signature):
                raise IntegrityError("ledger.signature", f"the signature of `{key.name}` is false")
            found.append(key)
    if not found:
        raise IntegrityError("ledger.unsigned", "none of the given keys signed this")
    return note.text, tuple(found)


def base64_of(data: bytes) -> str:
    """Return the standard Base 64 of bytes (RFC 4648, 4)."""
    return base64.b64encode(data).decode()


def bytes_of(text: str) -> bytes | None:
    """Return the bytes that Base 64 spells; None if this is not their one spelling."""
    try:
        data = binascii.a2b_base64(text.encode(), strict_mode=True)
    except ValueError:
        return None
    return data if base64_of(data) == text else None


def _message(use: Use, time: bytes, text: str) -> bytes:
    if use is Use.WITNESS:
        return f"cosignature/v1\ntime {int.from_bytes(time, 'big')}\n{text}".encode()
    return text.encode()


def _signature(line: str) -> Signature:
    name, _, spelled = line.removeprefix(_DASH).partition(" ")
    data = bytes_of(spelled)
    if not line.startswith(_DASH) or data is None or len(data) <= _ID_BYTES or not _is_name(name):
        raise _malformed()
    return Signature(name, data[:_ID_BYTES], data[_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(map(str.isspace, name))


def _checked_name(name: str) -> str:
    if not _is_name(name):
        raise InputError("ledger.key_name", "a key's name has no spaces and no plus signs, and is not empty")
    return name


def _malformed() -> InputError:
    return InputError("ledger.note", "this is not a signed note")
