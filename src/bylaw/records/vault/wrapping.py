"""Keys under keys: AES-256-GCM with a random nonce, bound to what the key is."""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bylaw.base.errors import IntegrityError
from bylaw.records.vault.uses import NONCE_BYTES, key_name

MAC_BYTES: Final = 16
PRINT_BYTES: Final = 8


def wrap(under: AESGCM, nonce: bytes, key: bytes, associated: bytes) -> bytes:
    """Return nonce ‖ ciphertext ‖ tag: 60 bytes for a key of 32."""
    return nonce + under.encrypt(nonce, key, associated)


def unwrap(under: AESGCM, wrapped: bytes, associated: bytes) -> bytes:
    """Return the key.

    Raises:
        IntegrityError: ``vault.wrapped``, when key, place or wrapping key are not what they were.
    """
    try:
        return under.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):
        raise IntegrityError("vault.wrapped", "a wrapped key does not open", hint=RESTORE) from None


def binding(use: int, subject: bytes, epoch: int) -> bytes:
    """Return what a person's wrapped key is bound to."""
    return b"key" + epoch.to_bytes(4, "big") + key_name(use, subject)


def mac(key: bytes, message: bytes) -> bytes:
    """Return the authenticator of a row (keyed BLAKE2b, RFC 7693; 16 bytes)."""
    return hashlib.blake2b(message, key=key, digest_size=MAC_BYTES).digest()


def key_print(key: bytes) -> bytes:
    """Return what tells one master key from another and says nothing else about it; 8 bytes."""
    return hashlib.blake2b(b"bylaw master", key=key, digest_size=PRINT_BYTES).digest()


RESTORE: Final = "stop, and restore the vault from a backup; then replay the outside journal"
