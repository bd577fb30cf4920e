"""Rolling a rule out: to a share of actors, under a daily quota, with a brake while it is young."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import NOWHERE
from bylaw.book.book import Book
from bylaw.engine.brakes import BRAKE_MATCHES
from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.runtime.deciding import Tally, decide_all
from small_book import FILES, with_files


def a_book(rule: str = "", operator: str = "") -> Book:
    return with_files(
        {
            "rules/words.yaml": FILES["rules/words.yaml"] + rule,
            "operator.toml": FILES["operator.toml"] + operator,
        }
    )


def post(
    number: int, text: str = "AAA", at: str = "2026-03-01T10:00:00Z", actor: str = "a"
) -> dict[str, Any]:
    return {"kind": "post.created", "id": f"evt_{number}", "at": at, "actor": actor, "text": text}


def run(book: Book, posts: list[dict[str, Any]]) -> tuple[list[Decision], Tally]:
    tally = Tally()
    events: list[Event] = [book.codec.decode(msgspec.json.encode(p), where=NOWHERE) for p in posts]
    return [d for d in decide_all(book, events, tally) if isinstance(d, Decision)], tally


def test_a_quota_bounds_an_effect_for_a_day_and_the_next_day_starts_anew() -> None:
    book = a_book(operator="\n[quotas]\nhold = 2\n")
    posts = [post(n) for n in range(4)] + [post(9, at="2026-03-02T00:00:00Z")]
    decisions, _ = run(book, posts)
    assert [[p.effect for p in d.effects] for d in decisions] == [
        ["hold", "review"],
        ["hold", "review"],
        ["review"],
        ["review"],
        ["hold", "review"],
    ]
    assert [d.why for d in decisions[3].dropped] == ["the daily quota of 2 is used up"]
    assert decisions[3].rules == ("shouting",)


def test_a_young_rule_that_matches_too_much_turns_to_shadow_and_says_so() -> None:
    book = a_book(rule="    since: 2026-03-01\n")
    decisions, tally = run(book, [post(n) for n in range(BRAKE_MATCHES + 10)])
    acted = [bool(d.effects) for d in decisions]
    assert acted == [True] * (BRAKE_MATCHES + 1) + [False] * 9
    assert {d.why for d in decisions[-1].dropped} == {"the emergency brake turned the young rule to shadow"}
    assert tally.braked == {"shouting"}


def test_a_young_rule_that_errs_on_every_event_turns_to_shadow_too() -> None:
    broken = (
        "  - {id: broken, clause: house/words/p1, on: post.created, since: 2026-03-01, "
        "when: 1 / (size(event.text) - 3) == 0, then: [hold]}\n"
    )
    book = a_book(rule=broken)
    decisions, tally = run(book, [post(n, "abc") for n in range(BRAKE_MATCHES + 10)])
    assert [bool(d.effects) for d in decisions] == [True] * (BRAKE_MATCHES + 1) + [False] * 9
    assert all(d.degraded for d in decisions)
    assert tally.braked == {"broken"}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("", "AAA"),  # states no day: it is not young
        ("    since: 2026-02-01\n", "AAA"),  # was young a month ago
        ("    since: 2026-03-01\n", "aaa"),  # does not match
    ],
)
def test_other_rules_are_not_braked(rule: str, text: str) -> None:
    posts = [post(n, text if n % 30 or text == "AAA" else "AAA") for n in range(BRAKE_MATCHES * 3)]
    _, tally = run(a_book(rule=rule), posts)
    assert tally.braked == frozenset()


def test_a_roll_out_takes_the_same_actors_every_time_and_about_its_share_of_them() -> None:
    book = a_book(rule="    roll-out: 25%\n")
    posts = [post(n, actor=f"acc_{n % 400}") for n in range(800)]
    decisions, _ = run(book, posts)
    acted = Counter(p["actor"] for p, d in zip(posts, decisions, strict=True) if d.effects)
    assert set(acted.values()) == {2}
    assert 70 <= len(acted) <= 130
    left_out = [d for d in decisions if not d.effects]
    assert {drop.why for d in left_out for drop in d.dropped} == {"outside the roll-out of 25 %"}
    assert all(d.clauses == () and d.matches for d in left_out)


@given(st.lists(st.integers(1, 100), min_size=2, max_size=2).map(sorted))
def test_a_wider_roll_out_keeps_the_actors_of_a_narrower_one(shares: list[int]) -> None:
    acted = []
    for share in shares:
        book = a_book(rule=f"    roll-out: {share}%\n")
        posts = [post(n, actor=f"acc_{n}") for n in range(40)]
        acted.append({d.event_id for d in run(book, posts)[0] if d.effects})
    assert acted[0] <= acted[1]
