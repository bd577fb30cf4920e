"""What a back-test came to. Results of parts, merged in their order, are the result of the whole."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bylaw.engine.said import Said
from bylaw.engine.verdicts import Scores

EXAMPLES: Final = 50  # events that are named
FOR_EACH: Final = 3  # decisions named for each clause, rule and effect, gained and lost
SIDES: Final = ("clauses", "rules", "effects", "shadow")


class Found(NamedTuple):
    """One event: what was said of it, and what the other book says. ``at`` is in microseconds since 1970."""

    seq: int
    decision: str
    kind: str
    at: int
    before: Said
    after: Said


class Shadow(NamedTuple):
    """A rule in shadow that matched an event: what is decided, and what would be if the rule were enforced."""

    rule: str
    now: Said
    then: Said


@dataclass(slots=True)
class Change:
    """A clause, rule or effect: on how many events it came, went and stayed; some of them by their decisions."""

    gained: int = 0
    lost: int = 0
    same: int = 0
    gained_on: list[str] = field(default_factory=list)
    lost_on: list[str] = field(default_factory=list)

    def merge(self, other: "Change") -> None:
        """Add the counts of a later part."""
        self.gained += other.gained
        self.lost += other.lost
        self.same += other.same
        self.gained_on = [*self.gained_on, *other.gained_on][:FOR_EACH]
        self.lost_on = [*self.lost_on, *other.lost_on][:FOR_EACH]


@dataclass(slots=True)
class Enforced:
    """A rule in shadow, as if it were enforced."""

    matched: int = 0
    alone: int = 0  # no enforced rule stood on that event
    otherwise: int = 0  # events that would be decided otherwise
    beside: Counter[str] = field(default_factory=Counter)  # enforced rules that stood on the same events
    gained: Counter[str] = field(default_factory=Counter)  # effects
    lost: Counter[str] = field(default_factory=Counter)

    def add(self, shadow: Shadow) -> None:
        """Count one match."""
        self.matched += 1
        self.alone += not shadow.now.rules
        self.otherwise += shadow.then.is_otherwise(shadow.now)
        self.beside.update(sorted(shadow.now.rules))
        self.gained.update(sorted(shadow.then.effects - shadow.now.effects))
        self.lost.update(sorted(shadow.now.effects - shadow.then.effects))

    def merge(self, other: "Enforced") -> None:
        """Add the counts of another part."""
        self.matched += other.matched
        self.alone += other.alone
        self.otherwise += other.otherwise
        for mine, others in (
            (self.beside, other.beside),
            (self.gained, other.gained),
            (self.lost, other.lost),
        ):
            mine.update(others)


@dataclass(slots=True)
class Result:
    """What changes. Every count is of events."""

    first: int = 1  # row of the journal where it begins
    events: int = 0
    spoke_before: int = 0  # something was said of them
    spoke_after: int = 0
    otherwise: int = 0  # other clauses, or other effects
    other_rules: int = 0  # the same clauses and effects, by other rules
    unreadable: int = 0
    unread_before: int = 0  # before the first event that was decided: missing in windows
    damaged: int = 0
    fused: int = 0  # decided under a quota or brake, and compared as without
    unknown: Counter[str] = field(
        default_factory=Counter
    )  # by kind: the other book does not know such events
    clauses: dict[str, Change] = field(default_factory=dict)
    rules: dict[str, Change] = field(default_factory=dict)
    effects: dict[str, Change] = field(default_factory=dict)
    shadow: dict[str, Change] = field(default_factory=dict)
    enforced: dict[str, Enforced] = field(default_factory=dict)  # rules in shadow of the other book
    judged: int = 0  # events that somebody gave a verdict on
    before: Scores = field(default_factory=Scores)
    after: Scores = field(default_factory=Scores)
    examples: list[Found] = field(default_factory=list)

    def add(self, found: Found, shadows: Iterable[Shadow]) -> None:
        """Count an event."""
        before, after = found.before, found.after
        self.events += 1
        if not any(before) and not any(after):
            return
        self.spoke_before += any(before)
        self.spoke_after += any(after)
        otherwise = after.is_otherwise(before)
        self.otherwise += otherwise
        self.other_rules += not otherwise and before.rules != after.rules
        if otherwise and len(self.examples) < EXAMPLES:
            self.examples.append(found)
        for side in SIDES:
            _count(getattr(self, side), getattr(before, side), getattr(after, side), found.decision)
        for shadow in shadows:
            self.enforced.setdefault(shadow.rule, Enforced()).add(shadow)

    def merge(self, other: "Result") -> None:
        """Add the result of the part that follows."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.unknown.update(other.unknown)
        for side in SIDES:
            mine = getattr(self, side)
            for name, change in getattr(other, side).items():
                mine.setdefault(name, Change()).merge(change)
        for rule, enforced in other.enforced.items():
            self.enforced.setdefault(rule, Enforced()).merge(enforced)
        self.before.merge(other.before)
        self.after.merge(other.after)
        self.examples = [*self.examples, *other.examples][:EXAMPLES]


_COUNTS: Final = tuple(
    "events spoke_before spoke_after otherwise other_rules unreadable unread_before damaged fused judged".split()
)


def _count(table: dict[str, Change], before: frozenset[str], after: frozenset[str], decision: str) -> None:
    for name in sorted(before | after):  # in one order, whatever the process
        change = table.setdefault(name, Change())
        if name in before and name in after:
            change.same += 1
        elif name in after:
            change.gained += 1
            if len(change.gained_on) < FOR_EACH:
                change.gained_on.append(decision)
        else:
            change.lost += 1
            if len(change.lost_on) < FOR_EACH:
                change.lost_on.append(decision)
