"""What generated code calls: reading inputs as the interpreter would, and giving up where it cannot.

Whatever is raised here only says that generated code has no answer; the interpreter then finds the
answer, error or not.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from bylaw.rules.cel.interpret import Interpreter
from bylaw.rules.cel.limits import LIST_LIMIT, TEXT_LIMIT
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL, DOUBLE, INT, STRING, TIMESTAMP, ObjectType, Type
from bylaw.rules.cel.values import INT_MAX, INT_MIN, Record, Timestamp, Value, from_python
from bylaw.rules.compile.bounds import ISLAND_STEPS, SHORT_TEXT

UNKNOWN: Final = type("Unknown", (), {"__slots__": (), "__repr__": lambda _: "UNKNOWN"})()  # not computed yet

_CLASSES: Final[Mapping[Type, type]] = {
    STRING: str,
    BOOL: bool,
    INT: int,
    DOUBLE: float,
    TIMESTAMP: Timestamp,
}

_ALLOWED: Final[Mapping[Type, Callable[[Any], bool]]] = {
    STRING: lambda text: len(text) <= TEXT_LIMIT,
    INT: lambda number: INT_MIN <= number <= INT_MAX,
}


class UnfitError(Exception):
    """A value is not what generated code was made for: another type than declared, or too long."""


def reader(kind: Type) -> Callable[[Any], Value] | None:
    """Return how a value of a type is read, nothing for types that generated code leaves alone.

    The reader raises ``CelError`` as the interpreter does, and ``UnfitError``.
    """
    if isinstance(kind, ObjectType):
        return partial(Record, kind)
    wanted = _CLASSES.get(kind)
    if wanted is not None:
        return _scalar(kind, wanted)
    if kind.name == "list" and kind.parameters == (STRING,):
        return _texts
    return None


def _scalar(kind: Type, wanted: type) -> Callable[[Any], Value]:
    allowed = _ALLOWED.get(kind)

    def read(value: Any) -> Value:  # noqa: ANN401 - whatever the host has
        made = value if value.__class__ is wanted else from_python(value, kind)
        if made.__class__ is not wanted or (allowed and not allowed(made)):
            raise UnfitError(f"no {kind}")
        return made

    return read


def _texts(value: Any) -> Value:  # noqa: ANN401 - whatever the host has
    if value.__class__ not in (list, tuple) or len(value) > LIST_LIMIT:
        raise UnfitError("no list of texts")
    return value


def walked(items: Any, most: int, *beside: str) -> Iterable[str]:  # noqa: ANN401 - a list if all is well
    """Return a list of texts to walk over.

    Raises:
        UnfitError: it is longer than ``most``, holds something else or a long text, or one of ``beside`` is long.
    """
    if items.__class__ not in (list, tuple) or len(items) > most or not set(map(type, items)) <= {str}:
        raise UnfitError("no list of texts, or too long a one")
    texts: Iterable[str] = items
    if max(map(len, (*texts, *beside)), default=0) > SHORT_TEXT:
        raise UnfitError("a text is too long to be looked at for each item")
    return texts


def island(node: Node, wanted: type | None) -> Callable[[Mapping[str, Any], Mapping[str, Value]], Value]:
    """Return a function that interprets one expression, given the bindings and the names around it.

    It raises ``CelError`` as the expression does, or ``budget`` beyond ISLAND_STEPS.
    """

    def interpret(bindings: Mapping[str, Any], names: Mapping[str, Value]) -> Value:
        value = Interpreter(bindings, steps=ISLAND_STEPS).value(node, names)
        if wanted is not None and value.__class__ is not wanted:
            raise UnfitError("not of its type")
        return value

    return interpret


def class_of(kind: Type) -> type | None:
    """Return the Python class of a type's values, nothing for those that have more than one."""
    return _CLASSES.get(kind)


def free(steps: int) -> None:
    """Take steps off no budget: for comparisons of what has no parts."""


ABSENT: Final = msgspec.UNSET
