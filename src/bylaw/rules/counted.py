r"""Patterns that repeat something, found in a time that hardly depends on what the text was made for.

RE2 keeps a state for each set of places that ``a.{0,40}b`` may have begun at; a text made for it meets a new
set at every letter, and so does a set of many patterns like ``a.*b``. Hyperscan keeps such sets as bits. The two mean different things by the same pattern, so
Hyperscan is given no pattern as it was written, but what RE2 says that its parts mean: each part that stands
for one character becomes the bytes that RE2 finds it in, and the text becomes one byte for each character.
Beyond ASCII all characters are one byte, except the two that RE2 takes for ``s`` and ``k`` where case does not
matter; patterns that tell others apart are not taken.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final

import hyperscan
import re2

SET_MOST = 32  # counted patterns of one database: more take seconds to be made one

_OTHER, _LONG_S, _KELVIN = 0x80, 0x81, 0x82  # the bytes of what is not ASCII
_SPECIAL: Final = {"\u017f": _LONG_S, "\u212a": _KELVIN}
_SAMPLES: Final = {**{chr(point): point for point in range(128)}, "\u00e9": _OTHER, **_SPECIAL}
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

Look = Callable[[bytes], Collection[int]]


class NotTakenError(ValueError):
    """Hyperscan cannot be asked for a pattern with the same meaning."""


def counts(pattern: str) -> bool:
    """Tell whether a pattern has a counted repetition of ten or more."""
    return _COUNTED.search(pattern) is not None


def repeats(pattern: str) -> bool:
    """Tell whether a pattern may go on for long: ``*``, ``+`` or any count."""
    return _REPEATS.search(pattern) is not None


def as_bytes(text: str) -> bytes:
    """Return a text as one byte for each character.

    Raises:
        UnicodeEncodeError: it holds half a character.
    """
    data = text.encode()
    if text.isascii():
        return data
    data = data.replace(b"\xc5\xbf", b"\xff").replace(b"\xe2\x84\xaa", b"\xfe")
    return data.translate(_LEADS, _FOLLOWING)


@lru_cache(maxsize=2_048)
def translated(pattern: str) -> bytes:
    """Return what to ask of ``as_bytes`` of a text.

    Raises:
        NotTakenError: the pattern tells characters beyond ASCII apart, or has a part that is not known here.
    """
    if not pattern.isascii():
        raise NotTakenError("it has characters beyond ASCII")
    flags = _FLAGS.match(pattern)
    at, prefix = (flags.end(), flags.group()) if flags else (0, "")
    parts: list[str] = []
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if part is None:
            raise NotTakenError(f"its part at {at + 1} is not among those that are known")
        parts.append(_part(part, prefix))
        at = part.end()
    return "".join(parts).encode()


def _part(part: "re2._Match[str]", flags: str) -> str:
    if part["same"] is not None:
        return str(part["same"])
    if part["group"] is not None:
        return "(?:"
    return _EDGES[part["edge"]] if part["edge"] is not None else _one(flags + part["one"])


@lru_cache(maxsize=2_048)
def _one(written: str) -> str:
    """The bytes that one part stands for, as RE2 says."""
    try:
        program = re2.compile(written)
    except re2.error:
        raise NotTakenError("it has a part that RE2 does not take alone") from None
    found = sorted(byte for char, byte in _SAMPLES.items() if program.fullmatch(char))
    if not found:
        raise NotTakenError("it has a part that is never found")
    runs = [[byte for _, byte in run] for _, run in groupby(enumerate(found), lambda row: row[1] - row[0])]
    return "[" + "".join(f"\\x{run[0]:02x}-\\x{run[-1]:02x}" for run in runs) + "]"


@lru_cache(maxsize=2_048)
def taken(pattern: str) -> Look | None:
    """Return what looks for a pattern alone, in a text ``as_bytes``; nothing if Hyperscan cannot be asked for it."""
    try:
        return counted_set([pattern])
    except NotTakenError:
        return None


@lru_cache(maxsize=2_048)
def states(pattern: str) -> int:
    """Return how many states a pattern has over one byte for each character.

    Raises:
        NotTakenError: as ``translated``.
    """
    options = re2.Options()
    options.encoding, options.log_errors = re2.Options.Encoding.LATIN1, False
    return int(re2.compile(translated(pattern), options).programsize)


def counted_set(patterns: Sequence[str]) -> Look:
    """Return a function that says which patterns are found in a text ``as_bytes``, by place.

    It raises ``ValueError`` where Hyperscan gives up.

    Raises:
        NotTakenError: one of them is not taken, or they are too large together.
    """
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_DOTALL
    try:
        database.compile(
            expressions=[translated(pattern) for pattern in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[flags] * len(patterns),
        )
    except hyperscan.error as error:
        raise NotTakenError(str(error)) from None

    def look(data: bytes) -> Collection[int]:
        found: list[int] = []
        note = found.append
        try:
            database.scan(data, lambda place, *_: note(place))
        except hyperscan.error as error:
            raise ValueError("Hyperscan gave up") from error
        return found

    return look
