from datetime import date

import pytest

from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document


def read(*fields: str) -> Document:
    return parse_document(
        "\n".join(["---", *fields, "---", "", "You must not shout.", ""]).encode(), file="rules.md"
    )


def told(document: Document) -> dict[str, int]:
    return {p.code: p.where.line for p in document.problems}


def test_every_field_is_read() -> None:
    document = read(
        "key: house-rules",
        "title: Rules of the House",
        "last-updated: 2024-05-01",
        "effective: 2024-06-01",
        "requires-sig: yes",
        "audience: members",
        "includes: [privacy, Copyright Policy]",
    )
    assert document.key == "house-rules"
    assert document.title == "Rules of the House"
    assert document.last_updated == date(2024, 5, 1)
    assert document.starts == document.effective == date(2024, 6, 1)
    assert document.requires_signature
    assert document.audience == "members"
    assert document.includes == ("privacy", "copyright-policy")
    assert document.problems == ()


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Acceptable Use Policy", "acceptable-use"),
        ("Policy", "policy"),
        ("Terms & Conditions", "terms-and-conditions"),
        ("Children’s Privacy Policy", "childrens-privacy"),
        ("Politique de confidentialité", "politique-de-confidentialite"),
        ("Правила", "правила"),
        ("A very long title about the many rules of our house", "a-very-long-title-about-the-many-rules"),
    ],
)
def test_the_key_is_a_slug_of_the_title(title: str, key: str) -> None:
    assert read(f"title: {title}").key == key


def test_the_callers_key_gives_way_to_the_documents_own() -> None:
    data = b"---\nkey: own\ntitle: Rules\n---\nYou must not shout."
    assert parse_document(data, file="r.md", key="callers").key == "own"
    assert parse_document(data.replace(b"key: own\n", b""), file="r.md", key="callers").key == "callers"


@pytest.mark.parametrize(
    "written",
    [
        "2017-09-26",
        "2017/9/26",
        "2017-09-26T10:00:00Z",
        '"2017-09-26"',
        "September 26, 2017",
        "Tuesday, September 26th, 2017",
        "26 September 2017",
        "26th of Sept. 2017",
        "26.9.2017",
        "9/26/2017",
    ],
)
def test_dates_are_read_as_people_write_them(written: str) -> None:
    assert read("title: Rules", f"last-updated: {written}").last_updated == date(2017, 9, 26)


@pytest.mark.parametrize(
    "written", ["3/4/2017", "2017-02-30", "soon", "April DD, 2020", "September 2017", "26"]
)
def test_what_names_no_day_is_told_and_blocks_publishing(written: str) -> None:
    document = read("title: Rules", f"last-updated: {written}")
    assert document.last_updated is None
    assert told(document) == {"policy.bad_value": 3, "policy.no_date": 3}
    assert [p.code for p in document.problems if p.blocks_publishing] == ["policy.no_date"]


def test_a_misspelt_field_is_read_and_the_right_one_named() -> None:
    document = read("title: Rules", "late-updated: 2020-01-02", "titel: Other")
    assert document.last_updated == date(2020, 1, 2)
    assert told(document) == {"policy.misspelt_field": 4, "policy.repeated_field": 4}
    assert "`last-updated`" in document.problems[0].hint


@pytest.mark.parametrize("name", ["last_updated", "Last Updated", "date", "updated", "last-modified"])
def test_other_names_of_a_field_are_no_mistake(name: str) -> None:
    document = read("title: Rules", f"{name}: 2020-01-02")
    assert document.last_updated == date(2020, 1, 2)
    assert document.problems == ()


def test_fields_of_other_tools_are_left_alone() -> None:
    document = read("title: Rules", "layout: sheet", "description: our rules", "last-updated: 2020-01-02")
    assert document.problems == ()


@pytest.mark.parametrize(
    ("written", "signed"), [("no", False), ("Yes", True), ("true", True), ("required", True), ("", False)]
)
def test_whether_a_signature_is_required(written: str, signed: bool) -> None:
    assert read("title: Rules", f"requires-sig: {written}").requires_signature is signed


def test_neither_yes_nor_no_is_told() -> None:
    assert told(read("title: Rules", "requires-sig: maybe"))["policy.bad_value"] == 3


def test_front_matter_that_is_not_yaml_is_read_line_by_line() -> None:
    document = read("title: Rules: the second edition", "last-updated: 2020-01-02")
    assert document.title == "Rules: the second edition"
    assert document.last_updated == date(2020, 1, 2)
    assert told(document) == {"policy.front_matter": 2}


@pytest.mark.parametrize(
    "block", ["- a\n- b", "[" * 5000, "a: &a [*a]", "? [x]\n: y", "{a: {b: c}}", "title:\n  - x"]
)
def test_strange_yaml_is_no_trap(block: str) -> None:
    document = parse_document(f"---\n{block}\n---\nYou must not shout.\n".encode(), file="rules.md")
    assert [c.text for c in document.clauses] == ["You must not shout."]


def test_front_matter_that_is_never_closed_ends_where_its_fields_end() -> None:
    document = parse_document(
        b"---\ntitle: Rules\nlast-updated: 2020-01-02\n\nYou must not shout.\n", file="rules.md"
    )
    assert document.title == "Rules"
    assert [c.line for c in document.clauses] == [5]
    assert told(document)["policy.open_front_matter"] == 4


def test_a_document_without_front_matter_takes_title_and_date_from_the_page() -> None:
    document = parse_document(
        b"House Rules Policy\n\nLast updated: 2 May 2020\n\nYou must not shout.\n", file="rules.txt"
    )
    assert (document.key, document.title, document.last_updated) == (
        "house-rules",
        "House Rules Policy",
        date(2020, 5, 2),
    )
    assert told(document) == {"policy.no_front_matter": 1}


def test_two_dates_that_differ_are_told() -> None:
    data = b"---\ntitle: Rules\nlast-updated: 2020-01-02\n---\n*Last updated: May 3, 2020*\n\nYou must not shout.\n"
    document = parse_document(data, file="rules.md")
    assert document.last_updated == date(2020, 1, 2)
    assert told(document) == {"policy.two_dates": 5}


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    document = parse_document(b"---\n\nYou must not shout.\n", file="rules.md")
    assert [c.text for c in document.clauses] == ["You must not shout."]
