"""What a fact refers to that was recorded before it: the event of an order, the action that is undone, the case decided.

An account counts a reversal under what the action was counted under, wherever in the ledger that is. Who has the record
looks it up; who has an export reads it from the beginning. Both find the same.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import msgspec
import sqlalchemy as sa

from bylaw.base.errors import InputError
from bylaw.cases.machine import case_of
from bylaw.cases.model import RAISED, Raised
from bylaw.cases.tables import CASES
from bylaw.enforcement.acting import SYSTEM
from bylaw.enforcement.folding import ACTIONS, APPROVALS
from bylaw.enforcement.machine import APPROVERS
from bylaw.enforcement.model import APPROVED, RESOLVED, Action, Approved, Resolved
from bylaw.engine.recording import KIND as DECIDED
from bylaw.records.records import Records
from bylaw.transparency.model import Decided, Measure, Source, Told

REPORTED: Final = "report.received"
MAX_WANTED: Final = 500_000  # things of one period that are looked up; about 500 bytes each
AT_ONCE: Final = 500  # looked up in one statement


class Event(NamedTuple):
    """A decided event: its kind, when it was recorded, and whether a rule said something about it."""

    kind: str
    at: int
    spoke: bool


class Begun(NamedTuple):
    """An action as it is counted, and when it was recorded; ``stood``: it came into force."""

    measure: Measure
    at: int
    stood: bool


class Opened(NamedTuple):
    """A case: why it is looked at, the first clause it is on, and when it was raised."""

    what: str
    clause: str
    at: int


@dataclass(slots=True)
class Wanted:
    """What is to be looked up: numbers of facts, ids of actions, ids of cases."""

    events: set[int] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.events) + len(self.actions) + len(self.cases)


@dataclass(slots=True)
class Found:
    """What was found, by what it was looked up by; what the ledger does not have is left out."""

    events: dict[int, Event] = field(default_factory=dict)
    actions: dict[str, Begun] = field(default_factory=dict)
    cases: dict[str, Opened] = field(default_factory=dict)


class Origins(Protocol):
    """Whoever can look up what was recorded earlier."""

    def find(self, wanted: Wanted) -> Found:
        """Return it."""


class Seen(msgspec.Struct, frozen=True):
    """What is read of a decided event."""

    kind: str
    silent: bool = True
    degraded: bool = False
    clauses: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()


SEEN: Final = msgspec.json.Decoder(Seen)
_RESOLVED: Final = msgspec.json.Decoder(Resolved)
_RAISED: Final = msgspec.json.Decoder(Raised)
_APPROVED: Final = msgspec.json.Decoder(Approved)


class Act(NamedTuple):
    """An action, and what the fact that made it says of it."""

    action: Action
    by: str
    source: int
    at: int
    agreed: bool = False  # as many people as it needs


def counted(action: Action, by: str, event: Event | None) -> Measure:
    """Return what an action is counted under; ``event`` is the one that it is about, ``by`` who ordered it."""
    person = by not in {"", SYSTEM}
    decided = Decided.PERSON if person else Decided.PARTLY if action.awaiting else Decided.FULLY
    return Measure(
        effect=action.effect,
        clause=action.clauses[0] if action.clauses else "",
        source=Source.NOTICE if event and event.kind == REPORTED else Source.OWN,
        machine=not person or (event is not None and event.spoke),
        decided=decided,
        repeat=bool(action.rung),
    )


class _Looking(ABC):
    """What both ways share: from what the ledger says to what is counted."""

    def find(self, wanted: Wanted) -> Found:
        """Return what was recorded.

        Raises:
            InputError: more is wanted than is held in memory.
        """
        demand_few(wanted)
        acts = self.acts(wanted.actions)
        events = self.events(wanted.events | {act.source for act in acts.values() if act.source})
        actions = {
            name: Begun(
                counted(act.action, act.by, events.get(act.source)),
                act.at,
                not act.action.awaiting or act.agreed,
            )
            for name, act in acts.items()
        }
        return Found(events, actions, self.opened(wanted.cases))

    @abstractmethod
    def acts(self, actions: Collection[str]) -> dict[str, Act]:
        """Return actions by their ids."""

    @abstractmethod
    def events(self, seqs: Collection[int]) -> dict[int, Event]:
        """Return decided events by the numbers of their facts."""

    @abstractmethod
    def opened(self, cases: Collection[str]) -> dict[str, Opened]:
        """Return cases by their ids."""


class InRecord(_Looking):
    """Looks up in a record, by the tables of the rooms."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def acts(self, actions: Collection[str]) -> dict[str, Act]:
        """Return actions by their ids."""
        found: dict[str, Act] = {}
        for some in _parts(sorted(actions)):
            with self._records.reading() as core:
                where = ACTIONS.c.action.in_(some)
                seqs = set(core.scalars(sa.select(ACTIONS.c.seq).where(where)))
                query = sa.select(APPROVALS.c.action).where(APPROVALS.c.action.in_(some))
                agreed = Counter(core.scalars(query))
            for row in map(self._records.row, sorted(seqs)):
                for name, act in _acts(row, set(some)):
                    people = agreed[name] + bool(act.by)
                    found[name] = act._replace(agreed=people >= APPROVERS)
        return found

    def events(self, seqs: Collection[int]) -> dict[int, Event]:
        """Return decided events by their numbers."""
        return dict(_events(map(self._records.row, sorted(seqs))))

    def opened(self, cases: Collection[str]) -> dict[str, Opened]:
        """Return cases by their ids."""
        found: dict[str, Opened] = {}
        for some in _parts(sorted(cases)):
            with self._records.reading() as core:
                query = sa.select(CASES.c.case, CASES.c.seq).where(CASES.c.case.in_(some))
                places = core.execute(query).all()
            found |= {place.case: _opened(self._records.row(place.seq)) for place in places}
        return found


class InFacts(_Looking):
    """Looks up by reading facts from the first on; ``facts`` begins anew each time it is called."""

    def __init__(self, facts: Callable[[], Iterable[Told]]) -> None:
        self._facts = facts

    def acts(self, actions: Collection[str]) -> dict[str, Act]:
        """Return actions by their ids."""
        found: dict[str, Act] = {}
        for fact in self._facts() if actions else ():
            if fact.kind == RESOLVED:
                found |= dict(_acts(fact, actions))
            elif fact.kind == APPROVED:
                said = _APPROVED.decode(fact.body)
                if said.enough and said.action.action in found:
                    found[said.action.action] = found[said.action.action]._replace(agreed=True)
        return found

    def events(self, seqs: Collection[int]) -> dict[int, Event]:
        """Return decided events by their numbers."""
        return dict(_events(fact for fact in self._facts() if fact.seq in seqs)) if seqs else {}

    def opened(self, cases: Collection[str]) -> dict[str, Opened]:
        """Return cases by their ids."""
        found: dict[str, Opened] = {}
        for fact in self._facts() if cases else ():
            if fact.kind == RAISED:
                case = case_of(_RAISED.decode(fact.body))
                if case in cases:
                    found.setdefault(case, _opened(fact))
        return found


def demand_few(wanted: Wanted) -> None:
    """See to it that what is looked up fits into memory; raises ``InputError``."""
    if len(wanted) > MAX_WANTED:
        message = f"the period takes back or decides more than {MAX_WANTED:,} things"
        raise InputError("transparency.period", message, hint="report shorter periods")


def _acts(fact: Told, wanted: Collection[str]) -> Iterator[tuple[str, Act]]:
    said = _RESOLVED.decode(fact.body)
    for action in said.actions:
        if action.action in wanted:
            yield action.action, Act(action, said.by, said.source, fact.at)


def _events(facts: Iterable[Told]) -> Iterator[tuple[int, Event]]:
    for fact in facts:
        if fact.kind == DECIDED:
            seen = SEEN.decode(fact.body)
            yield fact.seq, Event(seen.kind, fact.at, not seen.silent)


def _opened(fact: Told) -> Opened:
    said = _RAISED.decode(fact.body)
    return Opened(said.what, said.clauses[0] if said.clauses else "", fact.at)


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
