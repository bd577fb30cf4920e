"""What people said of events, and how often a book says the same: precision and recall, each with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

import msgspec

from bylaw.base.errors import InputError, Where
from bylaw.engine.said import Said
from bylaw.rules.rule import Rule

MAX_VERDICTS: Final = 1_000_000
_Z: Final = 1.959964  # 95 %


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody looked: the event violates the clause, or it does not."""

    event: str
    clause: str
    violates: bool


class Verdicts:
    """Verdicts by event; of two about the same event and clause the later one counts."""

    def __init__(self, verdicts: Iterable[Verdict] = ()) -> None:
        self._by_event: dict[str, dict[str, bool]] = {}
        for verdict in verdicts:
            self._by_event.setdefault(verdict.event, {})[verdict.clause] = verdict.violates

    def __len__(self) -> int:
        """Return how many events somebody looked at."""
        return len(self._by_event)

    def of(self, event: str) -> Mapping[str, bool]:
        """Return the clauses that an event was held against, and whether it violates them."""
        return self._by_event.get(event, {})


def read_verdicts(name: str, lines: Iterable[bytes]) -> Verdicts:
    """Read verdicts, one JSON object a line: ``{"event": …, "clause": …, "violates": true}``.

    Raises:
        InputError: a line is no verdict, or there are too many.
    """
    decoder = msgspec.json.Decoder(Verdict)
    verdicts = []
    for number, line in enumerate(lines, start=1):
        if number > MAX_VERDICTS:
            raise InputError("verdicts.too_many", f"there are more than {MAX_VERDICTS:,} verdicts")
        try:
            if line.strip():
                verdicts.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            hint = 'a verdict is {"event": "…", "clause": "…", "violates": true}'
            raise InputError("verdicts.line", "no verdict", where=Where(name, number), hint=hint) from None
    return Verdicts(verdicts)


@dataclass(slots=True)
class Score:
    """How a rule or clause stands against verdicts."""

    right: int = 0  # found, and it violates
    wrong: int = 0  # found, and it does not
    missed: int = 0  # not found, and it violates

    def add(self, *, found: bool, violates: bool) -> None:
        """Count one verdict."""
        self.right += found and violates
        self.wrong += found and not violates
        self.missed += violates and not found

    def merge(self, other: "Score") -> None:
        """Add the counts of another part."""
        self.right, self.wrong, self.missed = (
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
        )

    @property
    def precision(self) -> "Share | None":
        """Of what was found, how much violates."""
        return share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> "Share | None":
        """Of what violates, how much was found."""
        return share(self.right, self.right + self.missed)


class Share(msgspec.Struct, frozen=True):
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float
    of: int


def share(part: int, whole: int) -> Share | None:
    """Return a share with the interval of Wilson (1927, J. Am. Stat. Assoc. 22, 209), good for few as for many."""
    if not whole:
        return None
    p, z2 = part / whole, _Z * _Z
    centre, spread = p + z2 / (2 * whole), _Z * sqrt((p * (1 - p) + z2 / (4 * whole)) / whole)
    scale = 1 + z2 / whole
    return Share(p, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale), whole)


@dataclass(slots=True)
class Scores:
    """The scores of one book, by clause and by rule; a rule in shadow is judged by what it matched."""

    clauses: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    rules: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))

    def add(self, verdicts: Mapping[str, bool], said: Said, rules: Sequence[Rule]) -> None:
        """Hold what was said of an event against verdicts. ``rules`` are those that its kind is put to."""
        for clause, violates in verdicts.items():
            self.clauses[clause].add(found=clause in said.clauses, violates=violates)
        for rule in rules:
            held = [verdicts[clause] for clause in rule.clauses if clause in verdicts]
            if held:
                found = rule.id in said.rules or rule.id in said.shadow
                self.rules[rule.id].add(found=found, violates=any(held))

    def merge(self, other: "Scores") -> None:
        """Add the scores of another part."""
        for mine, others in ((self.clauses, other.clauses), (self.rules, other.rules)):
            for name, score in others.items():
                mine[name].merge(score)
