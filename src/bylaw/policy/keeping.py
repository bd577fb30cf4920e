"""Which id each clause of a new version gets.

What is the same, moved or reworded keeps its id. Of a split the main part does, and a merged clause has the id of
its main part: the one that leads into the others, else the longest. Everything else gets a fresh id that was
never given before.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bylaw.policy.document import Clause, Document
from bylaw.policy.lineage import lineage
from bylaw.policy.wording import words_of


def kept_ids(old: Document, new: Document) -> dict[str, str]:
    """Return which new clause keeps which old id: ``id as proposed → id as given``."""
    kept: dict[str, str] = {}
    splits: dict[str, list[str]] = defaultdict(list)
    mergers: dict[str, list[str]] = defaultdict(list)
    for move in lineage(old, new):
        if move.old and move.new:
            kept[move.new] = move.old
            if move.change == "split":
                splits[move.old].append(move.new)
            elif move.change == "merged":
                mergers[move.new].append(move.old)
    for parts in splits.values():
        heir = _main_part(parts, new)
        for part in parts:
            if part != heir:
                del kept[part]
    for whole, parts in mergers.items():
        kept[whole] = _main_part(parts, old)
    return kept


def _main_part(parts: Sequence[str], document: Document) -> str:
    """Return the part that leads into all others, else the longest."""
    leads = [p for p in parts if all(document.by_id[o].parent == p for o in parts if o != p)]
    return leads[0] if leads else max(parts, key=lambda p: len(words_of(document.by_id[p].text)))


def given_ids(new: Document, kept: Mapping[str, str], given: frozenset[str]) -> dict[str, str]:
    """Return the id of every clause: kept, or a fresh one under its parent's id that was never given before."""
    ids: dict[str, str] = {}
    taken = set(given) | set(kept.values())
    for clause in new.clauses:
        if clause.id in kept:
            ids[clause.id] = kept[clause.id]
            continue
        wanted = _under(clause, ids)
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}-{number}"
        taken.add(name)
        ids[clause.id] = name
    return ids


def _under(clause: Clause, ids: Mapping[str, str]) -> str:
    parent = clause.parent or ""
    return (
        ids[parent] + clause.id.removeprefix(parent) if clause.id.startswith(parent) and parent else clause.id
    )


def renamed(document: Document, ids: Mapping[str, str]) -> Document:
    """Return the document with other ids for its clauses."""
    clauses = tuple(
        replace(c, id=ids[c.id], parent=ids[c.parent] if c.parent else None) for c in document.clauses
    )
    return replace(document, clauses=clauses)
