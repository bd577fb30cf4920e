"""Where other rooms begin: from the text of a condition to a tree that can be evaluated.

``compile_condition`` parses and checks, all problems told at once; ``interpret.evaluate`` runs the tree,
``explain.evaluate_traced`` tells what was compared on the way.
"""

from dataclasses import dataclass

from bylaw.base.errors import NOWHERE, Where
from bylaw.rules.cel.check import check
from bylaw.rules.cel.cost import static_cost
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.parse import parse
from bylaw.rules.cel.source import Finding, Source
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL, DYN, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A checked condition. ``cost`` bounds the steps it takes (``cost.py`` says how)."""

    source: str
    tree: Node
    type: Type
    cost: int
    where: Where = NOWHERE

    def snippet(self, node: Node) -> str:
        """Return what a node was written as, on one line."""
        return Source(self.source).snippet(node.span)

    def place(self, node: Node) -> Where:
        """Return where a node begins in the original file."""
        return Source(self.source, self.where).place(node.span.start)


def compile_condition(
    source: str, environment: Environment, *, where: Where = NOWHERE, expected: Type = BOOL
) -> Condition:
    """Parse and check a condition.

    Args:
        source: the condition, its lines as in the file.
        environment: the names it may use.
        where: the place of its first character; problems point into that file.
        expected: the type it must come to; ``dyn`` takes any.

    Raises:
        Problems: with codes ``rule.syntax``, ``rule.limit``, ``rule.type``, ``rule.constant``,
            ``rule.unknown_name``, ``rule.unknown_field``, ``rule.unknown_function``.
    """
    text = Source(source, where)
    tree, findings = check(parse(text), environment)
    if not findings and tree.type != expected != DYN:
        message = f"the condition comes to {tree.type}, where {expected} is wanted"
        findings = (Finding("rule.type", tree.span.start, message),)
    if findings:
        raise text.problems(findings)
    return Condition(source=source, tree=tree, type=tree.type, cost=static_cost(tree), where=text.where)
