"""Operators that Python carries out as CEL does, for which types and under which conditions.

Everything else is carried out by the interpreter's own functions.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bylaw.rules.cel import tree
from bylaw.rules.cel.functions import Overload
from bylaw.rules.cel.standard import STANDARD
from bylaw.rules.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    Parameter,
    is_open,
)
from bylaw.rules.compile.bounds import combined, interval

_ORDER: Final = {"less": "<", "less_equals": "<=", "greater": ">", "greater_equals": ">="}
_ORDERED: Final = ("bool", "string", "bytes", "timestamp", "duration", "int64", "double")
_SAME: Final = frozenset({BOOL, INT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION})
_FLAT: Final = frozenset({*_SAME, UINT, NULL})  # values without parts: comparing them takes no steps

# By overload: what to write for the arguments. Nothing here can raise.
_WRITTEN: Final[Mapping[str, str]] = {
    **{f"{word}_{kind}": f"{{0}} {sign} {{1}}" for word, sign in _ORDER.items() for kind in _ORDERED},
    **{
        f"{name}_double": f"{{0}} {sign} {{1}}"
        for name, sign in [("add", "+"), ("subtract", "-"), ("multiply", "*")]
    },
    "add_int64": "{0} + {1}",
    "subtract_int64": "{0} - {1}",
    "multiply_int64": "{0} * {1}",
    "divide_int64": "{0} // {1}",
    "modulo_int64": "{0} % {1}",
    "negate_double": "-{0}",
    "logical_not": "not {0}",
    "contains_string": "{1} in {0}",
    "startsWith_string": "{0}.startswith({1})",
    "endsWith_string": "{0}.endswith({1})",
    **{f"{kind}_size": "len({0})" for kind in ("string", "bytes", "list", "map")},
    **{f"size_{kind}": "len({0})" for kind in ("string", "bytes", "list", "map")},
}
_EQUAL: Final = {"equals": "{0} == {1}", "not_equals": "{0} != {1}"}


def template(node: tree.Call) -> str | None:
    """Return how Python writes a call, nothing if it needs a guard or means something else there."""
    if len(node.overloads) != 1 or not _standard(node):
        return None
    name = node.overloads[0].id
    types = [argument.type for argument in node.arguments]
    if name in _EQUAL:
        return _EQUAL[name] if types[0] == types[1] and types[0] in _SAME else None
    guarded = _GUARDED.get(name)
    if any(map(is_open, types)) or (guarded and not guarded(node)):
        return None
    return _WRITTEN.get(name)


def _fits(node: tree.Call) -> bool:
    return combined(node).fits


def _nothing_to_truncate(node: tree.Call) -> bool:
    divided, by = map(interval, node.arguments)
    return divided.low >= 0 and by.low > 0


def _part_is_known(node: tree.Call) -> bool:
    # Python would evaluate the part before the text, the interpreter does not.
    return isinstance(node.arguments[1], tree.Constant)


# When a template may stand: overflow, truncation and order are guarded by CEL's own functions otherwise.
_GUARDED: Final[Mapping[str, Callable[[tree.Call], bool]]] = {
    **dict.fromkeys(("add_int64", "subtract_int64", "multiply_int64"), _fits),
    **dict.fromkeys(("divide_int64", "modulo_int64"), _nothing_to_truncate),
    "contains_string": _part_is_known,
}


def compares_flat(node: tree.Call) -> bool:
    """Tell whether a call is an equality of values that have no parts, of whatever types."""
    return (
        len(node.overloads) == 1
        and node.overloads[0].id in _EQUAL
        and _standard(node)
        and all(argument.type in _FLAT for argument in node.arguments)
    )


def settled(node: tree.Call) -> Overload | None:
    """Return the one overload that a call comes to, nothing if that is known only when it runs."""
    if len(node.overloads) != 1 or node.overloads[0].metered:
        return None
    overload = node.overloads[0]
    checked = list(zip(overload.parameters, node.arguments, strict=True))[: 1 if overload.loose else None]
    known = all(
        isinstance(parameter, Parameter) or is_open(parameter) or parameter.name == argument.type.name
        for parameter, argument in checked
    )
    return overload if known else None


def _standard(node: tree.Call) -> bool:
    function = STANDARD.get(node.function)
    return function is not None and any(overload is node.overloads[0] for overload in function.overloads)
