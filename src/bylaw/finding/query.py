"""A query: a condition in the rules' language over decisions and their events, sorted by what it takes to answer it.

Its conjuncts are of three sorts. What the index can tell is asked of it. What stands in the open of a decision is read
there. What needs the event itself needs somebody who says what they read it for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bylaw.base.errors import InputError, Where
from bylaw.engine.charter import Charter
from bylaw.events.event import Event
from bylaw.events.kinds import Kind
from bylaw.finding.envelope import Envelope, environment_of
from bylaw.finding.indexed import Alias, Bounds, Named, Translation, Truth
from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.values import CelError, Timestamp

MAX_QUERY: Final = 1_500  # characters: it stands in an address, where each may take 12 bytes
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


def query_of(
    text: str, charter: Charter, *, now: int, alias: Alias = str, filters: Sequence[str] = ()
) -> Query:
    """Read a query.

    Args:
        text: as somebody typed it; empty: everything.
        charter: the book by whose kinds and lists it is read.
        now: what ``now`` is, in microseconds since 1970.
        alias: the record's id of an account that the service names; empty, if it has none.
        filters: conditions that must be true as well, each written as ``text`` is.

    Raises:
        Problems: as for conditions of rules, with line and column.
        InputError: ``find.long``.
    """
    if len(text) > MAX_QUERY:
        raise InputError("find.long", f"a query has at most {MAX_QUERY:,} characters")
    given = {"now": Timestamp(now * 1_000), "lists": charter.basis.lists_object}
    translation = Translation(given, alias)
    trees = tuple(_checked((*filters, text.strip() or ANYTHING), charter))
    truths = [translation.truth(node) for node in trees]
    rest = [node for node, truth in zip(trees, truths, strict=True) if truth is None]
    bounds = Bounds()
    for node in trees:
        bounds = bounds.within(translation.bounds(node))
    return Query(
        text=text,
        trees=trees,
        indexed=tuple(truth for truth in truths if truth is not None),
        open=tuple(node for node in rest if not _needs_event(node)),
        content=tuple(node for node in rest if _needs_event(node)),
        ways=tuple(ways for node in trees if (ways := translation.ways(node))),
        bounds=bounds,
        given=given,
    )


def quoted(value: str) -> str:
    """Return a text as a query writes it."""
    return msgspec.json.encode(value).decode()


def _checked(texts: Sequence[str], charter: Charter) -> list[Node]:
    """Return the conjuncts of a query, checked against the fields of the kinds that it is about."""
    lists, kinds = charter.basis.lists, charter.kinds
    found = _compiled(texts, environment_of(kinds.values(), lists))
    named = _kinds(found, kinds)
    return _compiled(texts, environment_of(named, lists)) if 0 < len(named) < len(kinds) else found


def _compiled(texts: Sequence[str], environment: Environment) -> list[Node]:
    place = Where(line=1, column=1)
    trees = [compile_condition(text, environment, where=place).tree for text in texts]
    return [conjunct for one in trees for conjunct in _conjuncts(one)]


def _kinds(nodes: Sequence[Node], kinds: Mapping[str, Kind]) -> list[Kind]:
    """Return the kinds that a query names, where each of its decisions is of one of them."""
    ways = (Translation({}, str).ways(conjunct) or () for conjunct in nodes)
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
