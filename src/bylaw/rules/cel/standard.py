"""The standard library: every function that a condition may call without anyone declaring it."""

from collections.abc import Callable

from bylaw.rules.cel.conversions import CONVERSIONS
from bylaw.rules.cel.functions import Function, Overload
from bylaw.rules.cel.moments import PARTS, SPAN_PARTS
from bylaw.rules.cel.operators import OPERATORS
from bylaw.rules.cel.strings import STRINGS
from bylaw.rules.cel.types import DURATION, INT, STRING, TIMESTAMP, Type


def _part(name: str, run: Callable[..., int], *types: Type) -> Overload:
    return Overload(
        id="_".join([name, *(t.name for t in types)]), parameters=types, result=INT, run=run, receiver=True
    )


def _moment(name: str) -> Function:
    overloads = [_part(name, PARTS[name], TIMESTAMP), _part(name, PARTS[name], TIMESTAMP, STRING)]
    if name in SPAN_PARTS:
        overloads.append(_part(name, SPAN_PARTS[name], DURATION))
    return Function(name=name, overloads=tuple(overloads))


STANDARD: dict[str, Function] = {
    f.name: f for f in (*OPERATORS, *CONVERSIONS, *STRINGS, *map(_moment, PARTS))
}
