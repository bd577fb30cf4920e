"""A part of a request as an interpreter behind it may read it: every escape undone, in plain characters.

Attacks hide in escapes of escapes, in escapes that only one interpreter knows, and in UTF-8 that no
writer makes. All are undone for everybody: the question is what the request may come to mean, not how
one server reads it. Knows nothing of attacks.
"""

import unicodedata
from html.entities import html5
from urllib.parse import unquote_to_bytes

import re2

MAX_PART = 8192  # characters of a path, query or header that are read; RFC 9110, section 4.1, asks for 8000
MAX_ROUNDS = 4  # escapes of escapes; two are met in practice

FIELD = "\x1e"  # stands before a parameter, so that ``&`` is one that was escaped; none comes from an escape

_NAMED = {name.rstrip(";").lower(): char for name, char in html5.items() if len(char) == 1 and char < "\x80"}
_ESCAPE = re2.compile(
    r"(?i)(?:%u|\\u\{?0{0,4})([0-9a-f]{4})\}?|\\x([0-9a-f]{2})"
    r"|&#x0{0,8}([0-9a-f]{1,5});?|&#0{0,8}([0-9]{1,6});?|&([a-z]{2,8});"
)
_DECIMAL, _NAME = 4, 5
_OVERLONG = re2.compile("[\u00c0\u00c1][\u0080-\u00bf]|\u00e0[\u0080-\u009f][\u0080-\u00bf]")


def decoded(part: str) -> str:
    """Return the first ``MAX_PART`` characters of a part in small letters, with every escape undone.

    Undone are percent and ``%u`` escapes, plus signs, backslash escapes, character references and
    overlong UTF-8, until nothing changes any more or ``MAX_ROUNDS`` are over; then characters take
    their compatibility form (NFKC).
    """
    text = _parameters(readable(part))
    for _ in range(MAX_ROUNDS):
        after = _once(text)
        if after == text:
            break
        text = after
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()


def readable(part: str) -> str:
    """Return the first ``MAX_PART`` characters of a part, all of them valid."""
    return valid(part[:MAX_PART])


def valid(text: str) -> str:
    """Return the text with what is no character at all (a lone surrogate) replaced."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _parameters(target: str) -> str:
    first, *others = target.replace(FIELD, " ").split("&")
    return first + "".join(("&" if ";" in other.partition("=")[0] else FIELD) + other for other in others)


def _once(text: str) -> str:
    text = text.replace("+", " ")
    if "%" in text:
        text = _of_octets(unquote_to_bytes(text.replace("%1e", " ").replace("%1E", " ")))
    # COST: replacing by pattern is dear, and few texts have such an escape.
    if "\\" in text or "%" in text or ("&" in text and ("&#" in text or ";" in text)):
        text = readable(_ESCAPE.sub(_meaning, text))
    return text


def _meaning(escape: "re2._Match[str]") -> str:
    whole: str = escape.group()
    if name := escape.group(_NAME):
        return _NAMED.get(name.lower(), whole)
    decimal = escape.group(_DECIMAL)
    code = int(decimal) if decimal else int(next(filter(None, escape.groups())), 16)
    char = chr(code)
    return " " if char == FIELD else char


def _of_octets(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return str(_OVERLONG.sub(_shortened, octets.decode("latin-1")))


def _shortened(sequence: "re2._Match[str]") -> str:
    lead, *rest = sequence.group().encode("latin-1")
    code = lead & 0x1F if len(rest) == 1 else 0
    for octet in rest:
        code = code << 6 | octet & 0x3F
    return chr(code)
