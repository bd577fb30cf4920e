"""JSON that another service sends to events: tables of which value becomes which field. Pure.

A value is pointed at as in RFC 6901: ``/post/user_id``. Where a table names several pointers, the first at which there
is something counts. What is absent or null leaves the field out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

from bylaw.base.errors import InputError, Where
from bylaw.events.decode import CLOCK_SKEW, Codec
from bylaw.events.event import Event
from bylaw.events.kinds import FieldSpec
from bylaw.events.sources.mail_body import html_to_text
from bylaw.events.sources.table import fitted

MAX_POINTER: Final = 256  # characters
ID: Final = "id"  # what names the event: it is never taken as it is
NOTHING: Final = object()

Pointers: TypeAlias = str | tuple[str, ...]


class Mapped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one type of message becomes: an event of ``kind``.

    ``fields``: field → pointer or pointers; ``id`` points at what names the thing that happened, for good.
    ``constants``: field → the same value always. ``html``: fields that come as HTML. ``only``: pointer → the value that
    must stand there, else the message is none of these.
    """

    kind: str
    fields: dict[str, Pointers]
    constants: dict[str, str | bool | int | float] = {}
    html: tuple[str, ...] = ()
    only: dict[str, str | bool | int | None] = {}


Tables: TypeAlias = Mapping[str, Sequence[Mapped]]  # by type of message; the first that fits counts


def pointer_of(text: str) -> tuple[str, ...]:
    """Return the steps of a pointer.

    Raises:
        InputError: ``pointer.syntax``.
    """
    steps = text.split("/")
    bad = any(part.replace("~0", "").replace("~1", "").count("~") for part in steps)
    if not text.startswith("/") or bad or len(text) > MAX_POINTER:
        hint = "write /data/author/id; ~1 stands for / and ~0 for ~ in a name"
        raise InputError("pointer.syntax", "this is no JSON pointer", hint=hint)
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in steps[1:])


def found(document: Any, pointers: Pointers) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the first value that there is at pointers; ``NOTHING`` if there is none."""
    for pointer in (pointers,) if isinstance(pointers, str) else pointers:
        value = _at(document, pointer_of(pointer))
        if value is not NOTHING and value is not None:
            return value
    return NOTHING


def fitting(document: Any, tables: Sequence[Mapped]) -> Mapped | None:  # noqa: ANN401
    """Return the table that a message is for; nothing if there is none."""
    return next((one for one in tables if _fits(document, one)), None)


def about(document: Any, table: Mapped) -> str:  # noqa: ANN401
    """Return what names the thing that happened; empty if nothing does."""
    value = found(document, table.fields[ID]) if ID in table.fields else NOTHING
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def event_of(  # noqa: PLR0913 - a message, and how it is read
    document: Any,  # noqa: ANN401
    table: Mapped,
    codec: Codec,
    *,
    name: str,
    prefix: str,
    arrived: datetime,
    oldest: timedelta,
) -> Event:
    """Return the event that a message says, under the id ``name``.

    Args:
        document: as from JSON.
        table: that fits it.
        codec: of the book in force.
        name: the event's id.
        prefix: stands before ids of accounts, so that those of two services are not taken for one another's.
        arrived: now.
        oldest: how long ago it may have happened.

    Raises:
        InputError: ``incoming.too_old``; ``event.…``, it is no such event.
    """
    fields = codec.kinds[table.kind].fields
    values: dict[str, Any] = {"kind": table.kind, **table.constants}
    for field, pointers in table.fields.items():
        if (value := found(document, pointers)) is not NOTHING:
            values[field] = _read(value, fields[field], prefix, html=field in table.html)
    values[ID] = name
    event = codec.build(values, where=Where(), latest=arrived + CLOCK_SKEW, lax=True)
    if arrived - event.at > oldest:
        hint = "what happened long ago is read with `bylaw run`"
        raise InputError("incoming.too_old", "this happened too long ago", hint=hint)
    return event


def needed(fields: Iterable[FieldSpec], table: Mapped) -> list[str]:
    """Return the fields that a kind must have and a table does not fill."""
    filled = table.fields.keys() | table.constants.keys() | {ID}
    return [field.name for field in fields if not field.optional and field.name not in filled]


def _fits(document: Any, table: Mapped) -> bool:  # noqa: ANN401
    for pointer, wanted in table.only.items():
        value = found(document, pointer)
        if (None if value is NOTHING else value) != wanted or isinstance(value, bool) != isinstance(
            wanted, bool
        ):
            return False
    return True


def _at(value: Any, steps: Iterable[str]) -> Any:  # noqa: ANN401
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step, NOTHING)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return NOTHING
    return value


def _read(value: Any, spec: FieldSpec, prefix: str, *, html: bool) -> Any:  # noqa: ANN401
    if html and isinstance(value, str):
        value = html_to_text(value.encode("utf-8", "replace"))
    if spec.type == "list(string)" and isinstance(value, list):
        value = [str(one) if isinstance(one, int) else one for one in value]
    elif not isinstance(value, list | dict):
        value = fitted(value, spec.type, None)
    if not spec.person:
        return value
    return [f"{prefix}{one}" for one in value] if isinstance(value, list) else f"{prefix}{value}"
