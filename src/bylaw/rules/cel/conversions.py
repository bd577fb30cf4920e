"""From one type to another: ``int("5")``, ``string(1.5)``, ``type(x)``."""

import math
from collections.abc import Callable
from typing import Any

from bylaw.rules.cel import moments
from bylaw.rules.cel.functions import Function, Overload
from bylaw.rules.cel.operators import instant, signed, unsigned
from bylaw.rules.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    Parameter,
    Type,
    list_of,
    map_of,
    type_of,
)
from bylaw.rules.cel.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    CelError,
    TypeValue,
    Uint,
    Value,
    public_name,
    type_name,
)

_A = Parameter("A")
_TRUTH = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


def _digits(text: str) -> int:
    body = text[1:] if text[:1] in ("+", "-") else text
    if not (body.isascii() and body.isdigit()):
        raise CelError("conversion", "the text is no whole number")
    if len(body.lstrip("0")) > 20:
        raise CelError("overflow", "the whole number does not fit into 64 bits")
    return int(body.lstrip("0") or "0") * (-1 if text[0] == "-" else 1)


def _truncated(number: float, *, low: float, high: float) -> int:
    # The bounds themselves are out: as doubles they stand for neighbours that do not fit.
    if not low < number < high:
        raise CelError("range", "the double does not fit into a whole number of 64 bits")
    return int(number)


def _int_of_double(number: float) -> int:
    return _truncated(number, low=float(INT_MIN), high=float(INT_MAX))


def _uint_of_double(number: float) -> Uint:
    if number == 0:
        return Uint(0)
    return Uint(_truncated(number, low=0.0, high=float(UINT_MAX)))


def _double_of_text(text: str) -> float:
    try:
        if "_" in text or not text.isascii() or text.strip() != text:
            raise ValueError  # noqa: TRY301 - Python reads more than a number's plain form
        return float(text)
    except ValueError:
        raise CelError("conversion", "the text is no number") from None


def text_of_double(number: float) -> str:
    """Write the shortest decimal that reads back the same; from a million on, with an exponent."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    plain = repr(number).removesuffix(".0")
    if number == 0 or 1e-4 <= abs(number) < 1e6:
        return plain
    digits = sum(c.isdigit() for c in repr(number).partition("e")[0].replace(".", "").strip("-0"))
    return f"{number:.{max(digits - 1, 0)}e}"


def _bool_of_text(text: str) -> bool:
    if text not in _TRUTH:
        raise CelError("conversion", "the text is neither true nor false")
    return _TRUTH[text]


def _text_of_bytes(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CelError("conversion", "the bytes are no UTF-8") from None


def _bytes_of_text(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise CelError("conversion", "the text holds half a character") from None


def _same(value: Value) -> Value:
    return value


_TABLE: tuple[tuple[Type, Type, Callable[[Any], Value]], ...] = (
    (INT, INT, _same),
    (INT, UINT, lambda a: signed(a.number)),
    (INT, DOUBLE, _int_of_double),
    (INT, STRING, lambda a: signed(_digits(a))),
    (INT, TIMESTAMP, lambda a: a.ns // moments.SECOND),
    (UINT, UINT, _same),
    (UINT, INT, unsigned),
    (UINT, DOUBLE, _uint_of_double),
    (UINT, STRING, lambda a: unsigned(_digits(a))),
    (DOUBLE, DOUBLE, _same),
    (DOUBLE, INT, float),
    (DOUBLE, UINT, lambda a: float(a.number)),
    (DOUBLE, STRING, _double_of_text),
    (STRING, STRING, _same),
    (STRING, BOOL, lambda a: "true" if a else "false"),
    (STRING, INT, str),
    (STRING, UINT, lambda a: str(a.number)),
    (STRING, DOUBLE, text_of_double),
    (STRING, BYTES, _text_of_bytes),
    (STRING, TIMESTAMP, moments.write_timestamp),
    (STRING, DURATION, moments.write_duration),
    (BYTES, BYTES, _same),
    (BYTES, STRING, _bytes_of_text),
    (BOOL, BOOL, _same),
    (BOOL, STRING, _bool_of_text),
    (TIMESTAMP, TIMESTAMP, _same),
    (TIMESTAMP, STRING, moments.read_timestamp),
    (TIMESTAMP, INT, lambda a: instant(a * moments.SECOND)),
    (DURATION, DURATION, _same),
    (DURATION, STRING, moments.read_duration),
)


def _conversion(result: Type) -> Function:
    overloads = tuple(
        Overload(
            id=f"{source}_to_{target}",
            parameters=(source,),
            result=target,
            run=run,
            literal=run if source == STRING else None,
        )
        for target, source, run in _TABLE
        if target == result
    )
    return Function(name=result.name, overloads=overloads)


def _type_of(value: Value) -> TypeValue:
    return TypeValue(public_name(type_name(value)))


CONVERSIONS = (
    *map(_conversion, (INT, UINT, DOUBLE, STRING, BYTES, BOOL, TIMESTAMP, DURATION)),
    Function(
        name="type",
        overloads=(Overload(id="type", parameters=(_A,), result=type_of(_A), run=_type_of),),
        personal="never",
    ),
)
TYPE_NAMES: dict[str, Type] = {
    **{t.name: t for t in (BOOL, INT, UINT, DOUBLE, STRING, BYTES)},
    **{public_name(t.name): t for t in (TIMESTAMP, DURATION)},
    "list": list_of(DYN),
    "map": map_of(DYN, DYN),
    "null_type": NULL,
    "type": type_of(DYN),
}
