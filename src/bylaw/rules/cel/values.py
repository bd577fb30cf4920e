"""The values of the condition language, and what it means for two to be equal.

Python's own values stand for most: bool, int, float, str, bytes, None, list or tuple, dict. Where
Python would confuse two kinds of value, a class of our own keeps them apart: ``true != 1``, and an
unsigned integer is not a signed one, though equal in number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import msgspec

from bylaw.rules.cel.types import DOUBLE, DYN, STRING, UINT, ObjectType, Type

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
UINT_MAX = 2**64 - 1

Value: TypeAlias = Any  # one of the Python values above, or of the classes below
Spend: TypeAlias = Callable[[int], None]  # takes steps off the budget, or raises


class CelError(Exception):
    """CEL's error: a value that a condition may come to, absorbed by ``&&`` and ``||``.

    ``code`` is stable (``no_such_key``, ``overflow``, ``budget`` …); the message never repeats what
    was in the event.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{message} [{code}]")


@dataclass(frozen=True, slots=True)
class Uint:
    """An unsigned 64-bit integer. Equal to the int of the same number, and so the same map key."""

    number: int

    def __eq__(self, other: object) -> bool:
        return self.number == (other.number if isinstance(other, Uint) else other)

    def __hash__(self) -> int:
        return hash(self.number)


@dataclass(frozen=True, slots=True)
class BoolKey:
    """A bool as key of a map: Python's dict would take ``True`` for 1."""

    flag: bool


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """An instant: nanoseconds since 1970, from year 1 to the end of year 9999."""

    ns: int


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time: a signed 64-bit count of nanoseconds, about 292 years either way."""

    ns: int


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value, what ``type(x)`` returns; parameters are not kept."""

    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """A Python object seen through its declared fields; nothing else of it can be reached."""

    type: ObjectType
    target: Any

    def read(self, name: str) -> Value:
        """Return a field's value.

        Raises:
            CelError: ``no_such_key``, the field is absent or not declared.
        """
        declared = self.type.fields.get(name)
        value = getattr(self.target, name, msgspec.UNSET) if declared else msgspec.UNSET
        if declared is None or value is msgspec.UNSET:
            raise CelError("no_such_key", f"no such key: `{name}`")
        return from_python(value, declared.type)

    def has(self, name: str) -> bool:
        """Tell whether the field is declared and present."""
        return name in self.type.fields and getattr(self.target, name, msgspec.UNSET) is not msgspec.UNSET


_TYPE_NAMES: dict[type, str] = {
    bool: "bool",
    int: "int",
    Uint: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    type(None): "null_type",
    list: "list",
    tuple: "list",
    dict: "map",
    Timestamp: "timestamp",
    Duration: "duration",
    TypeValue: "type",
}
_PUBLIC_NAMES = {"timestamp": "google.protobuf.Timestamp", "duration": "google.protobuf.Duration"}


def type_name(value: Value) -> str:
    """Return the name of a value's type as the type checker spells it."""
    return value.type.name if isinstance(value, Record) else _TYPE_NAMES[type(value)]


def public_name(name: str) -> str:
    """Return the name by which ``type(x)`` and its comparison know a type."""
    return _PUBLIC_NAMES.get(name, name)


def key_of(value: Value) -> Value:
    """Return the value as key of a Python dict.

    Raises:
        CelError: ``bad_key``, only strings, numbers and bools are keys.
    """
    if isinstance(value, bool):
        return BoolKey(value)
    if isinstance(value, str | int | Uint | float):
        return value
    raise CelError("bad_key", f"a map has no keys of type {type_name(value)}")


def value_of(key: Value) -> Value:
    """Return the value that a key of a Python dict stands for."""
    return key.flag if isinstance(key, BoolKey) else key


def as_number(value: Value) -> float | None:
    """Return the plain number of an int, uint or double, nothing for other values."""
    if isinstance(value, Uint):
        return value.number
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def comparable(left: Value, right: Value) -> tuple[Value, Value]:
    """Return two numbers ready to be compared: an integer meets a double as a double, as CEL says."""
    if isinstance(left, float) or isinstance(right, float):
        return float(left), float(right)
    return left, right


def equal(left: Value, right: Value, spend: Spend) -> bool:
    """Tell whether two values are equal; ``spend`` pays for each item compared.

    Values of different types differ, except numbers, which are compared by number.
    """
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        first, second = comparable(a, b)
        return bool(first == second)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and _all_equal(zip(left, right, strict=True), spend)
    if isinstance(left, dict) and isinstance(right, dict):
        same_keys = len(left) == len(right) and all(key in right for key in left)
        return same_keys and _all_equal(((item, right[key]) for key, item in left.items()), spend)
    return type(left) is type(right) and bool(left == right)


def _all_equal(pairs: Any, spend: Spend) -> bool:  # noqa: ANN401 - pairs of any values
    for left, right in pairs:
        spend(1)
        if not equal(left, right, spend):
            return False
    return True


def member(item: Value, items: list[Value], spend: Spend) -> bool:
    """Tell whether a list holds the item. Texts are looked up at Python's speed, at one step in all."""
    if isinstance(item, str | bytes):
        return item in items
    return any(_all_equal([(item, other)], spend) for other in items)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLAIN = frozenset({"bool", "string", "bytes", "null_type"})  # types whose Python values need no change


def from_python(value: Any, declared: Type) -> Value:  # noqa: ANN401 - whatever the host has
    """Return the CEL value of a Python value whose type was declared.

    Lists and maps of plain values are taken as they are, without a copy.

    Raises:
        CelError: ``range``, a number or a time that CEL cannot hold; ``bad_value``, no CEL value.
    """
    if isinstance(declared, ObjectType):
        return Record(declared, value)
    convert = _CONVERTERS.get(type(value))
    if convert is None:
        raise CelError("bad_value", f"a {type(value).__name__} is no value of a condition")
    return convert(value, declared)


def _as_it_is(value: Value, _: Type) -> Value:
    return value


def _from_int(value: int, declared: Type) -> Value:
    if declared == DOUBLE:
        return float(value)
    low, high = (0, UINT_MAX) if declared == UINT else (INT_MIN, INT_MAX)
    if not low <= value <= high:
        raise CelError("range", "the number does not fit into 64 bits")
    return Uint(value) if declared == UINT else value


def _from_datetime(value: datetime, _: Type) -> Value:
    if value.tzinfo is None:
        raise CelError("bad_value", "a time without a zone is no value of a condition")
    return Timestamp((value - _EPOCH) // _MICROSECOND * 1000)


def _from_timedelta(value: timedelta, _: Type) -> Value:
    ns = value // _MICROSECOND * 1000
    if not INT_MIN <= ns <= INT_MAX:
        raise CelError("range", "the duration is longer than 292 years")
    return Duration(ns)


def _from_list(value: list[Any], declared: Type) -> Value:
    element = declared.parameters[0] if declared.parameters else DYN
    return value if element.name in _PLAIN else [from_python(item, element) for item in value]


def _from_dict(value: dict[Any, Any], declared: Type) -> Value:
    key_type, item_type = (*declared.parameters, DYN, DYN)[:2]
    if key_type == STRING and item_type.name in _PLAIN:
        return value
    return {key_of(from_python(key, key_type)): from_python(item, item_type) for key, item in value.items()}


_CONVERTERS: dict[type, Callable[[Any, Type], Value]] = {
    **dict.fromkeys((bool, float, str, bytes, type(None), Uint, Timestamp, Duration, TypeValue), _as_it_is),
    int: _from_int,
    datetime: _from_datetime,
    timedelta: _from_timedelta,
    list: _from_list,
    tuple: _from_list,
    dict: _from_dict,
}
