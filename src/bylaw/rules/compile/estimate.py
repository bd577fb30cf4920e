"""Before an operand is written: what it costs, whether it may raise, whether it may read a signal."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from bylaw.rules.cel import tree
from bylaw.rules.cel.standard import STANDARD
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import STRING, ObjectType
from bylaw.rules.compile.inline import compares_flat, template

_SCANNED_COST = 3
_SILENT = frozenset({"event", "lists"})  # objects whose reading leaves no trace


@dataclass(frozen=True, slots=True)
class Estimates:
    """Looks at expressions. ``quiet`` functions read nothing but their arguments; ``scanned`` calls cost little."""

    quiet: Collection[object]

    def loud(self, node: Node) -> bool:
        """Tell whether evaluating a node may read a signal, or something else that is recorded when it is read."""
        return any(map(self._reads, tree.walk(node)))

    def _reads(self, node: Node) -> bool:
        if isinstance(node, tree.Variable):
            return isinstance(node.type, ObjectType) and node.name not in _SILENT
        if isinstance(node, tree.Call) and node.function not in STANDARD:
            return not all(overload.run in self.quiet for overload in node.overloads)
        return False

    def in_order(
        self, operands: Iterable[Node], present: frozenset[str], scanned: Callable[[Node], bool]
    ) -> list[Node]:
        """Return operands of ``&&`` or ``||``: those between two loud ones sorted, what cannot raise and costs little first.

        Neither knows an order but for the signals that are read on the way, so none is moved past a loud one.
        """
        ordered: list[Node] = []
        silent: list[tuple[bool, int, int, Node]] = []
        for number, operand in enumerate(operands):
            if self.loud(operand):
                ordered += [*_by_cost(silent), operand]
                silent = []
            else:
                cost = _SCANNED_COST if scanned(operand) else self.cost(operand)
                silent.append((self.fallible(operand, present), cost, number, operand))
        return ordered + _by_cost(silent)

    def fallible(self, node: Node, present: frozenset[str]) -> bool:
        """Tell whether evaluating a node may raise, if the fields in ``present`` are there."""
        present |= proven(node)
        match node:
            case tree.Variable():
                return not isinstance(node.type, ObjectType)
            case tree.Select():
                of_event = isinstance(node.operand, tree.Variable) and node.operand.name in _SILENT
                return not of_event or (node.optional and node.field not in present)
            case tree.Comprehension():
                return True
            case tree.Call():
                member = node.function == "@in" and node.arguments[0].type == STRING
                if not (member or template(node) or compares_flat(node)):
                    return not (node.overloads and all(o.run in self.quiet for o in node.overloads))
            case _:
                pass
        return any(self.fallible(child, present) for child in tree.children(node))

    def cost(self, node: Node) -> int:
        """Return about how long a node takes, in units of a local name's reading."""
        own = 1
        if isinstance(node, tree.Call):
            own = (
                2
                if template(node)
                else 3
                if node.function == "@in"
                else 20 + 20 * max((o.cost for o in node.overloads), default=0)
            )
        below = sum(map(self.cost, tree.children(node)))
        return own + below * (100 if isinstance(node, tree.Comprehension) else 1)


def _by_cost(rows: list[tuple[bool, int, int, Node]]) -> list[Node]:
    return [node for *_, node in sorted(rows, key=lambda row: row[:3])]


def proven(node: Node) -> frozenset[str]:
    """Return the fields of the event that are there if a condition is true."""
    if (
        isinstance(node, tree.Has)
        and isinstance(node.operand, tree.Variable)
        and node.operand.name == "event"
    ):
        return frozenset({node.field})
    if isinstance(node, tree.Logic) and node.operator == "&&":
        return frozenset[str]().union(*map(proven, node.operands))
    return frozenset()
