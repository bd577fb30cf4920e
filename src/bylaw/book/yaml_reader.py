"""Reading YAML so that every mistake has a file, a line, a column and a suggestion.

A reader walks the nodes of one file and collects problems; it never raises for what a person wrote, so
that all mistakes of a book can be told at once. Anchors, aliases and tags are refused: a book is read by
people, and aliases are how small files become huge ones.
"""

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import TypeVar

import yaml

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean

MAX_DEPTH = 20

Node = yaml.nodes.Node
_Scalar = str | int | float | bool | None
_Choice = TypeVar("_Choice", bound=StrEnum)


class YamlReader:
    """The reader of one file. ``problems`` is shared by all readers of a book."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self._lines: list[str] = []

    def root(self, data: bytes) -> Node | None:
        """Return the root node, or nothing when the file is empty or is no YAML (a problem then)."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self._report(Where(self.file, line), "yaml.encoding", "not UTF-8", "save the file as UTF-8")
            return None
        self._lines = text.splitlines()
        try:
            if self._refused(text):
                return None
            return yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = Where(self.file, mark.line + 1, mark.column + 1) if mark else Where(self.file)
            self._report(
                where, "yaml.syntax", error.problem or "not YAML", "check indentation, colons and quotes"
            )
        except yaml.YAMLError as error:  # control characters carry no mark
            self._report(
                Where(self.file), "yaml.syntax", str(error).splitlines()[0].lower(), "remove the character"
            )
        return None

    def _refused(self, text: str) -> bool:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            mark = event.start_mark
            where = Where(self.file, mark.line + 1, mark.column + 1) if mark else Where(self.file)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self._report(where, "yaml.alias", "anchors and aliases are refused", "write the value out")
                return True
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                self._report(where, "yaml.depth", f"nested deeper than {MAX_DEPTH} levels", "flatten it")
                return True
        return False

    def where(self, node: Node) -> Where:
        """Return the place of a node."""
        return Where(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def complain(self, node: Node, code: str, message: str, hint: str = "") -> None:
        """Collect a problem at a node."""
        self._report(self.where(node), code, message, hint)

    def _report(self, where: Where, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(code=code, message=message, where=where, hint=hint))

    def mapping(
        self, node: Node, *, known: Iterable[str] = (), needed: Iterable[str] = ()
    ) -> dict[str, Node]:
        """Return the entries of a mapping by key; unknown, repeated and missing keys are problems.

        Without ``known`` any key is welcome.
        """
        if not isinstance(node, yaml.MappingNode):
            self.complain(
                node, "yaml.type", f"a mapping is expected, not {_name(node)}", "write `key: value` lines"
            )
            return {}
        known, needed = tuple(known), tuple(needed)
        entries: dict[str, Node] = {}
        for key_node, value in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if known and key not in known:
                self.complain(key_node, "yaml.unknown_key", f"unknown key `{key}`", did_you_mean(key, known))
            elif key in entries:
                self.complain(key_node, "yaml.repeated_key", f"`{key}` occurs twice", "keep one")
            else:
                entries[key] = value
        for key in needed:
            if key not in entries:
                self.complain(node, "yaml.missing_key", f"`{key}` is missing", f"add `{key}:`")
        return entries

    def sequence(self, node: Node) -> list[Node]:
        """Return the items of a list."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.complain(node, "yaml.type", f"a list is expected, not {_name(node)}", "write `- item` lines")
        return []

    def one_or_many(self, node: Node) -> list[Node]:
        """Return the items of a list, or the single value as a list of one."""
        return self.sequence(node) if isinstance(node, yaml.SequenceNode) else [node]

    def text(self, node: Node) -> str:
        """Return a scalar as it was written; an empty one is a problem."""
        if not isinstance(node, yaml.ScalarNode):
            self.complain(node, "yaml.type", f"a text is expected, not {_name(node)}")
            return ""
        value = str(node.value).strip()
        if not value:
            self.complain(node, "yaml.empty", "empty", "write a value, or remove the key")
        return value

    def texts(self, node: Node) -> tuple[str, ...]:
        """Return one text or a list of texts."""
        return tuple(self.text(item) for item in self.one_or_many(node))

    def choice(self, node: Node, options: type[_Choice], default: _Choice) -> _Choice:
        """Return the option that a text names; anything else is a problem, and the default stands in."""
        word = self.text(node)
        try:
            return options(word)
        except ValueError:
            known = [str(option) for option in options]
            self.complain(node, "yaml.choice", f"unknown value `{word}`", did_you_mean(word, known))
            return default

    def number(self, node: Node, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.plain(node)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.complain(node, "yaml.number", f"a whole number from {least} to {most} is expected")
            return least
        return value

    def percent(self, node: Node) -> int:
        """Return a whole number of percent, from 1 to 100; the sign may follow it."""
        text = self.text(node).removesuffix("%").strip()
        if text.isdecimal() and 1 <= int(text) <= 100:
            return int(text)
        self.complain(node, "yaml.percent", "a share from 1% to 100% is expected", "write `25%`")
        return 100

    def day(self, node: Node) -> date | None:
        """Return a day, written as ``2026-11-21``."""
        try:
            return date.fromisoformat(self.text(node))
        except ValueError:
            self.complain(node, "yaml.day", "a day is expected", "write it as 2026-11-21")
            return None

    def plain(self, node: Node) -> object:
        """Return a node as plain Python values: what JSON could say, and times as they were written."""
        if isinstance(node, yaml.MappingNode):
            return {key: self.plain(value) for key, value in self.mapping(node).items()}
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item) for item in node.value]
        return _scalar(node)

    def line_of(self, root: Node, path: str) -> int:
        """Return the line that ``$.plans[...].price`` leads to, as far as it can be followed."""
        node, keys = root, [key for key in path.strip("`$").replace("[", ".[").split(".") if key]
        for key in keys:
            if not isinstance(node, yaml.MappingNode):
                break
            found = [value for name, value in node.value if name.value == key]
            if not found:
                break
            node = found[0]
        return self.where(node).line

    def code(self, node: Node) -> tuple[str, Where]:
        """Return a text in another language, raw, with the place of its first character.

        Folding would lose the line structure that errors point into, so block and plain scalars are taken
        from the source, indentation and all.
        """
        if not isinstance(node, yaml.ScalarNode):
            return self.text(node), self.where(node)
        first, last = node.start_mark, node.end_mark
        if node.style in ("|", ">"):
            return "\n".join(self._lines[first.line + 1 : last.line + (last.column > 0)]), Where(
                self.file, first.line + 2, 1
            )
        if not node.style and last.line > first.line:
            lines = self._lines[first.line : last.line + 1]
            lines[0], lines[-1] = lines[0][first.column :], lines[-1][: last.column]
            return "\n".join(lines), self.where(node)
        quote = node.style in ("'", '"')
        return str(node.value), Where(self.file, first.line + 1, first.column + 1 + quote)


def _name(node: Node) -> str:
    names: dict[type, str] = {yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}
    return names.get(type(node), "a single value")


def _scalar(node: Node) -> _Scalar:
    if not isinstance(node, yaml.ScalarNode):
        return None
    tag, text = node.tag.rpartition(":")[2], node.value
    if node.style in ("'", '"', "|", ">"):
        return str(text)
    read = _SCALARS.get(tag)
    try:
        return read(text) if read else str(text)
    except ValueError:
        return str(text)


_SCALARS: dict[str, Callable[[str], _Scalar]] = {
    "int": lambda text: int(text.replace("_", ""), 0) if not text.isdigit() else int(text),
    "float": float,
    "bool": lambda text: text.lower() in ("true", "yes", "on"),
    "null": lambda _text: None,
}
