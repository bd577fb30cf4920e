"""What may be written where, while a file is half written."""

import pytest

from bylaw.drafts.completion import complete
from small_book import FILES, a_book

BOOK = a_book()
HEAD = "rules:\n  - id: loud\n    clause: house/words/p1\n    on: [post.created, message.sent]\n"


def offered(text: str) -> list[str]:
    return [one.text for one in complete(BOOK, text, len(text)).suggestions]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (HEAD + "    when: event.te", ["event.text"]),
        (HEAD + "    when: >\n      size(event.te", ["event.text"]),
        (HEAD + '    when: >\n      event.text == "x"\n      && event.te', ["event.text"]),
        (HEAD + "    when: lists.w", ["lists.words"]),
        (HEAD + "    when: personal_data.car", ["personal_data.cards"]),
        (HEAD + "    when: menti", ["mentioned", "mentions"]),
        (HEAD + '    when: count("message.se', ["message.sent"]),
        (HEAD + "    th", ["then"]),
        (HEAD + "    then: [hol", ["hold"]),
        (HEAD + "    then: [{review: {queue: wo", ["words"]),
        (HEAD + "    mode: sh", ["shadow"]),
        ("rules:\n  - id: x\n    clause: house/wo", ["house/words/p1"]),
        ("rules:\n  - id: x\n    on: post.cr", ["post.created"]),
    ],
)
def test_what_fits_is_offered(text: str, wanted: list[str]) -> None:
    assert [one for one in offered(text) if one in wanted] == wanted


def test_fields_are_those_that_all_kinds_of_the_rule_have() -> None:
    assert "event.recipient" not in offered(HEAD + "    when: event.recip")
    assert "event.recipient" in offered("rules:\n  - id: x\n    on: message.sent\n    when: event.recip")


def test_a_suggestion_says_what_it_is() -> None:
    made = complete(BOOK, HEAD + "    when: event.te", len(HEAD) + 18)
    (first,) = made.suggestions
    assert (made.length, first.kind, first.detail) == (8, "field", "string")


def test_any_place_of_any_text_gets_an_answer() -> None:
    text = FILES["rules/words.yaml"]
    assert all(complete(BOOK, text, offset).length >= 0 for offset in range(len(text) + 2))
