"""What to tell the writer of a condition whose types do not fit, in the writer's words."""

from collections.abc import Sequence

from bylaw.rules.cel.functions import Overload
from bylaw.rules.cel.types import BYTES, INT, NUMBERS, STRING, Type

_COMPARISONS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_ARITHMETIC = {"_+_": "+", "_-_": "-", "_*_": "*", "_/_": "/", "_%_": "%"}
_SIGNS = {"!_": "!", "-_": "-"}
_SHOWN = 4  # signatures listed in a hint


def no_overload(name: str, types: Sequence[Type], candidates: Sequence[Overload]) -> tuple[str, str]:
    """Return message and hint for a call whose arguments no overload takes."""
    if name in _COMPARISONS:
        return f"`{_COMPARISONS[name]}` cannot compare {types[0]} with {types[1]}", _same_type(types)
    if name in _ARITHMETIC:
        return f"`{_ARITHMETIC[name]}` cannot combine {types[0]} and {types[1]}", _same_type(types)
    if name in _SIGNS:
        return f"`{_SIGNS[name]}` cannot be put before {types[0]}", ""
    if name == "@in":
        return _membership(types)
    if name == "_[_]":
        return (
            f"{types[0]} has no items to pick by {types[1]}",
            "lists are indexed by int, maps by their keys",
        )
    given = ", ".join(map(str, types))
    shown = ", ".join(f"`{_spelled(name, o)}`" for o in candidates[:_SHOWN])
    return f"`{name}` does not take ({given})", f"it is called as {shown}" if shown else ""


def _membership(types: Sequence[Type]) -> tuple[str, str]:
    item, container = types
    if container.name in ("list", "map"):
        return f"`in` looks for {item} in {container}", "it would never be found there"
    hint = "in a text, write `text.contains(part)`" if container == STRING else ""
    return f"`in` looks into a list or a map, not into {container}", hint


def _same_type(types: Sequence[Type]) -> str:
    left, right = types
    if left in NUMBERS and right in NUMBERS:
        return f"convert one of them, as in `{left}(x)`"
    if {left, right} == {STRING, INT}:
        return "a text is written in quotes, a number is converted by `int(x)` or `string(x)`"
    return "convert one of them, as in `string(x)`" if {left, right} == {STRING, BYTES} else ""


def _spelled(name: str, overload: Overload) -> str:
    types = list(map(str, overload.parameters))
    if overload.receiver:
        return f"{types[0]}.{name}({', '.join(types[1:])})"
    return f"{name}({', '.join(types)})"
