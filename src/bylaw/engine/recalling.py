"""A decided event, read again: the event with the people it names, what was known, what was decided.

The inverse of ``recording``. Little of what is recorded is asked for at once, so each part is made when it is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from bylaw.base.errors import IntegrityError
from bylaw.engine.brakes import NO_CAUTION, Caution
from bylaw.engine.decision import Decision, SignalReading
from bylaw.engine.memory.reader import Reading
from bylaw.engine.recording import FUNCTIONS, Asked, Body, Payload, Recorder, Rest, instant
from bylaw.events.decode import event_digest
from bylaw.events.event import Event
from bylaw.events.people import renamed
from bylaw.signals.signal import SignalValue

_SILENT: Final = Rest((), (), (), (), (), (), (), degraded=False)


class Recalled(NamedTuple):
    """A decided event as it was. ``told`` is what the record says in the open, ``kept`` what was sealed."""

    event: Event
    told: Body
    kept: Payload[Event]
    recorder: Recorder

    @property
    def arrived(self) -> datetime:
        """When the service got it."""
        return instant(self.kept.arrived)

    @property
    def silent(self) -> bool:
        """Whether nothing was said about it."""
        return self.kept.rest is None

    @property
    def signals(self) -> Mapping[str, SignalValue | None]:
        """The signals that were read, without those that are told by their size."""
        kept = self.kept.signals
        if not kept:
            return {}
        rows = self.recorder.signals[self.told.kind]
        return {rows[place][0]: value for place, value in kept.items() if not is_size(value)}

    @property
    def caution(self) -> Caution:
        """What was said beforehand."""
        fuses = self.kept.fuses
        if fuses is None:
            return NO_CAUTION
        return Caution(braked=frozenset(fuses.braked), spent=fuses.spent, warned=frozenset(fuses.warned))

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What rules asked of the past, and the answers."""
        return tuple(map(self._reading, self.kept.readings))

    @property
    def decision(self) -> Decision:
        """What was decided."""
        told, rest, rows = self.told, self.kept.rest or _SILENT, self.recorder.signals[self.told.kind]
        return Decision(
            id=told.decision,
            event_id=self.event.id,
            event_digest=event_digest(self.event),
            kind=told.kind,
            at=instant(told.at),
            book=self.recorder.book,
            semantics=self.recorder.semantics,
            clauses=rest.clauses,
            rules=rest.rules,
            shadow=rest.shadow,
            effects=rest.effects,
            dropped=rest.dropped,
            matches=rest.matches,
            signals=tuple(_signal(rows[place], value) for place, value in self.kept.signals.items()),
            readings=self.readings,
            diagnostics=rest.diagnostics,
            degraded=rest.degraded,
            unwatched=told.unwatched,
        )

    def _reading(self, asked: Asked) -> Reading:
        function, place, key, value, error = asked
        read = self.recorder.reads[place]
        return Reading(
            function=FUNCTIONS[function],
            counter=read.counter,
            field=read.field,
            key=key.hex(),
            window=read.window,
            value=value,
            error=error,
        )


def recall(recorder: Recorder, told: Body, payload: bytes, person: Callable[[str], str]) -> Recalled:
    """Return a decided event as it was.

    Args:
        recorder: of the book that it was decided by.
        told: what the record says in the open.
        payload: unsealed.
        person: the id that the service gave to whom a random id stands for; may raise.

    Raises:
        IntegrityError: ``record.payload``, the bytes are no payload of this book.
    """
    kept = recorder.read(payload)
    if told.kind not in recorder.signals:
        raise IntegrityError("record.payload", "a recorded event is of no kind that its book knows")
    return Recalled(renamed(kept.event, person), told, kept, recorder)


def is_size(value: Any) -> bool:  # noqa: ANN401
    """Tell whether a recorded signal is told by its size."""
    return type(value) is list and len(value) == 1 and type(value[0]) is int


def _signal(row: tuple[str, Any], value: Any) -> SignalReading:  # noqa: ANN401
    name, signal = row
    if is_size(value):
        return SignalReading(name=name, version=signal.version, value=None, size=value[0])
    size = len(value) if isinstance(value, str | list) else None
    return SignalReading(name=name, version=signal.version, value=value, size=size)
