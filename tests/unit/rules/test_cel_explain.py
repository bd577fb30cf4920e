"""An explanation tells every comparison that was made, and nothing that a person wrote."""

from types import SimpleNamespace
from typing import Any

from bylaw.base.errors import Where
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.explain import Traced, evaluate_traced, render
from bylaw.rules.cel.functions import function
from bylaw.rules.cel.types import BOOL, BYTES, INT, STRING, Field, ObjectType, list_of
from bylaw.rules.cel.values import CelError, Duration, Timestamp, Uint

ENVIRONMENT = Environment(
    {
        "event": ObjectType(
            "message.sent",
            {
                "text": Field(STRING, personal=True),
                "data": Field(BYTES, personal=True),
                "age": Field(INT, personal=True),
                "channel": Field(STRING),
                "urgent": Field(BOOL),
                "recipient": Field(STRING, optional=True),
            },
        ),
        "lists": ObjectType("lists", {"games": Field(list_of(STRING))}),
    },
    [
        function(
            "mentions", (STRING, list_of(STRING)), BOOL, lambda text, words: any(w in text for w in words)
        ),
        function("language", (STRING,), STRING, lambda _: "en", personal="never"),
    ],
)
EVENT = SimpleNamespace(text="my secret wager", data=b"12", age=17, channel="chat", urgent=False)


def traced(source: str, **changes: Any) -> Traced:
    condition = compile_condition(source, ENVIRONMENT)
    event = SimpleNamespace(**{**vars(EVENT), **changes})
    return evaluate_traced(condition, {"event": event, "lists": SimpleNamespace(games=("wager", "bet"))})


def test_comparisons_come_in_order_with_operands_and_result() -> None:
    outcome = traced("event.age < 18 && (event.channel == 'mail' || mentions(event.text, lists.games))")
    assert outcome.value is True
    assert [(c.expression, c.operator, c.operands, c.result) for c in outcome.comparisons] == [
        ("event.age < 18", "<", ("17", "18"), "true"),
        ("event.channel == 'mail'", "==", ('"chat"', '"mail"'), "false"),
        (
            "mentions(event.text, lists.games)",
            "mentions",
            ("‹text, 15 characters›", '["wager", "bet"]'),
            "true",
        ),
    ]


def test_what_was_not_reached_is_not_told() -> None:
    assert [c.expression for c in traced("event.age > 18 && event.channel == 'mail'").comparisons] == [
        "event.age > 18"
    ]


def test_plain_truths_and_presence_are_told_without_operands() -> None:
    outcome = traced("event.urgent || has(event.recipient) || !event.urgent")
    assert [(c.expression, c.operator, c.result) for c in outcome.comparisons] == [
        ("event.urgent", "", "false"),
        ("has(event.recipient)", "has", "false"),
        ("event.urgent", "", "false"),
    ]


def test_an_error_is_told_at_the_comparison_it_befell() -> None:
    outcome = traced("event.recipient == 'x'")
    assert isinstance(outcome.value, CelError)
    assert outcome.shown == "error: no_such_key"
    assert [(c.operands, c.result) for c in outcome.comparisons] == [((), "error: no_such_key")]


def test_personal_values_are_told_by_kind_and_size_wherever_they_flow() -> None:
    sources = (
        "event.text.contains('x')",
        "event.text.lowerAscii() + '!' == 'x'",
        "event.text.split(' ').exists(word, word == 'x')",
        "cel.bind(t, event.text, t == 'x')",
        "[event.text] == ['x']",
        "{'k': event.text} == {'k': 'x'}",
        "(event.urgent ? 'a' : event.text) == 'x'",
        "event.data == b'x'",
        "event.text.split(' ').map(word, word + '!') == ['x']",
    )
    for source in sources:
        outcome = traced(source)
        shown = " ".join(operand for c in outcome.comparisons for operand in c.operands)
        assert "‹" in shown, source
        assert not any(word in shown for word in ("secret", "wager", "12")), source


def test_a_function_may_return_what_is_no_longer_personal() -> None:
    (comparison,) = traced("language(event.text) == 'en'").comparisons
    assert comparison.operands == ('"en"', '"en"')


def test_many_comparisons_are_cut_off() -> None:
    outcome = traced("[" + "1, " * 300 + "1].all(x, x == 1)")
    assert outcome.value is True
    assert len(outcome.comparisons) == 100


def test_values_are_shown_short() -> None:
    assert render("x" * 500, personal=False) == '"' + "x" * 79 + '…"'
    assert render(list(range(9)), personal=False) == "[0, 1, 2, 3, 4, … 4 more]"
    assert render({"a": [1, 2]}, personal=False) == '{"a": ‹list, 2 items›}'
    assert render([1], personal=True) == "‹list, 1 item›"
    assert render(Uint(3), personal=True) == "3u"
    assert render(1.5, personal=True) == "1.5"
    assert render(None, personal=True) == "null"
    assert render(Timestamp(0), personal=False) == "1970-01-01T00:00:00Z"
    assert render(Timestamp(0), personal=True) == "‹timestamp›"
    assert render(Duration(10**9), personal=False) == "1s"
    assert render(b"ab", personal=False) == "‹bytes, 2 octets›"


def test_a_node_has_a_place_in_the_file() -> None:
    condition = compile_condition("true\n  && event.urgent", ENVIRONMENT, where=Where("r.yaml", 5, 3))
    logic = condition.tree
    assert condition.snippet(logic) == "true && event.urgent"
    assert condition.place(logic) == Where("r.yaml", 5, 3)
