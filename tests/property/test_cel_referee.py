"""Random small expressions come out the same here and in the official C++ implementation."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bylaw.base.errors import Problems
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.types import DYN
from bylaw.rules.cel.values import CelError, Duration, Timestamp, Uint, Value, type_name, value_of
from cel_expressions import LITERALS, expression

OURS = Environment({})
THEIRS = cel.NewEnv(variables={})


@st.composite
def expressions(draw: st.DrawFn, kind: str) -> str:
    return expression(lambda options: draw(st.sampled_from(options)), kind, 3)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expression comes to: refused, an error, or a value with the name of its type."""

    kind: str
    type: str = ""
    value: Any = None


def our_answer(source: str) -> Answer:
    try:
        condition = compile_condition(source, OURS, expected=DYN)
    except Problems as error:
        early = all(p.code == "rule.constant" for p in error.problems)
        return Answer("refused early" if early else "refused")
    try:
        value = evaluate(condition.tree, {})
    except CelError:
        return Answer("error")
    return Answer("value", type_name(value), plain(value))


def their_answer(source: str) -> Answer:
    try:
        program = THEIRS.compile(source)
    except RuntimeError:
        return Answer("refused")
    try:
        value = program.eval()
    except RuntimeError:
        return Answer("error")
    kind = value.type().name().lower().partition("<")[0]
    if kind == "error":
        return Answer("error")
    content = value.plain_value()
    return Answer("value", kind, bytes(content) if isinstance(content, bytearray) else content)


def plain(value: Value) -> Any:
    match value:
        case Uint():
            return value.number
        case Timestamp():
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value.ns // 1000)
        case Duration():
            return timedelta(microseconds=abs(value.ns) // 1000 * (1 if value.ns >= 0 else -1))
        case list():
            return [plain(item) for item in value]
        case dict():
            return {value_of(key): plain(item) for key, item in value.items()}
        case _:
            return value


def agree(ours: Answer, theirs: Answer) -> bool:
    if (
        ours.kind == "refused early"
    ):  # a constant that can never be converted may stand where nothing reaches it
        return theirs.kind != "refused"
    return (ours.kind, ours.type, repr(ours.value)) == (theirs.kind, theirs.type, repr(theirs.value)) or (
        ours.value == theirs.value and isinstance(ours.value, dict) and isinstance(theirs.value, dict)
    )


@settings(max_examples=300)
@given(st.sampled_from(list(LITERALS)).flatmap(expressions))
@example("18446744073709551615u / 1u == 18446744073709551615u % 2u")
@example("-9223372036854775808 % -1 == 0")
@example("dyn(9223372036854775807) == 9223372036854775808.0")
def test_the_official_implementation_agrees(source: str) -> None:
    assert agree(our_answer(source), their_answer(source)), source


@pytest.mark.parametrize(
    ("source", "ours", "theirs"),
    [
        ("1 < 2.0", "value", "refused"),
        ("timestamp(0) == null", "refused", "value"),
        ('int(" 5")', "refused early", "value"),
        ('double("0x10")', "refused early", "value"),
        ('timestamp("2016-12-31T23:59:60Z")', "refused early", "value"),
        ('duration("300000000000s")', "refused early", "value"),
        ('timestamp("9999-12-31T23:59:59Z").getFullYear("+11:00")', "error", "value"),
    ],
)
def test_known_differences_still_differ(source: str, ours: str, theirs: str) -> None:
    assert (our_answer(source).kind, their_answer(source).kind) == (ours, theirs)


@pytest.mark.parametrize("number", ["1.0/0.0", "0.0/0.0"])
def test_what_is_no_finite_number_is_spelled_differently(number: str) -> None:
    source = f"string({number})"
    assert our_answer(source).value.lower() != their_answer(source).value.lower()
