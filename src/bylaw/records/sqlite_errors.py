"""What SQLite's errors mean, and whose move it is next."""

import sqlite3
from typing import Final

from bylaw.base.errors import BusyError, BylawError, ConflictError, IntegrityError, UpstreamError

_TOLD: Final[dict[str, tuple[type[BylawError], str, str, str]]] = {
    "SQLITE_BUSY": (
        BusyError,
        "records.database_locked",
        "another process writes to the database",
        "let it finish",
    ),
    "SQLITE_LOCKED": (BusyError, "records.database_locked", "another connection holds the database", ""),
    "SQLITE_FULL": (
        UpstreamError,
        "records.disk_full",
        "the disk is full; nothing was recorded",
        "make room",
    ),
    "SQLITE_IOERR": (UpstreamError, "records.disk", "the disk did not do what it was asked to", "look at it"),
    "SQLITE_CANTOPEN": (UpstreamError, "records.cannot_open", "the database cannot be opened", ""),
    "SQLITE_READONLY": (UpstreamError, "records.read_only", "the database cannot be written to", ""),
    "SQLITE_CORRUPT": (
        IntegrityError,
        "records.damaged",
        "the database's file is damaged",
        "restore a backup",
    ),
    "SQLITE_NOTADB": (
        IntegrityError,
        "records.damaged",
        "the database's file is no database",
        "restore a backup",
    ),
    "SQLITE_CONSTRAINT": (ConflictError, "records.constraint", "a row breaks a rule of its table", ""),
}


def told(error: Exception) -> BylawError | None:
    """Return what an error of the driver, or of SQLAlchemy around it, means; None if it is not one."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, UnicodeDecodeError):  # a text, or a name in the schema, is none any more
        return IntegrityError("records.damaged", "a text in the database is damaged", hint="restore a backup")
    if not isinstance(cause, sqlite3.Error):
        return None
    name = getattr(cause, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")):
        return _duplicate(str(cause))
    for prefix, told in _TOLD.items():
        if name.startswith(prefix):
            kind, code, message, hint = told
            return kind(code, message, hint=hint)
    return None


def _duplicate(message: str) -> BylawError:
    if "journal.tag" in message:
        return ConflictError("records.duplicate", "a fact with this tag is recorded already")
    if "journal.seq" in message:
        return IntegrityError(
            "records.two_writers",
            "somebody else wrote to the journal",
            hint="stop both and run `bylaw check`",
        )
    return ConflictError("records.constraint", "a row contradicts one that is there")
