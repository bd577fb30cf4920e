"""Rules as blocks of lines in their files, so that one can be changed and the rest stays as it was written. Pure.

Comments and order are people's; a file is never written anew from what was read of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import yaml

from bylaw.base.errors import ConflictError, Where
from bylaw.book.yaml_reader import YamlReader
from bylaw.drafts.patches import Files

PLACE: Final = "rules/"
ENDINGS: Final = (".yaml", ".yml")


class Block(NamedTuple):
    """A rule in its file: lines ``first`` (included) to ``last`` (not), counted from 0.

    ``indent`` is the column of its keys, ``values`` what they say, ``lines`` where each stands (first, last). ``flow``:
    it is written in braces. ``set`` is what its file says for all its rules.
    """

    rule: str
    path: str
    first: int
    last: int
    indent: int
    values: Mapping[str, Any]
    lines: Mapping[str, tuple[int, int]]
    flow: bool
    on_error: str

    @property
    def said(self) -> Mapping[str, Any]:
        """What the rule says, notes left out: two that say the same do the same."""
        told = {key: value for key, value in self.values.items() if key != "note"}
        told["when"] = " ".join(str(told.get("when", "")).split())
        return {**told, "on_error": self.on_error}


def is_rule_file(path: str) -> bool:
    """Tell whether a file holds rules."""
    return path.startswith(PLACE) and path.endswith(ENDINGS)


def rules_in(files: Files) -> dict[str, Block]:
    """Return the rules of a book that can be read, by id."""
    return {
        block.rule: block
        for path in sorted(files)
        if is_rule_file(path)
        for block in blocks(path, files[path])
    }


def counters_in(files: Files) -> dict[str, Any]:
    """Return what the counters of a book say, by id."""
    found: dict[str, Any] = {}
    for path in sorted(files):
        root = _root(path, files[path]) if is_rule_file(path) else None
        for counter in _items(root, "counters"):
            said = YamlReader(path, []).plain(counter)
            if isinstance(said, dict):
                found[str(said.get("id", ""))] = said
    return found


def blocks(path: str, data: bytes) -> list[Block]:
    """Return the rules of a file in their order; none, if it cannot be read."""
    root = _root(path, data)
    reader, lines = YamlReader(path, []), data.decode("utf-8-sig", "replace").split("\n")
    on_error = _plain(reader, root, "on_error")
    return [
        block
        for node in _items(root, "rules")
        if isinstance(node, yaml.MappingNode) and (block := _block(reader, node, lines, str(on_error or "")))
    ]


def text_of(data: bytes, block: Block) -> list[str]:
    """Return the lines of a rule."""
    return data.decode("utf-8-sig").split("\n")[block.first : block.last]


def with_lines(data: bytes, first: int, last: int, new: Iterable[str]) -> bytes:
    """Return a file with some of its lines in the place of others."""
    lines = data.decode("utf-8-sig").split("\n")
    return "\n".join([*lines[:first], *new, *lines[last:]]).encode()


def with_keys(lines: list[str], block: Block, keys: Mapping[str, str]) -> list[str]:
    """Return the lines of a rule with keys set to plain values, where they stand or below all others.

    Raises:
        ConflictError: ``draft.flow``, the rule is written in braces.
    """
    if block.flow:
        raise ConflictError(
            "draft.flow",
            f"the rule `{block.rule}` is written in braces",
            where=Where(block.path, block.first + 1),
            hint="write each of its keys on a line of its own",
        )
    changed, below = list(lines), list[str]()
    for key, value in keys.items():
        if key not in block.lines:
            below.append(f"{' ' * block.indent}{key}: {value}")
            continue
        first, last = (line - block.first for line in block.lines[key])
        head = changed[first][: block.indent] if first == 0 else " " * block.indent
        changed[first : last + 1] = [f"{head}{key}: {value}", *([""] * (last - first))]
    return [*changed, *below]


def indented(lines: list[str], by: int) -> list[str]:
    """Return lines moved to the right, or to the left where ``by`` is negative."""
    if by >= 0:
        return [" " * by + line if line.strip() else line for line in lines]
    return [line[-by:] if not line[:-by].strip() else line for line in lines]


def _root(path: str, data: bytes) -> yaml.Node | None:
    return YamlReader(path, []).root(data)


def _items(root: yaml.Node | None, key: str) -> list[yaml.Node]:
    node = _value(root, key)
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _value(root: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(root, yaml.MappingNode):
        return None
    return next((value for name, value in root.value if name.value == key), None)


def _plain(reader: YamlReader, root: yaml.Node | None, key: str) -> object:
    node = _value(root, key)
    return reader.plain(node) if node is not None else None


def _block(reader: YamlReader, node: yaml.MappingNode, lines: list[str], on_error: str) -> Block | None:
    values = reader.plain(node)
    if not isinstance(values, dict) or not isinstance(values.get("id"), str):
        return None
    first, last = node.start_mark.line, node.end_mark.line + (node.end_mark.column > 0)
    return Block(
        rule=values["id"],
        path=reader.file,
        first=first,
        last=_end(lines, first, max(last, first + 1), node.start_mark.column),
        indent=node.start_mark.column,
        values=values,
        lines={key.value: _lines_of(key, value, lines) for key, value in node.value},
        flow=bool(node.flow_style),
        on_error=on_error,
    )


def _end(lines: list[str], first: int, last: int, indent: int) -> int:
    """Return where a block really ends: what follows it, less indented, is no part of it, nor are empty lines."""
    while last > first + 1:
        line = lines[last - 1] if last <= len(lines) else ""
        if line.strip() and len(line) - len(line.lstrip()) >= indent:
            break
        last -= 1
    return last


def _lines_of(key: yaml.Node, value: yaml.Node, lines: list[str]) -> tuple[int, int]:
    first = key.start_mark.line
    last = value.end_mark.line - (value.end_mark.column == 0)
    return first, _end(lines, first, max(last, first) + 1, key.start_mark.column) - 1
