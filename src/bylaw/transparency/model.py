"""The account of a period as a value: what was counted, and how long things took.

An account is a sum. That of a period is the sum of the accounts of its parts, wherever it is cut between two commits;
the empty one adds nothing. It knows clauses, rules, effects and days, and nobody. Durations are whole seconds, counted
by how often each occurred, so that medians are exact and can still be taken after adding.

Memory: one entry for each different key. Keys are made of what a book names (clauses, rules, kinds of events), of days
and of different durations; none grows with the number of people or events.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

DAY: Final = 86_400_000_000  # microseconds
SECOND: Final = 1_000_000


class Told(Protocol):
    """A fact as far as anybody may read it: ``Row`` is one, and so is a line of an export."""

    @property
    def seq(self) -> int:
        """Its number in the ledger."""

    @property
    def at(self) -> int:
        """When it was recorded, in microseconds since 1970."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def body(self) -> bytes:
        """What it says in the open."""


class Source(StrEnum):
    """Who brought it up (Regulation (EU) 2022/2065, Article 17(3)(b))."""

    OWN = "own"  # initiative
    NOTICE = "notice"
    ORDER = "order"  # of an authority; none is recorded yet


class Decided(StrEnum):
    """By whom it was decided (Article 17(3)(c))."""

    FULLY = "fully"  # automated
    PARTLY = "partly"  # a rule asked for it, and people agreed
    PERSON = "person"


class Measure(NamedTuple):
    """What one action is counted under; ``clause`` is the first it cites, ``machine`` tells that a rule found it.

    ``repeat``: it follows from strikes.
    """

    effect: str
    clause: str
    source: Source
    machine: bool
    decided: Decided
    repeat: bool


class Objection(NamedTuple):
    """What one objection is counted under: ``lodged``, ``upheld``, ``reversed`` or ``unfounded`` (upheld ones too)."""

    became: str
    effect: str
    clause: str
    automated: bool  # nobody had taken part in what it is about


class Lasted(NamedTuple):
    """How long something took. ``what``: ``notice``, ``appeal``, ``reversal``, or ``case:`` and why it was looked at."""

    what: str
    clause: str
    seconds: int


class By(NamedTuple):
    """A clause or a rule, and what is counted of it."""

    name: str
    what: str


class Daily(NamedTuple):
    """A day, in days since 1970 (UTC), and what is counted of it."""

    day: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was counted. Two are added with ``+``."""

    facts: Counter[str] = field(default_factory=Counter[str])  # all facts, by kind
    events: Counter[By] = field(default_factory=Counter[By])  # kinds: all, spoke, degraded
    measures: Counter[Measure] = field(default_factory=Counter[Measure])
    reversals: Counter[Measure] = field(default_factory=Counter[Measure])
    clauses: Counter[By] = field(default_factory=Counter[By])  # cited, shadow, measures, reversals, notices
    rules: Counter[By] = field(default_factory=Counter[By])  # matched, shadow, measures, reversals
    days: Counter[Daily] = field(default_factory=Counter[Daily])
    notices: Counter[str] = field(default_factory=Counter[str])  # what became of statements of reasons
    cases: Counter[By] = field(default_factory=Counter[By])  # why looked at: raised, an outcome, late
    appeals: Counter[Objection] = field(default_factory=Counter[Objection])
    limits: Counter[str] = field(default_factory=Counter[str])  # whose objections are not taken for a while
    times: Counter[Lasted] = field(default_factory=Counter[Lasted])

    def __add__(self, other: "Account") -> "Account":
        """Return the account of both."""
        return Account(**{name: getattr(self, name) + getattr(other, name) for name in TABLES})


TABLES: Final = tuple(one.name for one in fields(Account))


def median(durations: Mapping[int, int]) -> float | None:
    """Return the median of durations that occurred so often each, in their own unit; None if there are none."""
    total = sum(durations.values())
    if not total:
        return None
    passed, low = 0, None
    for value in sorted(durations):
        passed += durations[value]
        if low is None and 2 * passed >= total:
            low = value
        if low is not None and passed > total // 2:
            return (low + value) / 2
    raise AssertionError("the last value passes the middle")
