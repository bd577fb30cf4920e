"""How rules are doing: in the last days, as people found them, and what they cost."""

from collections.abc import Iterable, Iterator
from statistics import median
from typing import Final, NamedTuple

from bylaw.cases import quality
from bylaw.drafts import costs
from bylaw.drafts.costs import Measurement
from bylaw.engine.recording import microseconds
from bylaw.finding.hours import by_name, period
from bylaw.rules.rule import Rule
from bylaw.web.console.clauses import Words, words_of
from bylaw.web.service import Service

DAYS: Final = 7  # of hits
DEAR: Final = 5  # times the median: what the dearest rule costs to be marked
COMPARED: Final = 3  # rules that must have been measured for that


class Doing(NamedTuple):
    """A rule, and how it is doing: hits now and before, in shadow, what people found wrong, whether it is braked, and its cost.

    ``bound`` is how many steps it may take, ``measured`` what it took; ``dear``: far more than other rules.
    """

    rule: Rule
    words: Words | None
    hits: int
    before: int
    shadow: int
    seen: int
    reversals: float | None
    braked: bool
    bound: int
    measured: Measurement | None
    dear: bool

    @property
    def microseconds(self) -> float | None:
        """What it cost an event when it was measured last."""
        return self.measured.nanoseconds / 1_000 if self.measured else None

    @property
    def standing(self) -> str:
        """The word for how far it reaches."""
        return "braked" if self.braked else self.rule.mode.value


def doing(service: Service, rules: Iterable[Rule]) -> Iterator[Doing]:
    """Yield how rules are doing, in their order."""
    wanted = list(rules)
    within = period(microseconds(service.clock()), DAYS * 24)
    with service.reading.records.reading() as core:
        hits, before = by_name(core, "rule", within), by_name(core, "rule", within.before)
        shadow = by_name(core, "shadow", within)
        measured = costs.latest(core)
        known = {one.name: one for one in quality.figures(core, "rule", [rule.id for rule in wanted])}
    dearest = _dearest(measured[one.id] for one in service.desk.book.rules if one.id in measured)
    braked = service.desk.office.decider.braked
    words = {one.clause: one for one in words_of(service, (rule.clauses[0] for rule in wanted))}
    for rule in wanted:
        figure = known.get(rule.id)
        yield Doing(
            rule,
            words.get(rule.clauses[0]),
            hits[rule.id],
            before[rule.id],
            shadow[rule.id],
            figure.seen if figure else 0,
            figure.reversal_rate if figure else None,
            rule.id in braked,
            max(condition.cost for condition in rule.conditions.values()),
            measured.get(rule.id),
            rule.id == dearest,
        )


def _dearest(measured: Iterable[Measurement]) -> str:
    """Return the rule that costs far more than others; empty, if none does."""
    several = sorted(measured, key=lambda one: one.nanoseconds)
    if len(several) < COMPARED or several[-1].nanoseconds < DEAR * median(one.nanoseconds for one in several):
        return ""
    return several[-1].rule
