from datetime import date

import pytest

from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document

BODY = "You must not shout at other people here.\n"


def read(text: str) -> Document:
    return parse_document(text.encode(), file="rules.txt")


def furniture(document: Document) -> list[tuple[int, str]]:
    return [(f.line, f.text) for f in document.furniture]


def codes(document: Document) -> set[str]:
    return {p.code for p in document.problems}


def test_the_only_top_heading_is_the_title_of_the_page() -> None:
    document = read(f"---\ntitle: Another Title\n---\n\n# House Rules\n\n## Noise\n\n{BODY}")
    assert document.title == "Another Title"
    assert furniture(document) == [(5, "House Rules")]
    assert [c.id for c in document.clauses] == ["another-title/noise", "another-title/noise/p1"]


def test_several_top_headings_are_sections() -> None:
    document = read(f"---\ntitle: House Rules\n---\n\n# Noise\n\n{BODY}\n# Pets\n\nNone are allowed.\n")
    assert [c.text for c in document.clauses if c.heading] == ["Noise", "Pets"]
    assert furniture(document) == []


def test_a_title_is_not_said_twice() -> None:
    document = read(f"House Rules\n\nOur Company - House Rules\n\n{BODY}")
    assert document.title == "House Rules"
    assert furniture(document) == [(1, "House Rules"), (3, "Our Company - House Rules")]


def test_a_document_without_any_title_is_named_after_its_file() -> None:
    document = parse_document(BODY.encode(), file="docs/house-rules.txt")
    assert (document.title, document.key) == ("house-rules", "house-rules")
    assert "policy.no_title" in codes(document)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("*Last updated: January 6, 2023*", date(2023, 1, 6)),
        ("Last modified on 6 January 2023.", date(2023, 1, 6)),
        ("Revised: 2023-01-06", date(2023, 1, 6)),
        ("Date of last revision: 6.1.2023", None),
        ("This policy was last updated on January 6, 2023", date(2023, 1, 6)),
    ],
)
def test_dates_on_the_page_are_metadata(line: str, day: date | None) -> None:
    document = read(f"# Rules\n\n{line}\n\n{BODY}")
    assert document.last_updated == day
    assert [c.text for c in document.clauses] == [BODY.strip()]
    assert len(furniture(document)) == 2


def test_an_effective_date_on_the_page() -> None:
    document = read(f"# Rules\n\nLast updated: 2023-01-06\nEffective: 2023-02-01\n\n{BODY}")
    assert (document.last_updated, document.effective) == (date(2023, 1, 6), date(2023, 2, 1))


@pytest.mark.parametrize("line", ["Last updated:", "Last updated: [DATE]", "*Last updated: April DD, 2020*"])
def test_a_date_that_was_never_filled_in_blocks_publishing(line: str) -> None:
    document = read(f"# Rules\n\n{line}\n\n{BODY}")
    blocking = [p for p in document.problems if p.blocks_publishing]
    assert [(p.code, p.where.line) for p in blocking] == [("policy.no_date", 3)]


@pytest.mark.parametrize(
    "text", ["Last updated content is shown first.", "Updated terms bind you.", "Effective measures help."]
)
def test_a_sentence_about_updates_is_a_clause(text: str) -> None:
    assert [c.text for c in read(f"# Rules\n\n{text}\n").clauses] == [text]


def test_navigation_is_left_out() -> None:
    document = read(f"# Rules\n\nContents:\n\n* [Noise](#noise)\n* [Pets](#pets)\n\n## Noise\n\n{BODY}")
    assert [text for _, text in furniture(document)] == ["Rules", "Noise", "Pets"]
    assert "policy.navigation" in codes(document)


def test_a_list_of_links_elsewhere_is_text() -> None:
    document = read("# Rules\n\nSee also:\n\n* [Terms](/terms)\n* [Privacy](/privacy)\n")
    assert len(document.clauses) == 3


def test_a_footer_is_left_out_and_told() -> None:
    document = read(
        f"# Rules\n\n{BODY}\nSign up for newsletters\n\nDon't miss out! It is news.\n\nTerms\n© Us 2024\n"
    )
    assert [c.text for c in document.clauses] == [BODY.strip()]
    assert [n for n, _ in furniture(document)] == [1, 5, 7, 9, 10]
    assert "policy.furniture" in codes(document)


@pytest.mark.parametrize(
    "last",
    [
        "You may leave our newsletter at any time.",
        "The look is copyright © Us. All rights reserved. Do not copy it.",
    ],
)
def test_a_last_clause_is_no_footer(last: str) -> None:
    document = read(f"# Rules\n\n{BODY}\n{last}\n")
    assert document.clauses[-1].text in last
    assert len(furniture(document)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "For any notes you may contact",
        "Any questions on this topic?",
        "Have questions or comments about this policy?",
        "E-mail:",
    ],
)
def test_a_contact_left_blank_blocks_publishing(text: str) -> None:
    document = read(f"# Rules\n\n{BODY}\n{text}\n\n{BODY}")
    problem = next(p for p in document.problems if p.code == "policy.blank_contact")
    assert problem.blocks_publishing
    assert problem.where.line == 5


@pytest.mark.parametrize(
    "text",
    [
        "Any questions? Please [get in touch](/support).",
        "For notes you may contact\nhelp@example.com",
        "Any questions?\n\nWrite to us: help@example.com.",
        "You can reach us by phone:\n\n* +1 312 555 0100",
        "Report contact.",
    ],
)
def test_a_contact_that_is_given_is_no_problem(text: str) -> None:
    assert "policy.blank_contact" not in codes(read(f"# Rules\n\n{BODY}\n{text}\n"))


@pytest.mark.parametrize(
    "text", ["It holds from [START DATE] on.", "TODO write this.", "Ask [your contact here] first."]
)
def test_a_placeholder_blocks_publishing(text: str) -> None:
    document = read(f"# Rules\n\n{text}\n")
    assert any(p.code == "policy.placeholder" and p.blocks_publishing for p in document.problems)
