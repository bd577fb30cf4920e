"""The rules of one event kind as one Python function, from the same typed trees that the interpreter runs.

The function tells which rules are true and which it has no answer for. Its source is kept, to be read.
"""

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bylaw.rules.cel import tree
from bylaw.rules.cel.condition import Condition
from bylaw.rules.cel.tree import Node
from bylaw.rules.compile.blocks import Block, gated
from bylaw.rules.compile.bounds import rounds_for
from bylaw.rules.compile.estimate import Estimates
from bylaw.rules.compile.expressions import Writer
from bylaw.rules.compile.identity import Identities
from bylaw.rules.compile.inputs import Fields
from bylaw.rules.compile.reading import ABSENT, UNKNOWN, UnfitError, walked
from bylaw.rules.compile.scan import JointScan, Lists, Scanner, plan_scans
from bylaw.rules.compile.sharing import Sharing, uses_of
from bylaw.rules.compile.written import Names, Place, comment, indented
from bylaw.rules.rule import Rule

DEPTH_LIMIT = 40  # expressions inside expressions: keeps the source within what Python's parser takes

_GIVEN: Final = {"ABSENT": ABSENT, "UNKNOWN": UNKNOWN, "UnfitError": UnfitError, "walked": walked}

Bindings = Mapping[str, Any]
Outcomes = tuple[list[int], list[int]]  # places of the rules that are true, and of those to be interpreted


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """The rules of one kind, ready to run.

    ``run`` raises what it will if the event is not what its kind declares; all rules are then interpreted.
    """

    kind: str
    source: str
    run: Callable[[Any, Bindings], Outcomes]
    interpreted: tuple[str, ...]  # ids of the rules that are left to the interpreter
    scans: tuple[JointScan, ...]


def generate(
    rules: Sequence[Rule],
    kind: str,
    *,
    lists: Lists,
    scanners: Iterable[Scanner],
    quiet: Collection[Callable[..., Any]] = (),
) -> Generated:
    """Return the generated function of one event kind.

    Args:
        rules: in the order of their outcomes; each has a condition for the kind.
        kind: the event kind.
        lists: what ``lists`` stands for; it must be the same whenever the function runs.
        scanners: what text conditions are answered together by.
        quiet: functions beside CEL's own that read nothing but their arguments.
    """
    trees = [rule.conditions[kind].tree for rule in rules]
    identities, names, fields = Identities(), Names(_GIVEN), Fields()
    answers = plan_scans(trees, scanners, lists, identities)
    uses = uses_of(trees, identities)
    sharing = Sharing(names=names, identities=identities, uses=uses, answers=answers)
    writer = Writer(
        names=names, fields=fields, sharing=sharing, lists=lists, estimates=Estimates(frozenset(quiet))
    )
    blocks = [_block(place, rule, kind, writer) for place, rule in enumerate(rules)]
    source = _source(kind, [*gated(blocks, names)], sharing, fields, names)
    exec(compile(source, f"<rules on {kind}>", "exec"), names.space)  # noqa: S102 - our own source, see written.py
    return Generated(
        kind=kind,
        source=source,
        run=names.space["outcomes"],
        interpreted=tuple(rule.id for rule in rules if why_interpreted(rule.conditions[kind].tree)),
        scans=tuple({answer.scan.number: answer.scan for answer in answers.values()}.values()),
    )


def generate_value(
    condition: Condition, kind: str, *, lists: Lists, quiet: Collection[Callable[..., Any]] = ()
) -> Callable[[Any, Bindings], Any] | None:
    """Return a function of an event and the bindings that gives the value of one expression.

    It raises what it will where it has no answer; nothing is returned where the interpreter is always to be asked.
    """
    rounds = rounds_for(condition.tree)
    if rounds is None or why_interpreted(condition.tree):
        return None
    identities, names, fields = Identities(), Names(_GIVEN), Fields()
    sharing = Sharing(
        names=names, identities=identities, uses=uses_of([condition.tree], identities), answers={}
    )
    writer = Writer(
        names=names, fields=fields, sharing=sharing, lists=lists, estimates=Estimates(frozenset(quiet))
    )
    writer.rounds = rounds
    value = _tidy(writer.write(condition.tree, Place(certain=True)).code)
    body = [*fields.lines(), *_unknown(sharing), *sharing.before, *sharing.first, f"return {value}"]
    source = "\n".join([*names.notes, "def value(event, bindings):", *indented(body)])
    exec(compile(source, f"<a value on {kind}>", "exec"), names.space)  # noqa: S102 - our own source, see written.py
    run: Callable[[Any, Bindings], Any] = names.space["value"]
    return run


def _unknown(sharing: Sharing) -> list[str]:
    return [" = ".join([*sharing.kept, "UNKNOWN"])] if sharing.kept else []


def why_interpreted(root: Node) -> str:
    """Return why a condition is left to the interpreter, nothing if code is generated for it."""
    if _deeper(root, DEPTH_LIMIT):
        return "too deep"
    return "" if rounds_for(root) else "it might take too many steps"


def _deeper(node: Node, levels: int) -> bool:
    return levels == 0 or any(_deeper(child, levels - 1) for child in tree.children(node))


def _block(place: int, rule: Rule, kind: str, writer: Writer) -> Block:
    condition = rule.conditions[kind]
    title = comment(f"{place}: {rule.id}: {condition.source}")
    rounds = rounds_for(condition.tree)
    reason = why_interpreted(condition.tree)
    if reason or rounds is None:
        return Block(place=place, lines=(title, comment(f"interpreted: {reason}"), f"redo({place})"))
    sharing = writer.sharing
    sharing.before.clear()
    sharing.first.clear()
    writer.rounds = rounds
    test = writer.write(condition.tree, Place(certain=True))
    body = [*sharing.first, f"if {_tidy(test.code)}:", f"    hit({place})"]
    if test.fallible or sharing.first:
        body = ["try:", *indented(body), "except Exception:", f"    redo({place})"]
    return Block(
        place=place,
        before=tuple(sharing.before),
        lines=(title, *body),
        needs=None if sharing.first else test.needs,
    )


def _tidy(code: str) -> str:
    """The same expression without brackets that it does not need."""
    return ast.unparse(ast.parse(code, mode="eval"))


def _source(kind: str, rules: list[str], sharing: Sharing, fields: Fields, names: Names) -> str:
    body = [
        "hits, redos = [], []",
        "hit, redo = hits.append, redos.append",
        *fields.lines(),
        *_unknown(sharing),
        *rules,
        "",
        "return hits, redos",
    ]
    about = comment(f"The rules on {kind}: which are true, and which the interpreter must look at.")
    return "\n".join([about, *names.notes, "", "", "def outcomes(event, bindings):", *indented(body)]) + "\n"
