"""The typed tree of a condition: what the checker makes, and what evaluators and planners read.

Every node carries its static type, the piece of source it was written as, and whether it may hold
what a person wrote or is (``personal``). Calls carry the overloads they may reach: one when the types
of the arguments are known. A ``Select`` or ``Has`` says whether the field may be absent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bylaw.rules.cel.functions import Overload
from bylaw.rules.cel.source import Span
from bylaw.rules.cel.types import ObjectType, Type
from bylaw.rules.cel.values import Value

Operator = Literal["&&", "||"]
Quantifier = Literal["all", "exists", "exists_one", "list", "map"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value written out, or the name of a type."""

    type: Type
    span: Span
    value: Value
    personal: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A name that the environment declares."""

    type: Type
    span: Span
    name: str
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A name that a comprehension or ``cel.bind`` around it declares."""

    type: Type
    span: Span
    name: str
    personal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A field of an object or a map; an error if it is absent, which ``optional`` says is possible."""

    type: Type
    span: Span
    personal: bool
    operand: "Node"
    field: str
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Has:
    """``has(operand.field)``: whether the field is there. Says nothing of its value."""

    type: Type
    span: Span
    operand: "Node"
    field: str
    optional: bool
    personal: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function or operator; the first of ``overloads`` that takes the values is carried out."""

    type: Type
    span: Span
    personal: bool
    function: str
    overloads: tuple[Overload, ...]
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic:
    """``a && b && c`` or ``a || b || c``: an operand that decides absorbs errors of the others."""

    type: Type
    span: Span
    operator: Operator
    operands: tuple["Node", ...]
    personal: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``test ? then : otherwise``; the branch not taken is not evaluated."""

    type: Type
    span: Span
    personal: bool
    test: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeList:
    """``[a, b]``."""

    type: Type
    span: Span
    personal: bool
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeMap:
    """``{a: b}``; the same key twice is an error."""

    type: Type
    span: Span
    personal: bool
    entries: tuple[tuple["Node", "Node"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comprehension:
    """A walk over a list or a map, as written by the macro of that name.

    ``names`` holds one name (item or key) or two (index and item, key and value). Items that ``condition``
    refuses are passed over. ``all`` and ``exists`` absorb errors as ``&&`` and ``||`` do, the others don't.
    """

    type: Type
    span: Span
    personal: bool
    macro: str
    quantifier: Quantifier
    names: tuple[str, ...]
    range: "Node"
    condition: "Node | None"
    body: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """``cel.bind(name, value, body)``: a name for a value that is used more than once."""

    type: Type
    span: Span
    personal: bool
    name: str
    value: "Node"
    body: "Node"


Node: TypeAlias = (
    Constant
    | Variable
    | Local
    | Select
    | Has
    | Call
    | Logic
    | Choice
    | MakeList
    | MakeMap
    | Comprehension
    | Bind
)


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one for each kind of node
    """Return the nodes directly below, in source order."""
    match node:
        case Select() | Has():
            return (node.operand,)
        case Call():
            return node.arguments
        case Logic():
            return node.operands
        case Choice():
            return (node.test, node.then, node.otherwise)
        case MakeList():
            return node.items
        case MakeMap():
            return tuple(part for entry in node.entries for part in entry)
        case Comprehension():
            return (node.range, *([node.condition] if node.condition else []), node.body)
        case Bind():
            return (node.value, node.body)
        case _:
            return ()


def walk(tree: Node) -> Iterator[Node]:
    """Yield every node, each before those below it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def names_used(tree: Node) -> frozenset[tuple[str, ...]]:
    """Return the names that a condition reads, down to the field: ``("event", "text")``.

    An object that is used whole is named alone: ``("event",)``. ``has`` counts as reading.
    """
    found: set[tuple[str, ...]] = set()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        path = _path(node)
        if path:
            found.add(path)
        else:
            waiting.extend(children(node))
    return frozenset(found)


def functions_used(tree: Node) -> frozenset[str]:
    """Return the functions and operators that a condition may call, by name."""
    return frozenset(node.function for node in walk(tree) if isinstance(node, Call))


def constants_used(tree: Node) -> tuple[Value, ...]:
    """Return the values written out in a condition, in source order."""
    return tuple(node.value for node in walk(tree) if isinstance(node, Constant))


def _path(node: Node) -> tuple[str, ...]:
    if isinstance(node, Variable):
        return (node.name,)
    if isinstance(node, Select | Has) and isinstance(node.operand.type, ObjectType):
        above = _path(node.operand)
        return (*above, node.field) if above else ()
    return ()
