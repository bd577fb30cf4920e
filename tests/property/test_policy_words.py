"""No word of a document is lost or doubled, whatever its shape; and nothing crashes the parser."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from bylaw.base.errors import InputError
from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document

WORD = re2.compile(r"[\pL\pN]+")


def words(text: str) -> list[str]:
    return list(WORD.findall(text))


def words_kept(document: Document) -> list[str]:
    """Return the words of clauses and furniture in the order of their lines."""
    clauses = [(c.line, f"{c.enumerator} {c.text}") for c in document.clauses]
    furniture = [(f.line, f.text) for f in document.furniture]
    return [word for _, text in sorted(clauses + furniture, key=lambda p: p[0]) for word in words(text)]


def words_written(source: str) -> list[str]:
    """Return the words of a source as a reader of the page sees them: without front matter and markup."""
    if source.startswith("---"):
        source = source.split("\n---\n", 1)[1]
    for markup, shown in (
        (r"\{%[^%]*%\}", ""),
        (r"<[^<>]*>", " "),
        (r"\]\(\s*\{\{[^}]*\}\}\s*\)", "]"),
        (r"\]\([^()\s]*\)", "]"),
    ):
        source = re2.sub(markup, shown, source)
    return words(source)


@pytest.mark.parametrize("folder", ["seeds", "data/policies/basecamp"])
def test_no_word_of_a_real_document_is_lost(shared: Path, folder: str) -> None:
    files = [f for f in sorted((shared / folder).rglob("*")) if f.is_file()]
    assert files
    for file in files:
        document = parse_document(file.read_bytes(), file=file.name)
        assert words_kept(document) == words_written(file.read_text("utf-8")), file.name


@dataclass
class Page:
    """A page under construction: its lines."""

    lines: list[str]


WORDS = st.sampled_from(
    "You may must not use the service of our site we will reserve right law (spam) No. e.g. Inc. U.S.C. “quoted” "
    "*stressed* **strong** [link](/there) 10,000.00 www.example.com a@example.com – it’s 100% and/or".split()
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)
ENDED = st.tuples(SENTENCE, st.sampled_from([".", ":", "", "!", "?", ";"])).map("".join)
PARAGRAPH = st.lists(ENDED, min_size=1, max_size=4).map(" ".join)
MARKS = st.sampled_from(
    ["* ", "- ", "• ", "  • ", "    - ", "2. ", "7. ", "(a) ", "* (a) ", "(b) ", "* (i) "]
)
ITEM = st.tuples(MARKS, PARAGRAPH).map("".join)
BLOCK = st.one_of(
    PARAGRAPH,
    st.lists(ITEM, min_size=1, max_size=5).map("\n".join),
    st.tuples(st.sampled_from(["# ", "## ", "#### "]), SENTENCE).map("".join),
    SENTENCE.map(lambda s: f"**{s.replace('*', '')}**"),
    SENTENCE.map(lambda s: f"{s}\n----"),
    SENTENCE.map(str.upper),
    st.sampled_from(
        ["Last updated:", "Last updated: May 2, 2020", "© Somebody 2024", "Sign up for newsletters"]
    ),
)
PAGE = st.lists(BLOCK, min_size=0, max_size=12).map(lambda blocks: "\n\n".join(blocks) + "\n")


@given(PAGE)
@example("You.\n\n© Somebody 2024\n\n2. You\n")  # an item in the footer keeps its mark
def test_no_word_of_a_made_up_page_is_lost(page: str) -> None:
    document = parse_document(page.encode(), file="page.md")
    assert words_kept(document) == words_written(page)


@given(PAGE)
def test_the_clauses_form_a_tree_with_unique_ids(page: str) -> None:
    document = parse_document(page.encode(), file="page.md", key="page")
    before: set[str | None] = {None}
    for clause in document.clauses:
        assert clause.id not in before
        assert clause.id.startswith(document.key + "/")
        assert clause.parent in before
        assert 1 <= clause.line <= clause.end_line <= page.count("\n")
        before.add(clause.id)


@given(PAGE)
def test_layout_says_nothing(page: str) -> None:
    ends = parse_document(page.replace("\n", "\r\n").encode(), file="page.md")
    assert ends.clauses == parse_document(page.encode(), file="page.md").clauses


PIECES = st.sampled_from(
    [
        *"word ---\n ...\n title: - * > # ` ```\n | |-|\n <div> <!-- [ ]( ) (a) ** _ &amp; \\ é 文。 \x00 \x1b[31m".split(
            " "
        ),
        *("\n", "\n\n", "    ", "\t", ". ", "\u2028", "\ufeff"),
    ]
)


@given(st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=60).map(lambda p: "".join(p).encode())))
def test_whatever_the_bytes_there_is_a_document_or_a_refusal(data: bytes) -> None:
    try:
        document = parse_document(data, file="any")
    except InputError as error:
        assert error.code == "policy.binary"
    else:
        assert len(document.by_id) == len(document.clauses)
        assert all(p.hint and p.message for p in document.problems)
