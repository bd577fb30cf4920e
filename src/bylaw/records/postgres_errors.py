"""What PostgreSQL's errors mean, and whose move it is next."""

from typing import Final

import psycopg
from psycopg import errors

from bylaw.base.errors import BusyError, BylawError, ConflictError, IntegrityError, UpstreamError

_GONE: Final = "records.unavailable"
_TOLD: Final[dict[type[psycopg.Error], tuple[type[BylawError], str, str, str]]] = {
    errors.DiskFull: (
        UpstreamError,
        "records.disk_full",
        "the disk is full; nothing was recorded",
        "make room",
    ),
    errors.LockNotAvailable: (BusyError, "records.database_locked", "another connection holds a table", ""),
    errors.DataCorrupted: (IntegrityError, "records.damaged", "the database is damaged", "restore a backup"),
    errors.IndexCorrupted: (IntegrityError, "records.damaged", "an index is damaged", "restore a backup"),
    errors.RaiseException: (ConflictError, "records.constraint", "a row breaks a rule of its table", ""),
    errors.IntegrityError: (ConflictError, "records.constraint", "a row breaks a rule of its table", ""),
    psycopg.OperationalError: (
        UpstreamError,
        _GONE,
        "the database's server does not answer",
        "send it again",
    ),
    psycopg.InterfaceError: (
        UpstreamError,
        _GONE,
        "the connection to the database is closed",
        "send it again",
    ),
}


def told(error: Exception) -> BylawError | None:
    """Return what an error of the driver, or of SQLAlchemy around it, means; None if it is not one."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, errors.UniqueViolation):
        return _duplicate(cause.diag.constraint_name or "")
    for kind, (made, code, message, hint) in _TOLD.items():
        if isinstance(cause, kind):
            return made(code, message, hint=hint)
    return None


def unavailable() -> UpstreamError:
    """Return the error of a server that does not answer."""
    return UpstreamError(_GONE, "the database's server does not answer", hint="send it again once it is back")


def _duplicate(constraint: str) -> BylawError:
    if constraint == "journal_tag":
        return ConflictError("records.duplicate", "a fact with this tag is recorded already")
    if constraint == "journal_pkey":
        return IntegrityError(
            "records.two_writers",
            "somebody else wrote to the journal",
            hint="stop both and run `bylaw check`",
        )
    return ConflictError("records.constraint", "a row contradicts one that is there")
