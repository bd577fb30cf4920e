"""What a condition may name: variables with their types, and functions beside the standard ones."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bylaw.rules.cel.functions import Function
from bylaw.rules.cel.standard import STANDARD
from bylaw.rules.cel.types import Type


class Environment:
    """The names a condition is checked against.

    Names may have dots (``math.abs``). A function that is declared under a standard name adds overloads to it.

    Raises:
        ValueError: two overloads of a function have the same id.
    """

    def __init__(self, variables: Mapping[str, Type], functions: Iterable[Function] = ()) -> None:
        self.variables = dict(variables)
        self.functions = dict(STANDARD)
        for function in functions:
            self.functions[function.name] = _merged(self.functions.get(function.name), function)


def _merged(known: Function | None, more: Function) -> Function:
    overloads = (*(known.overloads if known else ()), *more.overloads)
    if len({o.id for o in overloads}) < len(overloads):
        raise ValueError(f"`{more.name}` has two overloads of the same name")
    return replace(more, overloads=overloads)
