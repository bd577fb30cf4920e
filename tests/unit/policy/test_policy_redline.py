from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document
from bylaw.policy.redline import MAX_TOKENS, compare_words, redline
from bylaw.policy.redline_page import redline_page, style_source
from bylaw.policy.wording import normalised


def read(text: str, file: str = "house.md") -> Document:
    return parse_document(f"---\ntitle: House\nlast-updated: 2020-01-01\n---\n{text}".encode(), file=file)


def marked(old: str, new: str) -> str:
    signs = {"same": "{}", "gone": "[-{}-]", "new": "<+{}+>"}
    return "".join(signs[p.op].format(p.text) for p in compare_words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("You may not shout.", "You must not shout.", "You [-may-]<+must+> not shout."),
        ("Dogs stay.", "Dogs and cats stay.", "Dogs <+and cats +>stay."),
        ("Dogs and cats stay.", "Dogs stay.", "Dogs [-and cats -]stay."),
        ("one of many", "all of few", "[-one of many-]<+all of few+>"),
        ("It’s “so”.", 'It\'s "so".', 'It\'s "so".'),
        ("same  words", "same words", "same words"),
        ("", "New.", "<+New.+>"),
        ("Old.", "", "[-Old.-]"),
        ("", "", ""),
    ],
)
def test_words_are_compared(old: str, new: str, expected: str) -> None:
    assert marked(old, new) == expected


TEXT = st.lists(st.sampled_from("you may not use the service , . ’ – e.g. 10 été".split()), max_size=20).map(
    " ".join
)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_from_their_redline(old: str, new: str) -> None:
    pieces = compare_words(old, new)
    assert normalised("".join(p.text for p in pieces if p.op != "new")) == normalised(old)
    assert "".join(p.text for p in pieces if p.op != "gone") == new
    assert all(p.text for p in pieces)


def test_a_clause_beyond_measure_is_shown_as_replaced() -> None:
    old, new = "a " * MAX_TOKENS, "b " * MAX_TOKENS
    assert [p.op for p in compare_words(old, new)] == ["gone", "new"]


def test_parts_of_a_split_stand_in_one_entry() -> None:
    old = read("You must not bring dogs above the size of a cat, and birds of any kind stay in the lobby.")
    new = read("You must not bring dogs above the size of a cat. Birds of any kind stay in the lobby.")
    (entry,) = redline(old, new)
    assert (entry.change, len(entry.old), len(entry.new)) == ("split", 1, 2)
    (entry,) = redline(new, old)
    assert (entry.change, len(entry.old), len(entry.new)) == ("merged", 2, 1)


class Page(HTMLParser):
    """Tags and texts of a page; fails on tags that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.words.setdefault(self.open[-1], []).append(data.strip())


OLD = read("## Noise\n\nYou may shout. Music ends.\n\n## Pets\n\nDogs stay at home.\n", "old.md")
NEW = read(
    "## Noise\n\nYou must not shout. Music ends.\n\n## Pets\n\nAsk <script>alert(1)</script> & us first.\n",
    "new.md",
)


def test_the_page_marks_what_changed() -> None:
    page = Page(redline_page(OLD, NEW, redline(OLD, NEW)))
    assert page.words["del"] == ["may", "Dogs stay at home.", "struck through"]
    assert page.words["ins"][0] == "must not"
    assert page.words["h2"] == ["Noise", "Pets"]
    assert page.tags.count("article") == 3
    assert page.words["summary"] == ["1 unchanged clause"]


def test_the_page_runs_nothing_and_loads_nothing() -> None:
    text = redline_page(OLD, NEW, redline(OLD, NEW))
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert f"default-src 'none'; style-src {style_source()}".replace("'", "&#39;") in text.replace(
        "'", "&#39;"
    )
    assert "http://" not in text
    assert "https://" not in text


def test_the_page_says_when_nothing_changed() -> None:
    page = Page(redline_page(OLD, OLD, redline(OLD, OLD)))
    assert "Nothing changed between these versions." in page.words["p"]
    assert "article" not in page.tags


def test_sections_without_changes_stand_together() -> None:
    more = "\n## Food\n\nAsk first.\n\n## Drink\n\nAsk twice.\n"
    old = read("You may stay." + more)
    new = read("You must leave." + more)
    page = Page(redline_page(old, new, redline(old, new)))
    assert page.words["summary"] == ["2 unchanged sections"]
    assert page.words["h2"] == ["Before the first heading", "Food", "Drink"]


def test_the_page_escapes_what_documents_say() -> None:
    old = parse_document(b"---\ntitle: <b>House</b>\n---\nOne & two.\n", file="a/<i>.md")
    new = parse_document(b"---\ntitle: <b>House</b>\n---\nOne & <three>.\n", file="a/<u>.md")
    text = redline_page(old, new, redline(old, new))
    assert "&lt;b&gt;House" in text
    assert "<code>&lt;i&gt;.md</code>" in text
    assert "One &amp;" in text
    Page(text)
