"""What can be said of an expression before it runs: how many steps it takes at most, how large it is.

The interpreter counts steps and ends at STEP_LIMIT; generated code does not count. So a rule is generated
only if no event can make it take that many: texts up to TEXT_LIMIT, lists up to a number of rounds that
the generated code checks.
"""

from typing import NamedTuple

from bylaw.rules.cel import tree
from bylaw.rules.cel.limits import LIST_LIMIT, STEP_LIMIT, TEXT_LIMIT, WEIGHT_UNIT
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL, BYTES, DYN, INT, STRING, Type, list_of
from bylaw.rules.cel.values import INT_MAX, INT_MIN

ROUNDS = (10_000, 1_000, 100, 10)  # lengths of lists that a rule may be generated for, the first that fits
ISLAND_STEPS = 10_000  # steps of one expression that generated code leaves to the interpreter

SHORT_TEXT = 1_024  # characters of a text, where it is looked at for each item of a list

_NO_LONGER = frozenset(
    {"lowerAscii", "upperAscii", "trim", "substring", "reverse", "charAt"}
)  # than what they are given
_FLAT = frozenset({"bool", "int", "uint", "double", "string", "bytes", "null_type", "timestamp", "duration"})
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
    return next((rounds for rounds in ROUNDS if _Steps(rounds, root).of(root) <= STEP_LIMIT), None)


class _Steps:
    """How many steps the interpreter takes at most, where generated code checks that lists and texts are short."""

    def __init__(self, rounds: int, root: Node) -> None:
        self._rounds = rounds
        # What ``cel.bind`` names may be long, and is told from an item of a list only by its name.
        self._item = TEXT_LIMIT if any(isinstance(n, tree.Bind) for n in tree.walk(root)) else SHORT_TEXT

    def of(self, node: Node, *, walking: bool = False) -> int:
        """Return the steps of a node; ``walking``: within a comprehension, where texts are short."""
        if isinstance(node, tree.Comprehension):
            return self._comprehension(node, walking=walking)
        below = sum(self.of(child, walking=walking) for child in tree.children(node))
        if not isinstance(node, tree.Call):
            return 1 + below
        dearest = max((overload.cost for overload in node.overloads), default=0)
        weight = sum(self._largest(a, walking=walking) for a in node.arguments) // WEIGHT_UNIT + 1
        compared = ISLAND_STEPS if _compares_parts(node) else 0
        return 1 + below + dearest + weight + compared

    def _comprehension(self, node: tree.Comprehension, *, walking: bool) -> int:
        if not walks_over_texts(node):
            return 1 + ISLAND_STEPS
        steps = [node.body, *([node.condition] if node.condition else [])]
        each = 2 + sum(self.of(step, walking=True) for step in steps)
        return 1 + self.of(node.range, walking=walking) + self._rounds * each

    def _largest(self, node: Node, *, walking: bool) -> int:
        """How many characters or items a value has at most."""
        if isinstance(node, tree.Constant):
            return len(node.value) if isinstance(node.value, str | bytes) else 0
        if isinstance(node, tree.MakeList | tree.MakeMap):
            return len(tree.children(node))
        if walking and node.type == STRING:
            return self._largest_text(node)
        return _sized(node.type)

    def _largest_text(self, node: Node) -> int:
        if isinstance(node, tree.Local):
            return self._item
        if is_text_field(node):
            return SHORT_TEXT
        if isinstance(node, tree.Call) and node.function in _NO_LONGER:
            return self._largest(node.arguments[0], walking=True)
        if isinstance(node, tree.Call) and node.function == "_+_":
            return sum(self._largest(argument, walking=True) for argument in node.arguments)
        return TEXT_LIMIT


def walks_over_texts(node: tree.Comprehension) -> bool:
    """Tell whether code can be generated for a comprehension: one name, over a list of texts, tests that are bool."""
    tests = [node.condition] if node.condition else []
    if node.quantifier != "list":
        tests.append(node.body)
    if node.quantifier == "map" or any(test.type != BOOL for test in tests):
        return False
    return len(node.names) == 1 and node.range.type == list_of(STRING)


def is_text_field(node: Node) -> bool:
    """Tell whether a node is a text of the event."""
    return (
        isinstance(node, tree.Select)
        and node.type == STRING
        and isinstance(node.operand, tree.Variable)
        and node.operand.name == "event"
    )


def _compares_parts(node: tree.Call) -> bool:
    """Tell whether a call may take a step for each part of what it compares."""
    if not any(overload.metered for overload in node.overloads):
        return False
    kinds = [argument.type.name for argument in node.arguments]
    return kinds[0] != "string" if node.function == "@in" else not _FLAT.issuperset(kinds)


def _sized(kind: Type) -> int:
    if kind in _LARGEST:
        return _LARGEST[kind]
    return LIST_LIMIT if kind.name in ("list", "map") else 0
