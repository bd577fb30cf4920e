"""The fields of an event as generated code has them: read once, checked once.

A field that is absent has no name: reading it raises, as an error of the language should. An event that
is not what its kind declares is left to the interpreter as a whole.
"""

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Final

from bylaw.rules.cel import tree
from bylaw.rules.cel.limits import LIST_LIMIT, TEXT_LIMIT
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL, DOUBLE, INT, STRING, Type, list_of, map_of
from bylaw.rules.cel.values import INT_MAX, INT_MIN
from bylaw.rules.compile.written import Place, Written, indented

_UNFIT: Final[Mapping[Type, str]] = {
    STRING: f"{{0}}.__class__ is not str or len({{0}}) > {TEXT_LIMIT}",
    INT: f"{{0}}.__class__ is not int or not {INT_MIN} <= {{0}} <= {INT_MAX}",
    DOUBLE: "{0}.__class__ is not float",
    BOOL: "{0}.__class__ is not bool",
    list_of(STRING): f"{{0}}.__class__ is not list or len({{0}}) > {LIST_LIMIT}",
    map_of(STRING, STRING): f"{{0}}.__class__ is not dict or len({{0}}) > {LIST_LIMIT}",
}
Reading = Callable[[str, Node], Written | None]


class Fields:
    """The fields that the rules of one kind read."""

    def __init__(self) -> None:
        self._read: dict[
            str, tuple[str, Type, bool]
        ] = {}  # by field: its name here, its type, whether optional

    def read(self, node: tree.Select, place: Place, reading: Reading) -> Written | None:
        """Return how a field is read; ``reading`` reads those that are not read beforehand."""
        if node.type not in _UNFIT:
            return reading(_attribute(node.field), node)
        name = self._name(node.field, node.type, optional=node.optional)
        return Written(f"f_{name}", fallible=node.optional and node.field not in place.present)

    def has(self, node: tree.Has) -> Written:
        """Return how it is told whether a field is there."""
        return Written(f"({_attribute(node.field)} is not ABSENT)", cost=2)

    def _name(self, field: str, kind: Type, *, optional: bool) -> str:
        if field not in self._read:
            name = field if field.isidentifier() and field.isascii() else f"_{len(self._read)}"
            self._read[field] = (name, kind, optional)
        return self._read[field][0]

    def lines(self) -> list[str]:
        """Return what reads and checks all of them, at the top of the generated function."""
        lines: list[str] = []
        for field, (name, kind, optional) in self._read.items():
            lines += [f"f_{name} = {_attribute(field)}", f"if {_UNFIT[kind].format(f'f_{name}')}:"]
            refuse = f"raise UnfitError({field!r})"
            if optional:
                kept = [
                    f"if f_{name} is not ABSENT:",
                    f"    {refuse}",
                    f"del f_{name}  # reading it is an error",
                ]
                lines += indented(kept)
            else:
                lines.append(f"    {refuse}")
        return lines


def _attribute(field: str) -> str:
    if field.isidentifier() and field.isascii() and not iskeyword(field):
        return f"event.{field}"
    return f"getattr(event, {field!r})"
