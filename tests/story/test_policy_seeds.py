"""The three real documents, read as a careful person would read them."""

from collections import Counter
from pathlib import Path

import pytest

from bylaw.policy.document import Clause, Document
from bylaw.policy.parse import parse_document


def read(shared: Path, name: str) -> Document:
    file = shared / "seeds" / name
    return parse_document(file.read_bytes(), file=name)


@pytest.fixture
def use(shared: Path) -> Document:
    return read(shared, "soren-acceptable-use.md")


@pytest.fixture
def privacy(shared: Path) -> Document:
    return read(shared, "soren-privacy.md")


@pytest.fixture
def weare(shared: Path) -> Document:
    return read(shared, "weare-acceptable-use.txt")


def leaves(document: Document, clauses: tuple[Clause, ...]) -> list[Clause]:
    parents = {c.parent for c in document.clauses}
    return [c for c in clauses if c.id not in parents]


def told(document: Document) -> list[tuple[str, int, bool]]:
    return [(p.code.removeprefix("policy."), p.where.line, p.blocks_publishing) for p in document.problems]


def kinds(document: Document) -> dict[str, int]:
    return dict(Counter(c.kind.value for c in document.clauses if not c.heading))


def test_the_oddities_of_acceptable_use(use: Document) -> None:
    assert told(use) == [
        ("misspelt_field", 3, False),
        ("duplicate_enumerator", 33, False),
        ("duplicate_enumerator", 34, False),
        ("duplicate_enumerator", 35, False),
    ]
    assert "`last-updated`" in use.problems[0].hint


def test_the_shape_of_acceptable_use(use: Document) -> None:
    headings = [c.id for c in use.clauses if c.heading]
    assert headings == [
        "acceptable-use/no-unlawful-or-prohibited-use",
        "acceptable-use/unethical-or-offensive-content",
        "acceptable-use/your-responsibility-and-our-actions",
        "acceptable-use/resource-usage-and-security",
        "acceptable-use/anti-spam",
        "acceptable-use/intellectual-rights-infringement",
        "acceptable-use/termination-and-access-restriction",
    ]
    offensive = use.children("acceptable-use/unethical-or-offensive-content/p1")
    assert [c.id.rpartition("/")[2] for c in offensive] == [
        *(f"p1-{letter}" for letter in "abcdefghij"),
        "p1-h-2",
        "p1-i-2",
        "p1-h-3",
    ]
    assert [c.enumerator for c in offensive][-3:] == ["(h)", "(i)", "(h)"]
    assert [c.id.rpartition("/")[2] for c in use.children("acceptable-use/anti-spam/p4")] == ["p4-a", "p4-b"]
    assert len(use.children("acceptable-use/resource-usage-and-security/p3-s4")) == 7


def test_statutes_and_a_missing_space_do_not_mislead(use: Document) -> None:
    report = [c for c in use.clauses if c.line == 45]
    assert len(report) == 5
    assert report[0].text.endswith("1466A.")
    assert report[2].text.startswith("Do not")
    assert [len(c.links) for c in report] == [2, 0, 0, 0, 1]


def test_the_kinds_of_acceptable_use(use: Document) -> None:
    assert kinds(use) == {
        "form": 5,
        "duty": 5,
        "right": 13,
        "ban": 45,
        "promise": 5,
        "statement": 5,
        "route": 4,
    }


def test_privacy_names_its_paragraphs_by_their_labels(privacy: Document) -> None:
    assert told(privacy) == []
    under = privacy.children("privacy/personal-information-that-we-collect")
    names = [c.id.rpartition("/")[2] for c in under]
    assert [n.removesuffix("-s1") for n in names if n.endswith("-s1")] == [
        "p1",
        "clients",
        "subscribers",
        "posters",
        "browsers",
        "client-end-users",
        "p7",
        "a-message-to-the-end-users",
    ]


def test_the_oddities_of_weare(weare: Document) -> None:
    assert told(weare) == [
        ("no_front_matter", 1, False),
        ("blank_contact", 3, True),
        ("no_date", 7, True),
        ("flat_list", 18, False),
        ("blank_contact", 33, True),
        ("furniture", 35, False),
    ]
    assert weare.last_updated is None


def test_the_bullets_of_weare(weare: Document) -> None:
    bullets = tuple(c for c in weare.clauses if c.enumerator)
    assert len(bullets) == 19
    assert len(leaves(weare, bullets)) == 17
    use = next(c for c in bullets if c.line == 18)
    assert [c.line for c in weare.children(use.id)] == list(range(19, 29))
    assert {c.kind.value for c in bullets} == {"ban"}


def test_the_page_around_weare_is_no_policy(weare: Document) -> None:
    assert [f.line for f in weare.furniture] == [1, 5, 7, 35, 37, 39, 40]
    assert weare.title == "Acceptable Use Policy"
    assert [c.kind.value for c in weare.clauses if c.line in (3, 33)] == ["route", "route"]
