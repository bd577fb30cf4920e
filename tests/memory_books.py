"""Memories for tests: the environments of a book without lists, with the memory's functions declared."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from bylaw.engine.environment import environment_for
from bylaw.engine.memory.acquaintance import Acquaintance
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.counters import Counter, kind_counters
from bylaw.engine.memory.functions import FUNCTIONS, VARIABLE
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory, Spec, spec_of
from bylaw.engine.memory.reader import Reader
from bylaw.engine.memory.reads import bind
from bylaw.events.event import Event
from bylaw.events.kinds import KINDS
from bylaw.rules.cel.condition import Condition, compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.types import DYN
from bylaw.rules.cel.values import Value

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = Keys(b"sixteen bytes at least")
ENVIRONMENTS: Mapping[str, Environment] = {
    name: Environment(environment_for(kind, {}).variables, FUNCTIONS) for name, kind in KINDS.items()
}
KIND_COUNTERS = kind_counters(ENVIRONMENTS)


def after(seconds: float) -> datetime:
    """A time so many seconds after START."""
    return START + timedelta(seconds=seconds)


def bound(source: str, kind: str, counters: Iterable[Counter] = ()) -> Condition:
    """A condition on events of a kind, bound to the memory; it may come to any type."""
    condition = compile_condition(source, ENVIRONMENTS[kind], expected=DYN)
    return bind(condition, counters_with(counters), KINDS)


def counters_with(counters: Iterable[Counter]) -> Mapping[str, Counter]:
    return {**KIND_COUNTERS, **{counter.id: counter for counter in counters}}


def spec_for(
    conditions: Iterable[Condition],
    counters: Iterable[Counter] = (),
    acquaintance: Acquaintance | None = None,
    book: str = "sha256:0",
) -> Spec:
    return spec_of(book, conditions, counters_with(counters), acquaintance)


def memory_for(
    *conditions: Condition, counters: Iterable[Counter] = (), limits: Limits | None = None
) -> Memory:
    return Memory(spec_for(conditions, counters), KEYS, limits)


def asked(condition: Condition, event: Event, reader: Reader) -> Value:
    """What a bound condition comes to."""
    return evaluate(condition.tree, {"event": event, VARIABLE: reader})


def decided(memory: Memory, condition: Condition, events: Iterable[Event]) -> list[Value]:
    """What a condition comes to for each event, each observed when it was asked; they arrive as they happen."""
    values = []
    for event in events:
        values.append(asked(condition, event, memory.reader(event, event.at)))
        memory.observe(event, event.at)
    return values
