r"""Patterns that repeat something, found in a time that hardly depends on what the text was made for.

RE2 keeps a state for each set of places that ``a.{0,40}b`` may have begun at; a text made for it meets a new
set at every letter, and so does a set of many patterns like ``a.*b``. Hyperscan keeps such sets as bits. The two mean different things by the same pattern, so
Hyperscan is given no pattern as it was written, but what RE2 says that its parts mean: each part that stands
for one character becomes the bytes that RE2 finds it in, and the text becomes one byte for each character.
Characters beyond ASCII are told apart as far as the patterns do, up to TOLD of them: a pattern with letters of
other alphabets is taken, one with ``\p{L}`` is not.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, Final

import hyperscan
import re2

SET_MOST = 32  # counted patterns of one database: more take seconds to be made one
TOLD = 120  # characters beyond ASCII that the patterns of one database tell apart

_OTHER, _LONG_S, _KELVIN, _TOLD = 0x80, 0x81, 0x82, 0x83  # the bytes of what is not ASCII
_SPECIAL: Final = {
    "\u017f": _LONG_S,
    "\u212a": _KELVIN,
}  # what RE2 takes for s and k where case does not matter
_ANY_OTHER: Final = (
    "\U000e0001"  # stands for all that no pattern tells apart: no pattern holds a language tag
)
_SAMPLES: Final = {**{chr(point): point for point in range(128)}, **_SPECIAL}
_LEADS: Final = (
    bytes(range(0x80)) + bytes([_OTHER]) * 0x7E + bytes([_KELVIN, _LONG_S])
)  # 0xFE, 0xFF: not in UTF-8
_FOLLOWING: Final = bytes(range(0x80, 0xC0))

# One part of a pattern at a time; what none of these is, is not taken.
_PART: Final = re2.compile(
    r"(?P<same>\\[bBAz]|\(\?:|[)|*+?]|\{[0-9]+(?:,[0-9]*)?\})"
    r"|(?P<group>\((?:\?P?<[a-zA-Z_0-9]+>)?)"
    r"|(?P<edge>[$^])"
    r"|(?P<one>\\[dDwWsSnrtfva]|\\[[:punct:]]|\.|[^\\()|*+?$^.\[]"
    r"|\[\^?\]?(?:\\[dDwWsSnrtfva]|\\[[:punct:]]|\[:\^?[a-z]+:\]|[^\\\]\[])*\])"
)
_FLAGS: Final = re2.compile(r"\(\?[is]+\)")
_EDGES: Final = {"^": r"\A", "$": r"\z"}
_COUNTED: Final = re2.compile(r"\{[0-9]*,?[0-9]{2,}\}|\{[0-9]{2,},")
_REPEATS: Final = re2.compile(r"[*+]|\{[0-9]")

Look = Callable[[str], Collection[int]]


class NotTakenError(ValueError):
    """Hyperscan cannot be asked for a pattern with the same meaning."""


def counts(pattern: str) -> bool:
    """Tell whether a pattern has a counted repetition of ten or more."""
    return _COUNTED.search(pattern) is not None


def repeats(pattern: str) -> bool:
    """Tell whether a pattern may go on for long: ``*``, ``+`` or any count."""
    return _REPEATS.search(pattern) is not None


class _Table(dict[int, int]):
    """The byte of each character, by code point."""

    def __missing__(self, point: int) -> int:
        return _OTHER


def _bytes_of(told: str) -> dict[str, int]:
    return {**_SAMPLES, **{char: _TOLD + place for place, char in enumerate(told)}, _ANY_OTHER: _OTHER}


def _as_bytes(text: str, table: _Table | None) -> bytes:
    """One byte for each character; the table is needed where some beyond ASCII are told apart."""
    data = text.encode()
    if text.isascii():
        return data
    if table:
        return text.translate(table).encode("latin-1")
    data = data.replace(b"\xc5\xbf", b"\xff").replace(b"\xe2\x84\xaa", b"\xfe")
    return data.translate(_LEADS, _FOLLOWING)


@lru_cache(maxsize=2_048)
def _parts(pattern: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a pattern, and whether each stands for one character."""
    flags = _FLAGS.match(pattern)
    at, prefix = (flags.end(), flags.group()) if flags else (0, "")
    parts = []
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if part is None:
            raise NotTakenError(f"its part at {at + 1} is not among those that are known")
        parts.append((prefix + part["one"], True) if part["one"] is not None else (_same(part), False))
        at = part.end()
    return tuple(parts)


def _same(part: "re2._Match[str]") -> str:
    if part["same"] is not None:
        return str(part["same"])
    return "(?:" if part["group"] is not None else _EDGES[part["edge"]]


@lru_cache(maxsize=2_048)
def told_apart(pattern: str) -> frozenset[str]:
    """Return the characters beyond ASCII that a pattern tells from others.

    Raises:
        NotTakenError: they are more than TOLD, or a part of it is not known here.
    """
    ones = {written for written, one in _parts(pattern) if one and not written.isascii()}
    told = frozenset[str]().union(*map(_members, sorted(ones)))
    if len(told) > TOLD:
        raise NotTakenError("it tells too many characters apart")
    return told


@lru_cache(maxsize=2_048)
def _members(written: str) -> frozenset[str]:
    """The characters beyond ASCII that a part stands for, or all that it does not."""
    found = _compiled(written.replace("[^", "[", 1)).finditer(_beyond_ascii())
    return frozenset(match.group() for match in islice(found, TOLD + 1)) - _SPECIAL.keys()


@lru_cache(maxsize=1)
def _beyond_ascii() -> str:
    return "".join(map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x110000)]))


def translated(pattern: str, told: str) -> bytes:
    """Return what to ask of a text as bytes, where the characters ``told`` have bytes of their own.

    Raises:
        NotTakenError: a part of it is not known here, or stands for nothing.
    """
    parts = (_one(written, told) if one else written for written, one in _parts(pattern))
    return "".join(parts).encode()


@lru_cache(maxsize=8_192)
def _one(written: str, told: str) -> str:
    """The bytes that one part stands for, as RE2 says."""
    program = _compiled(written)
    found = sorted(byte for char, byte in _bytes_of(told).items() if program.fullmatch(char))
    if not found:
        raise NotTakenError("it has a part that is never found")
    runs = [[byte for _, byte in run] for _, run in groupby(enumerate(found), lambda row: row[1] - row[0])]
    return "[" + "".join(f"\\x{run[0]:02x}-\\x{run[-1]:02x}" for run in runs) + "]"


def _compiled(written: str) -> Any:  # noqa: ANN401 - RE2's own
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(written, options)
    except re2.error:
        raise NotTakenError("it has a part that RE2 does not take alone") from None


@lru_cache(maxsize=2_048)
def taken(pattern: str) -> Look | None:
    """Return what looks for a pattern alone; nothing if Hyperscan cannot be asked for it."""
    try:
        return counted_set([pattern])
    except NotTakenError:
        return None


@lru_cache(maxsize=2_048)
def states(pattern: str) -> int:
    """Return how many states a pattern has over one byte for each character.

    Raises:
        NotTakenError: it is not taken.
    """
    options = re2.Options()
    options.encoding, options.log_errors = re2.Options.Encoding.LATIN1, False
    return int(re2.compile(translated(pattern, _in_order(told_apart(pattern))), options).programsize)


def counted_set(patterns: Sequence[str]) -> Look:
    """Return a function that says which patterns are found in a text, by place.

    It raises ``ValueError`` where Hyperscan gives up or the text holds half a character.

    Raises:
        NotTakenError: one of them is not taken, or they are too large together.
    """
    told = _in_order(frozenset[str]().union(*map(told_apart, patterns)))
    if len(told) > TOLD:
        raise NotTakenError("they tell too many characters apart")
    table = _Table({ord(char): byte for char, byte in _bytes_of(told).items()}) if told else None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
    try:
        database.compile(
            expressions=[translated(pattern, told) for pattern in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[flags] * len(patterns),
        )
    except hyperscan.error as error:
        raise NotTakenError(str(error)) from None

    rooms = [
        hyperscan.Scratch(database)
    ]  # a scan needs one to itself: as many as threads ever scanned at once

    def look(text: str) -> Collection[int]:
        found: list[int] = []
        note = found.append
        try:
            room = rooms.pop()
        except IndexError:
            room = hyperscan.Scratch(database)
        try:
            database.scan(_as_bytes(text, table), lambda place, *_: note(place), scratch=room)
        except hyperscan.error as error:
            raise ValueError("Hyperscan gave up") from error
        finally:
            rooms.append(room)
        return found

    return look


def _in_order(told: frozenset[str]) -> str:
    return "".join(sorted(told))
