"""What people said of events, and how often a book says the same: precision and recall, each with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from bylaw.base.errors import InputError, Where
from bylaw.engine.said import Said
from bylaw.rules.rule import Rule

MAX_VERDICTS: Final = 1_000_000
_Z: Final = 1.959964  # 95 %


Held = Mapping[str, bool]  # clauses that an event was held against, and whether it violates them
_NOTHING: Final[Held] = MappingProxyType({})
_K = TypeVar("_K")


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody looked: the event violates the clause, or it does not."""

    event: str
    clause: str
    violates: bool


class Verdicts:
    """Verdicts: those of a file by event, those of a record by row. Of two the later counts, and a file's at last."""

    def __init__(self, verdicts: Iterable[Verdict] = (), rows: Iterable[tuple[int, Held]] = ()) -> None:
        """Take both, each in the order in which they were given."""
        self._by_event: dict[str, Held] = {}
        self._by_row: dict[int, Held] = {}
        for verdict in verdicts:
            _hold(self._by_event, verdict.event, {verdict.clause: verdict.violates})
        for row, held in rows:
            _hold(self._by_row, row, held)

    def of(self, event: str, row: int) -> Held:
        """Return what an event was held against. ``row`` is the number of the fact that holds it."""
        return _later(self._by_row.get(row, _NOTHING), self._by_event.get(event, _NOTHING))


def _hold(by: dict[_K, Held], key: _K, held: Held) -> None:
    by[key] = _later(by[key], held) if key in by else held


def _later(before: Held, held: Held) -> Held:
    """Return what stands after more was said: who does not violate a section violates no paragraph of it."""
    if not (before and held):
        return held or before
    freed = tuple(f"{clause}/" for clause, violates in held.items() if not violates)
    return {**{name: said and not name.startswith(freed) for name, said in before.items()}, **held}


def with_above(held: Held, clauses: Iterable[str]) -> Held:
    """Return what an event was held against, with those of ``clauses`` that stand above what it violates."""
    violated = [clause for clause, violates in held.items() if violates]
    above = {clause for clause in clauses if any(one.startswith(f"{clause}/") for one in violated)}
    return {**held, **dict.fromkeys(above, True)}


def read_verdicts(name: str, lines: Iterable[bytes]) -> list[Verdict]:
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
    return verdicts


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


class Shift(StrEnum):
    """How a share fares by another book."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    UNSURE = "unsure"  # another value, but the intervals overlap: it may be chance


def shift(before: Share | None, after: Share | None) -> Shift:
    """Tell how one share stands to another; a share that is not there is compared with nothing."""
    if before is None or after is None or before.value == after.value:
        return Shift.SAME
    if after.low <= before.high and before.low <= after.high:
        return Shift.UNSURE
    return Shift.BETTER if after.value > before.value else Shift.WORSE


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
