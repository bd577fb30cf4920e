"""From a draft to the book that comes into force at a stage. Pure: the same texts, stage and day make the same bytes.

*In shadow* everything that is enforced stays as it was: a new rule is added in shadow, a changed one stands beside the old
one as ``<id>-next``, a removed one stays. *For a share* and *enforced* the draft's texts are taken, with ``roll-out`` and
``since`` set in the rules that it adds or changes: so each of them is young, and the emergency brake watches it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from bylaw.base.errors import ConflictError
from bylaw.drafts.blocks import (
    Block,
    blocks,
    counters_in,
    indented,
    is_rule_file,
    rules_in,
    text_of,
    with_keys,
    with_lines,
)
from bylaw.drafts.files import Changes, applied
from bylaw.drafts.model import Stage
from bylaw.drafts.patches import Files, differing
from bylaw.rules.rule import Mode

NEXT: Final = "-next"  # how a changed rule is called while it stands in shadow beside the old one


class Field(NamedTuple):
    """A key of a rule that says something else: nothing where it was, or is, not written."""

    key: str
    before: Any
    after: Any


class RuleChange(NamedTuple):
    """A rule that a draft adds, changes or removes."""

    rule: str
    before: Block | None
    after: Block | None

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is not said as before, in the order in which people write it; notes too."""
        old = {**self.before.values, "on_error": self.before.on_error} if self.before else {}
        new = {**self.after.values, "on_error": self.after.on_error} if self.after else {}
        keys = [key for key in {**old, **new} if key != "id"]
        return tuple(
            Field(key, old.get(key), new.get(key))
            for key in keys
            if _told(key, old.get(key)) != _told(key, new.get(key))
        )


def rule_changes(before: Files, after: Files) -> tuple[RuleChange, ...]:
    """Return the rules that do not say the same in two books, by id.

    COST: a file that is the same in both has the same rules; only the others are read.
    """
    paths = [path for path in differing(before, after) if is_rule_file(path)]
    old, new = rules_in(_only(before, paths)), rules_in(_only(after, paths))
    return tuple(
        RuleChange(rule, old.get(rule), new.get(rule))
        for rule in sorted({*old, *new})
        if _said(old.get(rule)) != _said(new.get(rule))
    )


def staged(book: Files, changes: Changes, stage: Stage, percent: int, day: date) -> dict[str, bytes]:
    """Return the files of the book that comes into force.

    Args:
        book: without the draft.
        changes: of the draft.
        stage: how far it reaches.
        percent: of actors, for a share.
        day: from which the rules are young.

    Raises:
        ConflictError: ``draft.flow``, ``draft.twin``.
    """
    after = applied(book, changes)
    changed = rule_changes(book, after)
    if stage is Stage.SHADOW:
        return _in_shadow(book, after, changes, changed)
    for change in changed:
        if change.after and _mode(change.after) == Mode.ENFORCE:
            share = {"roll-out": f"{percent}%"} if stage is Stage.SHARE else {}
            after = _with_keys(after, change.after, {**share, "since": day.isoformat()})
    return after


def biting(before: Files, after: Files) -> tuple[str, ...]:
    """Return what of a change does more than to add rules in shadow: it needs somebody's agreement.

    Tests of the book, and files that are new and so nothing of before refers to, do nothing by themselves.
    """
    told = [
        f"`{path}` is changed"
        for path in sorted({*before, *after})
        if not is_rule_file(path)
        and not path.startswith("tests/")
        and before.get(path) != after.get(path)
        and (path in before or not path.startswith("lists/"))
    ]
    for change in rule_changes(before, after):
        if any(block and _mode(block) == Mode.ENFORCE for block in (change.before, change.after)):
            verb = "enforced" if change.before is None else "changed" if change.after else "removed"
            told.append(f"the rule `{change.rule}` is {verb}")
    paths = [path for path in differing(before, after) if is_rule_file(path)]
    old, new = counters_in(_only(before, paths)), counters_in(_only(after, paths))
    told += [f"the counter `{name}` is changed" for name in sorted(old) if old[name] != new.get(name)]
    return tuple(told)


def _in_shadow(
    book: Files, after: Mapping[str, bytes], changes: Changes, changed: tuple[RuleChange, ...]
) -> dict[str, bytes]:
    files = {path: book[path] for path in changes.removed if is_rule_file(path)} | dict(after)
    known = rules_in(book)
    for change in changed:
        if change.before and change.after:
            if change.rule + NEXT in known:
                raise ConflictError(
                    "draft.twin",
                    f"`{change.rule}{NEXT}` is in the book already: another draft has it in shadow",
                    hint="enforce that one first, or take it back",
                )
            files = _with_twin(book, files, change.before, change.after)
        elif change.after and _mode(change.after) == Mode.ENFORCE:
            files = _with_keys(files, change.after, {"mode": Mode.SHADOW.value})
        elif change.before and change.before.path not in changes.removed:
            files = _with_old(book, files, change.before)
    return files


def _with_keys(files: Mapping[str, bytes], rule: Block, keys: Mapping[str, str]) -> dict[str, bytes]:
    block = _there(files, rule)
    lines = with_keys(text_of(files[block.path], block), block, keys)
    return {**files, block.path: with_lines(files[block.path], block.first, block.last, lines)}


def _with_twin(book: Files, files: Mapping[str, bytes], old: Block, rule: Block) -> dict[str, bytes]:
    """Put the old rule before the new one, which is called ``-next`` and is in shadow."""
    new = _there(files, rule)
    kept = indented(text_of(book[old.path], old), new.indent - old.indent)
    keys = {"id": rule.rule + NEXT, "mode": Mode.SHADOW.value}
    twin = with_keys(text_of(files[new.path], new), new, keys)
    return {**files, new.path: with_lines(files[new.path], new.first, new.last, [*kept, *twin])}


def _there(files: Files, rule: Block) -> Block:
    """Return where a rule stands now, after other rules of its file were changed."""
    return rules_in(_only(files, [rule.path]))[rule.rule]


def _only(files: Files, paths: Iterable[str]) -> dict[str, bytes]:
    return {path: files[path] for path in paths if path in files}


def _with_old(book: Files, files: Mapping[str, bytes], old: Block) -> dict[str, bytes]:
    """Put a rule back that the draft removes from a file which stays."""
    there = blocks(old.path, files.get(old.path, b""))
    if not there:
        return {**files, old.path: book[old.path]}
    kept = indented(text_of(book[old.path], old), there[-1].indent - old.indent)
    end = there[-1].last
    return {**files, old.path: with_lines(files[old.path], end, end, kept)}


def _mode(block: Block) -> str:
    return str(block.values.get("mode", Mode.ENFORCE.value))


def _said(block: Block | None) -> Mapping[str, Any] | None:
    return None if block is None else block.said


def _told(key: str, value: Any) -> Any:  # noqa: ANN401 - what YAML can say
    return " ".join(value.split()) if key == "when" and isinstance(value, str) else value
