"""Fuses: what keeps a runaway rule from doing much harm before somebody looks.

Two of them. A *quota* bounds how often an effect is planned in a day, for the whole operator. The *brake*
turns a young rule to shadow when it matches, or errs on, a large share of the events it sees; it stays so
until the book changes. Both follow event time and the order of events, so the same stream trips them at the same
event, and what they say about an event is an input of its decision and stands in it.

Source: the daily quotas of Bluesky's automod, the emergency disabling of MediaWiki's AbuseFilter.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from bylaw.engine.decision import Decision
from bylaw.rules.rule import Mode, Rule

YOUNG = timedelta(days=3)  # from the day that the rule states as ``since``
BRAKE_SHARE = 0.05  # of the events that the rule saw while young
BRAKE_MATCHES = 50  # up to here a share says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """What is said before an event is decided: rules that are braked, effects whose quota is used up.

    ``warned`` are rules of which the author was warned, and who insists (``insisting``).
    """

    braked: frozenset[str] = frozenset()
    spent: Mapping[str, int] = field(default_factory=dict)  # effect → its quota
    warned: frozenset[str] = frozenset()

    @property
    def fused(self) -> bool:
        """Whether a fuse speaks."""
        return bool(self.braked or self.spent)

    def with_warned(self, warned: frozenset[str]) -> "Caution":
        """Return the same, said of an author who was warned."""
        return replace(self, warned=warned) if warned else self

    def without_fuses(self) -> "Caution":
        """Return the same, had no fuse spoken."""
        return NO_CAUTION.with_warned(self.warned)


NO_CAUTION = Caution()


class Fuses(NamedTuple):
    """The state of the fuses as a value: counts by effect and by rule, the rules braked, the day it is."""

    planned: dict[str, int]
    seen: dict[str, int]
    matched: dict[str, int]
    braked: list[str]
    day: str


class Brakes:
    """The state of the fuses: a count for each effect with a quota, two for each young rule."""

    def __init__(self, quotas: Mapping[str, int], rules: Mapping[str, Iterable[Rule]]) -> None:
        """Start with nothing spent.

        Args:
            quotas: effect → how often it may be planned in a day (UTC).
            rules: the rules by event kind; those that state no ``since`` are never young.
        """
        self._quotas = quotas
        self._young = {kind: tuple(r for r in some if _may_be_young(r)) for kind, some in rules.items()}
        self._seen: Counter[str] = Counter()
        self._matched: Counter[str] = Counter()
        self._planned: Counter[str] = Counter()
        self._braked: frozenset[str] = frozenset()
        self._day = date.min
        self._caution = NO_CAUTION

    def caution(self, at: datetime) -> Caution:
        """Return what the fuses say about an event at an instant."""
        day = at.date()
        if day > self._day:
            self._day = day
            if self._planned:
                self._planned.clear()
                self._tell()
        return self._caution

    def observe(self, decision: Decision) -> frozenset[str]:
        """Count a decision; return the rules that it tripped the brake of."""
        if decision.unwatched:
            return frozenset()
        young = self._young.get(decision.kind, ())
        if not (young or (self._quotas and decision.effects)):
            return frozenset()
        spent = [planned.effect for planned in decision.effects if planned.effect in self._quotas]
        self._planned.update(spent)
        tripped = frozenset(rule.id for rule in young if self._trips(rule, decision))
        self._braked |= tripped
        if spent or tripped:
            self._tell()
        return tripped

    def dump(self) -> Fuses:
        """Return the state."""
        braked, day = sorted(self._braked), self._day.isoformat()
        return Fuses(dict(self._planned), dict(self._seen), dict(self._matched), braked, day)

    def load(self, state: Fuses) -> None:
        """Go on from a state."""
        self._planned, self._seen, self._matched = map(Counter, state[:3])
        self._braked = frozenset(state.braked)
        self._day = date.fromisoformat(state.day)
        self._tell()

    def _trips(self, rule: Rule, decision: Decision) -> bool:
        if rule.id in self._braked or not is_young(rule, decision.at):
            return False
        self._seen[rule.id] += 1
        self._matched[rule.id] += rule.id in decision.rules or _erred(rule, decision)
        matched = self._matched[rule.id]
        return matched > BRAKE_MATCHES and matched > BRAKE_SHARE * self._seen[rule.id]

    def _tell(self) -> None:
        spent = {effect: quota for effect, quota in self._quotas.items() if self._planned[effect] >= quota}
        self._caution = Caution(braked=self._braked, spent=spent)


def _erred(rule: Rule, decision: Decision) -> bool:
    return any(d.rule == rule.id and d.code.startswith("rule.") for d in decision.diagnostics)


def is_young(rule: Rule, at: datetime) -> bool:
    """Tell whether an event falls into a rule's first days."""
    if rule.since is None:
        return False
    return timedelta() <= at - datetime.combine(rule.since, time(), UTC) < YOUNG


def _may_be_young(rule: Rule) -> bool:
    return rule.since is not None and rule.mode is Mode.ENFORCE
