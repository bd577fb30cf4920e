"""One event against a book."""

import json

import pytest

from bylaw.base.errors import InputError
from bylaw.drafts.trying import events_of, try_on
from small_book import a_book

RULES = """\
rules:
  - id: loud
    clause: house/words/p1
    on: post.created
    when: event.text == "AAA"
    then: [hold]
  - id: again
    clause: house/words/p1
    on: post.created
    when: count("post.created", event.actor, duration("1h")) >= 1
    then: [warn]
"""
BOOK = a_book(rules__words_yaml=RULES)


def post(text: str, minute: int = 0) -> str:
    at = f"2026-03-01T10:{minute:02}:00Z"
    return json.dumps({"kind": "post.created", "at": at, "actor": "ann", "text": text})


def test_every_rule_on_such_events_says_what_it_heard() -> None:
    made = try_on(BOOK, events_of(BOOK, post("AAA")))
    assert [(one.rule, one.stands, one.result) for one in made.rules] == [
        ("loud", True, "true"),
        ("again", False, "false"),
    ]
    assert made.rules[0].questions[0].expression == 'event.text == "AAA"'
    assert made.decision.rules == ("loud",)


def test_events_that_are_given_before_came_before() -> None:
    made = try_on(BOOK, events_of(BOOK, f"{post('hello')}\n{post('hello', 1)}\n"))
    assert made.decision.rules == ("again",)


def test_an_event_may_be_written_over_several_lines() -> None:
    (event,) = events_of(BOOK, json.dumps(json.loads(post("x")), indent=2))
    assert event.id == "evt_tried_1"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "draft.no_event"), ("{", "event.truncated"), ('{"kind": "post.creatd"}', "event.unknown_kind")],
)
def test_what_is_no_event_is_told(text: str, code: str) -> None:
    with pytest.raises(InputError) as told:
        events_of(BOOK, text)
    assert told.value.code == code
