"""What holds for any condition: reading it never crashes, running it is deterministic, logic is commutative."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bylaw.base.errors import Problems, Where
from bylaw.rules.cel.check import check
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.interpret import evaluate
from bylaw.rules.cel.parse import parse
from bylaw.rules.cel.source import Source
from bylaw.rules.cel.types import BOOL, DYN, INT, STRING, UINT, map_of
from bylaw.rules.cel.values import INT_MAX, INT_MIN, CelError, Uint, Value, equal

WORDS = (
    "a", "event", "b.c", "size", "matches", "has", "all", "exists", "map", "filter", "cel.bind", "x", "in", "true",
    "null", "1", "-1", "2u", "1.5", "0x1f", '"t"', "'t", "r'\\'", "b'\\x41'", "'''", "(", ")", "[", "]", "{", "}", ",",
    ":", "?", ".", "!", "-", "+", "*", "/", "%", "&&", "||", "==", "!=", "<", ">=", "//", "\n", " ", "`q`", "\\", "@",
)  # fmt: skip
ENVIRONMENT = Environment({"a": INT, "b": INT, "u": UINT, "v": UINT, "s": STRING, "m": map_of(STRING, DYN)})

anything = st.text() | st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)
ints = st.integers(INT_MIN, INT_MAX) | st.sampled_from([INT_MIN, INT_MAX, -1, 0, 1])


def outcome(source: str, **bindings: Value) -> Value:
    """The value of an expression, or the code of its error."""
    tree, _ = check(parse(Source(source)), ENVIRONMENT)
    try:
        return evaluate(tree, bindings)
    except CelError as error:
        return error.code


@given(anything)
@example("(" * 5000)
@example("!" * 5000 + "true")
@example("[" * 200 + "]" * 200)
@example("'" + "\\n" * 200)
@example("1" + " + 1" * 3000)
@example("a" + " && a" * 3000)
@example("a" + ".b" * 3000)
@example("true ? " * 500 + "1" + " : 1" * 500)
def test_any_text_gives_a_tree_or_problems_at_a_place_in_it(text: str) -> None:
    try:
        compile_condition(text, ENVIRONMENT, where=Where("rules.yaml", 3, 5), expected=DYN)
    except Problems as error:
        for problem in error.problems:
            assert problem.code.startswith("rule.")
            assert 3 <= problem.where.line <= 3 + text.count("\n")
            assert problem.where.column >= 5


@given(anything)
def test_what_can_be_read_can_be_run_and_comes_out_the_same_twice(text: str) -> None:
    bindings = {"a": 1, "b": 2, "u": Uint(3), "v": Uint(4), "s": "t", "m": {"k": 1.5}}
    try:
        first, second = outcome(text, **bindings), outcome(text, **bindings)
    except Problems:
        return
    assert repr(first) == repr(second)


PARTS = ("true", "false", "1/0 == 0", "m.absent", "m.k", "s.size() == 1")


@given(st.sampled_from(["&&", "||"]), st.lists(st.sampled_from(PARTS), min_size=2, max_size=5), st.randoms())
def test_and_and_or_are_commutative_errors_included(sign: str, parts: list[str], order: object) -> None:
    shuffled = sorted(parts, key=lambda _: order.random())  # type: ignore[attr-defined] # hypothesis's own
    bindings = {"s": "t", "m": {"k": 1}}
    first, second = (outcome(f" {sign} ".join(p), **bindings) for p in (parts, shuffled))
    assert first == second or (isinstance(first, str) and isinstance(second, str))
    decisive = {"&&": "false", "||": "true"}[sign]
    if decisive in parts:
        assert first is (decisive == "true")


@given(st.sampled_from(["+", "-", "*"]), ints, ints)
def test_whole_numbers_are_exact_within_64_bits_and_errors_beyond(sign: str, a: int, b: int) -> None:
    exact = {"+": a + b, "-": a - b, "*": a * b}[sign]
    wanted = exact if INT_MIN <= exact <= INT_MAX else "overflow"
    assert outcome(f"a {sign} b", a=a, b=b) == wanted


@given(ints, ints)
def test_division_truncates_and_the_remainder_has_the_sign_of_the_dividend(a: int, b: int) -> None:
    quotient, remainder = outcome("a / b", a=a, b=b), outcome("a % b", a=a, b=b)
    if b == 0:
        assert quotient == remainder == "divide_by_zero"
    elif (a, b) == (INT_MIN, -1):
        assert quotient == remainder == "overflow"
    else:
        assert a == quotient * b + remainder
        assert abs(remainder) < abs(b)
        assert remainder == 0 or (remainder < 0) == (a < 0)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_unsigned_numbers_have_a_range_of_their_own(a: int, b: int) -> None:
    numbers = {"u": Uint(a), "v": Uint(b)}
    assert outcome("u + v", **numbers) == (Uint(a + b) if a + b < 2**64 else "overflow")
    assert outcome("u - v", **numbers) == (Uint(a - b) if a >= b else "overflow")
    assert outcome("u / v", **numbers) == (Uint(a // b) if b else "divide_by_zero")


values = st.recursive(
    st.none() | st.booleans() | ints | st.floats() | st.text(max_size=3) | st.integers(0, 3).map(Uint),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(values, values)
def test_equality_is_symmetric_and_keeps_truth_apart_from_numbers(left: Value, right: Value) -> None:
    def free(_: int) -> None: ...

    assert equal(left, right, free) == equal(right, left, free)
    if isinstance(left, bool) != isinstance(right, bool):
        assert not equal(left, right, free)


@pytest.mark.parametrize(("value", "same"), [(1, False), (True, True), (1.0, False)])
def test_true_is_not_one(value: Value, same: object) -> None:
    assert outcome("dyn(true) == m.k", m={"k": value}) is same
    assert outcome("{true: 1}[m.k] == 1", m={"k": value}) == (same or "no_such_key")
    assert BOOL != INT
