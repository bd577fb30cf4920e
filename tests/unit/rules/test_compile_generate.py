"""The generated function of a kind: readable, guarded where it must be, and never the last word."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bylaw.events.event import Event
from bylaw.events.kinds import KINDS, declare_kind
from bylaw.rules.cel.condition import compile_condition
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.functions import function
from bylaw.rules.cel.types import BOOL, INT, STRING, Field, ObjectType
from bylaw.rules.compile.generate import generate, generate_value
from bylaw.rules.compile.scan import TEXTS
from bylaw.rules.rule import Rule
from rules_in_memory import Rules, rule_of

KIND = "message.sent"
MESSAGE = ObjectType(KIND, {"text": Field(STRING)})
NUMBERS = declare_kind(
    "numbers.told",
    {"a": "int", "b": "int", "maybe": "optional int", "words": "list(string)", "half": "double"},
)


def hosted(source: str, environment: Environment) -> Rule:
    rule = rule_of("r", "true", KINDS[KIND])
    return replace(rule, conditions={KIND: compile_condition(source, environment)})


def code(rules: Rules) -> str:
    return "\n".join(line for line in rules.generated.source.splitlines() if not line.strip().startswith("#"))


def message(text: str = "the ferry leaves at four", **fields: Any) -> Event:
    made: Any = KINDS["message.sent"].struct
    event: Event = made(id="evt_1", at=datetime(2026, 3, 1, tzinfo=UTC), text=text, **fields)
    return event


def numbers(a: int = 1, b: int = 2, words: tuple[str, ...] = (), **fields: Any) -> Event:
    made: Any = NUMBERS.struct
    at = datetime(2026, 3, 1, tzinfo=UTC)
    event: Event = made(id="evt_1", at=at, a=a, b=b, words=list(words), half=0.5, **fields)
    return event


@pytest.mark.parametrize(
    ("source", "event", "outcome"),
    [
        ("event.a + event.b > 0", numbers(2**63 - 1, 1), "overflow"),
        ("event.a / event.b == -3", numbers(-7, 2), "true"),
        ("event.a % event.b == -1", numbers(-7, 2), "true"),
        ("event.a / event.b == 1", numbers(1, 0), "divide_by_zero"),
        ("size(event.words) % 2 == 1", numbers(words=("x",)), "true"),
        ("event.maybe > 1", numbers(), "no_such_key"),
        ("has(event.maybe) && event.maybe > 1", numbers(maybe=2), "true"),
        ("event.a in [1, 5]", numbers(5), "true"),
        ("event.maybe in [1, 5]", numbers(), "no_such_key"),
        ('event.words == ["x"]', numbers(words=("x",)), "true"),
        ("event.maybe > 1 || event.a == 1", numbers(), "true"),
        ("event.a == 1 || event.maybe > 1", numbers(), "true"),
        ("!(event.maybe > 1 && event.a == 2)", numbers(), "true"),
        ("event.words[0] == 'x'", numbers(), "index"),
        ("event.words[0] == 'x'", numbers(words=("x",)), "true"),
        ("dyn(event.a) == 1.0", numbers(), "true"),
        ("dyn(event.a == 1) != 1", numbers(), "true"),
        ("event.words.exists(w, w == 'x' || w.size() > event.a)", numbers(words=("y", "x")), "true"),
        ("event.words.exists_one(w, w.startsWith('x'))", numbers(words=("x", "xy", "z")), None),
        ("cel.bind(n, event.a + 1, n * n == 4)", numbers(), "true"),
        ("event.at.getHours('Europe/Berlin') == 1", numbers(), "true"),
        ("event.half < 1", numbers(), "true"),
        ("'x' in event.words && event.a in [1, 2]", numbers(words=("x",)), "true"),
    ],
)
def test_a_condition_comes_to_what_the_interpreter_says(
    source: str, event: Event, outcome: str | None
) -> None:
    assert Rules(source, kind=NUMBERS).outcomes(event).get("r0") == outcome


def test_code_is_run_where_there_is_no_error() -> None:
    rules = Rules("event.a == 1", "event.maybe > 1", "event.b / event.a == 2", kind=NUMBERS)
    event = numbers()
    assert rules.generated.run(event, rules.bindings(event)) == ([0, 2], [1])


def test_what_rules_share_is_computed_once() -> None:
    rules = Rules(*(f"size(event.text) % 97 == {n}" for n in range(5)))
    assert code(rules).count("len(f_text)") == 2  # the check of its length, and its size
    assert code(rules).count("% 97") == 1


def test_what_only_one_branch_needs_is_computed_there() -> None:
    dear = "event.text.replace('a', 'b').size() > 3"
    rules = Rules(f"has(event.channel) && event.channel == 'mail' && {dear}", f"has(event.actor) && {dear}")
    assert "UNKNOWN else" in rules.generated.source
    assert rules.outcomes(message(channel="mail", actor="acc_1")) == {"r0": "true", "r1": "true"}
    assert rules.outcomes(message(channel="chat")) == {}


def test_what_a_comprehension_walks_over_may_be_shared() -> None:
    rules = Rules(
        *(f"has(event.channel) && event.text.lowerAscii().split(' ').exists(w, w == '{w}')" for w in "ab")
    )
    assert rules.outcomes(message("A b", channel="mail")) == {"r0": "true", "r1": "true"}


def test_an_error_in_what_is_shared_is_the_error_of_each_rule() -> None:
    rules = Rules(
        "event.subject.lowerAscii() == 'a'", "event.subject.lowerAscii() == 'b'", "event.text == ''"
    )
    assert rules.outcomes(message("")) == {"r0": "no_such_key", "r1": "no_such_key", "r2": "true"}


def test_an_event_that_is_not_what_its_kind_declares_is_interpreted() -> None:
    rules = Rules("event.a == 1", "event.words.size() > 0", kind=NUMBERS)
    for event in (
        numbers(a=2**70),
        msgspec.structs.replace(numbers(), a=True),
        msgspec.structs.replace(numbers(), a="1"),
    ):
        rules.outcomes(event)


def test_signals_are_read_when_a_rule_comes_to_them() -> None:
    rules = Rules("event.text == 'x' && personal_data.cards > 0", "text.words > 3")
    bindings = rules.bindings(message())
    del bindings["personal_data"]
    assert rules.generated.run(message(), bindings) == ([1], [])


def test_a_signal_is_read_before_what_follows_it_however_cheap() -> None:
    rules = Rules("personal_data.cards > 0 && event.text == 'x'")
    assert "> 0 and" in code(rules)


def test_operands_that_read_no_signal_are_tried_in_the_order_of_cost() -> None:
    rules = Rules("event.text.replace('a', 'b') == 'x' && event.text == 'y'")
    assert code(rules).index("'y'") < code(rules).index("'x'")


@pytest.mark.parametrize("name", ["x\nimport os", "r0'''", "é\u2028\x00raise", "outcomes", "f_text", "#"])
def test_no_name_of_a_rule_becomes_code(name: str) -> None:
    kind = KINDS["message.sent"]
    rule = rule_of(name, "event.text == 'a\\u2028b\\u0000\\n'", kind)
    source = generate([rule], kind.name, lists={}, scanners=[TEXTS]).source
    assert [
        line for line in source.splitlines() if "import" in line and not line.strip().startswith("#")
    ] == []
    assert generate([rule], kind.name, lists={}, scanners=[]).run(message("a\u2028b\0\n"), {}) == ([0], [])


@pytest.mark.parametrize("field", ["hits", "event", "bindings", "len", "v1", "f_v1", "has"])
def test_no_field_can_be_another_name(field: str) -> None:
    kind = declare_kind("odd.told", {field: "string", "f_hits": "string"})
    rules = Rules(f"event.{field} == 'x' && event.f_hits.size() > 2", f"event.{field}.size() > 2", kind=kind)
    made: Any = kind.struct
    event = made(id="e", at=datetime(2026, 1, 1, tzinfo=UTC), **{field: "x", "f_hits": "long"})
    assert rules.outcomes(event) == {"r0": "true"}


def test_a_rule_that_is_too_deep_or_too_long_is_interpreted_and_says_so() -> None:
    deep = "(" * 45 + "event.a" + " + 1)" * 45 + " > 0"
    long = "event.words.all(x, event.words.all(y, event.words.all(z, x != y || y != z)))"
    rules = Rules(deep, long, "event.a == 1", kind=NUMBERS)
    assert rules.generated.interpreted == ("r0",)
    assert "# interpreted: too deep" in rules.generated.source
    assert rules.outcomes(numbers(words=("x", "y"))) == {"r0": "true", "r2": "true"}


def test_a_list_that_is_longer_than_the_steps_allow_ends_as_the_interpreter_ends() -> None:
    rules = Rules("event.words.all(x, event.words.all(y, x.size() == y.size()))", kind=NUMBERS)
    assert rules.outcomes(numbers(words=("x",) * 20)) == {"r0": "true"}
    assert rules.outcomes(numbers(words=("x",) * 400)) == {"r0": "budget"}


def test_lists_other_than_the_books_are_not_answered_from_memory() -> None:
    rules = Rules("event.text in lists.words", lists={"words": ("a",)})
    other = Rules("event.text in lists.words", lists={"words": ("b",)})
    bindings = rules.bindings(message("b")) | {"lists": other.stand_in}
    assert [o.rule.id for o in rules.matcher(rules.rules, "message.sent", bindings)] == ["r0"]


def test_a_function_of_the_host_that_reads_more_than_its_arguments_keeps_its_place() -> None:
    asked: list[str] = []

    def count(name: str) -> int:
        asked.append(name)
        return 3

    counted = function("count", [STRING], INT, count)
    environment = Environment({"event": MESSAGE}, [counted])
    generated = generate(
        [hosted('count("a") > 5 && event.text == "x"', environment)], KIND, lists={}, scanners=[]
    )
    assert generated.run(message("y"), {}) == ([], [])
    assert asked == ["a"]


def test_a_function_may_be_given_an_object_of_the_host() -> None:
    past = ObjectType("past", {})
    known = function("known", [past, STRING], BOOL, lambda record, name: name in record.target)
    environment = Environment({"event": MESSAGE, "past": past}, [known])
    sources = ("known(past, event.text)", "known(past, 'z') || known(past, 'y')")
    generated = generate([hosted(source, environment) for source in sources], KIND, lists={}, scanners=[])
    assert generated.run(message("y"), {"past": {"y"}}) == ([0, 1], [])
    assert generated.run(message("y"), {}) == ([], [0, 1])


def test_the_source_runs_by_itself_and_names_each_rule() -> None:
    rules = Rules("event.text.contains('ferry')", "size(event.text) > 3")
    source = rules.generated.source
    assert all(f": {rule.id}: {rule.source}" in source for rule in rules.rules)
    assert compile(source, "rules", "exec").co_names


def test_the_value_of_one_expression_is_told_without_its_being_a_rule() -> None:
    environment = Environment(variables={"event": MESSAGE}, functions=())
    key = compile_condition('event.text + "/" + event.text', environment, expected=STRING)
    value = generate_value(key, KIND, lists={})
    assert value is not None
    event = message("ferry")
    assert value(event, {"event": event}) == "ferry/ferry"
