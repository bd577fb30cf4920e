"""When two expressions are the same: written alike, so that one value serves for both.

Names that a comprehension declares are compared by name; an expression that is shared must have none
that are declared outside of it (``free_names``).
"""

from typing import Any

from bylaw.rules.cel import tree
from bylaw.rules.cel.tree import Node


class Identities:
    """Numbers for expressions: the same number for what is written alike, within one environment."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._known: dict[int, tuple[Node, int]] = {}  # the node is held, so that its id stays its own

    def of(self, node: Node) -> int:
        """Return the number of an expression."""
        known = self._known.get(id(node))
        if known is None:
            key = (type(node).__name__, *_labels(node), *map(self.of, tree.children(node)))
            known = self._known[id(node)] = (node, self._numbers.setdefault(key, len(self._numbers)))
        return known[1]


def _labels(node: Node) -> tuple[Any, ...]:  # noqa: PLR0911 - one for each kind of node
    """What tells a node from others of its kind, beside what is below it."""
    match node:
        case tree.Constant():
            return (str(node.type), type(node.value).__name__, repr(node.value))
        case tree.Variable() | tree.Local():
            return (node.name,)
        case tree.Select() | tree.Has():
            return (node.field,)
        case tree.Call():
            return (node.function, *(overload.id for overload in node.overloads))
        case tree.Logic():
            return (node.operator,)
        case tree.Comprehension():
            return (node.quantifier, node.names, node.condition is None)
        case tree.Bind():
            return (node.name,)
        case _:
            return ()


def free_names(node: Node) -> frozenset[str]:
    """Return the names of comprehensions and ``cel.bind`` that are used in a node and declared around it."""
    match node:
        case tree.Local():
            return frozenset({node.name})
        case tree.Comprehension():
            steps = (node.body, *([node.condition] if node.condition else []))
            inner = frozenset().union(*map(free_names, steps)) - set(node.names)
            return free_names(node.range) | inner
        case tree.Bind():
            return free_names(node.value) | (free_names(node.body) - {node.name})
        case _:
            return frozenset().union(*map(free_names, tree.children(node)))
