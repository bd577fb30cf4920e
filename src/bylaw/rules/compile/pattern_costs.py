"""How much a text that was made for it can make of a book's patterns: a bound for all that one event meets.

Weights are microseconds that 10 KB of the worst text known took, measured (docs/rules.md, docs/speed.md): a
book within the bound takes less than 5 ms, whichever text comes. What repeats nothing, and what
Hyperscan takes and counts less than ten, costs little and is not weighed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bylaw.base.errors import Problem, Where
from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition
from bylaw.rules.compile.scan import Lists, known_argument
from bylaw.rules.counted import counts, repeats, states, taken
from bylaw.rules.patterns import PatternError, compile_pattern

BUDGET = 4_000  # microseconds for 10 KB; a thousand more are left for what is not weighed
BY_HYPERSCAN = 0.5  # a state of what counts ten or more; a counted character has about three
BY_RE2 = 40  # an instruction of what counts ten or more and Hyperscan does not take
REPEATED_BY_RE2 = 350  # a pattern that repeats something otherwise and Hyperscan does not take

_FUNCTIONS = ("matches", "matches_any")
_SHOWN = 60  # characters of a pattern in a message
_HINT = (
    "write shorter gaps, or two conditions joined by &&, or leave out classes of characters beyond ASCII "
    r"(`\p{…}`), `(?m)` and flags inside"
)


class _Weighed(NamedTuple):
    weight: int
    pattern: str
    where: Where


def check_patterns(conditions: Iterable[tuple[str, Condition]], lists: Lists) -> Iterator[Problem]:
    """Yield a problem ``rule.cost`` for each kind of events whose patterns a text could make too much of.

    Args:
        conditions: of rules and counters, each with the kind of events that it is asked about.
        lists: the book's, by name.
    """
    by_kind: dict[str, dict[str, Where]] = {}
    for kind, condition in conditions:
        patterns = by_kind.setdefault(kind, {})
        for pattern, where in _patterns(condition, lists):
            patterns.setdefault(pattern, where)
    told: set[tuple[Where, str]] = set()
    for kind, patterns in by_kind.items():
        for problem in _over(kind, patterns):
            if (problem.where, problem.hint) not in told:  # the same for each kind of a rule
                told.add((problem.where, problem.hint))
                yield problem


def _patterns(condition: Condition, lists: Lists) -> Iterator[tuple[str, Where]]:
    for node in tree.walk(condition.tree):
        if isinstance(node, tree.Call) and node.function in _FUNCTIONS and len(node.arguments) == 2:
            known = known_argument(node.arguments[1], lists)
            for pattern in (known,) if isinstance(known, str) else known or ():
                yield pattern, condition.place(node)


def _over(kind: str, patterns: Mapping[str, Where]) -> Iterator[Problem]:
    rows = [_Weighed(_weight(pattern), pattern, where) for pattern, where in patterns.items()]
    total = sum(row.weight for row in rows)
    if total <= BUDGET:
        return
    dearest = max(rows, key=lambda row: row.weight)
    shown = dearest.pattern[:_SHOWN] + "…" * (len(dearest.pattern) > _SHOWN)
    yield Problem(
        code="rule.cost",
        message=f"10 KB of text may cost the patterns on `{kind}` {total} µs together, more than {BUDGET}",
        where=dearest.where,
        hint=f"{_HINT}; the dearest is `{shown}` ({dearest.weight})",
    )


def _weight(pattern: str) -> int:
    if not repeats(pattern):
        return 0
    try:
        program = compile_pattern(pattern).program
    except PatternError:  # told where it is written
        return 0
    if taken(pattern):
        return round(states(pattern) * BY_HYPERSCAN) if counts(pattern) else 0
    return int(program.programsize) * BY_RE2 if counts(pattern) else REPEATED_BY_RE2
