"""Which id each clause of a new version gets.

What is the same, moved or reworded keeps its id; of a split the longest part does; a merged clause has the id of
its longest part. Everything else gets a fresh one that was never given before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bylaw.policy.document import Clause, Document
from bylaw.policy.lineage import Move
from bylaw.policy.wording import words_of


def kept_ids(moves: Iterable[Move]) -> dict[str, str]:
    """Return which new clause keeps which old id: ``id as proposed → id as given``."""
    kept: dict[str, str] = {}
    splits: dict[str, list[Move]] = defaultdict(list)
    mergers: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        if move.change == "split":
            splits[move.old or ""].append(move)
        elif move.change == "merged":
            mergers[move.new or ""].append(move)
        elif move.old and move.new:
            kept[move.new] = move.old
    for old, parts in splits.items():
        kept[max(parts, key=lambda m: len(words_of(m.new_text))).new or ""] = old
    for new, parts in mergers.items():
        kept[new] = max(parts, key=lambda m: len(words_of(m.old_text))).old or ""
    return kept


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
