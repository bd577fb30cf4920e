import pytest

from bylaw.policy.parse import parse_document


def sentences(text: str) -> list[str]:
    document = parse_document(f"# Rules\n\n{text}\n".encode(), file="rules.md")
    return [c.text for c in document.clauses]


@pytest.mark.parametrize(
    "text",
    [
        "See 18 U.S.C. §§ 2251, 2251A or 17 U.S.C. § 512 (the statute).",
        "You may not use it, e.g. Sundays, i.e. Never, or vs. Others.",
        "See No. 5, Sec. 3, Art. 12 and p. 7.",
        "Write to Acme Inc. Legal Department, attn. Mr. J. R. Smith.",
        "Acme Ltd. and U.S. Federal law apply.",
        "Visit www.example.com or mail a.b@example.com for $10,000.00 or more.",
        "He said (as before. Twice. Often.) that it ends here.",
        "It ends at 5 p.m. sharp.",
        "Our Node.js service version 1.2.3 is new.",
    ],
)
def test_a_full_stop_inside_a_sentence_ends_nothing(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["You visit a site of Acme LLC.", "However, Acme LLC is not liable."],
        ["It stays in the U.S.", "We do not move it."],
        ["It is known as “hacking.”", "In addition, you must not do it."],
        ["Are you an owner?", "Then write to us!", "We will answer."],
        ["Wait… Never mind.", "Go on."],
        ["You agree.", "(In other words, you said yes.)", "Done."],
        ["Section one applies.", "2020 was a good year."],
        ["Keep lists, etc.", "Others may not."],
        ["これは文です。", "次の文です。"],
        ["Правило первое.", "Правило второе."],
    ],
)
def test_sentences_are_cut_where_they_end(parts: list[str]) -> None:
    joined = "".join(parts) if "。" in parts[0] else " ".join(parts)
    expected = ["Wait…", "Never mind.", "Go on."] if parts[0].startswith("Wait") else parts
    assert sentences(joined) == expected


def test_a_change_of_type_ends_a_sentence_without_a_space() -> None:
    assert sentences("Send the image(s).**Never do this.** Otherwise, wait.") == [
        "Send the image(s).",
        "Never do this.",
        "Otherwise, wait.",
    ]


def test_a_bracket_that_is_never_closed_swallows_nothing() -> None:
    assert sentences("It is so (mostly. Then it is not. At last it ends.") == [
        "It is so (mostly.",
        "Then it is not.",
        "At last it ends.",
    ]


def test_each_sentence_knows_its_lines() -> None:
    document = parse_document(b"# Rules\n\nOne ends\nhere. Two starts\nand ends here.\nThree.\n", file="r.md")
    assert [(c.line, c.end_line) for c in document.clauses] == [(3, 4), (4, 5), (6, 6)]
