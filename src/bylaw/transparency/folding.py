"""The fold: from facts, in their order, to the account of their period. Pure, but for what ``origins`` looks up.

Facts of one commit have one instant and stay together, so that what a rule did is counted with the event it was about.
What refers to earlier facts waits, as a number or an id, until the end.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

import msgspec

from bylaw.cases import model as cases
from bylaw.enforcement import model as enforcement
from bylaw.enforcement.model import Action
from bylaw.engine.recording import KIND as EVENT
from bylaw.notices import model as notices
from bylaw.transparency.model import (
    DAY,
    SECOND,
    Account,
    By,
    Daily,
    Decided,
    Lasted,
    Measure,
    Objection,
    Source,
    Told,
)
from bylaw.transparency.origins import REPORTED, SEEN, Event, Found, Origins, Wanted, counted, demand_few

LODGED: Final = "appeal.lodged"
ANSWERED: Final = "appeal.decided"
LIMITED: Final = "appeal.limited"
NOTICE: Final = "notice"
APPEAL: Final = "appeal"
REVERSAL: Final = "reversal"
CASE: Final = "case:"
_CHECKED_EVERY: Final = 10_000  # facts that wait


class Lodged(msgspec.Struct, frozen=True):
    """What is read of ``appeal.lodged``."""

    effects: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    automated: bool = False


class Answered(msgspec.Struct, frozen=True):
    """What is read of ``appeal.decided``. ``waited``: microseconds since it was lodged."""

    outcome: str
    effects: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    automated: bool = False
    unfounded: bool = False
    waited: int = 0


class Folding:
    """An account in the making."""

    def __init__(self) -> None:
        self._account = Account()
        self._wanted = Wanted()
        self._now = 0  # the instant of the commit that is read
        self._events: dict[int, Event] = {}  # of this commit, that rules spoke about
        self._later: list[Callable[[Found], None]] = []

    def add(self, fact: Told) -> None:
        """Count a fact."""
        if fact.at != self._now:
            self._now = fact.at
            self._events.clear()
        self._account.facts[fact.kind] += 1
        count = _COUNTS.get(fact.kind)
        if count is not None:
            count(self, fact)

    def finish(self, origins: Origins) -> Account:
        """Return the account, once what it refers to is looked up."""
        if self._later:
            found = origins.find(self._wanted)
            for count in self._later:
                count(found)
        return self._account

    # -- what facts say

    def event(self, fact: Told) -> None:
        """Count a decided event."""
        seen, account = SEEN.decode(fact.body), self._account
        account.events[By(seen.kind, "all")] += 1
        account.days[Daily(fact.at // DAY, "events")] += 1
        if seen.kind == REPORTED:
            account.clauses[By(_first(seen.clauses), "notices")] += 1
            account.days[Daily(fact.at // DAY, "notices")] += 1
        if seen.degraded:
            account.events[By(seen.kind, "degraded")] += 1
        if not seen.silent:
            account.events[By(seen.kind, "spoke")] += 1
            self._events[fact.seq] = Event(seen.kind, fact.at, True)
            account.clauses.update(By(clause, "cited") for clause in seen.clauses)
            account.rules.update(By(rule, "matched") for rule in seen.rules)
            account.rules.update(By(rule, "shadow") for rule in seen.shadow)

    def resolved(self, fact: Told) -> None:
        """Count what is done about an event or an account."""
        said = _RESOLVED.decode(fact.body)
        event = self._events.get(said.source)
        if said.source and event is None:
            self._wanted.events.add(said.source)
            self._wait(lambda found: self._resolve(fact.at, said, found.events.get(said.source)))
        else:
            self._resolve(fact.at, said, event)

    def approved(self, fact: Told) -> None:
        """Count what people agreed to: now it is in force."""
        said = _APPROVED.decode(fact.body)
        if said.enough:
            self._refer(said.action.action, lambda found: self._agree(fact.at, said.action, found))

    def undone(self, fact: Told) -> None:
        """Count what is taken back."""
        for inverse in _UNDONE.decode(fact.body).inverses:
            self._refer(inverse.undoes, partial(self._reverse, fact.at, inverse))

    def decided(self, fact: Told) -> None:
        """Count a verdict of a person, or that a case was closed by what was decided elsewhere."""
        said = _VERDICT.decode(fact.body)
        self._wanted.cases.add(said.case)
        self._wait(lambda found: self._judge(fact.at, said, found))

    def raised(self, fact: Told) -> None:
        """Count that something is to be looked at."""
        self._account.cases[By(_RAISED.decode(fact.body).what, "raised")] += 1

    def noted(self, fact: Told) -> None:
        """Count a case that was not decided in time, or a verdict that was withdrawn before it left."""
        self._account.cases[By("", fact.kind.partition(".")[2])] += 1

    def lodged(self, fact: Told) -> None:
        """Count an objection."""
        said = _LODGED.decode(fact.body)
        self._account.days[Daily(fact.at // DAY, "appeals")] += 1
        self._object("lodged", said)

    def answered(self, fact: Told) -> None:
        """Count the answer to an objection."""
        said = _ANSWERED.decode(fact.body)
        self._object(said.outcome, said)
        if said.unfounded:
            self._object("unfounded", said)
        self._last(APPEAL, _first(said.clauses), said.waited)

    def limited(self, fact: Told) -> None:
        """Count that somebody's objections are not taken for a while."""
        self._account.limits[fact.kind] += 1

    def told(self, fact: Told) -> None:
        """Count what became of a statement of reasons."""
        self._account.notices[fact.kind.partition(".")[2]] += 1

    def withheld(self, fact: Told) -> None:
        """Count a statement that is not told, by its ground."""
        self._account.notices[f"withheld: {_SUPPRESSED.decode(fact.body).ground.value}"] += 1

    # --

    def _wait(self, count: Callable[[Found], None]) -> None:
        self._later.append(count)
        if len(self._later) % _CHECKED_EVERY == 0:
            demand_few(self._wanted)

    def _refer(self, action: str, count: Callable[[Found], None]) -> None:
        self._wanted.actions.add(action)
        self._wait(count)

    def _resolve(self, at: int, said: enforcement.Resolved, event: Event | None) -> None:
        acted = False
        for action in said.actions:
            if not action.awaiting and not action.undoes:  # what ends by itself is no measure
                measure = counted(action, said.by, event)
                self._measure(at, action, measure)
                if measure.source is Source.NOTICE and not acted and event:
                    self._last(NOTICE, measure.clause, at - event.at)
                    acted = True

    def _agree(self, at: int, action: Action, found: Found) -> None:
        begun = found.actions.get(action.action)
        usual = Measure(action.effect, _first(action.clauses), Source.OWN, True, Decided.PARTLY, False)
        self._measure(at, action, begun.measure if begun else usual)

    def _measure(self, at: int, action: Action, measure: Measure) -> None:
        account = self._account
        account.measures[measure] += 1
        account.days[Daily(at // DAY, measure.effect)] += 1
        account.clauses.update(By(clause, "measures") for clause in action.clauses)
        account.rules.update(By(rule, "measures") for rule in action.rules)

    def _reverse(self, at: int, inverse: Action, found: Found) -> None:
        begun, account = found.actions.get(inverse.undoes), self._account
        if begun is None or not begun.stood:
            return
        account.reversals[begun.measure] += 1
        account.days[Daily(at // DAY, "reversals")] += 1
        account.clauses.update(By(clause, "reversals") for clause in inverse.clauses)
        account.rules.update(By(rule, "reversals") for rule in inverse.rules)
        self._last(REVERSAL, begun.measure.clause, at - begun.at)

    def _judge(self, at: int, said: "Verdict", found: Found) -> None:
        opened = found.cases.get(said.case)
        what = opened.what if opened else ""
        self._account.cases[By(what, said.outcome)] += 1
        if opened:
            self._last(f"{CASE}{what}", opened.clause, at - opened.at)

    def _object(self, became: str, said: Lodged | Answered) -> None:
        key = Objection(became, _first(said.effects), _first(said.clauses), said.automated)
        self._account.appeals[key] += 1

    def _last(self, what: str, clause: str, micros: int) -> None:
        self._account.times[Lasted(what, clause, max(micros, 0) // SECOND)] += 1


class Verdict(msgspec.Struct, frozen=True):
    """What is read of ``case.decided`` and ``case.closed``."""

    case: str
    outcome: str


_RESOLVED: Final = msgspec.json.Decoder(enforcement.Resolved)
_APPROVED: Final = msgspec.json.Decoder(enforcement.Approved)
_UNDONE: Final = msgspec.json.Decoder(enforcement.Undone)
_SUPPRESSED: Final = msgspec.json.Decoder(notices.Suppressed)
_RAISED: Final = msgspec.json.Decoder(cases.Raised)
_VERDICT: Final = msgspec.json.Decoder(Verdict)
_LODGED: Final = msgspec.json.Decoder(Lodged)
_ANSWERED: Final = msgspec.json.Decoder(Answered)
_COUNTS: Final[Mapping[str, Callable[[Folding, Told], None]]] = {
    EVENT: Folding.event,
    enforcement.RESOLVED: Folding.resolved,
    enforcement.APPROVED: Folding.approved,
    enforcement.UNDONE: Folding.undone,
    cases.RAISED: Folding.raised,
    cases.DECIDED: Folding.decided,
    cases.CLOSED: Folding.decided,
    cases.BREACHED: Folding.noted,
    cases.WITHDRAWN: Folding.noted,
    LODGED: Folding.lodged,
    ANSWERED: Folding.answered,
    LIMITED: Folding.limited,
    notices.PLANNED: Folding.told,
    notices.DELIVERED: Folding.told,
    notices.BOUNCED: Folding.told,
    notices.FAILED: Folding.told,
    notices.SUPPRESSED: Folding.withheld,
}


def fold(facts: Iterable[Told], origins: Origins) -> Account:
    """Return the account of facts: those of whole commits, in the order of the ledger.

    Raises:
        InputError: more refers to earlier facts than is held in memory.
    """
    folding = Folding()
    for fact in facts:
        folding.add(fact)
    return folding.finish(origins)


def _first(names: tuple[str, ...]) -> str:
    return names[0] if names else ""
