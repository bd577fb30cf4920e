"""A clause is carried by what exists; a ban only by an enforced rule or by people."""

from datetime import UTC, datetime

import pytest

from bylaw.book.book import Book
from bylaw.book.coverage import Coverage, cover
from small_book import FILES, LATER, with_files

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def statuses(book: Book, at: datetime = NOW) -> dict[tuple[str, str], str]:
    report = cover(book.library, book.rules, book.promises, at)
    return {(str(d.version), c.id): c.status for d in report.documents for c in d.clauses}


def status(clause: str, rules: str = "rules: []", promises: str = "{}") -> str:
    book = with_files({"rules/words.yaml": rules, "promises.yaml": promises})
    return statuses(book)["2026-01-01", clause]


def rule(mode: str) -> str:
    return FILES["rules/words.yaml"] + f"    mode: {mode}\n"


@pytest.mark.parametrize(
    ("rules", "promises", "expected"),
    [
        ("rules: []", "{}", Coverage.UNBOUND),
        (rule("enforce"), "{}", Coverage.BOUND),
        (rule("shadow"), "{}", Coverage.UNBOUND),
        (rule("off"), "{}", Coverage.UNBOUND),
        ("rules: []", "house/words/p1: {by: [{mechanism: people, queue: words}]}", Coverage.PEOPLE),
        ("rules: []", "house/words/p1: {by: [shown-with-document]}", Coverage.UNBOUND),
        ("rules: []", "house/words/p1: {by: [behaviour-rules]}", Coverage.UNBOUND),
        ("rules: []", "house/words/p1: {kind: statement, by: [shown-with-document]}", Coverage.BOUND),
    ],
)
def test_a_ban_needs_a_rule_or_people(rules: str, promises: str, expected: str) -> None:
    assert status("house/words/p1", rules, promises) == expected


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("", Coverage.UNBOUND),
        ("complaint-intake", Coverage.PLANNED),
        ("{mechanism: people, queue: words}, complaint-intake", Coverage.PEOPLE),
        ("policy-tests, complaint-intake", Coverage.BOUND),
    ],
)
def test_a_promise_is_carried_by_the_best_that_it_is_bound_to(by: str, expected: str) -> None:
    assert status("house/complaints/p1", promises=f"house/complaints/p1: {{by: [{by}]}}") == expected


def test_an_own_entry_wins_over_the_nearest_subtree_and_that_over_a_wider_one() -> None:
    people = "{by: [{mechanism: people, queue: words}]}"
    assert status("house/complaints/p1", promises=f"house/*: {people}") == Coverage.PEOPLE
    narrower = f"house/*: {people}\nhouse/complaints/*: {{by: [complaint-intake]}}"
    assert status("house/complaints/p1", promises=narrower) == Coverage.PLANNED
    own = narrower + "\nhouse/complaints/p1: {by: [policy-tests]}"
    assert status("house/complaints/p1", promises=own) == Coverage.BOUND


def test_versions_in_force_and_to_come_are_covered() -> None:
    book = with_files({"policies/house/2026-06-01.md": LATER})
    assert {version for version, _ in statuses(book)} == {"2026-01-01", "2026-06-01"}
    later = statuses(book, datetime(2026, 7, 1, tzinfo=UTC))
    assert {version for version, _ in later} == {"2026-06-01"}
    assert Coverage.UNBOUND in later.values()
