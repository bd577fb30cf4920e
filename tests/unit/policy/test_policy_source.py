import pytest

from bylaw.base.errors import InputError
from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document
from bylaw.policy.source import MAX_BYTES, MAX_LINES

TEXT = "# Rules\n\nYou must not shout.\n"


def codes(document: Document) -> set[str]:
    return {p.code for p in document.problems}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_that_names_itself_needs_no_warning(encoding: str) -> None:
    document = parse_document(TEXT.encode(encoding), file="rules.md")
    assert [c.text for c in document.clauses] == ["You must not shout."]
    assert not codes(document) & {"policy.encoding", "policy.control_characters"}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("You’re “not” to shout.".encode("cp1252"), "You’re “not” to shout."),
        ("You must not shout.".encode("utf-16-le"), "You must not shout."),
        ("You must not shout.".encode("utf-16-be"), "You must not shout."),
        ("Café, naïve, «là».".encode() + b" \xff!", "Café, naïve, «là». �!"),
    ],
)
def test_another_encoding_is_read_and_told(data: bytes, text: str) -> None:
    document = parse_document(
        b"Rules\n\n".decode().encode("ascii") + data if b"\0" not in data else data, file="r.md"
    )
    assert " ".join(c.text for c in document.clauses) == text
    assert "policy.encoding" in codes(document)


def test_the_warning_about_an_encoding_names_the_line() -> None:
    document = parse_document(b"# Rules\n\nFine.\n\nCaf\xe9.\n", file="rules.md")
    assert [p.where.line for p in document.problems if p.code == "policy.encoding"] == [5]


def test_a_file_cut_off_inside_a_character_is_told_as_truncated() -> None:
    document = parse_document("You must not shout’".encode()[:-1], file="rules.md")
    assert "policy.truncated" in codes(document)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 ...",
        b"PK\x03\x04word/document.xml",
        b"{\\rtf1 Rules}",
        bytes(range(256)) * 4,
        b"\x1b\x1b\x1b\x1babc",
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        parse_document(data, file="rules")
    assert caught.value.code == "policy.binary"
    assert caught.value.problem.hint


@pytest.mark.parametrize("data", [b"a" * (MAX_BYTES + 1), b"\n" * MAX_LINES, b"a. B. " * 40_000])
def test_what_is_too_large_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        parse_document(data, file="rules")
    assert caught.value.code == "policy.too_large"


def test_control_characters_do_not_reach_a_terminal() -> None:
    document = parse_document(
        b"# Rules\n\nYou must \x1b[31mnot\x1b[0m shout. " + b"Or else. " * 20, file="rules.md"
    )
    assert not any("\x1b" in c.text for c in document.clauses)
    assert "policy.control_characters" in codes(document)


@pytest.mark.parametrize("data", [b"", b"\n \n", b"---\ntitle: Rules\n---\n", b"<!-- nothing -->"])
def test_an_empty_document_must_be_mended(data: bytes) -> None:
    document = parse_document(data, file="rules.md")
    assert document.clauses == ()
    assert any(p.code == "policy.empty" and p.blocks_publishing for p in document.problems)


@pytest.mark.parametrize("sign", ["[", "*", "(", "`", "<", "_a ", "[a](", "> ", "* a:\n", "**A**\n\n"])
def test_repetition_is_no_trap(sign: str) -> None:
    data = (sign * 60_000).encode()[:120_000]
    try:
        parse_document(data, file="rules.md")
    except InputError as error:
        assert error.code == "policy.too_large"


def test_deeper_nesting_than_a_policy_needs_is_kept_and_told() -> None:
    lines = [" " * 2 * n + f"- level{n}" for n in range(80)]
    document = parse_document("\n".join(lines).encode(), file="rules.md")
    kept = {c.text for c in document.clauses} | {f.text.removeprefix("- ") for f in document.furniture}
    assert {f"level{n}" for n in range(80)} <= kept
    assert any(p.code == "policy.unread" and p.blocks_publishing for p in document.problems)
