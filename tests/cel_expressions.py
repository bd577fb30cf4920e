"""Random expressions of the condition language, of a wanted type, small enough to be read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import TypeVar

Option = TypeVar("Option")
Choose = Callable[[Sequence[Option]], Option]

LITERALS: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "-1", "-3", "7", "60", "9223372036854775807", "-9223372036854775808", "0x10"),
    "uint": ("0u", "1u", "2u", "9223372036854775808u", "18446744073709551615u"),
    "double": ("0.0", "-0.0", "1.0", "2.0", "-1.5", "0.1", "3.999", "1e300", "9223372036854775808.0"),
    "string": (
        '""', '"a"', '"abc"', "'é'", '"1"', '"-5"', '"true"', '"1.5"', '"90s"', '"1h30m1.5s"', '"é😀z"', "r'\\d+'",
        '"2009-02-13T23:31:30Z"', '"2023-01-31T05:06:07.123456789+02:30"', '"a.b"',
    ),
    "bytes": ('b""', 'b"a"', 'b"\\xff"', "b'é'"),
    "bool": ("true", "false"),
    "timestamp": ("timestamp(0)", 'timestamp("2009-02-13T23:31:30Z")', 'timestamp("2024-02-29T12:00:00.5Z")'),
    "duration": ('duration("1s")', 'duration("-1h30m")', 'duration("1.5s")', 'duration("1ns")'),
    "list": ("[]", "[0]", "[1, 2, 3]"),
    "map": ("{}", '{"a": 1}', '{"a": 1, "b": 2}'),
}  # fmt: skip
NUMBERS = ("int", "uint", "double")
ORDER = ("<", "<=", ">", ">=")
PARTS = ("getFullYear", "getMonth", "getDate", "getDayOfWeek", "getDayOfYear", "getHours", "getMilliseconds")
ZONES = ("", '"UTC"', '"US/Central"', '"Asia/Kathmandu"', '"-02:30"', '"Australia/Sydney"')

# {type} stands for an expression of that type, {any} for one of any type.
FORMS: Mapping[str, tuple[str, ...]] = {
    "int": (
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / {int})", "({int} % {int})", "-({int})",
        "int({uint})", "int({double})", "int({string})", "int({timestamp})", "size({string})", "size({bytes})",
        "size({list})", "{list}[{int}]", "{map}[{string}]", "{map}.a", "{duration}.getSeconds()",
    ),
    "uint": ("({uint} + {uint})", "({uint} - {uint})", "({uint} / {uint})", "({uint} % {uint})", "uint({int})",
             "uint({double})", "uint({string})"),
    "double": ("({double} + {double})", "({double} * {double})", "-({double})", "double({int})", "double({uint})",
               "double({string})"),
    "string": ("({string} + {string})", "string({int})", "string({uint})", "string({bytes})", "string({bool})",
               "string({timestamp})", "string({duration})"),
    "bytes": ("({bytes} + {bytes})", "bytes({string})"),
    "timestamp": ("({timestamp} + {duration})", "({timestamp} - {duration})", "timestamp({string})"),
    "duration": ("({duration} + {duration})", "({timestamp} - {timestamp})", "duration({string})"),
    "list": ("[{int}, {int}]", "({list} + {list})", "{list}.map(x, {int})", "{list}.filter(x, {bool})"),
    "map": ('{{"a": {int}, {string}: {int}}}',),
    "bool": (
        "({bool} && {bool})", "({bool} || {bool})", "!{bool}", "({any} == {any})", "({any} != {any})",
        "({int} in {list})", "({string} in {map})", "(dyn({any}) in {list})", "{string}.contains({string})",
        "{string}.startsWith({string})", "{string}.endsWith({string})", "{string}.matches({string})",
        "has({map}.a)", "bool({string})", "{list}.all(x, {bool})", "{list}.exists(x, x > {int})",
        "{list}.exists_one(x, x == {int})", "(type({any}) == type({any}))", "({list} == {list})",
        "({map} == {map})",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What expressions are made of, by type: what stands alone, and forms with others in them."""

    leaves: Mapping[str, Sequence[str]] = field(default_factory=lambda: LITERALS)
    forms: Mapping[str, Sequence[str]] = field(default_factory=lambda: FORMS)


PLAIN = Vocabulary()


def expression(choose: Choose[str], kind: str, depth: int, words: Vocabulary = PLAIN) -> str:
    """Return an expression that should be of a type; now and then one of its parts is not."""

    def part(wanted: str) -> str:
        return expression(choose, wanted, depth - 1, words)

    if depth == 0 or _once_in(6, choose):
        return choose(words.leaves[kind])
    if _once_in(10, choose):
        return f"({part('bool')} ? {part(kind)} : {part(kind)})"
    if kind == "bool" and _once_in(2, choose):
        return _comparison(choose, depth, words)
    if kind == "int" and _once_in(6, choose):
        return f"{choose(words.leaves['timestamp'])}.{choose(PARTS)}({choose(ZONES)})"
    pieces: list[str] = []
    for literal, wanted, _, _ in Formatter().parse(choose(words.forms[kind])):
        pieces.append(literal)
        if wanted:
            pieces.append(part(choose(list(words.leaves)) if wanted == "any" else wanted))
    return "".join(pieces)


def _comparison(choose: Choose[str], depth: int, words: Vocabulary) -> str:
    """Two expressions put in order: of one type, or of two with ``dyn`` before them."""
    left = choose(list(words.leaves))
    right = choose(NUMBERS if left in NUMBERS else (left,))
    first, second = (expression(choose, kind, depth - 1, words) for kind in (left, right))
    sign = choose((*ORDER, "==", "!="))
    return f"({first} {sign} {second})" if left == right else f"(dyn({first}) {sign} {second})"


def _once_in(times: int, choose: Choose[str]) -> bool:
    return choose(("yes", *("no",) * (times - 1))) == "yes"
