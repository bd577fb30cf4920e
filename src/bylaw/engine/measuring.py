"""What each rule costs, measured alone on events that were decided, with what came before them.

``clock`` tells nanoseconds, CPU time at best; ``rest`` is called between steps that take a few milliseconds each, and may
raise. Nothing else here depends on the machine.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from bylaw.base.errors import IntegrityError
from bylaw.engine.archive import Archive, Damage
from bylaw.engine.basis import Basis
from bylaw.engine.charter import Charter
from bylaw.engine.compiled import alone, judge
from bylaw.engine.matching import Bindings
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.recording import read_body
from bylaw.engine.situation import KEY_BYTES, situation_of
from bylaw.engine.watch import unwatched
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of
from bylaw.records.fact import Row
from bylaw.records.vault.uses import Destroyed
from bylaw.rules.compile.profile import profile

MOST: Final = 200  # events of a kind: the last ones
LEAST: Final = 20  # of a kind of which there are fewer nothing is measured
REACH: Final = 5_000  # facts that are looked through, from the last one back
MOST_BYTES: Final = 16 << 20  # of contents opened for one measurement
PART: Final = 100  # facts read between two rests
TOGETHER: Final = 20  # events of a kind measured in one go, by what was remembered before the first of them

Clock = Callable[[], int]
Rest = Callable[[], None]
Runs = Mapping[str, Callable[[Bindings], object]]  # what evaluates a rule on one event, by the rule's id


class Cost(NamedTuple):
    """What a rule costs an event: nanoseconds, the mean over so many events of its kinds."""

    rule: str
    events: int
    nanoseconds: int


def sampled(archive: Archive, charter: Charter, rest: Rest, head: int) -> list[Event]:
    """Return the last decided events of each kind that can be read, in order, as a book knows them.

    What is gone or damaged is left out, and so is what the book does not watch. Memory: ``MOST_BYTES`` of contents.
    """
    found: list[Event] = []
    counts: Counter[str] = Counter()
    size, least = 0, max(1, head - REACH + 1)
    for last in range(head, least - 1, -PART):
        rest()
        for row in reversed(list(archive.decided(max(least, last - PART + 1), last))):
            event = _read(archive, charter, row, counts)
            if event is not None:
                found.append(event)
                counts[kind_of(event)] += 1
                size += len(row.sealed or b"") if isinstance(row, Row) else 0
            if size >= MOST_BYTES:
                return found[::-1]
    return found[::-1]


def _read(archive: Archive, charter: Charter, row: Row | Damage, counts: Mapping[str, int]) -> Event | None:
    try:
        if isinstance(row, Damage) or counts.get((told := read_body(row)).kind, 0) >= MOST:
            return None
        event = charter.fitting(archive.recall(row, told).event)
    except (Destroyed, IntegrityError):
        return None
    if event is None or unwatched(event, kind_of(event), charter.basis.memory.switches):
        return None
    return event


def measured(basis: Basis, events: Sequence[Event], clock: Clock, rest: Rest) -> list[Cost]:
    """Return what the rules of a book cost on events, which came in this order: the dearest first.

    A rule on kinds of which there are fewer than ``LEAST`` events is left out.
    """
    memory = Memory(basis.memory, Keys(bytes(KEY_BYTES)), judge=judge(basis))
    parts = _parts(basis, events)
    runs = {kind: _runs(basis, kind, rest) for kind in {kind_of(part[0]) for part in parts.values()}}
    spent: dict[str, list[tuple[int, float]]] = {}
    for place, event in enumerate(events):
        part = parts.get(place)
        if part is not None:
            given = partial(_situations, part, basis, memory)
            for rule, run in runs[kind_of(event)].items():
                [row] = profile({rule: run}, given, clock)
                spent.setdefault(rule, []).append((len(part), row.microseconds))
                rest()
        memory.observe(event, event.at, situation_of(event, basis, memory.reader(event, event.at)).bindings)
    costs = (_cost(rule, several) for rule, several in spent.items())
    return sorted(costs, key=lambda cost: (-cost.nanoseconds, cost.rule))


def _parts(basis: Basis, events: Sequence[Event]) -> dict[int, list[Event]]:
    """Return the events that are measured together, by the place of the first of them."""
    places: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        places.setdefault(kind_of(event), []).append(place)
    return {
        some[start]: [events[place] for place in some[start : start + TOGETHER]]
        for kind, some in places.items()
        if len(some) >= LEAST and basis.rules[kind]
        for start in range(0, len(some), TOGETHER)
    }


def _runs(basis: Basis, kind: str, rest: Rest) -> Runs:
    runs = {}
    for rule in basis.rules[kind]:
        runs[rule.id] = alone(basis, kind, rule)
        rest()
    return runs


def _situations(events: Sequence[Event], basis: Basis, memory: Memory) -> list[Bindings]:
    return [situation_of(event, basis, memory.reader(event, event.at)).bindings for event in events]


def _cost(rule: str, several: Sequence[tuple[int, float]]) -> Cost:
    events = sum(count for count, _ in several)
    mean = sum(count * microseconds for count, microseconds in several) / events
    return Cost(rule, events, round(mean * 1_000))
