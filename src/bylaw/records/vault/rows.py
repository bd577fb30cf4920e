"""A row of the vault: one key of one person, and what goes with it. Every column is under the row's authenticator."""

import hmac
from struct import Struct
from typing import Any, Final, NamedTuple

from bylaw.base.errors import IntegrityError
from bylaw.records.vault.uses import KEY_VERSION, Destroyed, State
from bylaw.records.vault.wrapping import RESTORE, mac

_HEAD: Final = Struct(">16sBBBI4h")
COLUMNS: Final = "subject, use, version, state, epoch, wrapped, lookup, external, trace, mac"
_ABSENT: Final = -1


class KeyRow(NamedTuple):
    """What the table ``keys`` holds; a destroyed key has none of the four byte strings.

    ``lookup`` and ``external`` stand with a profile key only. ``trace`` is the complement of the nonces that stood
    before a key that was overwritten and not yet searched for: nonces are no secret, and lead the search to the key.
    """

    subject: bytes
    use: int
    version: int
    state: int
    epoch: int
    wrapped: bytes | None
    lookup: bytes | None
    external: bytes | None
    trace: bytes | None


def authenticator(key: bytes, row: KeyRow) -> bytes:
    """Return what goes into the column ``mac``."""
    subject, use, version, state, epoch, *parts = row
    sizes = [_ABSENT if part is None else len(part) for part in parts]
    return mac(
        key, _HEAD.pack(subject, use, version, state, epoch, *sizes) + b"".join([p for p in parts if p])
    )


def recorded(key: bytes, row: KeyRow) -> tuple[object, ...]:
    """Return a row with its authenticator, as it is written."""
    return (*row, authenticator(key, row))


def verified(key: bytes, columns: tuple[Any, ...]) -> KeyRow:
    """Return the row that was read.

    Raises:
        IntegrityError: ``vault.row``, when any of its columns is not what was written.
    """
    row = KeyRow(*columns[:-1])
    try:
        sound = hmac.compare_digest(authenticator(key, row), columns[-1])
    except Exception:  # noqa: BLE001 - whatever a damaged row makes of the packing
        sound = False
    if not sound or row.version != KEY_VERSION:
        raise IntegrityError("vault.row", "a row of the vault is not what was written", hint=RESTORE)
    return row


def living(row: KeyRow) -> bytes:
    """Return the wrapped key of a row.

    Raises:
        Destroyed: it is gone, or going.
    """
    if row.state != State.LIVE or row.wrapped is None:
        raise Destroyed
    return row.wrapped
