"""What rules may cost, what they may ask for, and what they did cost by a clock that is given."""

from collections.abc import Callable
from itertools import count

from bylaw.base.errors import NOWHERE
from bylaw.engine.compiled import compiled, profile_rules
from bylaw.events.kinds import KINDS
from bylaw.rules.compile.costs import KIND_COST_LIMIT, RULE_COST_LIMIT, check_costs
from bylaw.rules.compile.plan import plan_of, signals_read
from bylaw.rules.compile.profile import profile
from rules_in_memory import rule_of
from small_book import a_book

POST = KINDS["post.created"]
LINE = b'{"kind":"post.created","id":"e1","at":"2026-02-01T00:00:00Z","text":"AAA"}'
DEAR = "event.links.all(a, event.links.all(b, event.links.exists(c, a == b || b == c)))"


def test_a_rule_that_costs_too_much_is_named_with_its_place() -> None:
    problem, *_ = check_costs([rule_of("dear", DEAR, POST), rule_of("cheap", "event.text == ''", POST)])
    assert problem.code == "rule.cost"
    assert "`dear`" in problem.message
    assert str(RULE_COST_LIMIT) in problem.message
    assert problem.hint


def test_rules_may_cost_too_much_together() -> None:
    walk = "event.links.all(a, " + " && ".join(["a != 'x'"] * 40) + ")"
    rules = [rule_of(f"r{n}", walk, POST) for n in range(20)]
    problems = list(check_costs(rules))
    assert [problem.code for problem in problems] == ["rule.cost"]
    assert "`post.created`" in problems[0].message
    assert str(KIND_COST_LIMIT) in problems[0].message


def test_cheap_rules_have_no_problem() -> None:
    assert not list(check_costs([rule_of("r", "event.text == ''", POST, KINDS["comment.created"])]))


def test_the_plan_says_what_each_rule_may_ask_for() -> None:
    rules = [
        rule_of("a", "personal_data.cards > 0 || mentions(text.plain, ['x'])", POST),
        rule_of("b", "has(event.title) && event.text.contains('x')", POST),
    ]
    first, second = plan_of(rules, POST.name)
    assert (first.signals, first.fields, first.functions) == (
        ("personal_data.cards", "text.plain"),
        (),
        ("mentions",),
    )
    assert (second.signals, second.fields, second.functions) == ((), ("text", "title"), ("contains",))
    assert first.interpreted == ""
    assert signals_read(rules[0].conditions[POST.name]) == first.signals


def test_a_profile_is_a_matter_of_the_clock_it_is_given() -> None:
    seconds = count(0, 6000)
    spent = {"dear": 0, "cheap": 0}

    def run(name: str) -> Callable[[int], object]:
        def one(_: int) -> None:
            spent[name] += 1
            if name == "dear":
                next(seconds)

        return one

    rows = profile({name: run(name) for name in spent}, lambda: [1, 2, 3], lambda: next(seconds))
    assert [row.rule for row in rows] == ["dear", "cheap"]
    assert [row.microseconds for row in rows] == [8.0, 2.0]
    assert [row.share for row in rows] == [0.8, 0.2]
    assert spent == {"dear": 9, "cheap": 9}


def test_the_rules_of_a_book_have_a_profile() -> None:
    book = a_book()
    event = book.codec.decode(LINE, where=NOWHERE)
    bindings = {"event": event, "lists": book.basis.lists_object}
    clock = count(0, 1000)
    (row,) = profile_rules(book.basis, "post.created", lambda: [bindings], lambda: next(clock))
    assert (row.rule, row.microseconds, row.share) == ("shouting", 1.0, 1.0)


def test_the_matcher_of_a_book_decides_as_the_interpreter_does() -> None:
    matcher = compiled(a_book().basis)
    assert "shouting" in matcher.generated("post.created").source
    assert matcher.generated("account.registered").run(None, {}) == ([], [])
