"""What may be written at a place in a query: names with their types, functions; inside quotes, what decisions name."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from bylaw.engine.charter import Charter
from bylaw.engine.outcome import Outcome
from bylaw.finding.envelope import DOCS, environment_of
from bylaw.rules.cel.environment import Environment
from bylaw.rules.cel.macros import MACRO_NAMES
from bylaw.rules.cel.types import ObjectType
from bylaw.rules.effects import EFFECTS

MOST: Final = 12  # suggestions at once
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")
_QUOTED: Final = _WORD | frozenset("-/")


class Suggestion(NamedTuple):
    """What may stand there, from which offset on, and what it is."""

    text: str
    doc: str
    start: int


def suggestions(text: str, position: int, charter: Charter) -> list[Suggestion]:
    """Return what may stand at an offset (in characters) of a query."""
    before = text[: max(0, position)]
    quote = _quote(before)
    start = len(before)
    while start and before[start - 1] in (_QUOTED if quote else _WORD):
        start -= 1
    word = before[start:]
    offered = (
        _values(charter) if quote else _names(environment_of(charter.kinds.values(), charter.basis.lists))
    )
    found = (
        {name: doc for name, doc in offered if name.startswith(word) and name != word}
        if word or quote
        else {}
    )
    ranked = sorted(found.items(), key=lambda pair: (not pair[0].startswith("decision."), pair[0]))
    return [Suggestion(name, doc, start) for name, doc in ranked[:MOST]]


def _quote(before: str) -> str:
    """Return the quote inside of which a text ends; empty outside of any."""
    open_, skip = "", False
    for sign in before:
        if skip:
            skip = False
        elif open_ and sign == "\\":
            skip = True
        elif sign == open_:
            open_ = ""
        elif not open_ and sign in {'"', "'"}:
            open_ = sign
    return open_


def _names(environment: Environment) -> Iterator[tuple[str, str]]:
    for name, kind in environment.variables.items():
        if not isinstance(kind, ObjectType):
            yield name, str(kind)
            continue
        for field, declared in kind.fields.items():
            doc = DOCS.get(field, "") if name == "decision" else ""
            optional = ", may be absent" if declared.optional else ""
            yield f"{name}.{field}", f"{declared.type}{optional}{f': {doc}' if doc else ''}"
    for function in environment.functions.values():
        if function.name[0].isalpha():
            yield function.name, function.doc or str(function.overloads[0])
    yield from ((name, "") for name in sorted(MACRO_NAMES | {"has"}))


def _values(charter: Charter) -> Iterator[tuple[str, str]]:
    basis = charter.basis
    yield from ((name, kind.doc) for name, kind in charter.kinds.items())
    yield from ((rule.id, "rule") for rules in basis.rules.values() for rule in rules)
    yield from ((clause, "clause") for clause in _clauses(basis.library.clause_ids()))
    yield from ((str(outcome), "outcome") for outcome in Outcome)
    yield from ((effect, "effect") for effect in EFFECTS)


def _clauses(ids: Iterable[str]) -> Iterable[str]:
    """Return clauses, and all that they stand below."""
    parts = (one.split("/") for one in ids)
    return {"/".join(some[:depth]) for some in parts for depth in range(1, len(some) + 1)}
