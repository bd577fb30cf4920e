"""What a decoder's error means to the person who wrote the line.

A table from the decoder's messages to our codes and hints. Values are never repeated; the names of
kinds and fields only when they look like names, for a producer's bug can put anything there.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from bylaw.base.errors import InputError, Where
from bylaw.base.spelling import did_you_mean
from bylaw.events.kinds import MAX_NAME, Kind

# What decoding may raise on any bytes or values.
NOT_DECODED: Final = (msgspec.MsgspecError, ValueError, TypeError, RecursionError, OverflowError)


class _Meaning(NamedTuple):
    begins: str  # how the decoder's message begins
    path: str | None  # where it must point; None: anywhere
    code: str
    message: str
    hint: str = ""


_OFFSET: Final = "write the time with its offset from UTC, such as `2026-03-01T10:00:00Z`"
_MEANINGS: Final = (
    _Meaning("Object missing required field `kind`", None, "event.no_kind", "the event has no `kind`"),
    _Meaning("Expected `object`", "", "event.not_object", "the line is no JSON object", "one `{…}` a line"),
    _Meaning("Expected `str`", "$.kind", "event.no_kind", "the `kind` is no text"),
    _Meaning("Object missing required field `at`", None, "event.no_time", "the event has no time", f"add `at`; {_OFFSET}"),
    _Meaning("Expected `datetime` with a timezone", None, "event.naive_time", "the time has no offset", _OFFSET),
    _Meaning("Expected `datetime`", None, "event.bad_time", "the time is no text", _OFFSET),
    _Meaning("Invalid RFC3339", None, "event.bad_time", "the time is not as in RFC 3339", _OFFSET),
    _Meaning("Input data was truncated", None, "event.truncated", "the line ends too early", "one event a line"),
    _Meaning("Number out of range", None, "event.out_of_range", "the number is out of range"),
    _Meaning("Expected `int` <=", None, "event.out_of_range", "the number is too large", "64 bits at most"),
    _Meaning("Expected `int` >=", None, "event.out_of_range", "the number is too small"),
    _Meaning("Expected `str` of length", None, "event.bad_id", "the id is empty or too long"),
)  # fmt: skip
_OUR_TYPES: Final = {
    "str": "string",
    "float": "double",
    "datetime": "timestamp",
    "array": "list",
    "object": "map",
}


def explain(
    error: Exception, source: bytes | Mapping[str, Any], kinds: Mapping[str, Kind], where: Where
) -> InputError:
    """Return the error to show for what a decoder raised on ``source``."""
    if isinstance(error, RecursionError):
        return InputError(
            "event.too_deep", "the line is nested too deeply", where=where, hint="events are flat"
        )
    if isinstance(error, UnicodeDecodeError):
        return InputError(
            "event.not_utf8", "the line is not UTF-8", where=where, hint="convert the file to UTF-8"
        )
    message, _, path = str(error).partition(" - at ")
    path = path.strip("`")
    if message.startswith("Invalid value") and path == "$.kind":
        return _unknown_kind(source, kinds, where)
    if message.startswith("Object contains unknown field"):
        return _unknown_field(message.split("`")[1], source, kinds, where)
    for meaning in _MEANINGS:
        if message.startswith(meaning.begins) and meaning.path in {None, path}:
            place = f" at `{path}`" if path not in {"", "$.kind"} else ""
            return InputError(meaning.code, meaning.message + place, where=where, hint=meaning.hint)
    return _other(error, message, path, where)


def _unknown_kind(source: bytes | Mapping[str, Any], kinds: Mapping[str, Kind], where: Where) -> InputError:
    name = _kind_named(source)
    shown = f"the kind `{name}` is not known" if _is_name(name) else "the kind is not known"
    hint = _suggestion(name, kinds) or "declare it in the book, or see the built-in kinds"
    return InputError("event.unknown_kind", shown, where=where, hint=hint)


def _unknown_field(
    name: str, source: bytes | Mapping[str, Any], kinds: Mapping[str, Kind], where: Where
) -> InputError:
    kind = _kind_named(source)
    fields = kinds[kind].fields if kind in kinds else {}
    owner = f"`{kind}`" if kind else "the event"
    shown = f"{owner} has no field `{name}`" if _is_name(name) else f"{owner} does not have one of the fields"
    return InputError("event.unknown_field", shown, where=where, hint=_suggestion(name, fields))


def _other(error: Exception, message: str, path: str, where: Where) -> InputError:
    words = message.split("`")
    if message.startswith("Expected `") and len(words) >= 4:
        wanted, got = (_OUR_TYPES.get(word, word) for word in (words[1], words[3]))
        at = f" at `{path}`" if path else ""
        return InputError("event.wrong_type", f"expected {wanted}, got {got}{at}", where=where)
    if isinstance(error, msgspec.ValidationError | TypeError):
        at = f" at `{path}`" if path else ""
        return InputError("event.wrong_type", f"a value has the wrong type{at}", where=where)
    detail = message.removeprefix("JSON is malformed: ")
    return InputError(
        "event.not_json", f"the line is not JSON: {detail}", where=where, hint="one event a line"
    )


def _kind_named(source: bytes | Mapping[str, Any]) -> str:
    """Return the kind that a line or mapping states, or nothing."""
    try:
        head = source if isinstance(source, Mapping) else msgspec.json.decode(source)
    except NOT_DECODED:
        return ""
    kind = head.get("kind", "") if isinstance(head, Mapping) else ""
    return kind if isinstance(kind, str) else ""


def _suggestion(name: str, known: Iterable[str]) -> str:
    # COST: comparing spellings is quadratic, and a name may be as long as a line.
    return did_you_mean(name, known) if _is_name(name) else ""


def _is_name(word: str) -> bool:
    return 0 < len(word) <= MAX_NAME and word.isascii() and word.replace(".", "_").isidentifier()
