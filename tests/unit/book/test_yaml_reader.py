"""Every mistake in a YAML file has a place and a suggestion; nothing raises."""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import Problem
from bylaw.book.yaml_reader import MAX_DEPTH, YamlReader


def read(text: str | bytes) -> tuple[YamlReader, object, list[Problem]]:
    problems: list[Problem] = []
    reader = YamlReader("f.yaml", problems)
    root = reader.root(text if isinstance(text, bytes) else text.encode())
    return reader, root, problems


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\n b: 2", "yaml.syntax", 2),
        ("a: &x 1\nb: *x", "yaml.alias", 1),
        ("a: 1\nb: *x", "yaml.alias", 2),
        ("ok: 1\nb: " + "[" * MAX_DEPTH, "yaml.depth", 2),
        (b"ok: 1\nb: \xff", "yaml.encoding", 2),
        (b"a: \x00", "yaml.syntax", 0),
    ],
)
def test_what_cannot_be_read_is_one_problem_with_its_line(text: str | bytes, code: str, line: int) -> None:
    _, root, problems = read(text)
    assert root is None
    assert [(p.code, p.where.line) for p in problems] == [(code, line)]


def test_keys_are_checked_with_suggestions() -> None:
    reader, root, problems = read("claus: x\nid: a\nid: b\n")
    reader.mapping(root, known=("id", "clause"), needed=("clause",))  # type: ignore[arg-type]
    assert [(p.code, p.where.line, p.where.column) for p in problems] == [
        ("yaml.unknown_key", 1, 1),
        ("yaml.repeated_key", 3, 1),
        ("yaml.missing_key", 1, 1),
    ]
    assert problems[0].hint == "did you mean `clause`?"


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


def test_values_are_checked() -> None:
    reader, root, problems = read("a: smal\nb: 12\nc: true\nd: [1, {x: 2}]\ne:\n")
    entries = reader.mapping(root)  # type: ignore[arg-type]
    assert reader.choice(entries["a"], Size, Size.LARGE) is Size.LARGE
    assert reader.number(entries["b"], 1, 10) == 1
    assert reader.number(entries["c"], 0, 10) == 0
    assert reader.plain(entries["d"]) == [1, {"x": 2}]
    assert reader.text(entries["e"]) == ""
    assert [p.where.line for p in problems] == [1, 2, 3, 5]
    assert problems[0].hint == "did you mean `small`?"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("when: a > 1", "a > 1", 1, 7),
        ("when: 'a > 1'", "a > 1", 1, 8),
        ("when: >\n  a > 1\n  && b", "  a > 1\n  && b", 2, 1),
        ("when: |\n  a > 1\nnext: 1", "  a > 1", 2, 1),
        ("when: a > 1\n  && b\nnext: 1", "a > 1\n  && b", 1, 7),
    ],
)
def test_code_keeps_its_lines_and_its_place(text: str, code: str, line: int, column: int) -> None:
    reader, root, problems = read(text)
    source, where = reader.code(reader.mapping(root)["when"])  # type: ignore[arg-type]
    assert source.rstrip() == code
    assert (where.line, where.column) == (line, column)
    assert problems == []


@given(st.text() | st.binary())
def test_nothing_that_a_file_may_hold_raises(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogatepass")
    reader, root, problems = read(data)
    if root is not None:
        reader.plain(root)  # type: ignore[arg-type]
        reader.mapping(root)  # type: ignore[arg-type]
        reader.texts(root)  # type: ignore[arg-type]
    assert all(p.where.file == "f.yaml" for p in problems)
