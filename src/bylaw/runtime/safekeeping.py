"""Backups of a whole data folder, and the files that must not be in them.

A backup holds the record, the books and the vault, whose keys are wrapped. What unwraps them (``vault.epochs``, and
``master.key`` where it is a file) and what tells a restored backup which persons were destroyed and which records
are held since (``erasures.log``, ``holds.log``) are kept apart: a backup that carried them would never die.
"""

import shutil
from functools import partial
from pathlib import Path
from typing import Final

from bylaw.base.errors import NotFoundError
from bylaw.records.backup import Manifest, backup
from bylaw.records.backup import restore as restore_record
from bylaw.records.durable import Boundary, no_boundary, sync_folder, write_whole
from bylaw.records.folder import Place
from bylaw.records.holds.outside import NAME as HOLDS
from bylaw.records.vault.backup import restore as restore_vault
from bylaw.records.vault.keys import EPOCHS_NAME
from bylaw.records.vault.vault import JOURNAL_NAME
from bylaw.runtime.folders import MASTER_KEY, VAULT
from bylaw.runtime.offices import open_record

PRIVATE: Final = 0o600  # a master key that others may read is refused
APART: Final = (EPOCHS_NAME, MASTER_KEY, JOURNAL_NAME, HOLDS)


def back_up(data: Path, to: Path, *, keys: Path | None = None) -> Manifest:
    """Write a backup into a new folder, beside whoever works with the record. Durable on return.

    ``keys``: another folder, on another disk or with another keeper, into which what is kept apart is copied; what
    was there of an earlier copy is replaced.

    Raises:
        ConflictError: the backup's folder has something in it.
        BusyError: keys are being changed or destroyed.
    """
    with open_record(data, writing=False) as kept:
        made = backup(kept.records, to, also=[lambda folder: kept.vault.back_up(folder / VAULT)])
    if keys is not None:
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in APART:
            if (data / name).exists():
                write_whole(keys / name, (data / name).read_bytes())
                (keys / name).chmod(PRIVATE)
    return made


def restore(
    source: Path, data: Path, keys: Path, *, database: str = "", boundary: Boundary = no_boundary
) -> Place:
    """Make a data folder from a backup and from what was kept apart: the old data folder, or a copy of its files.

    The folder then serves nothing until ``open_keeping(replay=True)`` has told it what it forgot. Durable on return.

    Raises:
        NotFoundError: ``records.no_keys``, there is no ``vault.epochs`` among what was kept apart.
        ConflictError, IntegrityError, NotFoundError: as for ``records.backup.restore``.
    """
    if not (keys / EPOCHS_NAME).is_file():
        raise NotFoundError(
            "records.no_keys",
            f"there is no `{EPOCHS_NAME}` in `{keys}`, and nothing in the backup can be read without it",
            hint="name the old data folder, or the folder that `bylaw db backup --keys` wrote",
        )
    put_back = partial(_put_back, source, keys, boundary)
    return restore_record(source, data, database=database, also=[put_back], boundary=boundary)


def _put_back(source: Path, keys: Path, boundary: Boundary, folder: Path) -> None:
    for name in APART:
        if (keys / name).exists():
            shutil.copyfile(keys / name, folder / name)
            (folder / name).chmod(PRIVATE)
    restore_vault(source / VAULT, folder / VAULT, boundary=boundary)
    sync_folder(folder)
