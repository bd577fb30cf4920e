"""How much a text that was made for it can make of a book's patterns: bounds for all that one event meets.

Measured so that no 10 KB of text take 5 ms, whichever patterns within the bounds they were made for
(docs/rules.md, docs/speed.md). What repeats nothing, and what Hyperscan takes and counts less than ten,
costs microseconds and is not bounded.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from bylaw.base.errors import Problem, Where
from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition
from bylaw.rules.compile.scan import Lists, known_argument
from bylaw.rules.counted import counts, repeats, states, taken
from bylaw.rules.patterns import INSTRUCTIONS, PatternError, compile_pattern

STATES = 4_000  # of all that counts ten or more, by Hyperscan: a microsecond each for 10 KB
BY_RE2 = 12  # that repeat something and that Hyperscan does not take

_FUNCTIONS = ("matches", "matches_any")
_SHOWN = 60  # characters of a pattern in a message


class _Bound(NamedTuple):
    most: int
    what: str  # is bounded
    hint: str


class _Weighed(NamedTuple):
    bound: _Bound
    weight: int
    pattern: str
    where: Where


_APART = r"what tells characters beyond ASCII apart (`\p{…}`, letters with accents), `(?m)`, flags inside"
_STATES = _Bound(
    STATES,
    "states of patterns that count ten or more",
    "write shorter gaps, or two conditions joined by &&",
)
_FAR = _Bound(
    INSTRUCTIONS,
    "steps of patterns that count ten or more and that RE2 carries out",
    f"write shorter gaps, or leave out {_APART}",
)
_NEAR = _Bound(
    BY_RE2,
    "patterns that repeat something and that RE2 carries out",
    f"write fewer, or leave out {_APART}",
)


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
            if (problem.where, problem.hint) not in told:
                told.add((problem.where, problem.hint))
                yield problem


def _patterns(condition: Condition, lists: Lists) -> Iterator[tuple[str, Where]]:
    for node in tree.walk(condition.tree):
        if isinstance(node, tree.Call) and node.function in _FUNCTIONS and len(node.arguments) == 2:
            known = known_argument(node.arguments[1], lists)
            for pattern in (known,) if isinstance(known, str) else known or ():
                yield pattern, condition.place(node)


def _over(kind: str, patterns: Mapping[str, Where]) -> Iterator[Problem]:
    weighed = [row for pattern, where in patterns.items() if (row := _weighed(pattern, where))]
    for bound in (_STATES, _FAR, _NEAR):
        rows = [row for row in weighed if row.bound is bound]
        total = sum(row.weight for row in rows)
        if total > bound.most:
            largest = max(rows, key=lambda row: row.weight)
            shown = largest.pattern[:_SHOWN] + "…" * (len(largest.pattern) > _SHOWN)
            yield Problem(
                code="rule.cost",
                message=f"the rules on `{kind}` have {total} {bound.what} together, more than {bound.most}",
                where=largest.where,
                hint=f"{bound.hint}; the largest is `{shown}` ({largest.weight})",
            )


def _weighed(pattern: str, where: Where) -> _Weighed | None:
    if not repeats(pattern):
        return None
    try:
        program = compile_pattern(pattern).program
    except PatternError:  # told where it is written
        return None
    if counts(pattern):
        if taken(pattern):
            return _Weighed(_STATES, states(pattern), pattern, where)
        return _Weighed(_FAR, program.programsize, pattern, where)
    return None if taken(pattern) else _Weighed(_NEAR, 1, pattern, where)
