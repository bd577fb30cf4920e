"""What is wrong with a condition is told before anything runs: all at once, at its place, with a suggestion."""

import pytest

from bylaw.base.errors import Problem, Problems, Where
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.functions import function
from bylaw.rules.cel.types import BOOL, DOUBLE, INT, STRING, TIMESTAMP, Field, ObjectType, list_of

EVENT = ObjectType(
    "message.sent",
    {
        "text": Field(STRING, personal=True),
        "recipient": Field(STRING, optional=True),
        "recipients": Field(INT),
        "score": Field(DOUBLE),
        "at": Field(TIMESTAMP),
    },
)
ENVIRONMENT = Environment(
    {"event": EVENT, "lists": ObjectType("lists", {"gambling": Field(list_of(STRING))})},
    [
        function(
            "mentions", (STRING, list_of(STRING)), BOOL, lambda text, words: any(w in text for w in words)
        )
    ],
)
HERE = Where("rules/spam.yaml", 12, 9)


def problems(source: str, where: Where = HERE) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        compile_condition(source, ENVIRONMENT, where=where)
    return caught.value.problems


def only(source: str) -> Problem:
    (problem,) = problems(source)
    return problem


@pytest.mark.parametrize(
    ("source", "code", "column", "message", "hint"),
    [
        ("evnt.text == 'a'", "rule.unknown_name", 1, "unknown name `evnt`", "did you mean `event`?"),
        ("event.recipent == 'a'", "rule.unknown_field", 7, "has no field `recipent`", "did you mean `event.recipient`?"),
        ("mention(event.text, lists.gambling)", "rule.unknown_function", 1, "`mention`", "did you mean `mentions`?"),
        ("event.text.contain('a')", "rule.unknown_function", 12, "`contain`", "did you mean `contains`?"),
        ("event.text.mentions(lists.gambling)", "rule.unknown_function", 12, "`mentions`", "called as `mentions(x)`"),
        ("event.recipients == 'a'", "rule.type", 18, "`==` cannot compare int with string", "quotes"),
        ("event.score == 1", "rule.type", 13, "`==` cannot compare double with int", "convert one of them"),
        ("event.recipients + 'a' == 'a'", "rule.type", 18, "`+` cannot combine int and string", "convert"),
        ("'a' in event.text", "rule.type", 5, "not into string", "text.contains(part)"),
        ("1 in lists.gambling", "rule.type", 3, "looks for int in list(string)", "never"),
        ("event.text.size('a') > 1", "rule.type", 12, "`size` does not take (string, string)", "`string.size()`"),
        ("event.text && true", "rule.type", 1, "`&&` takes bool, not string", ""),
        ("!event.text", "rule.type", 1, "`!` cannot be put before string", ""),
        ("(event.score > 1.0 ? 1 : 'a') == 1", "rule.type", 20, "int on one side and string on the other", ""),
        ("event.text.all(c, c == 'a')", "rule.type", 12, "walks over a list or a map, not string", ""),
        ("lists.gambling.all(w, w.size())", "rule.type", 23, "`all` takes bool, not int", ""),
        ("lists.gambling.all(w)", "rule.syntax", 16, "`all` takes a name", "list.all(x, condition)"),
        ("lists.gambling.all(w.x, true)", "rule.syntax", 20, "takes a plain name", ""),
        ("lists.gambling.exists(w, w, true)", "rule.syntax", 16, "two different names", ""),
        ("has(event)", "rule.syntax", 1, "`has` takes one field", "has(event.recipient)"),
        ("event.text.size", "rule.type", 12, "string has no fields, so no `size`", ""),
        ("{1.5: 2} == {}", "rule.type", 2, "not double", ""),
        ("event.recipients", "rule.type", 1, "comes to int, where bool is wanted", ""),
        ("dyn(event.text)", "rule.type", 1, "comes to dyn", ""),
        ("event.text.matches('(')", "rule.constant", 20, "missing )", ""),
        ("event.at > timestamp('yesterday')", "rule.constant", 22, "no time such as", ""),
        ("duration('1d') > duration('1s')", "rule.constant", 10, "no duration such as", ""),
        ("event.text = 'a'", "rule.syntax", 12, "`=` has no meaning here", "`==`"),
        ("event.text == 'a", "rule.syntax", 15, "never closed", ""),
        ("(event.text == 'a'", "rule.syntax", 1, "`(` is never closed", ""),
        ("event.text ==", "rule.syntax", 14, "not complete", ""),
        ("event.text == )", "rule.syntax", 15, "`)` is not expected here", ""),
        ("event.text == 'a\\q'", "rule.syntax", 15, "the escape `\\q` means nothing", "r'…'"),
        ("while == 1", "rule.syntax", 1, "`while` is a reserved word", ""),
        ("9223372036854775808 > 1", "rule.syntax", 1, "does not fit into 64 bits", ""),
        ("`event`.text == 'a'", "rule.syntax", 1, "after a dot", ""),
        ("message.sent{text: 'a'} == event", "rule.syntax", 13, "cannot make an object", ""),
        ("", "rule.syntax", 1, "not complete", ""),
    ],
)  # fmt: skip
def test_a_problem_says_what_where_and_what_to_do(
    source: str, code: str, column: int, message: str, hint: str
) -> None:
    problem = only(source)
    assert problem.code == code
    assert problem.where == Where("rules/spam.yaml", 12, 8 + column)
    assert message in problem.message
    assert hint in problem.hint


def test_several_type_errors_are_told_in_one_pass() -> None:
    found = problems("evnt.text == 1\n  && event.recipients == 'a'\n  || foo(event.txt)")
    assert [(p.code, p.where.line, p.where.column) for p in found] == [
        ("rule.unknown_name", 12, 9),
        ("rule.type", 13, 31),
        ("rule.unknown_function", 14, 14),
        ("rule.unknown_field", 14, 24),
    ]


def test_an_unknown_name_is_told_once_where_it_is_called_upon() -> None:
    assert only("strings.quote('a') == 'b'").code == "rule.unknown_name"


def test_without_a_place_positions_count_from_the_condition_itself() -> None:
    (problem,) = problems("true &&\n  x", Where())
    assert (problem.where.line, problem.where.column) == (2, 3)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("'" + "a" * 70_000 + "' == ''", "longer than 65536 characters"),
        ("[" + "1," * 6_000 + "1] == []", "more than 10000 words"),
        ("!" * 64 + "true", "nested deeper than 64 levels"),
        ("[" + "1, " * 1_000 + "1] == []", "more than 1000 items"),
        ("".join(f"lists.gambling.all({name}, " for name in "abcde") + "true" + ")" * 5, "more than 4 comprehensions"),
    ],
)  # fmt: skip
def test_limits_are_told_as_such(source: str, message: str) -> None:
    problem = only(source)
    assert problem.code == "rule.limit"
    assert message in problem.message


def test_a_long_chain_is_not_deep() -> None:
    assert compile_condition(" || ".join(["event.recipients == 1"] * 500), ENVIRONMENT).cost > 500
