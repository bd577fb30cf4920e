"""What a key is for, what it is called, and the ends a vault's answer can have."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from bylaw.base.errors import RefusedError

KEY_BYTES: Final = 32  # AES-256
NONCE_BYTES: Final = 12  # AES-GCM; random, so at most 2**32 messages a key (NIST SP 800-38D, 8.3)
KEY_VERSION: Final = 1  # a person who returns gets a new subject, so a subject has one version of each key

Boundary = Callable[
    [str], None
]  # called by name before and after each durable write; tests stop the process there


class Use(IntEnum):
    """Two keys a person: the profile may be destroyed while evidence under a hold stays readable."""

    PROFILE = 1
    EVIDENCE = 2


class State(IntEnum):
    """Of a key; it only ever grows."""

    LIVE = 1
    DESTROYING = 2  # overwritten, and the files are not yet known to be free of it
    DESTROYED = 3


class Destroyed(RefusedError):  # noqa: N818 - the state is the name
    """The key is gone, so what was sealed under it can never be read, and nothing more is sealed under it."""

    def __init__(self) -> None:
        super().__init__(
            "vault.destroyed",
            "the key of this person has been destroyed",
            hint="a person who returns gets a new subject: ask `subjects` again",
        )


def key_name(use: int, subject: bytes) -> bytes:
    """Return what names a key in associated data: use, version, subject; 18 bytes."""
    return bytes((use, KEY_VERSION)) + subject


def no_boundary(_name: str) -> None:
    """Do nothing at a boundary."""
