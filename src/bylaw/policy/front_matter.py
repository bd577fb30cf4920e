"""The block between ``---`` lines at the top of a document: who it is, since when it holds.

Accepts what is found in the wild: other spellings of a field, misspelt ones, words for dates, YAML that is
not quite YAML. Each oddity becomes a warning at its own line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import yaml

from bylaw.base.errors import Problem
from bylaw.policy.dates import read_date
from bylaw.policy.document import warning
from bylaw.policy.slug import slug

MAX_LINES = 200  # of front matter
MAX_DEPTH = 16  # of brackets in it

Value = str | tuple[str, ...]
Entry = tuple[str, Value, int]  # the field as written, its value, its line

_ALIASES = {
    "date": "last-updated",
    "updated": "last-updated",
    "last-modified": "last-updated",
    "last-revised": "last-updated",
    "lastmod": "last-updated",
    "effective-date": "effective",
    "effective-from": "effective",
    "requires-signature": "requires-sig",
    "include": "includes",
}
_YES = {"yes": True, "true": True, "on": True, "y": True, "1": True, "required": True}
_NO = {"no": False, "false": False, "off": False, "n": False, "0": False, "": False, "none": False}
_ENDS = ("---", "...")
_SIMILAR = 0.8  # how alike a misspelt field must be to the one that was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What the block says. ``size`` counts the lines it takes; 0 when there is none."""

    key: str = ""
    title: str = ""
    last_updated: date | None = None
    effective: date | None = None
    requires_signature: bool = False
    audience: str = ""
    includes: tuple[str, ...] = ()
    size: int = 0
    date_line: int = 0  # where a date was written, readable or not
    problems: tuple[Problem, ...] = ()


def read_front_matter(lines: Sequence[str], file: str) -> FrontMatter:
    """Read the block at the top of ``lines``, if there is one."""
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[start].rstrip() != "---":
        return FrontMatter(problems=(_missing(file),))
    end, problems = _end(lines, start + 1, file)
    if end <= start:
        return FrontMatter(problems=(_missing(file),))
    entries, odd = _entries(lines[start + 1 : end], start + 2, file)
    values, wrong = _values(entries, file)
    closed = end < len(lines) and lines[end].rstrip() in _ENDS
    dated = next((line for name, _, line in entries if _known(name) == "last-updated"), 0)
    return FrontMatter(
        **values,  # type: ignore[arg-type]  # the table of readers below fits the fields
        size=end + closed,
        date_line=dated,
        problems=(*problems, *odd, *wrong),
    )


def _missing(file: str) -> Problem:
    hint = "begin the file with `---`, `title: …`, `last-updated: …`, `---`"
    return warning("no_front_matter", "there is no front matter", file, 1, hint)


def _end(lines: Sequence[str], first: int, file: str) -> tuple[int, list[Problem]]:
    for n in range(first, min(len(lines), first + MAX_LINES)):
        if lines[n].rstrip() in _ENDS:
            return n, []
    end = first
    while end < min(len(lines), first + MAX_LINES) and _is_pair(lines[end]):
        end += 1
    if end == first:
        return 0, []  # a lone rule at the top of a text
    hint = "put a line `---` after its last field"
    return end, [warning("open_front_matter", "the front matter is not closed", file, end + 1, hint)]


def _is_pair(line: str) -> bool:
    name, found, _ = line.partition(":")
    return bool(found) and bool(name) and len(name.split()) <= 3


def _entries(block: Sequence[str], first: int, file: str) -> tuple[list[Entry], list[Problem]]:
    text = "\n".join(block)
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = first + (mark.line if mark else 0)
        else:
            if root is None or isinstance(root, yaml.MappingNode):
                return _entries_of(root, first), []
            line = first
    else:
        line = first
    message, hint = (
        "the front matter is not YAML; read line by line",
        "put values with `:` or brackets in quotes",
    )
    return _entries_by_line(block, first), [warning("front_matter", message, file, line, hint)]


def _entries_of(root: yaml.MappingNode | None, first: int) -> list[Entry]:
    pairs = root.value if root else []
    return [
        (name.value, _value(value), first + name.start_mark.line)
        for name, value in pairs
        if isinstance(name, yaml.ScalarNode) and not isinstance(value, yaml.MappingNode)
    ]


def _value(node: yaml.Node) -> Value:
    if isinstance(node, yaml.SequenceNode):
        return tuple(n.value for n in node.value if isinstance(n, yaml.ScalarNode))
    return str(node.value).strip()


def _entries_by_line(block: Sequence[str], first: int) -> list[Entry]:
    pairs = ((*line.partition(":"), n) for n, line in enumerate(block, first) if _is_pair(line))
    return [(name.strip(), value.strip().strip("\"'"), n) for name, _, value, n in pairs]


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(" ", "-")


def _known(name: str) -> str:
    """Return the field that was meant, or nothing."""
    plain = _plain(name)
    plain = _ALIASES.get(plain, plain)
    return plain if plain in _READERS else next(iter(get_close_matches(plain, _READERS, 1, _SIMILAR)), "")


def _values(entries: Sequence[Entry], file: str) -> tuple[dict[str, object], list[Problem]]:
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value, line in entries:
        known = _known(name)
        if not known:
            continue  # other tools keep fields of their own here
        problems += _spelling(name, known, file, line)
        attribute, reader = _READERS[known]
        if attribute in values:
            message = f"`{name}` says again what another field said"
            problems.append(
                warning("repeated_field", message, file, line, "keep one of them; the first counts")
            )
            continue
        try:
            values[attribute] = reader(value)
        except ValueError as error:
            problems.append(warning("bad_value", f"`{known}`: {error}", file, line, _HINTS[known]))
    return values, problems


def _spelling(name: str, known: str, file: str, line: int) -> list[Problem]:
    plain = _plain(name)
    if plain == known or plain in _ALIASES:
        return []
    return [warning("misspelt_field", f"`{name}` is read as `{known}`", file, line, f"write `{known}`")]


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _date(value: Value) -> date | None:
    return read_date(_text(value)) if value else None


def _yes_no(value: Value) -> bool:
    word = _text(value).lower()
    if word not in _YES | _NO:
        raise ValueError(f"`{word}` is neither yes nor no")
    return (_YES | _NO)[word]


def _key(value: Value) -> str:
    return slug(_text(value))


def _keys(value: Value) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    return tuple(key for name in names if (key := slug(name)))


_READERS: Mapping[str, tuple[str, Callable[[Value], object]]] = {
    "key": ("key", _key),
    "title": ("title", _text),
    "last-updated": ("last_updated", _date),
    "effective": ("effective", _date),
    "requires-sig": ("requires_signature", _yes_no),
    "audience": ("audience", _text),
    "includes": ("includes", _keys),
}
_HINTS = {
    "last-updated": "write the day as 2017-09-26",
    "effective": "write the day as 2017-09-26",
    "requires-sig": "write `yes` or `no`",
}
