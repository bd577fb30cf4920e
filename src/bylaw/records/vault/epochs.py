"""The wrapping keys of the epochs: a small file of its own, written in place.

Persons' keys are wrapped under the key of an epoch, and that is wrapped under the master key. The file stands
beside the vault, so that a backup of the vault does not carry it: when an epoch ends, its slot is overwritten where it
is, and with it dies whatever is left of keys that were wrapped under it, in free blocks and in old backups.

Layout: four slots of 512 bytes (a sector). A slot: magic, epoch, instant, print of the master key, wrapped key,
zeros, checksum. An empty slot is zeros. The open file carries the lock: one writer a vault.
"""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple, Self

from bylaw.base.errors import BusyError, IntegrityError, NotFoundError
from bylaw.records.vault.master import sync_folder
from bylaw.records.vault.uses import Boundary
from bylaw.records.vault.wrapping import RESTORE

SLOTS: Final = 4  # two epochs under two master keys, while both rotate
SLOT_BYTES: Final = 512
_EMPTY: Final = bytes(SLOT_BYTES)
_MAGIC: Final = b"BVE1"
_HEAD: Final = Struct(">4sIq8s60s")
_SUM_BYTES: Final = 16


class Slot(NamedTuple):
    """The wrapping key of one epoch under one master key. ``made`` is in microseconds since 1970."""

    epoch: int
    made: int
    master: bytes
    wrapped: bytes

    def packed(self) -> bytes:
        """Return the slot as it is written."""
        head = _HEAD.pack(_MAGIC, *self)
        body = head + bytes(SLOT_BYTES - len(head) - _SUM_BYTES)
        return body + hashlib.sha256(body).digest()[:_SUM_BYTES]


class EpochFile:
    """The slots, read at opening, and written through."""

    def __init__(self, handle: int, boundary: Boundary) -> None:
        self._handle = handle
        self._boundary = boundary

    @classmethod
    def open(cls, path: Path, boundary: Boundary, *, create: bool = False, writing: bool = True) -> Self:
        """Open the file; a writer locks it until it is closed.

        Raises:
            BusyError: ``vault.locked``, another process writes this vault.
            NotFoundError: ``vault.no_epochs``.
        """
        flags = (os.O_RDWR if writing else os.O_RDONLY) | (os.O_CREAT if create else 0)
        try:
            handle = os.open(path, flags | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            raise NotFoundError(
                "vault.no_epochs",
                "the file of wrapping keys is missing",
                hint="without it no sealed part can be read: put its copy back, which stands with the master key's",
            ) from None
        if writing:
            _lock(handle)
        if create:
            sync_folder(path.parent)
        return cls(handle, boundary)

    def slots(self) -> dict[int, Slot]:
        """Return the sound slots by their place; an unsound one is a write that never ended, or damage."""
        return {place: slot for place, slot, sound in self._read() if slot and sound}

    def unsound(self) -> list[int]:
        """Return the places of slots that are neither empty nor sound."""
        return [place for place, _, sound in self._read() if not sound]

    def write(self, slot: Slot) -> None:
        """Write a slot into an empty place. Durable on return."""
        taken = self.slots()
        place = next((n for n in range(SLOTS) if n not in taken), None)
        if place is None:
            raise IntegrityError("vault.epochs_full", "every slot for wrapping keys is taken", hint=RESTORE)
        self._put(place, slot.packed(), "epochs.write")

    def blank(self, place: int) -> None:
        """Overwrite a slot with zeros, where it is. Durable on return, and read again to be sure."""
        self._put(place, _EMPTY, "epochs.blank")
        if os.pread(self._handle, SLOT_BYTES, place * SLOT_BYTES) != _EMPTY:
            raise IntegrityError("vault.epochs_kept", "a wrapping key could not be overwritten")

    def content(self) -> bytes:
        """Return the whole file, for a backup."""
        return os.pread(self._handle, SLOTS * SLOT_BYTES, 0)

    def close(self) -> None:
        """Let go of the file and its lock."""
        os.close(self._handle)

    def _put(self, place: int, content: bytes, name: str) -> None:
        self._boundary(f"{name}.before")
        os.pwrite(self._handle, content, place * SLOT_BYTES)
        os.fsync(self._handle)
        self._boundary(f"{name}.after")

    def _read(self) -> Iterator[tuple[int, Slot | None, bool]]:
        content = self.content().ljust(SLOTS * SLOT_BYTES, b"\0")
        for place in range(SLOTS):
            raw = content[place * SLOT_BYTES : (place + 1) * SLOT_BYTES]
            if raw == _EMPTY:
                yield place, None, True
                continue
            slot = Slot(*_HEAD.unpack_from(raw)[1:])
            yield place, slot, slot.packed() == raw


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(OSError):
            os.close(handle)
        raise BusyError(
            "vault.locked",
            "another process writes this vault",
            hint="stop it first, or open the vault to read",
        ) from None
