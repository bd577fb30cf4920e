"""Arithmetic and comparison: what ``+``, ``<`` and ``==`` do for which types."""

import math
import operator
from collections.abc import Callable
from typing import Any

from bylaw.rules.cel.functions import Function, Overload
from bylaw.rules.cel.limits import LIST_LIMIT, TEXT_LIMIT
from bylaw.rules.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NUMBERS,
    STRING,
    TIMESTAMP,
    UINT,
    Parameter,
    Type,
    list_of,
    map_of,
)
from bylaw.rules.cel.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    CelError,
    Duration,
    Spend,
    Timestamp,
    Uint,
    Value,
    as_number,
    comparable,
    equal,
    key_of,
    member,
)

A, B = Parameter("A"), Parameter("B")
_IDS = {INT: "int64", UINT: "uint64"}
TIMESTAMP_MIN, TIMESTAMP_MAX = -62_135_596_800 * 10**9, 253_402_300_800 * 10**9 - 1


def signed(number: int) -> int:
    """Return the number if it fits into 64 bits, else raise ``overflow``."""
    if not INT_MIN <= number <= INT_MAX:
        raise CelError("overflow", "the whole number does not fit into 64 bits")
    return number


def unsigned(number: int) -> Uint:
    """Return the number as unsigned if it fits into 64 bits, else raise ``overflow``."""
    if not 0 <= number <= UINT_MAX:
        raise CelError("overflow", "the unsigned number does not fit into 64 bits")
    return Uint(number)


def instant(ns: int) -> Timestamp:
    """Return the timestamp, or raise ``range`` before year 1 and after year 9999."""
    if not TIMESTAMP_MIN <= ns <= TIMESTAMP_MAX:
        raise CelError("range", "the time lies outside the years 1 to 9999")
    return Timestamp(ns)


def span(ns: int) -> Duration:
    """Return the duration, or raise ``range`` beyond 292 years."""
    if not INT_MIN <= ns <= INT_MAX:
        raise CelError("range", "the duration is longer than 292 years")
    return Duration(ns)


def within(text: Any, limit: int = TEXT_LIMIT) -> Any:  # noqa: ANN401 - a text, bytes or a list
    """Return what a condition made if it is not too long, else raise ``too_long``."""
    if len(text) > limit:
        raise CelError("too_long", f"more than {limit} characters or items")
    return text


def _quotient(a: int, b: int) -> int:
    if b == 0:
        raise CelError("divide_by_zero", "division by zero")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _remainder(a: int, b: int) -> int:
    if (a, b) == (INT_MIN, -1):
        signed(-a)  # CEL refuses the remainder where it refuses the quotient
    return a - b * _quotient(a, b)


def _ratio(a: float, b: float) -> float:
    if b:
        return a / b
    if a == 0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1, b)


def _on_uints(run: Callable[[int, int], int]) -> Callable[[Uint, Uint], Uint]:
    return lambda a, b: unsigned(run(a.number, b.number))


def _on_ints(run: Callable[[int, int], int]) -> Callable[[int, int], int]:
    return lambda a, b: signed(run(a, b))


def _arithmetic(sign: str, word: str, *more: Overload, whole: Any, real: Any = None) -> Function:  # noqa: ANN401
    overloads = [
        Overload(id=f"{word}_int64", parameters=(INT, INT), result=INT, run=_on_ints(whole)),
        Overload(id=f"{word}_uint64", parameters=(UINT, UINT), result=UINT, run=_on_uints(whole)),
    ]
    if real:
        overloads.append(Overload(id=f"{word}_double", parameters=(DOUBLE, DOUBLE), result=DOUBLE, run=real))
    return Function(name=f"_{sign}_", overloads=(*overloads, *more))


def _overload(id_: str, left: Type, right: Type, result: Type, run: Callable[..., Value]) -> Overload:
    return Overload(id=id_, parameters=(left, right), result=result, run=run)


_LISTS = list_of(A)
ADD = _arithmetic(
    "+",
    "add",
    _overload("add_string", STRING, STRING, STRING, lambda a, b: within(a + b)),
    _overload("add_bytes", BYTES, BYTES, BYTES, lambda a, b: within(a + b)),
    _overload("add_list", _LISTS, _LISTS, _LISTS, lambda a, b: within([*a, *b], LIST_LIMIT)),
    _overload("add_timestamp_duration", TIMESTAMP, DURATION, TIMESTAMP, lambda a, b: instant(a.ns + b.ns)),
    _overload("add_duration_timestamp", DURATION, TIMESTAMP, TIMESTAMP, lambda a, b: instant(a.ns + b.ns)),
    _overload("add_duration_duration", DURATION, DURATION, DURATION, lambda a, b: span(a.ns + b.ns)),
    whole=operator.add,
    real=operator.add,
)
SUBTRACT = _arithmetic(
    "-",
    "subtract",
    _overload("subtract_timestamp_timestamp", TIMESTAMP, TIMESTAMP, DURATION, lambda a, b: span(a.ns - b.ns)),
    _overload(
        "subtract_timestamp_duration", TIMESTAMP, DURATION, TIMESTAMP, lambda a, b: instant(a.ns - b.ns)
    ),
    _overload("subtract_duration_duration", DURATION, DURATION, DURATION, lambda a, b: span(a.ns - b.ns)),
    whole=operator.sub,
    real=operator.sub,
)
NEGATE = Function(
    name="-_",
    overloads=(
        Overload(id="negate_int64", parameters=(INT,), result=INT, run=lambda a: signed(-a)),
        Overload(id="negate_double", parameters=(DOUBLE,), result=DOUBLE, run=operator.neg),
    ),
)
LOGICAL_NOT = Function(
    name="!_", overloads=(Overload(id="logical_not", parameters=(BOOL,), result=BOOL, run=operator.not_),)
)


def _order(sign: str, word: str, compare: Callable[[Any, Any], bool]) -> Function:
    def numbers(a: Value, b: Value) -> bool:
        return compare(*comparable(as_number(a) or 0, as_number(b) or 0))

    overloads = [
        _overload(f"{word}_{t.name}", t, t, BOOL, compare) for t in (BOOL, STRING, BYTES, TIMESTAMP, DURATION)
    ]
    for left in NUMBERS:
        for right in NUMBERS:
            names = [_IDS.get(t, t.name) for t in ((left,) if left == right else (left, right))]
            overloads.append(_overload("_".join([word, *names]), left, right, BOOL, numbers))
    return Function(name=f"_{sign}_", overloads=tuple(overloads))


def _differ(a: Value, b: Value, spend: Spend) -> bool:
    return not equal(a, b, spend)


def _in_map(key: Value, entries: dict[Value, Value]) -> bool:
    return key_of(key) in entries


def _in_list(item: Value, items: list[Value], spend: Spend) -> bool:
    return member(item, items, spend)


def _item(items: list[Value], index: Value) -> Value:
    number = as_number(index)
    if number is None or not float(number).is_integer():
        raise CelError("index", "the index is no whole number")
    if not 0 <= number < len(items):
        raise CelError("index", f"the index {int(number)} lies outside a list of {len(items)}")
    return items[int(number)]


def _entry(entries: dict[Value, Value], key: Value) -> Value:
    found = key_of(key)
    if found not in entries:
        raise CelError("no_such_key", "no such key")
    return entries[found]


OPERATORS = (
    ADD,
    SUBTRACT,
    _arithmetic("*", "multiply", whole=operator.mul, real=operator.mul),
    _arithmetic("/", "divide", whole=_quotient, real=_ratio),
    _arithmetic("%", "modulo", whole=_remainder),
    NEGATE,
    LOGICAL_NOT,
    _order("<", "less", operator.lt),
    _order("<=", "less_equals", operator.le),
    _order(">", "greater", operator.gt),
    _order(">=", "greater_equals", operator.ge),
    Function(
        name="_==_",
        overloads=(Overload(id="equals", parameters=(A, A), result=BOOL, run=equal, metered=True),),
    ),
    Function(
        name="_!=_",
        overloads=(Overload(id="not_equals", parameters=(A, A), result=BOOL, run=_differ, metered=True),),
    ),
    Function(
        name="@in",
        overloads=(
            Overload(id="in_list", parameters=(A, list_of(A)), result=BOOL, run=_in_list, metered=True),
            Overload(id="in_map", parameters=(A, map_of(A, B)), result=BOOL, run=_in_map),
        ),
    ),
    Function(
        name="_[_]",
        overloads=(
            Overload(id="index_list", parameters=(list_of(A), INT), result=A, run=_item, loose=True),
            Overload(id="index_map", parameters=(map_of(A, B), A), result=B, run=_entry),
        ),
    ),
    Function(name="dyn", overloads=(Overload(id="to_dyn", parameters=(A,), result=DYN, run=lambda a: a),)),
)
