"""How many steps a condition takes at most, before it is run.

One step a node, and what a function says it costs. A comprehension takes its steps once an item; a
list written out has the items it has, any other is taken to have ASSUMED_ITEMS. A list may be longer:
the budget of the interpreter is what holds then.
"""

from bylaw.rules.cel import tree
from bylaw.rules.cel.limits import ASSUMED_ITEMS
from bylaw.rules.cel.tree import Node


def static_cost(node: Node) -> int:
    """Return the bound, in steps."""
    below = sum(map(static_cost, tree.children(node)))
    if isinstance(node, tree.Call):
        return 1 + below + max((o.cost for o in node.overloads), default=0)
    if isinstance(node, tree.Comprehension):
        walked = static_cost(node.range)
        return 1 + walked + _items(node.range) * (1 + below - walked)
    return 1 + below


def _items(node: Node) -> int:
    match node:
        case tree.MakeList():
            return len(node.items)
        case tree.MakeMap():
            return len(node.entries)
        case tree.Comprehension(quantifier="list" | "map"):
            return _items(node.range)
        case _:
            return ASSUMED_ITEMS
