"""The memory of the engine: what came before an event, as far as some rule can ask for it.

For each event in the order of decision: ``reader`` for its rules, then ``observe``. A reading therefore
holds everything before the event and never the event itself, whatever the size of batches: the 21st message
of a burst reads 20. A window of length D reaches from D before the event (open) to LATENESS after it.

Knows no clock: both times of an event are arguments. The state is a function of what was observed, in order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from msgspec import UNSET

from bylaw.base.errors import InputError
from bylaw.engine.memory.acquaintance import Acquaintance
from bylaw.engine.memory.bounds import TABLES, Limits
from bylaw.engine.memory.counters import Bindings, Counter, key_reader
from bylaw.engine.memory.functions import QUESTIONS
from bylaw.engine.memory.keys import BYTES, Keys
from bylaw.engine.memory.moments import Oddity, moment, settled
from bylaw.engine.memory.reader import Asked, Reader
from bylaw.engine.memory.reads import Read, reads_in
from bylaw.engine.memory.relations import Relations
from bylaw.engine.memory.stores import Answer, Name, Store, Take, answer, store, taker
from bylaw.engine.memory.texts import signature
from bylaw.engine.watch import Switches, unwatched
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of
from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.values import CelError, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What is to be remembered: all that the rules of a book read, the counters they name, and of which events nothing."""

    book: str  # its digest
    reads: frozenset[Read]
    counters: Mapping[str, Counter]
    acquaintance: Acquaintance
    switches: Switches = field(default_factory=dict)

    def windows(self) -> Mapping[Name, int]:
        """Return the tables that are needed, with the longest window over each, in microseconds."""
        longest: dict[Name, int] = {}
        for read in sorted(self.reads):
            if read.counter:
                name = (read.table, read.counter, read.field)
                longest[name] = max(longest.get(name, 0), read.window)
        return longest


def spec_of(
    book: str,
    conditions: Iterable[Condition],
    counters: Mapping[str, Counter],
    acquaintance: Acquaintance | None = None,
    switches: Switches | None = None,
) -> Spec:
    """Return what must be remembered for conditions that were bound to these counters.

    Raises:
        InputError: ``memory.too_many``, they read more than TABLES tables.
    """
    reads = frozenset(read for condition in conditions for read in reads_in(condition))
    spec = Spec(
        book=book,
        reads=reads,
        counters=counters,
        acquaintance=acquaintance or Acquaintance(),
        switches=switches or {},
    )
    if len(spec.windows()) > TABLES:
        message = f"the rules read more than {TABLES} different tables of the memory"
        raise InputError("memory.too_many", message, hint="read fewer counters and fields")
    return spec


class Observation(NamedTuple):
    """How an event entered: its moment, what was odd about its times, and counters that erred on it.

    ``erred`` holds counters and CEL's codes: such an event is not counted there.
    """

    at: int
    odd: tuple[Oddity, ...]
    erred: tuple[tuple[str, str], ...]


Asks = Callable[[Bindings], Value]
Judge = Callable[[Condition, str], Asks]  # of a condition or a key on a kind of event


def interpreted(condition: Condition, _kind: str) -> Asks:
    """Return what tells the value of an expression, as the interpreter does; it raises ``CelError``."""
    return lambda bindings: evaluate(condition.tree, bindings)


_TABLES = {name: question.table for name, question in QUESTIONS.items()}


class _Plan(NamedTuple):
    counter: str
    where: Asks | None
    key: Callable[[Any, Bindings], Any]
    takes: tuple[Take, ...]


class Memory:
    """Tables for what a book reads, and relations."""

    def __init__(
        self, spec: Spec, keys: Keys, limits: Limits | None = None, judge: Judge = interpreted
    ) -> None:
        """Start with nothing remembered. ``judge`` evaluates the conditions and keys of counters."""
        self.spec = spec
        self._judge = judge
        self.keys = keys
        self.last = 0  # arrival
        windows = spec.windows()
        bounds = (limits or Limits()).shared(len(windows))
        self.tables: dict[Name, Store] = {
            name: store(name, window, bounds) for name, window in windows.items()
        }
        asked = any(read.table == "relations" for read in spec.reads)
        self.relations = Relations(spec.acquaintance, keys, bounds) if asked else None
        self._signed = lru_cache(2)(partial(signature, keys=keys))  # read for an event's rules, then observed
        self._plans = self._planned()

    def reader(self, event: Event, arrived: datetime) -> Reader:
        """Return what answers an event's rules; to be used before the next event is observed."""
        at, _, _ = self._settle(event.at, arrived)
        return Reader(self.keys, partial(self._answer, at))

    def observe(self, event: Event, arrived: datetime, bindings: Bindings | None = None) -> Observation:
        """Take in an event after its rules have read.

        Args:
            event: each once.
            arrived: when the service got it; ``event.at`` where that is not known, as in an archive.
            bindings: the names that the counters' conditions use, as for rules; the event alone if none.
        """
        at, odd, self.last = self._settle(event.at, arrived)
        kind = kind_of(event)
        if unwatched(event, kind, self.spec.switches):
            return Observation(at, odd, ())
        if self.relations:
            self.relations.observe(event, at)
        plans = self._plans.get(kind)
        if not plans:
            return Observation(at, odd, ())
        return Observation(at, odd, tuple(self._count(plans, event, at, bindings or {"event": event})))

    def _settle(self, happened: datetime, arrived: datetime) -> tuple[int, tuple[Oddity, ...], int]:
        then = moment(happened)
        arrival = then if arrived is happened else moment(arrived)
        return *settled(then, arrival, self.last), arrival

    def _count(
        self, plans: Iterable[_Plan], event: Event, at: int, bindings: Bindings
    ) -> list[tuple[str, str]]:
        erred = []
        for plan in plans:
            try:
                if plan.where is not None and plan.where(bindings) is not True:
                    continue
                key = plan.key(event, bindings)
            except CelError as error:
                erred.append((plan.counter, error.code))
                continue
            if key is not UNSET:
                digest = self.keys.of(key)
                for take in plan.takes:
                    take(event, digest, at)
        return erred

    def _answer(self, at: int, asked: Asked, text: str) -> Answer:
        function, counter, field, key, window = asked
        if self.relations and not counter:
            reasons = self.relations.evidence(key[:BYTES], key[BYTES:], at)
            return reasons if function == "related_by" else bool(reasons)
        kept = self.tables.get((_TABLES[function], counter, field))
        if kept is None:
            raise CelError("not_kept", f"no rule of this book reads `{function}` of `{counter}`")
        return answer(
            function, kept, self._signed(text) if function == "near_duplicates" else key, at, window
        )

    def _planned(self) -> Mapping[str, tuple[_Plan, ...]]:
        plans: dict[str, list[_Plan]] = {}
        for counter_id in sorted({counter for _, counter, _ in self.tables}):
            counter = self.spec.counters[counter_id]
            takes = tuple(
                taker(name, kept, self.keys, self._signed)
                for name, kept in sorted(self.tables.items(), key=_by_name)
                if name[1] == counter_id
            )
            for kind, by in counter.by.items():
                where = counter.where[kind]
                asks = self._judge(where, kind) if where else None
                plan = _Plan(counter_id, asks, key_reader(by) or self._key(by, kind), takes)
                plans.setdefault(kind, []).append(plan)
        return {kind: tuple(several) for kind, several in plans.items()}

    def _key(self, by: Condition, kind: str) -> Callable[[Any, Bindings], Any]:
        value = self._judge(by, kind)
        return lambda _, bindings: value(bindings)


def _by_name(row: tuple[Name, Store]) -> Name:
    return row[0]
