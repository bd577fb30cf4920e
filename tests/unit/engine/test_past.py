"""Rules that ask about the past: counters of a book, and who knows whom."""

from typing import Any

import msgspec
import pytest

from bylaw.base.errors import NOWHERE, Problems
from bylaw.book.book import Book
from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.runtime.deciding import Tally, decide_all
from small_book import with_files

COUNTERS = """\
counters:
  - id: loud-posts
    on: post.created
    where: event.text == "AAA"
rules:
"""


def rule(when: str, on: str = "post.created") -> str:
    return f"  - {{id: asks, clause: house/words/p1, on: {on}, when: '{when}', then: [hold]}}\n"


def a_book(when: str, on: str = "post.created") -> Book:
    return with_files({"rules/words.yaml": COUNTERS + rule(when, on)})


def posts(count: int, text: str = "AAA", seconds: int = 1) -> list[dict[str, Any]]:
    return [
        {
            "kind": "post.created",
            "id": f"evt_{n}",
            "at": f"2026-03-01T{n * seconds // 3600:02}:{n * seconds // 60 % 60:02}:{n * seconds % 60:02}Z",
            "actor": "a",
            "text": text,
        }
        for n in range(count)
    ]


def run(book: Book, raw: list[dict[str, Any]]) -> list[Decision]:
    events: list[Event] = [book.codec.decode(msgspec.json.encode(r), where=NOWHERE) for r in raw]
    return [d for d in decide_all(book, events, Tally()) if isinstance(d, Decision)]


def acted(decisions: list[Decision]) -> list[int]:
    return [n for n, decision in enumerate(decisions, start=1) if decision.effects]


def test_the_twenty_first_of_a_burst_sees_twenty() -> None:
    book = a_book('count("post.created", event.actor, duration("1h")) >= 20')
    decisions = run(book, posts(25))
    assert acted(decisions) == [21, 22, 23, 24, 25]
    (reading,) = decisions[20].readings
    assert (reading.function, reading.counter, reading.value) == ("count", "post.created", 20)
    assert reading.key != "a"


def test_a_counter_of_the_book_counts_what_its_condition_says() -> None:
    book = a_book('count("loud-posts", event.actor, duration("1h")) >= 2')
    quiet = [{**p, "id": f"q{p['id']}", "text": "hush"} for p in posts(5)]
    assert acted(run(book, quiet + posts(4, seconds=2))) == [8, 9]


def test_a_window_slides() -> None:
    book = a_book('count("post.created", event.actor, duration("60s")) >= 2')
    assert acted(run(book, posts(6, seconds=40))) == []
    assert acted(run(book, posts(6, seconds=20))) == [3, 4, 5, 6]


def test_who_answered_is_no_stranger() -> None:
    book = a_book("!knows(event.actor, event.recipient)", on="message.sent")

    def message(number: int, actor: str, to: str) -> dict[str, Any]:
        at = f"2026-03-01T10:00:{number:02}Z"
        return {
            "kind": "message.sent",
            "id": f"m{number}",
            "at": at,
            "actor": actor,
            "recipient": to,
            "text": "hi",
        }

    decisions = run(
        book, [message(1, "a", "b"), message(2, "a", "b"), message(3, "b", "a"), message(4, "a", "b")]
    )
    assert acted(decisions) == [1, 2]


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ('count("post.creatd", event.actor, duration("1h")) > 1', "memory.unknown_counter"),
        ('distinct("post.created", "txt", event.actor, duration("1h")) > 1', "memory.unknown_field"),
        ('count("post.created", event.actor, duration("0s")) > 1', "memory.window"),
        ('count(event.text, event.actor, duration("1h")) > 1', "memory.not_written"),
    ],
)
def test_mistakes_are_found_before_anything_runs(when: str, code: str) -> None:
    with pytest.raises(Problems) as raised:
        a_book(when)
    (problem,) = (p for p in raised.value.problems if p.severity == "error")
    assert problem.code == code
    assert problem.where.file == "rules/words.yaml"


def test_more_than_the_memory_may_hold_is_found_when_the_book_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bylaw.engine.memory.memory.TABLES", 1)
    with pytest.raises(Problems) as raised:
        a_book(
            'count("post.created", event.actor, duration("1h")) + count("loud-posts", event.actor, duration("1h")) > 1'
        )
    assert "memory.too_many" in {p.code for p in raised.value.problems}


@pytest.mark.parametrize(
    "counter",
    [
        "{id: loud, on: post.creatd}",
        "{id: loud, on: post.created, where: event.txt == 1}",
        "{id: post.created, on: post.created}",
        "{id: loud, by: event.actor}",
    ],
)
def test_mistakes_in_counters_are_found(counter: str) -> None:
    with pytest.raises(Problems):
        with_files({"rules/words.yaml": f"counters:\n  - {counter}\nrules: []\n"})
