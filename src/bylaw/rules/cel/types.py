"""The types of the condition language.

Types are values: two with the same name and parameters are equal. Checking is gradual, as in CEL:
``dyn`` stands for a value whose type is known only when the condition runs, and goes with everything.
``NOTHING``, the element type of ``[]``, goes with everything too, and gives way to any other type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias


@dataclass(frozen=True, slots=True)
class Named:
    """A type with a name and perhaps parameters: ``int``, ``list(string)``, ``map(string, int)``."""

    name: str
    parameters: tuple["Type", ...] = ()

    def __str__(self) -> str:
        inner = ", ".join(map(str, self.parameters))
        return f"{self.name}({inner})" if inner else self.name


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: ``optional`` may be absent, ``personal`` is never shown in explanations."""

    type: "Type"
    optional: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A record with declared fields, bound to a Python object that is read by attribute."""

    name: str
    fields: Mapping[str, Field] = field(compare=False, repr=False)
    parameters: ClassVar[tuple["Type", ...]] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Parameter:
    """Stands for any type in a signature, everywhere the same: ``A`` in ``list(A) + list(A)``."""

    name: str
    parameters: ClassVar[tuple["Type", ...]] = ()

    def __str__(self) -> str:
        return self.name


Type: TypeAlias = Named | ObjectType | Parameter

BOOL = Named("bool")
INT = Named("int")
UINT = Named("uint")
DOUBLE = Named("double")
STRING = Named("string")
BYTES = Named("bytes")
NULL = Named("null_type")
TIMESTAMP = Named("timestamp")
DURATION = Named("duration")
DYN = Named("dyn")
NOTHING = Named("nothing")

NUMBERS = (INT, UINT, DOUBLE)
MAP_KEYS = (BOOL, INT, UINT, STRING, DYN, NOTHING)


def list_of(element: Type) -> Named:
    """Return ``list(element)``."""
    return Named("list", (element,))


def map_of(key: Type, value: Type) -> Named:
    """Return ``map(key, value)``."""
    return Named("map", (key, value))


def type_of(described: Type) -> Named:
    """Return the type of a type: what ``type(x)`` and the name ``int`` have."""
    return Named("type", (described,))


def is_open(kind: Type) -> bool:
    """Tell whether the type says nothing before the condition runs."""
    return kind in (DYN, NOTHING)


def goes_with(left: Type, right: Type) -> bool:
    """Tell whether a value of one type may stand where the other is expected; symmetric."""
    if is_open(left) or is_open(right) or left.name == right.name == "type":
        return True
    return (
        left.name == right.name
        and len(left.parameters) == len(right.parameters)
        and all(map(goes_with, left.parameters, right.parameters))
    )


def join(left: Type, right: Type) -> Type:
    """Return the narrowest type that holds both, ``dyn`` if nothing else does."""
    if right in (left, NOTHING):
        return left
    if left == NOTHING:
        return right
    if isinstance(left, Named) and left.name == right.name and len(left.parameters) == len(right.parameters):
        inner = tuple(map(join, left.parameters, right.parameters))
        return Named(left.name, inner) if inner else left
    return DYN


_WORDS = {str(t): t for t in (BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, DYN)}


def read_type(text: str) -> Type:
    """Read a type as people write it: ``int``, ``list(string)``, ``map(string, string)``.

    Raises:
        ValueError: it is no type of the language.
    """
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if text.endswith(")"):
        head, _, inner = text[:-1].partition("(")
        if head == "list":
            return list_of(read_type(inner))
        key, comma, value = inner.partition(",")
        if head == "map" and comma and read_type(key) in MAP_KEYS:
            return map_of(read_type(key), read_type(value))
    raise ValueError(f"`{text}` is no type")
