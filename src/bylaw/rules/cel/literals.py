"""What the written form of a number, a text or bytes stands for."""

import re

from bylaw.rules.cel.source import FindingError
from bylaw.rules.cel.values import INT_MAX, UINT_MAX, Uint, Value

_SIMPLE = {
    **{c: c for c in "\\?\"'`"},
    **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)),
}
_ESCAPE = re.compile(  # noqa: TID251 - our own format
    r"\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|((?s:.)))"
)


def number(kind: str, word: str, offset: int) -> Value:
    """Return the value of a number.

    Raises:
        FindingError: it does not fit into 64 bits.
    """
    if kind == "FLOAT_LIT":
        return float(word)
    digits = word.lstrip("-").rstrip("uU")
    magnitude = int(digits, 16 if digits[:2] == "0x" else 10) if len(digits) <= 64 else UINT_MAX + 1
    if kind == "UINT_LIT" and magnitude <= UINT_MAX:
        return Uint(magnitude)
    negative = word[0] == "-"
    if kind == "INT_LIT" and magnitude <= INT_MAX + negative:
        return -magnitude if negative else magnitude
    raise FindingError("rule.syntax", offset, f"`{word[:32]}` does not fit into 64 bits")


def text(word: str, offset: int) -> str:
    """Return the value of a quoted text.

    Raises:
        FindingError: an escape that means nothing, or no character.
    """
    raw, body = _body(word)
    return body if raw else _ESCAPE.sub(lambda m: _character(m, offset), body)


def octets(word: str, offset: int) -> bytes:
    r"""Return the value of quoted bytes: characters as UTF-8, ``\x`` and octal escapes as one byte.

    Raises:
        FindingError: an escape that means nothing for bytes.
    """
    raw, body = _body(word[1:])
    if raw:
        return body.encode()
    parts, end = [], 0
    for match in _ESCAPE.finditer(body):
        parts += [body[end : match.start()].encode(), _octet(match, offset)]
        end = match.end()
    return b"".join([*parts, body[end:].encode()])


def _body(word: str) -> tuple[bool, str]:
    raw = word[0] in "rR"
    quoted = word[raw:]
    fence = 3 if len(quoted) >= 6 and quoted[:3] == quoted[0] * 3 else 1
    return raw, quoted[fence:-fence]


def _character(match: re.Match[str], offset: int) -> str:
    octal, pair, four, eight, simple = match.groups()
    if simple:
        return _simple(simple, match, offset)
    point = int(octal, 8) if octal else int(pair or four or eight, 16)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise FindingError("rule.syntax", offset, f"`{match.group()}` is no character")
    return chr(point)


def _octet(match: re.Match[str], offset: int) -> bytes:
    octal, pair, four, eight, simple = match.groups()
    if four or eight:
        raise FindingError("rule.syntax", offset, f"`{match.group()}` is a character, not a byte")
    if simple:
        return _simple(simple, match, offset).encode()
    return bytes([int(octal, 8) if octal else int(pair, 16)])


def _simple(sign: str, match: re.Match[str], offset: int) -> str:
    if sign not in _SIMPLE:
        hint = r"a backslash is written `\\`, or the text as `r'…'`"
        raise FindingError("rule.syntax", offset, f"the escape `{match.group()}` means nothing", hint)
    return _SIMPLE[sign]
