"""What can be said of an expression before it runs: how many steps it takes at most, how large it is.

The interpreter counts steps and ends at STEP_LIMIT; generated code does not count. So a rule is generated
only if no event can make it take that many: texts up to TEXT_LIMIT, lists up to a number of rounds that
the generated code checks.
"""

from typing import NamedTuple

from bylaw.rules.cel import tree
from bylaw.rules.cel.limits import LIST_LIMIT, STEP_LIMIT, TEXT_LIMIT, WEIGHT_UNIT
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BYTES, DYN, INT, STRING, Type
from bylaw.rules.cel.values import INT_MAX, INT_MIN

ROUNDS = (10_000, 1_000, 100, 10)  # lengths of lists that a rule may be generated for, the first that fits
ISLAND_STEPS = 10_000  # steps of one expression that generated code leaves to the interpreter

_LARGEST = {STRING: TEXT_LIMIT, BYTES: 4 * TEXT_LIMIT, DYN: 4 * TEXT_LIMIT}  # a character has four bytes


class Interval(NamedTuple):
    """The least and the greatest value of a whole number."""

    low: int
    high: int

    @property
    def fits(self) -> bool:
        """Tell whether every value fits into 64 bits."""
        return self.low >= INT_MIN and self.high <= INT_MAX


ANY_INT = Interval(INT_MIN, INT_MAX)


def interval(node: Node) -> Interval:
    """Return what a whole number may come to, before any check of overflow."""
    if isinstance(node, tree.Constant) and node.type == INT:
        return Interval(node.value, node.value)
    if not isinstance(node, tree.Call) or node.type != INT or len(node.overloads) != 1:
        return ANY_INT
    if node.function == "size":
        return Interval(0, 4 * TEXT_LIMIT)
    parts = [interval(argument) for argument in node.arguments if argument.type == INT]
    if len(parts) != 2 or not all(part.fits for part in parts):
        return ANY_INT
    found = _combined(node.function, *parts)
    return found if found.fits else ANY_INT


def combined(node: tree.Call) -> Interval:
    """Return what a sum, difference or product may come to, whether or not it fits into 64 bits."""
    return _combined(node.function, *map(interval, node.arguments))


def _combined(function: str, a: Interval, b: Interval) -> Interval:
    match function:
        case "_+_":
            return Interval(a.low + b.low, a.high + b.high)
        case "_-_":
            return Interval(a.low - b.high, a.high - b.low)
        case "_*_":
            corners = [x * y for x in a for y in b]
            return Interval(min(corners), max(corners))
        case "_%_" if a.low >= 0 and b.low > 0:
            return Interval(0, min(a.high, b.high - 1))
        case "_/_" if a.low >= 0 and b.low > 0:
            return Interval(0, a.high)
        case _:
            return ANY_INT


def rounds_for(root: Node) -> int | None:
    """Return how long lists may be for a rule to stay within STEP_LIMIT, nothing if even short ones are too long."""
    return next((rounds for rounds in ROUNDS if steps(root, rounds) <= STEP_LIMIT), None)


def steps(node: Node, rounds: int) -> int:
    """Return how many steps the interpreter takes at most, lists of unknown length having ``rounds`` items."""
    below = sum(steps(child, rounds) for child in tree.children(node))
    if isinstance(node, tree.Call):
        dearest = max((overload.cost for overload in node.overloads), default=0)
        weight = sum(map(_largest, node.arguments)) // WEIGHT_UNIT + 1
        compared = rounds if any(overload.metered for overload in node.overloads) else 0
        return 1 + below + dearest + weight + max(compared, _listed(node))
    if isinstance(node, tree.Comprehension):
        walked = steps(node.range, rounds)
        items = len(node.range.items) if isinstance(node.range, tree.MakeList) else rounds
        return 1 + walked + items * (2 + below - walked)
    return 1 + below


def _listed(node: tree.Call) -> int:
    return sum(len(a.items) for a in node.arguments if isinstance(a, tree.MakeList))


def _largest(node: Node) -> int:
    """How many characters or items a value has at most."""
    if isinstance(node, tree.Constant):
        return len(node.value) if isinstance(node.value, str | bytes) else 0
    if isinstance(node, tree.MakeList | tree.MakeMap):
        return len(tree.children(node))
    return _sized(node.type)


def _sized(kind: Type) -> int:
    if kind in _LARGEST:
        return _LARGEST[kind]
    return LIST_LIMIT if kind.name in ("list", "map") else 0
