import pytest

from bylaw.policy.document import Clause, Document, Link
from bylaw.policy.parse import parse_document


def read(text: str) -> Document:
    return parse_document(
        f"---\ntitle: Rules\nlast-updated: 2020-01-02\n---\n{text}".encode(), file="rules.md"
    )


def tree(document: Document) -> dict[str, str | None]:
    """Return ids and parents without the document's key."""
    bare = {c.id: c.id.removeprefix("rules/") for c in document.clauses}
    return {bare[c.id]: bare[c.parent] if c.parent else None for c in document.clauses}


def codes(document: Document) -> list[tuple[str, int]]:
    return [(p.code, p.where.line) for p in document.problems]


def test_a_paragraph_of_one_sentence_is_one_clause_and_of_several_siblings() -> None:
    assert tree(read("One.\n\nTwo. Three.\n")) == {"p1": None, "p2-s1": None, "p2-s2": None}


@pytest.mark.parametrize(
    "heading",
    [
        "## No Spam",
        "No Spam\n-------",
        "**No Spam**",
        "__No Spam__",
        "***No Spam***",
        "NO SPAM",
        "**No Spam:**",
        "1. No Spam",
    ],
)
def test_headings_in_every_dress(heading: str) -> None:
    document = read(f"{heading}\n\nNever send any.\n")
    assert tree(document) == {"no-spam": None, "no-spam/p1": "no-spam"}
    assert [c.heading for c in document.clauses] == [True, False]


def test_a_short_line_over_text_is_a_heading_where_nothing_else_is() -> None:
    document = read("No spam\n\nNever send any message to people who did not ask for it.\n")
    assert tree(document) == {"no-spam": None, "no-spam/p1": "no-spam"}


@pytest.mark.parametrize(
    "text", ["**Do not do this.**", "THIS IS SAID LOUDLY. AND AGAIN.", "**Bold** start only"]
)
def test_emphasis_alone_makes_no_heading(text: str) -> None:
    assert not any(c.heading for c in read(f"{text}\n\nMore.\n").clauses)


def test_the_nesting_of_headings_shows_in_the_ids() -> None:
    document = read("## One\n\nA.\n\n### Inner Policy\n\nB.\n\n**Deep**\n\nC.\n\n## Two\n\nD.\n")
    assert list(tree(document)) == [
        "one",
        "one/p1",
        "one/inner",
        "one/inner/p1",
        "one/inner/deep",
        "one/inner/deep/p1",
        "two",
        "two/p1",
    ]


@pytest.mark.parametrize("mark", ["* ", "- ", "+ ", "• ", "◦ ", "▪\t", "  • ", "    - "])
def test_items_stand_under_the_sentence_before_them(mark: str) -> None:
    document = read(f"Once. You must not:\n\n{mark}shout;\n{mark}run.\n\nEnd.\n")
    assert tree(document) == {
        "p1-s1": None,
        "p1-s2": None,
        "p1-s2-1": "p1-s2",
        "p1-s2-2": "p1-s2",
        "p2": None,
    }
    assert {c.enumerator for c in document.clauses if c.parent} == {mark.strip()}


@pytest.mark.parametrize(
    ("marks", "names"),
    [
        (["(a)", "(b)"], ["a", "b"]),
        (["a)", "b)"], ["a", "b"]),
        (["a.", "b."], ["a", "b"]),
        (["(i)", "(ii)"], ["i", "ii"]),
        (["(1)", "(2)"], ["1", "2"]),
        (["* (a)", "* (b)"], ["a", "b"]),
        (["3.", "4."], ["3", "4"]),
        (["1.", "1."], ["1", "2"]),
        (["2.1", "2.2"], ["2-1", "2-2"]),
    ],
)
def test_marks_name_their_items(marks: list[str], names: list[str]) -> None:
    first, second = marks
    document = read(f"You must not:\n\n{first} shout;\n{second} run.\n")
    assert list(tree(document)) == ["p1", f"p1-{names[0]}", f"p1-{names[1]}"]
    assert [c.text for c in document.clauses][1:] == ["shout;", "run."]


def test_a_line_that_only_looks_lettered_stays_text() -> None:
    assert [c.text for c in read("See section\nb) of the law.\n").clauses] == ["See section b) of the law."]


def test_lists_nest_and_items_have_sentences_and_paragraphs() -> None:
    document = read(
        "You must not:\n\n1. shout. Ever. Not at:\n   - people;\n   - cats.\n2. run.\n\n   Nor walk.\n"
    )
    assert tree(document) == {
        "p1": None,
        "p1-1-s1": "p1",
        "p1-1-s2": "p1",
        "p1-1-s3": "p1",
        "p1-1-s3-1": "p1-1-s3",
        "p1-1-s3-2": "p1-1-s3",
        "p1-2": "p1",
        "p1-2-p2": "p1",
    }


def test_a_list_without_a_lead_in_stands_under_its_heading() -> None:
    assert tree(read("## Rules of play\n\n1. One. Two.\n2. Three.\n")) == {
        "rules-of-play": None,
        "rules-of-play/1-s1": "rules-of-play",
        "rules-of-play/1-s2": "rules-of-play",
        "rules-of-play/2": "rules-of-play",
    }


def test_an_enumeration_inside_a_sentence_becomes_its_parts() -> None:
    document = read(
        "Spam is either (a) a message to a stranger, or (b) an ad (see above) in a wrong place.\n"
    )
    assert tree(document) == {"p1": None, "p1-a": "p1", "p1-b": "p1"}
    assert [c.text for c in document.clauses] == [
        "Spam is either",
        "a message to a stranger, or",
        "an ad (see above) in a wrong place.",
    ]


@pytest.mark.parametrize(
    "text", ["See 5(a) and 6 (b) only.", "As said (a) here.", "Under (c) and (a) it holds."]
)
def test_marks_that_do_not_follow_each_other_enumerate_nothing(text: str) -> None:
    assert len(read(text).clauses) == 1


def test_repeated_marks_are_told_apart_and_told() -> None:
    document = read("You must not:\n* (h) shout,\n* (i) run,\n* (h) sing,\n* (h) dance.\n")
    assert list(tree(document)) == ["p1", "p1-h", "p1-i", "p1-h-2", "p1-h-3"]
    assert codes(document) == [("policy.duplicate_enumerator", 8), ("policy.duplicate_enumerator", 9)]


def test_equal_headings_are_told_apart_and_told() -> None:
    document = read("## Spam\n\nOne.\n\n## Spam\n\nTwo.\n")
    assert list(tree(document)) == ["spam", "spam/p1", "spam-2", "spam-2/p1"]
    assert codes(document) == [("policy.duplicate_heading", 9)]


def test_a_bullet_that_breaks_off_leads_into_those_after_it() -> None:
    document = read(
        "You must not:\n  • shout;\n  • run;\n  • use it\n  • to sing;\n  • to dance; or\n  • to cook.\n"
    )
    assert tree(document) == {
        "p1": None,
        "p1-1": "p1",
        "p1-2": "p1",
        "p1-3": "p1",
        "p1-3-1": "p1-3",
        "p1-3-2": "p1-3",
        "p1-3-3": "p1-3",
    }
    assert codes(document) == [("policy.flat_list", 8)]


def test_items_without_any_punctuation_lead_nowhere() -> None:
    assert len(tree(read("Bring:\n* bread\n* milk\n* eggs\n* tea\n"))) == 5
    assert read("Bring:\n* bread\n* milk\n* eggs\n* tea\n").problems == ()


def test_numbers_tell_where_an_unindented_list_ends() -> None:
    document = read("1. One.\n2. We look at it:\n 1. when asked;\n 2. by law.\n3. Three.\n")
    assert tree(document) == {"1": None, "2": None, "2-1": "2", "2-2": "2", "3": None}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("*Clients* - Clients pay. They do.", "clients"),
        ("*Clients* – clients pay. They do.", "clients"),
        ("**Right to Know.** You may know. Always.", "right-to-know"),
        ("**By mail**: the house. The street.", "by-mail"),
        ("**A Message To You** Hello there. Bye.", "a-message-to-you"),
    ],
)
def test_a_label_names_its_paragraph_and_stays_in_it(text: str, name: str) -> None:
    document = read(f"{text}\n")
    assert list(tree(document)) == [f"{name}-s1", f"{name}-s2"]
    assert document.clauses[0].text.startswith(text.split("*")[1 if text[1] != "*" else 2])


@pytest.mark.parametrize(
    "text", ["**You** must not shout.", "*We* will come.", "You **must** - really - not."]
)
def test_stress_is_no_label(text: str) -> None:
    assert list(tree(read(text))) == ["p1"]


def test_links_are_kept_as_written() -> None:
    document = read(
        'Read [our *terms*](/terms "Terms"), <a href="/law">the law</a> or [ask]({{ site.email }}).\n'
    )
    assert document.clauses[0].text == "Read our terms, the law or ask."
    assert document.clauses[0].links == (
        Link("our terms", "/terms"),
        Link("the law", "/law"),
        Link("ask", "{{site.email}}"),
    )


def test_each_part_of_a_paragraph_has_its_own_links() -> None:
    document = read("See [a](/a). See [b](/b).\n")
    assert [c.links for c in document.clauses] == [(Link("a", "/a"),), (Link("b", "/b"),)]


def test_tables_quotes_and_html_lose_nothing() -> None:
    document = read(
        "| Cookie | Use |\n|---|---|\n| id | sign-in |\n| theme | looks |\n\n> Quoted.\n\n<p>In <b>HTML</b>.</p>\n\n```\nfenced\n```\n"
    )
    assert [c.text for c in document.clauses] == [
        "Cookie | Use",
        "id | sign-in",
        "theme | looks",
        "Quoted.",
        "In HTML.",
        "fenced",
    ]


def test_clauses_know_their_lines() -> None:
    def lines(clause: Clause) -> tuple[int, int]:
        return clause.line, clause.end_line

    document = read("# Head\n\nOne\nends.\n\n* item\n  goes on\n* (b) last\n")
    assert [lines(c) for c in document.clauses] == [(7, 8), (10, 11), (12, 12)]
