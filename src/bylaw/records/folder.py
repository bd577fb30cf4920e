"""The data folder: everything that one operator's Bylaw knows. One operator, one folder.

``folder.json`` says whose it is and where the database is; ``lock`` is held by the one decider. This module and the
commands alone read the clock and chance of the machine.
"""

import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import BusyError, ConflictError, InputError, IntegrityError, NotFoundError
from bylaw.records.durable import write_whole

FORMAT: Final = 1
MAX_OPERATOR: Final = 40  # characters; a PostgreSQL schema's name takes 63
DATABASE: Final = "bylaw.db"
MANIFEST: Final = "folder.json"
LOCK: Final = "lock"
BOOKS: Final = "books"
BLOBS: Final = "blobs"
WINDOWS: Final = "windows"

_OPERATOR: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_PRIVATE: Final = 0o700


class _Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    operator: str
    installation: str
    database: str
    created: int


def machine_clock() -> int:
    """Return the machine's time in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def machine_chance(count: int) -> bytes:
    """Return so many bytes nobody can foretell."""
    return os.urandom(count)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operator's record is.

    ``database`` is a PostgreSQL URL without a password (libpq finds it in ``PGPASSWORD`` or the password file);
    empty means the SQLite file in the folder. ``created`` is in microseconds since 1970.
    """

    folder: Path
    operator: str
    installation: str
    database: str = ""
    created: int = 0

    @property
    def schema(self) -> str:
        """The operator's schema on PostgreSQL."""
        return "bylaw_" + self.operator.replace("-", "_")

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / DATABASE

    @property
    def identity(self) -> dict[str, str]:
        """What the database says about itself, to be compared."""
        return {"operator": self.operator, "installation": self.installation, "created": str(self.created)}


def init(
    folder: Path,
    operator: str,
    *,
    database: str = "",
    clock: Callable[[], int] = machine_clock,
    chance: Callable[[int], bytes] = machine_chance,
) -> Place:
    """Make a data folder, only its owner may look into it. Durable on return.

    Raises:
        InputError: the operator's name or the URL is not as it must be.
        ConflictError: the folder has something in it.
    """
    _refuse_operator(operator)
    _refuse_url(database)
    refuse_used(folder)
    make_folder(folder)
    for name in (BOOKS, BLOBS, WINDOWS):
        make_folder(folder / name)
    place = Place(folder, operator, chance(16).hex(), database, clock())
    write_manifest(place)
    return place


def refuse_used(folder: Path) -> None:
    """See to it that a folder is new or empty.

    Raises:
        ConflictError: it has something in it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConflictError(
            "records.folder_not_empty", "the folder has something in it", hint="name a new one"
        )


def make_folder(folder: Path) -> None:
    """Make a folder into which only its owner may look."""
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)


def write_manifest(place: Place) -> None:
    """Write ``folder.json``, whole or not at all."""
    said = _Manifest(FORMAT, place.operator, place.installation, place.database, place.created)
    write_whole(place.folder / MANIFEST, msgspec.json.format(canonical_bytes(said), indent=2) + b"\n")


def open_folder(folder: Path) -> Place:
    """Return what a data folder says of itself.

    Raises:
        NotFoundError: there is none.
        ConflictError: another version of Bylaw made it.
        IntegrityError: it cannot be read.
    """
    try:
        said = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=dict[str, str | int])
    except FileNotFoundError:
        raise NotFoundError(
            "records.no_folder", "there is no data folder here", hint="`bylaw db init` makes one"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise IntegrityError("records.folder_damaged", f"`{MANIFEST}` cannot be read") from error
    if said.get("format") != FORMAT:
        raise ConflictError(
            "records.folder_format",
            f"the folder is of another format than {FORMAT}, which this program knows",
            hint="open it with the Bylaw that made it, or a newer one",
        )
    try:
        told = msgspec.convert(said, _Manifest)
    except msgspec.ValidationError as error:
        raise IntegrityError("records.folder_damaged", f"`{MANIFEST}` is not as it was written") from error
    return Place(folder, told.operator, told.installation, told.database, told.created)


@dataclass(slots=True)
class Lock:
    """The lock of the one decider; the system takes it back when the process ends, however it ends."""

    _descriptor: int = field(default=-1)

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Take it.

        Raises:
            BusyError: another process has it.
        """
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise locked() from None
        return cls(descriptor)

    def release(self) -> None:
        """Give it back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def locked() -> BusyError:
    """Return the error of a second decider."""
    return BusyError(
        "records.locked",
        "another decider has this operator's record open",
        hint="send events to that process, or stop it first",
    )


def _refuse_operator(operator: str) -> None:
    if (
        not 0 < len(operator) <= MAX_OPERATOR
        or not _OPERATOR.issuperset(operator)
        or not operator[0].isalpha()
    ):
        raise InputError(
            "records.operator_name",
            f"`{operator}` is no name for an operator",
            hint=f"small letters, digits and hyphens, a letter first, at most {MAX_OPERATOR}",
        )


def _refuse_url(database: str) -> None:
    if not database:
        return
    url = urlsplit(database)
    if url.scheme not in {"postgresql", "postgres"}:
        raise InputError("records.database_url", "the database's URL must begin with `postgresql://`")
    if url.password or "password" in url.query:
        raise InputError(
            "records.secret_in_url",
            "the database's URL has a password in it",
            hint="leave it out; libpq reads PGPASSWORD, PGPASSFILE or ~/.pgpass",
        )
