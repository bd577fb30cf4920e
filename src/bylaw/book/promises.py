"""``promises.yaml``: which mechanism carries each clause out, with its settings.

::

    acceptable-use/complaints/p1-s1:
      register: [A26]               # what the clause is called elsewhere; free words
      kind: promise                 # optional: the kind set by hand
      by:
        - {mechanism: complaint-intake, queue: abuse}
    acceptable-use/definitions/*:   # every clause below that has no entry of its own
      by: [{mechanism: shown-with-document}]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
import yaml

from bylaw.base.errors import Problem
from bylaw.base.spelling import did_you_mean
from bylaw.book.mechanisms import MECHANISMS, Binding
from bylaw.book.mechanisms import Names as Defined
from bylaw.book.yaml_reader import Node, YamlReader
from bylaw.policy.document import ClauseKind

FILE = "promises.yaml"
SUBTREE = "/*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The entry of one clause."""

    clause: str
    kind: ClauseKind | None
    register: tuple[str, ...]
    by: tuple[Binding, ...]


def read_promises(
    data: bytes | None, below: Mapping[str, tuple[str, ...]], defined: Defined, problems: list[Problem]
) -> Mapping[str, Promise]:
    """Return the promise of every clause that has one.

    ``below`` names every clause of the book and the clauses under it, for entries that end in ``/*``:
    an entry of a clause's own wins, then the nearest subtree.
    """
    if data is None:
        return {}
    reader = YamlReader(FILE, problems)
    root = reader.root(data)
    entries = reader.mapping(root) if root is not None else {}
    promises: dict[str, Promise] = {}
    for key in sorted(entries, key=_nearest_last):
        stem = key.removesuffix(SUBTREE)
        if stem not in below:
            hint = did_you_mean(stem, below)
            reader.complain(
                entries[key], "promise.unknown_clause", f"no document has the clause `{stem}`", hint
            )
            continue
        clauses = below[stem] if key.endswith(SUBTREE) else (key,)
        promises |= {clause: _promise(reader, clause, entries[key], defined) for clause in clauses}
    return promises


def _nearest_last(key: str) -> tuple[bool, int, str]:
    return (not key.endswith(SUBTREE), key.count("/"), key)


def _promise(reader: YamlReader, clause: str, node: Node, defined: Defined) -> Promise:
    entries = reader.mapping(node, known=("register", "kind", "by", "note"))
    kind = None
    if "kind" in entries:
        kind = reader.choice(entries["kind"], ClauseKind, ClauseKind.STATEMENT)
    by = reader.one_or_many(entries["by"]) if "by" in entries else []
    return Promise(
        clause=clause,
        kind=kind,
        register=reader.texts(entries["register"]) if "register" in entries else (),
        by=tuple(binding for item in by for binding in _binding(reader, clause, item, defined)),
    )


def _binding(reader: YamlReader, clause: str, node: Node, defined: Defined) -> Iterable[Binding]:
    """Read ``people: spam``'s long form ``{mechanism: people, queue: spam}``, or a bare name."""
    settings = reader.plain(node) if isinstance(node, yaml.MappingNode) else {"mechanism": reader.text(node)}
    name = str(settings.pop("mechanism", "")) if isinstance(settings, dict) else ""
    mechanism = MECHANISMS.get(name)
    if mechanism is None:
        reader.complain(
            node, "promise.unknown_mechanism", f"unknown mechanism `{name}`", did_you_mean(name, MECHANISMS)
        )
        return
    try:
        binding = Binding(
            clause=clause, mechanism=mechanism, settings=msgspec.convert(settings, mechanism.settings)
        )
    except msgspec.ValidationError as error:
        takes = ", ".join(mechanism.settings.__struct_fields__) or "nothing"
        reader.complain(
            node,
            "promise.settings",
            f"`{name}`: {str(error).partition(' - at')[0].lower()}",
            f"it takes {takes}",
        )
        return
    for message, hint in mechanism.self_check(binding, defined):
        reader.complain(node, "promise.self_check", message, hint)
    yield binding
