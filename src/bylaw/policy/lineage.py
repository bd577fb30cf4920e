"""What became of every clause from one version to the next.

Seven answers: same, moved (the same words in another place), reworded, split into several, merged with others,
added, removed. Deterministic; reads texts and structure, never the ids.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from bylaw.policy.document import Document
from bylaw.policy.matching import Matching, Side, match, rare_words, sharing
from bylaw.policy.wording import containment, likeness

Change = Literal["same", "moved", "reworded", "split", "merged", "added", "removed"]
CHANGES: tuple[Change, ...] = get_args(Change)

MAX_PARTS = 6  # into which a clause may be split, or from which it may be merged
WHOLE = 0.75  # likeness of a clause to its parts put together, at least
PART = 0.6  # share of a part's words that the whole must have
GAIN = 0.05  # by which another part must improve the likeness


@dataclass(frozen=True, slots=True)
class Move:
    """One clause's step. A split has a move for each part, a merger one for each clause that went in."""

    old: str | None
    new: str | None
    change: Change
    old_text: str
    new_text: str


def count_changes(changes: Iterable[Change]) -> dict[Change, int]:
    """Return how often each change occurs, all seven in their order."""
    found = Counter(changes)
    return {change: found[change] for change in CHANGES}


def lineage(old: Document, new: Document) -> tuple[Move, ...]:
    """Return what became of each clause, in the order of the new version.

    Removed clauses stand after what preceded them.
    """
    matching = match(old.clauses, new.clauses)
    splits = _groups(matching.old, matching.new, matching.to_new)
    for whole, parts in splits.items():
        _release(matching, [whole], parts)
    mergers = _groups(matching.new, matching.old, matching.to_old)
    for whole, parts in mergers.items():
        _release(matching, parts, [whole])
    steps = list(_steps(matching, splits, mergers))
    return tuple(_move(matching, *step) for step in _in_new_order(matching, steps))


Step = tuple[int, int, Change]  # index in old and in new, -1 for none


def _move(matching: Matching, i: int, j: int, change: Change) -> Move:
    one = matching.old.clauses[i] if i >= 0 else None
    other = matching.new.clauses[j] if j >= 0 else None
    return Move(
        one.id if one else None,
        other.id if other else None,
        change,
        one.text if one else "",
        other.text if other else "",
    )


def _release(matching: Matching, ones: Sequence[int], others: Sequence[int]) -> None:
    for i in ones:
        matching.to_old.pop(matching.to_new.pop(i, -1), None)
    for j in others:
        matching.to_new.pop(matching.to_old.pop(j, -1), None)


# --- one against several -----------------------------------------------------------------------------------


def _groups(wholes: Side, parts: Side, paired: dict[int, int]) -> dict[int, list[int]]:
    """Find the wholes that several neighbouring parts make up: ``whole → parts``."""
    taken = set(paired.values())
    free = [n for n in range(len(parts.clauses)) if n not in taken and not parts.clauses[n].heading]
    if not free:
        return {}
    index = rare_words(parts, free)
    open_parts = set(free)
    groups: dict[int, list[int]] = {}
    for whole, clause in enumerate(wholes.clauses):
        if clause.heading or not _may_be_parted(wholes, parts, paired, whole):
            continue
        seeds = [paired[whole]] if whole in paired else sharing(wholes.words[whole], index)
        best = _best_group(
            wholes.words[whole], parts, [s for s in seeds if whole in paired or s in open_parts], open_parts
        )
        if best:
            groups[whole] = best
            open_parts -= set(best)
    return groups


def _may_be_parted(wholes: Side, parts: Side, paired: dict[int, int], whole: int) -> bool:
    return whole not in paired or wholes.texts[whole] != parts.texts[paired[whole]]


def _best_group(words: Sequence[str], parts: Side, seeds: Sequence[int], free: set[int]) -> list[int]:
    found = [group for seed in seeds if len(group := _grown(words, parts, seed, free)) > 1]
    fits = [(likeness(words, _put_together(parts, group)), group) for group in found]
    score, best = max(fits, default=(0.0, []))
    return best if score >= WHOLE else []


def _grown(words: Sequence[str], parts: Side, seed: int, free: set[int]) -> list[int]:
    """Add neighbours to a part for as long as the group comes nearer to the whole."""
    group = [seed]
    score = likeness(words, parts.words[seed])
    while len(group) < MAX_PARTS:
        wider = [
            side
            for side in ([group[0] - 1, *group], [*group, group[-1] + 1])
            if _fits(words, parts, (set(side) - set(group)).pop(), free)
        ]
        scores = [(likeness(words, _put_together(parts, side)), side) for side in wider]
        best, side = max(scores, default=(0.0, []))
        if best < score + GAIN:
            break
        group, score = side, best
    return group


def _fits(words: Sequence[str], parts: Side, n: int, free: set[int]) -> bool:
    return n in free and containment(parts.words[n], words) >= PART


def _put_together(parts: Side, group: Sequence[int]) -> list[str]:
    return [word for n in group for word in parts.words[n]]


# --- steps -------------------------------------------------------------------------------------------------


def _steps(matching: Matching, splits: dict[int, list[int]], mergers: dict[int, list[int]]) -> Iterator[Step]:
    parted = {j for parts in splits.values() for j in parts}
    absorbed = {i for parts in mergers.values() for i in parts}
    yield from ((i, j, "split") for i, parts in splits.items() for j in parts)
    yield from ((i, j, "merged") for j, parts in mergers.items() for i in parts)
    moved = _moved(matching, _successors(matching, splits, mergers))
    for i in range(len(matching.old.clauses)):
        if i in matching.to_new:
            j = matching.to_new[i]
            equal = matching.old.texts[i] == matching.new.texts[j]
            yield i, j, ("moved" if i in moved else "same") if equal else "reworded"
        elif i not in splits and i not in absorbed:
            yield i, -1, "removed"
    for j in range(len(matching.new.clauses)):
        if j not in matching.to_old and j not in mergers and j not in parted:
            yield -1, j, "added"


def _successors(
    matching: Matching, splits: dict[int, list[int]], mergers: dict[int, list[int]]
) -> dict[int, set[int]]:
    """Return which new clauses an old one lives on in."""
    live: dict[int, set[int]] = {i: {j} for i, j in matching.to_new.items()}
    live.update({i: set(parts) for i, parts in splits.items()})
    live.update({i: {j} for j, parts in mergers.items() for i in parts})
    live[-1] = {-1}
    return live


def _moved(matching: Matching, live: dict[int, set[int]]) -> set[int]:
    """Return the pairs that changed their parent, or their order among the siblings they kept."""
    moved: set[int] = set()
    siblings: dict[int, list[int]] = defaultdict(list)
    for i in sorted(matching.to_new):
        parent = matching.old.parents[i]
        if matching.new.parents[matching.to_new[i]] in live.get(parent, set()):
            siblings[parent].append(i)
        else:
            moved.add(i)
    for family in siblings.values():
        moved |= set(family) - _in_order(family, matching.to_new)
    return moved


def _in_order(family: Sequence[int], to_new: dict[int, int]) -> set[int]:
    """Return the longest part of a family that kept its order (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before: dict[int, int] = {}
    for i in family:
        at = bisect_left(tails, to_new[i])
        before[i] = last[at - 1] if at else -1
        tails[at : at + 1] = [to_new[i]]
        last[at : at + 1] = [i]
    kept: set[int] = set()
    i = last[-1] if last else -1
    while i >= 0:
        kept.add(i)
        i = before[i]
    return kept


def _in_new_order(matching: Matching, steps: Sequence[Step]) -> list[Step]:
    place = {i: j for i, j, _ in steps if i >= 0 and j >= 0}
    after: list[int] = []  # for each old clause, the new place of the last one before it that lives on
    last = -1
    for i in range(len(matching.old.clauses)):
        last = place.get(i, last)
        after.append(last)
    return sorted(steps, key=lambda s: (s[1] if s[1] >= 0 else after[s[0]], s[1] < 0, s[0], s[1]))
