"""Whom a recorded fact concerns: random ids only, which stand in the open and lead to nobody without the vault."""

from typing import Final

import msgspec

from bylaw.base.errors import IntegrityError
from bylaw.records.fact import SUBJECT_BYTES, Row
from bylaw.records.vault.vault import Vault

PEOPLE: Final = "account"  # the vault's space for the ids that events name people by
_ALIAS: Final = "sub_"


class Told(msgspec.Struct, frozen=True):
    """What keeping and destroying need of a body, whatever its kind: people; the event's kind, instant and clauses."""

    people: tuple[str, ...] = ()
    kind: str = ""
    at: int | None = None
    clauses: tuple[str, ...] = ()


def told(row: Row) -> Told:
    """Return what a body says; a body of another form says nothing of this."""
    try:
        return msgspec.json.decode(row.body, type=Told)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Told()


def concerned(row: Row) -> frozenset[bytes]:
    """Return the subjects without whose keys a row cannot be read whole: its own, and the people it names."""
    named = {subject_of(alias) for alias in told(row).people}
    return frozenset(named | {row.subject} if row.subject else named)


def alias_of(subject: bytes) -> str:
    """Return how a person stands in the record."""
    return _ALIAS + subject.hex()


def subject_of(alias: str) -> bytes:
    """Return the subject that an alias stands for.

    Raises:
        IntegrityError: it is no alias.
    """
    try:
        subject = bytes.fromhex(alias.removeprefix(_ALIAS))
    except ValueError:
        subject = b""
    if len(subject) != SUBJECT_BYTES:
        raise IntegrityError("record.alias", "a recorded fact names somebody by no random id")
    return subject


def named(vault: Vault, alias: str) -> str:
    """Return the id that the service gave an account; empty, if nobody is meant or the account was forgotten."""
    if not alias:
        return ""
    space, account = vault.external(subject_of(alias)) or ("", "")
    return account if space == PEOPLE else ""
