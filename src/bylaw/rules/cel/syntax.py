"""The tree of a condition as written, before anything is known about its names."""

from dataclasses import dataclass
from typing import TypeAlias

from bylaw.rules.cel.source import Span
from bylaw.rules.cel.values import Value

AND, OR, NOT, CHOICE, INDEX = "_&&_", "_||_", "!_", "_?_:_", "_[_]"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out."""

    span: Span
    value: Value
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A name on its own; ``rooted`` when a dot before it passes over the names of comprehensions."""

    span: Span
    name: str
    rooted: bool = False
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Select:
    """``operand.field``; the field's name stands at ``at``."""

    span: Span
    operand: "Syntax"
    field: str
    at: int
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an operator (``_+_``) with its arguments; ``target`` is what stands before the dot."""

    span: Span
    function: str
    arguments: tuple["Syntax", ...]
    at: int
    depth: int
    target: "Syntax | None" = None


@dataclass(frozen=True, slots=True)
class ListDisplay:
    """``[a, b]``."""

    span: Span
    items: tuple["Syntax", ...]
    depth: int


@dataclass(frozen=True, slots=True)
class MapDisplay:
    """``{a: b}``."""

    span: Span
    entries: tuple[tuple["Syntax", "Syntax"], ...]
    depth: int


Syntax: TypeAlias = Literal | Name | Select | Call | ListDisplay | MapDisplay
