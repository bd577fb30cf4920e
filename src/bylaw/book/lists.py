"""``lists/*.txt``: one entry a line, ``#`` starts a comment, ``# type:`` in the head says what they are.

A list ``lists/url-shorteners.txt`` is ``lists.url_shorteners`` in a condition.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder
from bylaw.rules.patterns import PatternError, compile_pattern

MAX_ENTRIES = 1_000_000
MAX_ENTRY_CHARS = 1_000


class ListType(StrEnum):
    """What the entries are, and so how they are checked."""

    PHRASES = "phrases"
    PATTERNS = "patterns"  # RE2
    DOMAINS = "domains"
    NAMES = "names"
    VALUES = "values"


def read_lists(folder: Folder, problems: list[Problem]) -> Mapping[str, tuple[str, ...]]:
    """Return the entries of every list by its name in conditions, in the order they were written."""
    lists: dict[str, tuple[str, ...]] = {}
    for path, data in folder.under("lists"):
        if not path.endswith(".txt"):
            problems.append(
                Problem(
                    code="list.ending",
                    message="a list is a .txt file",
                    where=Where(path),
                    hint="rename or move it",
                )
            )
            continue
        name = path.rpartition("/")[2].removesuffix(".txt").replace("-", "_")
        if not name.isidentifier():
            problems.append(
                Problem(
                    code="list.name",
                    message=f"`{name}` cannot be a name in a condition",
                    where=Where(path),
                    hint="use letters, digits and dashes",
                )
            )
            continue
        lists[name] = tuple(dict.fromkeys(_entries(path, data, problems)))
    return lists


def _entries(path: str, data: bytes, problems: list[Problem]) -> Iterable[str]:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(
            Problem(
                code="list.encoding",
                message="not UTF-8",
                where=Where(path, line),
                hint="save the file as UTF-8",
            )
        )
        return
    kind = _type(path, lines, problems)
    if len(lines) > MAX_ENTRIES:
        problems.append(
            Problem(
                code="list.size",
                message=f"more than {MAX_ENTRIES} lines",
                where=Where(path),
                hint="split the list",
            )
        )
        return
    for number, text in enumerate(lines, start=1):
        entry = text.strip()
        if not entry or entry.startswith("#"):
            continue
        wrong = "longer than 1,000 characters" if len(entry) > MAX_ENTRY_CHARS else _CHECKS[kind](entry)
        if wrong:
            problems.append(
                Problem(code="list.entry", message=wrong, where=Where(path, number), hint="mend the entry")
            )
        else:
            yield entry


def _type(path: str, lines: list[str], problems: list[Problem]) -> ListType:
    for number, line in enumerate(lines, start=1):
        head, colon, word = line.lstrip("# ").partition(":")
        if line.startswith("#") and colon and head.strip() == "type":
            try:
                return ListType(word.strip())
            except ValueError:
                hint = did_you_mean(word.strip(), list(ListType))
                problems.append(
                    Problem(
                        code="list.type",
                        message=f"unknown type `{word.strip()}`",
                        where=Where(path, number),
                        hint=hint,
                    )
                )
                return ListType.VALUES
        if line.strip() and not line.startswith("#"):
            break
    return ListType.VALUES


def _pattern(entry: str) -> str:
    try:
        compile_pattern(entry)
    except PatternError as error:
        return str(error)
    return ""


def _domain(entry: str) -> str:
    labels = entry.rstrip(".").split(".")
    good = len(labels) > 1 and all(
        label and not label.startswith("-") and " " not in label for label in labels
    )
    return "" if good and "/" not in entry and "@" not in entry else "not a domain name"


def _anything(_entry: str) -> str:
    return ""


_CHECKS = {
    ListType.PHRASES: _anything,
    ListType.NAMES: _anything,
    ListType.VALUES: _anything,
    ListType.DOMAINS: _domain,
    ListType.PATTERNS: _pattern,
}
