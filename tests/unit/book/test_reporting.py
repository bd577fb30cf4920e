"""`[transparency]` of operator.toml: what cannot be published as written is told with its line."""

import pytest

from bylaw.base.errors import Problems
from bylaw.book.book import Book
from bylaw.book.reporting import Category, Transparency
from bylaw.book.statement_terms import CATEGORIES, EEA, EU, OUTSIDE
from small_book import FILES, with_files

SPAM = 'category = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"'


def with_table(text: str) -> Book:
    return with_files({"operator.toml": FILES["operator.toml"] + "\n[transparency]\n" + text})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'[transparency.categories."house/nothing"]\n{SPAM}', "no document has the clause"),
        ('[transparency.categories.house]\ncategory = "SPAM"', "`SPAM` is no category"),
        (
            f'[transparency.categories.house]\n{SPAM}\nkeywords = ["KEYWORD_SUICIDE"]',
            "is no keyword of `STATEMENT_CATEGORY_SCAMS_AND_FRAUD`",
        ),
        ('territory = ["US"]', "`US` is no state of the EU or the EEA"),
        ('[transparency.contents]\n"post.made" = "CONTENT_TYPE_TEXT"', "`post.made` is no kind of event"),
        ('[transparency.contents]\n"post.created" = "TEXT"', "`TEXT` is no type of content"),
        (
            "[[transparency.recipients]]\npeople = 1\nsince = 2026-07-01\nuntil = 2026-01-01",
            "ends on 2026-01-01",
        ),
        ('[[transparency.moderators]]\nlanguage = "en"\npeople = 1\noutside = 2', "2 work for somebody else"),
        (
            "[[transparency.disputes]]\nsince = 2026-01-01\nuntil = 2026-07-01\ndisputes = 1\nupheld = 2",
            "more disputes were decided than there were",
        ),
    ],
)
def test_what_cannot_be_published_does_not_load(text: str, said: str) -> None:
    with pytest.raises(Problems) as caught:
        with_table(text)
    (problem,) = [one for one in caught.value.problems if one.severity == "error"]
    assert said in problem.message
    assert (problem.where.file, problem.where.line > 0) == ("operator.toml", True)


def test_a_clause_that_rules_act_on_without_a_category_is_a_warning() -> None:
    (warning,) = [one for one in with_table("").warnings if one.code == "operator.no_category"]
    assert "`house/words/p1`" in warning.message
    assert OUTSIDE in warning.hint
    loaded = with_table(f"[transparency.categories.house]\n{SPAM}")
    assert not [one for one in loaded.warnings if one.code == "operator.no_category"]


def test_a_book_without_the_table_publishes_no_account() -> None:
    assert with_files({}).operator.transparency is None


def test_the_closest_clause_that_is_named_counts() -> None:
    wide, close = Category(category="A"), Category(category="B")
    told = Transparency(categories={"rules": wide, "rules/spam": close})
    assert told.category("rules/spam/p1") == close
    assert told.category("rules/spammers") == wide
    assert told.category("other").category == OUTSIDE


def test_the_words_of_the_database_are_whole() -> None:
    assert (len(CATEGORIES), len(EU), len(EEA)) == (16, 27, 30)
    assert sum(map(len, CATEGORIES.values())) == 67
