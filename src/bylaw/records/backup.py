"""Backups: a consistent copy of a record in a folder, with the digest of every file in its manifest.

Made while the decider works. A backup is complete when its ``manifest.json`` is there, which is written last; what
has no manifest is no backup. The database is copied by SQLite's own backup, on PostgreSQL by COPY of every table in
one snapshot. What else belongs to it (the vault) writes itself into the folder before that is sealed.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, IntegrityError, NotFoundError
from bylaw.records.durable import Boundary, no_boundary, sync_folder, write_whole
from bylaw.records.folder import BLOBS, BOOKS, WINDOWS, Place, make_folder, refuse_used, write_manifest
from bylaw.records.opening import fill
from bylaw.records.records import Records

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "database"
FOLDERS: Final = (BOOKS, BLOBS)  # kept files; snapshots of windows are made again

Also = Callable[[Path], None]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds: rows up to ``head``; files by their paths, with SHA-256 in hexadecimal digits."""

    format: int
    operator: str
    installation: str
    created: int
    database: str  # "sqlite" or "postgresql"
    schema: str
    head: int
    files: dict[str, str]


def backup(
    records: Records, target: Path, *, also: Sequence[Also] = (), boundary: Boundary = no_boundary
) -> Manifest:
    """Write a backup into a new folder. Durable on return.

    ``also`` are called with the folder and write their own files into it.

    Raises:
        ConflictError: the folder has something in it.
    """
    refuse_used(target)
    make_folder(target)
    boundary("before backup database")
    made = target / DATABASE
    make_folder(made)
    schema, head = records.store.copy(made)
    boundary("after backup database")
    for name in FOLDERS:
        shutil.copytree(records.place.folder / name, target / name, ignore=shutil.ignore_patterns(".*"))
    for write in also:
        write(target)
    files = _digests(target)
    for path in sorted({target / name for name in files} | {p for p in target.rglob("*") if p.is_dir()}):
        _sync(path)
    place = records.place
    with records.reading() as core:
        dialect = core.dialect.name
    manifest = Manifest(
        FORMAT, place.operator, place.installation, place.created, dialect, schema, head, files
    )
    boundary("before backup manifest")
    write_whole(target / MANIFEST, msgspec.json.format(canonical_bytes(manifest), indent=2), boundary)
    return manifest


def verify(source: Path) -> Manifest:
    """Return what a backup says of itself, after every file was compared with its digest.

    Raises:
        NotFoundError: there is no complete backup.
        ConflictError: another version of Bylaw made it.
        IntegrityError: a file is missing, not there before, or changed; it says which.
    """
    try:
        raw = (source / MANIFEST).read_bytes()
        form = msgspec.json.decode(raw, type=_Form).format
        if form != FORMAT:
            raise ConflictError("records.backup_format", f"the backup has format {form}, not {FORMAT}")
        manifest = msgspec.json.decode(raw, type=Manifest)
    except FileNotFoundError:
        raise NotFoundError(
            "records.no_backup", f"there is no complete backup here: no `{MANIFEST}`"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise IntegrityError("records.backup_damaged", f"`{MANIFEST}` cannot be read") from error
    found = _digests(source)
    for name in sorted(found.keys() | manifest.files.keys()):
        if found.get(name) != manifest.files.get(name):
            raise IntegrityError("records.backup_damaged", f"`{name}` is not what was backed up")
    return manifest


def restore(
    source: Path,
    folder: Path,
    *,
    database: str = "",
    also: Sequence[Also] = (),
    boundary: Boundary = no_boundary,
) -> Place:
    """Make a data folder from a backup; an older schema stays as it is until ``bylaw db upgrade``.

    ``also`` are called with the folder and put back what they wrote into the backup. Durable on return;
    ``folder.json`` is written last, so that a restore that was cut off leaves nothing that opens.

    Raises:
        ConflictError: the folder or the PostgreSQL schema has something in it, or the backup is of the other database.
        NotFoundError, IntegrityError: as for ``verify``.
    """
    manifest = verify(source)
    refuse_used(folder)
    if manifest.database != ("postgresql" if database else "sqlite"):
        raise ConflictError(
            "records.other_database",
            f"the backup is of {manifest.database}",
            hint="name the server with --database"
            if manifest.database == "postgresql"
            else "leave --database out",
        )
    make_folder(folder)
    for name in FOLDERS:
        shutil.copytree(source / name, folder / name)
    make_folder(folder / WINDOWS)
    place = Place(folder, manifest.operator, manifest.installation, database, manifest.created)
    boundary("before restore database")
    fill(place, source / DATABASE, manifest.schema)
    for put in also:
        put(folder)
    for path in folder.rglob("*"):
        _sync(path)
    boundary("after restore database")
    write_manifest(place)
    return place


class _Form(msgspec.Struct, frozen=True):
    format: int


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST:
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _sync(path: Path) -> None:
    if path.is_dir():
        sync_folder(path)
        return
    with path.open("rb") as file:
        os.fsync(file.fileno())
