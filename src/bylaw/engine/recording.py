"""A decided event as the record holds it, and back: what anybody may read, and what is sealed.

The *body* names the decision, the event's kind and moment, the activation of the book it was made under, and
what was enforced; people stand in it as random ids. The *payload*, sealed under the key of the person whose
data the event is, holds the event (with random ids in the place of people), the recorded inputs, and the
decision as far as it does not follow from these. Most decisions are silent, and cost a few bytes.

Inputs are told by their place in the book's tables: the same book, the same places.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar, Union

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import IntegrityError
from bylaw.base.ids import derived_id
from bylaw.engine.basis import Basis
from bylaw.engine.brakes import NO_CAUTION, Caution
from bylaw.engine.decision import Citation, Decision, Diagnostic, Dropped, Match, Planned, SignalReading
from bylaw.engine.memory.functions import QUESTIONS
from bylaw.engine.memory.reader import Reading
from bylaw.engine.memory.reads import Read
from bylaw.engine.memory.stores import Answer
from bylaw.events.event import Event
from bylaw.events.kinds import Kind
from bylaw.events.people import renamed
from bylaw.records.fact import TAG_BYTES, Row

KIND: Final = "event.decided"
TAG_SHOWN: Final = 8  # bytes of an event's tag that lead the ids of its decisions

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
FUNCTIONS = tuple(sorted(QUESTIONS))
_FUNCTION_PLACES = {name: place for place, name in enumerate(FUNCTIONS)}

E = TypeVar("E")


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the record says in the open about a decided event. ``at`` is in microseconds since 1970.

    ``activation`` is the number of the fact that made the book the one to decide by. ``people`` are those
    that the event names, as random ids, its owner first if it has one.
    """

    decision: str
    kind: str
    at: int
    activation: int
    people: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    silent: bool = True
    degraded: bool = False
    unwatched: str = ""


class Rest(msgspec.Struct, frozen=True, array_like=True):
    """What a decision that is not silent says beyond its event, its book and its inputs."""

    clauses: tuple[Citation, ...]
    rules: tuple[str, ...]
    shadow: tuple[str, ...]
    effects: tuple[Planned, ...]
    dropped: tuple[Dropped, ...]
    matches: tuple[Match, ...]
    diagnostics: tuple[Diagnostic, ...]
    degraded: bool


class Fuses(msgspec.Struct, frozen=True, array_like=True):
    """What was said beforehand: by brakes and quotas, and of what the author had been warned."""

    braked: list[str]
    spent: dict[str, int]
    warned: list[str] = []


Asked = tuple[int, int, bytes, Answer | None, str]  # function, read, key, answer, error


class Payload(msgspec.Struct, Generic[E], frozen=True, array_like=True):
    """What is sealed. ``arrived`` is in microseconds since 1970; ``signals`` go by their places."""

    event: E
    arrived: int
    signals: dict[int, Any]
    readings: list[Asked]
    fuses: Fuses | None
    rest: Rest | None


class Recorder:
    """Writes and reads the decided events of one book.

    Args:
        basis: the book.
        kinds: the kinds of events that it knows.
        activation: the number of the fact that made it the one to decide by.
        semantics: the meaning its decisions were made under.
    """

    def __init__(self, basis: Basis, kinds: Iterable[Kind], activation: int, semantics: int) -> None:
        self.activation = activation
        self.book = basis.book
        self.semantics = semantics
        self.signals = {kind: sorted(table.items()) for kind, table in basis.signals.items()}
        self._places = {
            kind: {name: place for place, (name, _) in enumerate(rows)} for kind, rows in self.signals.items()
        }
        self.reads = sorted(basis.memory.reads)
        self._read_places = {read: place for place, read in enumerate(self.reads)}
        self._asked_places: dict[tuple[str, str, str, int], tuple[int, int]] = {}
        events: Any = Union[tuple(kind.struct for kind in kinds)]  # noqa: UP007 - made from a tuple
        self._decoder = msgspec.msgpack.Decoder(Payload[events])
        self._encoder = msgspec.msgpack.Encoder()

    def body(self, decision: Decision, people: tuple[str, ...]) -> bytes:
        """Return what the record says in the open. ``people`` are random ids."""
        body = Body(
            decision=decision.id,
            kind=decision.kind,
            at=microseconds(decision.at),
            activation=self.activation,
            people=people,
            rules=decision.rules,
            shadow=decision.shadow,
            clauses=tuple([citation.clause for citation in decision.clauses]),
            effects=tuple([planned.effect for planned in decision.effects]),
            silent=decision.silent,
            degraded=decision.degraded,
            unwatched=decision.unwatched,
        )
        return canonical_bytes(body)

    def payload(
        self,
        event: Event,
        arrived: datetime,
        decision: Decision,
        caution: Caution,
        alias: Callable[[str], str],
    ) -> bytes:
        """Return what is to be sealed.

        Args:
            event: as it came.
            arrived: when.
            decision: what was decided about it.
            caution: what the fuses said.
            alias: the random id that stands for a person.
        """
        places = self._places[decision.kind]
        payload = Payload(
            event=renamed(event, alias),
            arrived=microseconds(arrived),
            signals={places[reading.name]: _told(reading) for reading in decision.signals},
            readings=[self._asked(reading) for reading in decision.readings],
            fuses=None if caution is NO_CAUTION else _fuses(caution),
            rest=None if decision.silent else _rest(decision),
        )
        return self._encoder.encode(payload)

    def read(self, payload: bytes) -> Payload[Event]:
        """Return what was sealed.

        Raises:
            IntegrityError: ``record.payload``, the bytes are no payload of this book.
        """
        try:
            return self._decoder.decode(payload)
        except msgspec.MsgspecError as error:
            raise IntegrityError("record.payload", "a recorded event is not readable by its book") from error

    def _asked(self, reading: Reading) -> Asked:
        asked = (reading.function, reading.counter, reading.field, reading.window)
        places = self._asked_places.get(asked)
        if places is None:
            places = self._asked_places[asked] = self._places_of(*asked)
        return (*places, bytes.fromhex(reading.key), reading.value, reading.error)

    def _places_of(self, function: str, counter: str, field: str, window: int) -> tuple[int, int]:
        read = Read(QUESTIONS[function].table, counter, field, window)
        return _FUNCTION_PLACES[function], self._read_places[read]


def quiet_body(
    decision: str, kind: str, at: int, activation: int, people: tuple[str, ...], unwatched: str
) -> bytes:
    """Return what the record says in the open of a silent decision."""
    body = Body(
        decision=decision, kind=kind, at=at, activation=activation, people=people, unwatched=unwatched
    )
    return canonical_bytes(body)


def read_body(row: Row) -> Body:
    """Return what a row says in the open of a decided event.

    Raises:
        IntegrityError: the row is no decided event.
    """
    try:
        if row.kind == KIND:
            return msgspec.json.decode(row.body, type=Body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise IntegrityError("record.body", f"the fact {row.seq} is no decided event")


def event_tag(secret: bytes, event_id: str) -> bytes:
    """Return the keyed digest of an event's id under which it is recorded."""
    return blake2b(event_id.encode("utf-8", "surrogatepass"), key=secret, digest_size=TAG_BYTES).digest()


def decision_id(operator: str, tag: bytes, book: str) -> str:
    """Return the id of the decision about an event: a digest of operator, event and book (ADR 0010).

    ``tag`` is the keyed digest of the event's id under which it is recorded. Its first half leads the decision's
    id, so that a decision is found by the index of events, and tells of the event's id nothing that could be tried.
    """
    rest = derived_id("", operator, tag.hex(), book)[1 : 31 - 2 * TAG_SHOWN]
    return f"dec_{tag[:TAG_SHOWN].hex()}{rest}"


def tag_range(decision: str) -> tuple[bytes, bytes] | None:
    """Return the least and the greatest tag of an event that a decision's id can be about; None if it is no id."""
    try:
        shown = bytes.fromhex(decision.removeprefix("dec_")[: 2 * TAG_SHOWN])
    except ValueError:
        return None
    if not decision.startswith("dec_") or len(shown) < TAG_SHOWN:
        return None
    return shown + bytes(TAG_BYTES - TAG_SHOWN), shown + b"\xff" * (TAG_BYTES - TAG_SHOWN)


def microseconds(at: datetime) -> int:
    """Return an instant in microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    """Return the instant that lies so many microseconds after 1970."""
    return _EPOCH + at * _MICROSECOND


def _rest(decision: Decision) -> Rest:
    return Rest(*(getattr(decision, name) for name in Rest.__struct_fields__))


def _fuses(caution: Caution) -> Fuses:
    return Fuses(sorted(caution.braked), dict(caution.spent), sorted(caution.warned))


def _told(reading: SignalReading) -> Any:  # noqa: ANN401 - a signal's value, or its size in a list of one
    hidden = reading.value is None and reading.size is not None
    return [reading.size] if hidden else reading.value
