"""Bytes to events and back.

Decoding is strict: a field that the kind does not have, a wrong type, a time without offset are errors
that say where and what was probably meant. Messages name types, fields and places, never values.
Of a key that occurs twice in an object the last one counts, as in most readers of JSON; what was
decoded is what gets recorded. Digits of a second beyond the sixth are rounded.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final, Union

import msgspec
from msgspec import UNSET, UnsetType

from bylaw.base.canonical import digest
from bylaw.base.errors import InputError, Where
from bylaw.base.ids import derived_id
from bylaw.events.event import Event
from bylaw.events.explain import NOT_DECODED, explain
from bylaw.events.kinds import KINDS, FieldType, Kind, kinds_by_name

MAX_LINE = 1 << 20  # bytes of one event; longer lines are refused unread
MAX_PEOPLE = 1_000  # in one field of an event: the record tells each of them by an id of its own
CLOCK_SKEW = timedelta(minutes=5)  # how far ahead of the arrival an event may be; see ``Codec.check``

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_NO_ID: Final = "Object missing required field `id`"


class Codec:
    """Reads and writes the events of a set of kinds.

    Raises:
        InputError: two kinds share a name, or there are too many.
    """

    def __init__(self, kinds: Iterable[Kind] = KINDS.values(), *, max_line: int = MAX_LINE) -> None:
        self.kinds: Final = kinds_by_name(kinds)
        self.max_line: Final = max_line
        structs = tuple(kind.struct for kind in self.kinds.values())
        self._type: Final[Any] = Union[structs]  # noqa: UP007 - made from a tuple
        self._decoder: Final = msgspec.json.Decoder(self._type)
        self._times: Final = {k.struct: names for k in self.kinds.values() if (names := _of(k, "timestamp"))}
        self._doubles: Final = {k.struct: names for k in self.kinds.values() if (names := _of(k, "double"))}
        self._crowds: Final = {k.struct: names for k in self.kinds.values() if (names := _crowds(k))}

    def decode(self, line: bytes, *, where: Where, latest: datetime | None = None) -> Event:
        """Return the event that a line of JSON says.

        An event without ``id`` gets one derived from the bytes of the line (without the white space
        around it) and ``where.line``: reading the same file again gives the same ids, and two equal
        lines in one file are two events.

        Args:
            line: UTF-8, at most ``max_line`` bytes.
            where: the line's place, for errors.
            latest: see ``check``.

        Raises:
            InputError: the line is no such event; the code starts with ``event.``.
        """
        if len(line) > self.max_line:
            raise too_long(where, self.max_line)
        try:
            event = self._decoder.decode(line)
        except NOT_DECODED as error:
            if not str(error).startswith(_NO_ID):
                raise explain(error, line, self.kinds, where) from None
            event = self._decode_without_id(line, where)
        return self.check(event, where=where, latest=latest)

    def build(
        self, values: Mapping[str, Any], *, where: Where, latest: datetime | None = None, lax: bool = False
    ) -> Event:
        """Return the event that a mapping with ``kind`` and the kind's fields says.

        Without ``id`` it gets one derived from its values and ``where.line``, as in ``decode``.

        Args:
            values: as from JSON; times may be ``datetime``.
            where: the row's place, for errors.
            latest: see ``check``.
            lax: numbers, truth values and times may be spelt as text, as tables have them.

        Raises:
            InputError: the mapping is no such event.
        """
        try:
            if "id" not in values:
                values = {**values, "id": derived_id("evt", digest(_ENCODER.encode(values)), str(where.line))}
            event = msgspec.convert(values, self._type, strict=not lax)
        except NOT_DECODED as error:
            raise explain(error, values, self.kinds, where) from None
        return self.check(event, where=where, latest=latest)

    def check(self, event: Event, *, where: Where, latest: datetime | None = None) -> Event:
        """Return the event with its times in UTC, when what types cannot say holds as well.

        Args:
            event: freshly made; its times are changed in place.
            where: its place, for errors.
            latest: the latest time it may have happened at, usually its arrival plus ``CLOCK_SKEW``;
                without it, no time is too late.

        Raises:
            InputError: it lies in the future (``event.future_time``), its ids hold control
                characters (``event.bad_id``), a field names more than ``MAX_PEOPLE`` people (``event.people``), a number
                is not finite or a time out of range.
        """
        if not (event.id.isprintable() and _printable(event.actor) and _printable(event.account)):
            hint = "ids are printable text on one line"
            raise InputError("event.bad_id", "an id holds control characters", where=where, hint=hint)
        if event.at.tzinfo is not UTC or type(event) in self._times:
            _to_utc(event, ("at", *self._times.get(type(event), ())), where)
        if latest is not None and event.at > latest:
            hint = "the clock of the sender is ahead, or the offset of the time is wrong"
            raise InputError("event.future_time", "the event lies in the future", where=where, hint=hint)
        for name in self._crowds.get(type(event), ()):
            if (people := getattr(event, name)) is not UNSET and len(people) > MAX_PEOPLE:
                message = f"the field `{name}` names more than {MAX_PEOPLE:,} people"
                hint = "send an event for every thousand of them"
                raise InputError("event.people", message, where=where, hint=hint)
        for name in self._doubles.get(type(event), ()):
            if (value := getattr(event, name)) is not UNSET and not isfinite(value):
                message = f"the field `{name}` is not a finite number"
                raise InputError("event.wrong_type", message, where=where, hint="leave it out")
        return event

    def encode(self, event: Event) -> bytes:
        """Return the canonical bytes of an event: JSON with sorted keys, its kind under ``kind``.

        The event must have passed ``check``, as everything does that this codec or a source made.
        """
        return _ENCODER.encode(event)

    def _decode_without_id(self, line: bytes, where: Where) -> Event:
        text = line.strip()
        given = derived_id("evt", digest(text), str(where.line))
        try:
            # The line is a non-empty object, or its missing id would not have been what was wrong.
            event: Event = self._decoder.decode(b'{"id":"%b",' % given.encode() + text[1:])
        except NOT_DECODED as error:
            raise explain(error, line, self.kinds, where) from None
        return event


def event_digest(event: Event) -> str:
    """Return ``sha256:…`` of an event's canonical bytes."""
    return digest(_ENCODER.encode(event))


def too_long(where: Where, limit: int) -> InputError:
    """Return the error for a line of more than ``limit`` bytes."""
    message = f"the line is longer than {limit} bytes"
    return InputError("event.too_long", message, where=where, hint="put large content elsewhere")


def _of(kind: Kind, type_name: FieldType) -> tuple[str, ...]:
    return tuple(f.name for f in kind.fields.values() if f.type == type_name and f.name != "at")


def _crowds(kind: Kind) -> tuple[str, ...]:
    return tuple(
        field.name for field in kind.fields.values() if field.person and field.type == "list(string)"
    )


def _printable(value: str | UnsetType) -> bool:
    return value is UNSET or value.isprintable()


def _to_utc(event: Event, names: Iterable[str], where: Where) -> None:
    for name in names:
        if (value := getattr(event, name)) is UNSET:
            continue
        try:
            msgspec.structs.force_setattr(event, name, value.astimezone(UTC))
        except OverflowError:
            message = f"the time in `{name}` is out of range"
            raise InputError("event.bad_time", message, where=where) from None
