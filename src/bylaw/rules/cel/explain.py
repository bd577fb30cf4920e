"""What a condition compared on its way to its answer, told without what people wrote."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.conversions import text_of_double
from bylaw.rules.cel.interpret import Bindings, Interpreter, Watch
from bylaw.rules.cel.limits import COMPARISON_LIMIT, RENDERED_LIMIT
from bylaw.rules.cel.moments import write_duration, write_timestamp
from bylaw.rules.cel.tree import Node
from bylaw.rules.cel.types import BOOL
from bylaw.rules.cel.values import CelError, Duration, Timestamp, TypeValue, Uint, Value, type_name, value_of

_PASSED_OVER = frozenset({"!_", "bool", "dyn"})  # true because of what they are given, which is told
_SHOWN_ITEMS = 5


class Comparison(NamedTuple):
    """One comparison or predicate that was evaluated.

    ``operator`` is a sign (``>``), a function (``contains``), ``has``, or empty for a value that is true or
    false by itself. ``operands`` are ready to be shown; those from an error on are missing. ``result`` is ``true``, ``false``, or ``error:`` and its code.
    """

    expression: str
    operator: str
    operands: tuple[str, ...]
    result: str


Tell = Callable[[Sequence[Value], Value | CelError], Comparison]


class Traced(NamedTuple):
    """The value a condition comes to, or its error, and the comparisons in the order they were made."""

    value: Value | CelError
    comparisons: tuple[Comparison, ...]

    @property
    def shown(self) -> str:
        """The outcome as a person reads it: ``true``, ``false``, or ``error:`` and its code."""
        return _outcome(self.value)


def evaluate_traced(condition: Condition, bindings: Bindings) -> Traced:
    """Evaluate and tell what was compared; comparisons beyond COMPARISON_LIMIT are left out.

    Operands that may hold personal data are told by kind and size, never by value; numbers and bools
    are told in full.
    """
    seen: list[Comparison] = []
    try:
        value = Interpreter(bindings, watcher(condition, seen)).value(condition.tree, {})
    except CelError as error:
        value = error
    return Traced(value, tuple(seen))


def watcher(condition: Condition, seen: list[Comparison]) -> Watch:
    """Return what tells an interpreter's comparisons to a list."""

    def watch(node: Node, arguments: Sequence[Value], outcome: Value | CelError) -> None:
        if len(seen) < COMPARISON_LIMIT and tells(node):
            seen.append(teller(condition, node)(arguments, outcome))

    return watch


def tells(node: Node) -> bool:
    """Tell whether a part of a condition is a comparison or a predicate."""
    if isinstance(node, tree.Call):
        return node.type == BOOL and node.function not in _PASSED_OVER
    return isinstance(node, tree.Has) or (isinstance(node, tree.Select | tree.Variable) and node.type == BOOL)


def teller(condition: Condition, node: Node) -> Tell:
    """Return what says how a part of a condition came out, given the values of its arguments."""
    expression = condition.snippet(node)
    operator = "has" if isinstance(node, tree.Has) else ""
    personal: tuple[bool, ...] = ()
    if isinstance(node, tree.Call):
        operator = node.function.strip("_@")
        personal = tuple(part.personal for part in node.arguments)

    def tell(arguments: Sequence[Value], outcome: Value | CelError) -> Comparison:
        operands = tuple(
            [render(value, personal=hidden) for hidden, value in zip(personal, arguments, strict=False)]
        )
        return Comparison(expression, operator, operands, _outcome(outcome))

    return tell


def _outcome(value: Value | CelError) -> str:
    if isinstance(value, CelError):
        return f"error: {value.code}"
    return render(value, personal=not isinstance(value, bool))


def render(value: Value, *, personal: bool) -> str:
    """Return a value as a person reads it, shortened; a personal one by kind and size."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | Uint):
        return f"{value.number}u" if isinstance(value, Uint) else str(value)
    if isinstance(value, float):
        return text_of_double(value)
    return _size(value) if personal else _shown(value)


def _size(value: Value) -> str:
    for kind, name, unit in _SIZED:
        if isinstance(value, kind):
            return _hidden(f"{name}, {len(value)} {unit if len(value) != 1 else unit.removesuffix('s')}")
    return _hidden(type_name(value))


def _hidden(what: str) -> str:
    return f"‹{what}›"


_SIZED = (
    (str, "text", "characters"),
    (bytes, "bytes", "octets"),
    (list | tuple, "list", "items"),
    (dict, "map", "items"),
)


def _shown(value: Value) -> str:
    if isinstance(value, str):
        short = value if len(value) <= RENDERED_LIMIT else value[: RENDERED_LIMIT - 1] + "…"
        return f'"{short}"'
    if isinstance(value, list | tuple):
        return _several("[]", [_part(item) for item in value[:_SHOWN_ITEMS]], len(value))
    if isinstance(value, dict):
        some = list(value.items())[:_SHOWN_ITEMS]
        return _several("{}", [f"{_part(value_of(k))}: {_part(v)}" for k, v in some], len(value))
    write = _WRITTEN.get(type(value))
    return write(value) if write else _size(value)


_WRITTEN: dict[type, Callable[[Any], str]] = {
    Timestamp: write_timestamp,
    Duration: write_duration,
    TypeValue: attrgetter("name"),
}


def _part(value: Value) -> str:
    # What lies deeper is told by size: a list may hold itself many times over.
    return _size(value) if isinstance(value, list | tuple | dict) else render(value, personal=False)


def _several(brackets: str, parts: list[str], count: int) -> str:
    more = [f"… {count - len(parts)} more"] if count > len(parts) else []
    return f"{brackets[0]}{', '.join([*parts, *more])}{brackets[1]}"
