"""What can be asked of a text, bytes, a list or a map: CEL's own functions and its string extension."""

from collections.abc import Callable
from typing import Any

from bylaw.rules.cel.functions import Function, Overload
from bylaw.rules.cel.limits import LIST_LIMIT, TEXT_LIMIT
from bylaw.rules.cel.types import BOOL, BYTES, INT, STRING, Parameter, Type, list_of, map_of
from bylaw.rules.cel.values import CelError, Value
from bylaw.rules.patterns import PatternError, compile_pattern

_A, _B = Parameter("A"), Parameter("B")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Unicode's White_Space; Python's own strip() takes the four information separators as well.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"  # fmt: skip


def _pattern(text: str) -> Any:  # noqa: ANN401 - RE2's own
    try:
        return compile_pattern(text)
    except PatternError as error:
        raise CelError("pattern", str(error)) from None


def _matches(text: str, pattern: str) -> bool:
    return bool(_pattern(pattern).found_in(text))


def _place(text: str, index: int) -> int:
    if not 0 <= index <= len(text):
        raise CelError("index", f"the index {index} lies outside a text of {len(text)}")
    return index


def _index_of(text: str, part: str, start: int = 0) -> int:
    return text.find(part, _place(text, start))


def _last_index_of(text: str, part: str, start: int | None = None) -> int:
    end = len(text) if start is None else _place(text, start) + len(part)
    return text.rfind(part, 0, end)


def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else _place(text, end)
    if _place(text, start) > stop:
        raise CelError("index", f"a piece cannot begin at {start} and end at {stop}")
    return text[start:stop]


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    found = text.count(old)
    times = found if count < 0 else min(count, found)
    if len(text) + times * (len(new) - len(old)) > TEXT_LIMIT:
        raise CelError("too_long", f"more than {TEXT_LIMIT} characters")
    return text.replace(old, new, times)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    pieces = len(text) if not separator else text.count(separator) + 1
    if pieces > LIST_LIMIT and not 0 < limit <= LIST_LIMIT:
        raise CelError("too_long", f"more than {LIST_LIMIT} pieces")
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    whole = limit - 1 if 0 < limit < len(text) else len(text)
    return [*text[:whole], *([text[whole:]] if whole < len(text) else [])]


def _join(items: list[Value], separator: str = "") -> str:
    if not all(isinstance(item, str) for item in items):
        raise CelError("no_such_overload", "only texts can be joined")
    if sum(map(len, items)) + len(separator) * len(items) > TEXT_LIMIT:
        raise CelError("too_long", f"more than {TEXT_LIMIT} characters")
    return separator.join(items)


def _methods(name: str, result: Type, run: Callable[..., Value], *signatures: tuple[Type, ...]) -> Function:
    return Function(
        name=name,
        overloads=tuple(
            Overload(
                id="_".join([name, *map(str, types[1:])]),
                parameters=types,
                result=result,
                run=run,
                receiver=True,
            )
            for types in signatures
        ),
    )


def _both_styles(
    name: str, run: Callable[..., Value], result: Type, *signatures: tuple[Type, ...]
) -> Function:
    return Function(
        name=name,
        overloads=tuple(
            Overload(
                id=f"{types[0].name}_{name}" if receiver else f"{name}_{types[0].name}",
                parameters=types,
                result=result,
                run=run,
                receiver=receiver,
                literal=_pattern if name == "matches" else None,
            )
            for types in signatures
            for receiver in (False, True)
        ),
    )


_TEXTS = (STRING, STRING)
STRINGS = (
    _both_styles("size", len, INT, (STRING,), (BYTES,), (list_of(_A),), (map_of(_A, _B),)),
    _both_styles("matches", _matches, BOOL, _TEXTS),
    _methods("contains", BOOL, lambda text, part: part in text, _TEXTS),
    _methods("startsWith", BOOL, str.startswith, _TEXTS),
    _methods("endsWith", BOOL, str.endswith, _TEXTS),
    _methods("charAt", STRING, lambda text, at: text[_place(text, at) :][:1], (STRING, INT)),
    _methods("indexOf", INT, _index_of, _TEXTS, (*_TEXTS, INT)),
    _methods("lastIndexOf", INT, _last_index_of, _TEXTS, (*_TEXTS, INT)),
    _methods("lowerAscii", STRING, lambda text: text.translate(_LOWER), (STRING,)),
    _methods("upperAscii", STRING, lambda text: text.translate(_UPPER), (STRING,)),
    _methods("replace", STRING, _replace, (*_TEXTS, STRING), (*_TEXTS, STRING, INT)),
    _methods("split", list_of(STRING), _split, _TEXTS, (*_TEXTS, INT)),
    _methods("join", STRING, _join, (list_of(STRING),), (list_of(STRING), STRING)),
    _methods("substring", STRING, _substring, (STRING, INT), (STRING, INT, INT)),
    _methods("trim", STRING, lambda text: text.strip(_SPACE), (STRING,)),
    _methods("reverse", STRING, lambda text: text[::-1], (STRING,)),
)
