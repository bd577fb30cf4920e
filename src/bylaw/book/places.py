"""Texts with named places: a small part of Jinja's notation, read into values.

::

    **What we did.** {{ action }}{% if until %}, until {{ until }}{% endif %}.
    {% for clause in clauses %}{{ clause.text }}{% endfor %}

Places, choices by whether a place is empty, and one loop; no filters, no calls, no expressions. So what a template
needs can be told by reading it, and nothing in it is ever run.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean

LOOPS: Final = {"clause": "clauses"}  # what one is called, and all of them
_SHAPE: Final = "write `{{ place }}`, or `{% if place %}…{% endif %}`"
_READER: Final = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One text where a place has a value, another where it is empty."""

    name: str
    given: "Pieces"
    empty: "Pieces"


@dataclass(frozen=True, slots=True)
class Each:
    """A text for each of several."""

    one: str
    pieces: "Pieces"


Piece: TypeAlias = str | Place | Choice | Each
Pieces: TypeAlias = tuple[Piece, ...]


def read_places(text: str, known: Collection[str], file: str, first: int, problems: list[Problem]) -> Pieces:
    """Return a text in pieces; ``first`` is its line in the file. What is wrong goes to ``problems``."""
    try:
        tree = _READER.parse(text)
    except TemplateSyntaxError as error:
        line = first + error.lineno - 1
        message = (error.message or "not a template").rstrip(".")
        problems.append(
            Problem(
                code="template.syntax",
                message=message[:1].lower() + message[1:],
                where=Where(file, line),
                hint=_SHAPE,
            )
        )
        return ()
    return _Reader(known, file, first, problems).pieces(tree.body, frozenset())


def certain(pieces: Pieces) -> frozenset[str]:
    """Return the places that are filled whatever the values are; those of a loop count, as it is never empty."""
    found: set[str] = set()
    for piece in pieces:
        match piece:
            case Place(name):
                found.add(name)
            case Choice(_, given, empty):
                found |= certain(given) & certain(empty)
            case Each(_, inner):
                found |= certain(inner)
            case str():
                pass
    return frozenset(found)


class _Reader:
    def __init__(self, known: Collection[str], file: str, first: int, problems: list[Problem]) -> None:
        self._known = known
        self._file = file
        self._first = first
        self._problems = problems

    def pieces(self, body: Iterable[nodes.Node], inside: frozenset[str]) -> Pieces:
        return tuple(piece for node in body for piece in self._piece(node, inside))

    def _piece(self, node: nodes.Node, inside: frozenset[str]) -> Iterable[Piece]:
        match node:
            case nodes.Output():
                yield from self.pieces(node.nodes, inside)
            case nodes.TemplateData():
                yield node.data
            case nodes.Name() | nodes.Getattr():
                yield Place(self._name(node, inside))
            case nodes.If(elif_=[]):
                yield self._choice(node, inside)
            case nodes.For(else_=[], test=None, recursive=False):
                yield from self._each(node, inside)
            case _:
                self._complain(node, "template.syntax", "only places, `if` and `for` are understood", _SHAPE)

    def _choice(self, node: nodes.If, inside: frozenset[str]) -> Choice:
        test, given, empty = node.test, node.body, node.else_
        if isinstance(test, nodes.Not):
            test, given, empty = test.node, empty, given
        return Choice(self._name(test, inside), self.pieces(given, inside), self.pieces(empty, inside))

    def _each(self, node: nodes.For, inside: frozenset[str]) -> Iterable[Each]:
        one = node.target.name if isinstance(node.target, nodes.Name) else ""
        all_of_them = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        if LOOPS.get(one) != all_of_them or inside:
            self._complain(node, "template.syntax", "this loop is not understood", "for clause in clauses")
            return
        yield Each(one, self.pieces(node.body, frozenset({one})))

    def _name(self, node: nodes.Node, inside: frozenset[str]) -> str:
        words: list[str] = []
        while isinstance(node, nodes.Getattr):
            words.insert(0, node.attr)
            node = node.node
        if not isinstance(node, nodes.Name):
            self._complain(node, "template.syntax", "the name of a place is expected", "write `{{ place }}`")
            return ""
        name = ".".join((node.name, *words))
        if name not in self._known:
            hint = did_you_mean(name, self._known) or "docs/notices.md lists the places"
            self._complain(node, "template.place", f"`{name}` is no place of such a text", hint)
        elif node.name in LOOPS and node.name not in inside:
            loop = f"{{% for {node.name} in {LOOPS[node.name]} %}}…{{% endfor %}}"
            self._complain(node, "template.place", f"`{name}` may be of several", f"put it inside `{loop}`")
        return name

    def _complain(self, node: nodes.Node, code: str, message: str, hint: str) -> None:
        where = Where(self._file, self._first + (node.lineno or 1) - 1)
        self._problems.append(Problem(code=code, message=message, where=where, hint=hint))
