"""What is offered while somebody types a query."""

import pytest

from bylaw.finding.completion import MOST, suggestions
from finding_world import CHARTER


def offered(text: str) -> list[str]:
    return [one.text for one in suggestions(text, len(text), CHARTER)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("decision.ki", "decision.kind"),
        ("true && event.te", "event.text"),
        ('decision.kind == "post.cr', "post.created"),
        ("'shou", "shouting"),
        ('decision.clauses.under("house/', "house/words/p1"),
        ('decision.outcome == "ho', "hold"),
        ("men", "mentions"),
        ("no", "now"),
        ('"a \\" b" in decision.ru', "decision.rules"),
    ],
)
def test_names_and_values_are_offered(text: str, name: str) -> None:
    assert name in offered(text)


def test_what_is_offered_replaces_the_word_that_was_begun() -> None:
    text = "decision.degraded && decision.ki"
    (one,) = suggestions(text, len(text), CHARTER)
    assert text[: one.start] + one.text == "decision.degraded && decision.kind"
    assert one.doc == "string: of the event"


def test_nothing_is_offered_where_nothing_was_begun_and_never_too_much() -> None:
    assert offered("decision.degraded && ") == []
    assert len(offered('"')) == MOST
