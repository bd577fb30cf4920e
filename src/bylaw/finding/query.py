"""A query: a condition in the rules' language over decisions and their events, sorted by what it takes to answer it.

Its conjuncts are of three sorts. What the index can tell is asked of it. What stands in the open of a decision is read
there. What needs the event itself needs somebody who says what they read it for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bylaw.base.errors import Where
from bylaw.engine.charter import Charter
from bylaw.events.event import Event
from bylaw.events.kinds import Kind
from bylaw.finding.envelope import Envelope, environment_of
from bylaw.finding.indexed import Alias, Bounds, Named, Translation, Truth
from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.values import CelError, Timestamp

MAX_QUERY: Final = 4_000  # characters
ANYTHING: Final = "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that was read.

    ``indexed`` holds what the index tells, ``open`` what is read off a decision, ``content`` what is read in its event.
    Every decision that is looked for is reached by one of each of the ``ways``, and its event lies within ``bounds``.
    ``trees`` are all conjuncts.
    """

    text: str
    trees: tuple[Node, ...]
    indexed: tuple[Truth, ...]
    open: tuple[Node, ...]
    content: tuple[Node, ...]
    ways: tuple[tuple[Named, ...], ...]
    bounds: Bounds
    given: Mapping[str, Any]

    @property
    def envelope(self) -> tuple[Node, ...]:
        """The conjuncts that need no event, for whoever has no index."""
        return tuple(node for node in self.trees if node not in self.content)

    def says(self, nodes: tuple[Node, ...], envelope: Envelope, event: Event | None = None) -> bool:
        """Tell whether some of its conjuncts are true of a decision; one that errs is not.

        Raises:
            CelError: ``budget``, it takes more steps than it may.
        """
        bindings = {**self.given, "decision": envelope, "event": event}
        try:
            return all(evaluate(node, bindings) is True for node in nodes)
        except CelError as error:
            if error.code == "budget":
                raise
            return False


def query_of(text: str, charter: Charter, *, now: int, alias: Alias = str) -> Query:
    """Read a query.

    Args:
        text: as somebody typed it; empty: everything.
        charter: the book by whose kinds and lists it is read.
        now: what ``now`` is, in microseconds since 1970.
        alias: the record's id of an account that the service names; empty, if it has none.

    Raises:
        Problems: as for conditions of rules, with line and column.
    """
    trees = tuple(_conjuncts(_checked(text.strip() or ANYTHING, charter)))
    given = {"now": Timestamp(now * 1_000), "lists": charter.basis.lists_object}
    translation = Translation(given, alias)
    truths = {
        number: truth for number, node in enumerate(trees) if (truth := translation.truth(node)) is not None
    }
    rest = [node for number, node in enumerate(trees) if number not in truths]
    bounds = Bounds()
    for node in trees:
        bounds = bounds.within(translation.bounds(node))
    return Query(
        text=text,
        trees=trees,
        indexed=tuple(truths.values()),
        open=tuple(node for node in rest if not _needs_event(node)),
        content=tuple(node for node in rest if _needs_event(node)),
        ways=tuple(ways for node in trees if (ways := translation.ways(node))),
        bounds=bounds,
        given=given,
    )


def _checked(text: str, charter: Charter) -> Node:
    """Return the tree of a query, checked against the fields of the kinds that it is about."""
    lists, kinds = charter.basis.lists, charter.kinds
    found = compile_condition(text, environment_of(kinds.values(), lists), where=Where(line=1, column=1))
    named = _kinds(found.tree, kinds)
    if not named or len(named) == len(kinds):
        return found.tree
    narrowed = environment_of(named, lists)
    return compile_condition(text, narrowed, where=Where(line=1, column=1)).tree


def _kinds(node: Node, kinds: Mapping[str, Kind]) -> list[Kind]:
    """Return the kinds that a query names, where each of its decisions is of one of them."""
    ways = (Translation({}, str).ways(conjunct) or () for conjunct in _conjuncts(node))
    named = next((some for some in ways if some and all(way.what == "kind" for way in some)), ())
    return [kinds[way.name] for way in named if way.name in kinds]


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, tree.Logic) and node.operator == "&&":
        for operand in node.operands:
            yield from _conjuncts(operand)
    else:
        yield node


def _needs_event(node: Node) -> bool:
    """Tell whether a condition needs what is sealed: the event, or who an account is."""
    return any(
        (isinstance(part, tree.Variable) and part.name == "event")
        or (
            isinstance(part, tree.Select)
            and part.field in {"account", "accounts"}
            and _of(part) == "decision"
        )
        for part in tree.walk(node)
    )


def _of(node: tree.Select) -> str:
    return node.operand.name if isinstance(node.operand, tree.Variable) else ""
