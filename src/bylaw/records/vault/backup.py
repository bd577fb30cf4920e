"""Copies of the vault, and putting one back."""

import os
import shutil
from pathlib import Path

from bylaw.base.errors import BusyError, ConflictError, NotFoundError
from bylaw.records.vault.epochs import EpochFile
from bylaw.records.vault.keys import EPOCHS_NAME, Keys
from bylaw.records.vault.master import sync_folder
from bylaw.records.vault.uses import Boundary, no_boundary


def back_up(keys: Keys, path: Path, epochs: Path | None) -> None:
    """Write a copy of the vault's file, and of its wrapping keys where asked; durable on return. With the lock held.

    The copy of the file alone dies with its epoch. The copy of the wrapping keys belongs with the copy of the
    master key, and is replaced at each rotation.

    Raises:
        BusyError: ``vault.rotating``; ``vault.unfinished``, keys are being destroyed.
        ConflictError: ``vault.copy_exists``.
    """
    if keys.is_rotating():
        raise BusyError("vault.rotating", "the wrapping key is being changed", hint="finish `rotate` first")
    if keys.unfinished():
        raise BusyError("vault.unfinished", "keys are being destroyed", hint="call `resume` first")
    if path.exists():
        raise ConflictError("vault.copy_exists", "there is a file at the backup's place")
    boundary, part = keys.means.boundary, _part(path)
    part.unlink(missing_ok=True)
    boundary("backup.copy.before")
    part.touch(0o600)
    keys.file.copy_to(part)
    _put(part, path, boundary, "backup")
    if epochs is not None:
        part = _part(epochs)
        part.touch(0o600)
        part.write_bytes(keys.epochs.content())
        _put(part, epochs, boundary, "backup.epochs")


def restore(backup: Path, path: Path, *, boundary: Boundary = no_boundary) -> None:
    """Put a backup in the place of the vault's file; durable on return. The wrapping keys stay as they are.

    The vault then serves nothing until ``Vault.replay_journal`` has destroyed again what was destroyed since.

    Raises:
        NotFoundError: there is no backup, or no ``vault.epochs`` beside the vault's place.
        BusyError: ``vault.locked``.
    """
    if not backup.is_file():
        raise NotFoundError("vault.no_backup", "there is no backup here")
    lock = EpochFile.open(path.with_name(EPOCHS_NAME), boundary)
    try:
        part = _part(path)
        part.unlink(missing_ok=True)
        part.touch(0o600)
        shutil.copyfile(backup, part)
        boundary("restore.log.before")
        for end in ("-wal", "-shm", "-journal"):  # a log of another state would be read into the copy
            path.with_name(path.name + end).unlink(missing_ok=True)
        _put(part, path, boundary, "restore")
    finally:
        lock.close()


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _put(part: Path, path: Path, boundary: Boundary, name: str) -> None:
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    boundary(f"{name}.rename.before")
    part.rename(path)
    sync_folder(path.parent)
    boundary(f"{name}.rename.after")
