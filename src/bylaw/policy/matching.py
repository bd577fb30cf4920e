"""Which clause of a new version is which clause of the old one.

Equal texts first; then headings by what stands under them; then texts that are alike, where the places of
neighbours and parents count too. Candidates come from an index of rare words, so that the work grows with the
length of the documents, not with its square.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bylaw.policy.document import Clause
from bylaw.policy.wording import closely_set, containment, likeness, words_of

ALIKE = 0.5  # likeness and context together, at least
BARELY_ALIKE = 0.3  # likeness alone, at least
SAME_PARENT = 0.1  # what context adds to likeness
SAME_NEIGHBOUR = 0.05  # for the clause before, and again for the one after
IN_PLACE = 0.15  # context of a clause that kept its place
ENOUGH_WORDS = 5  # for a text to be recognised in a longer one
EXTENDED = 0.5  # likeness of a text to a longer one that has all its words
CANDIDATES = 8  # texts compared with each changed clause
COMMON = 40  # a word in more changed clauses than this tells nothing
AMBIGUOUS = 400  # pairs of equal texts that are told apart by their places; more go by their order


@dataclass(slots=True)
class Side:
    """One version: its clauses, and by index their words, parents and children."""

    clauses: Sequence[Clause]
    texts: list[str] = field(init=False)
    words: list[tuple[str, ...]] = field(init=False)
    parents: list[int] = field(init=False)
    children: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the clauses."""
        at = {clause.id: n for n, clause in enumerate(self.clauses)}
        self.texts = [closely_set(c.text) for c in self.clauses]
        self.words = [words_of(c.text) for c in self.clauses]
        self.parents = [at.get(c.parent or "", -1) for c in self.clauses]
        self.children = defaultdict(list)
        for n, parent in enumerate(self.parents):
            self.children[parent].append(n)


@dataclass(slots=True)
class Matching:
    """Pairs of indices that were found so far, in both directions."""

    old: Side
    new: Side
    to_new: dict[int, int] = field(default_factory=dict)
    to_old: dict[int, int] = field(default_factory=dict)

    def pair(self, one: int, other: int) -> None:
        """Take two clauses for the same one, unless either has its counterpart already."""
        if one not in self.to_new and other not in self.to_old:
            self.to_new[one] = other
            self.to_old[other] = one

    def context(self, one: int, other: int) -> float:
        """Return what the places of two clauses add to their likeness."""
        above, above_other = self.old.parents[one], self.new.parents[other]
        same_parent = above == above_other == -1 or (above >= 0 and self.to_new.get(above) == above_other)
        before = self.to_new.get(one - 1) == other - 1 or one == other == 0
        last = one == len(self.old.clauses) - 1 and other == len(self.new.clauses) - 1
        after = self.to_new.get(one + 1) == other + 1 or last
        return SAME_PARENT * same_parent + SAME_NEIGHBOUR * before + SAME_NEIGHBOUR * after


def match(old: Sequence[Clause], new: Sequence[Clause]) -> Matching:
    """Pair the clauses of two versions; each has one counterpart at most."""
    matching = Matching(Side(old), Side(new))
    _pair_equal(matching)
    for _ in range(2):  # what was found is context for what was not
        _pair_by_children(matching)
        _pair_alike(matching)
    _pair_by_children(matching)
    return matching


def _pair_equal(matching: Matching) -> None:
    ambiguous: list[tuple[list[int], list[int]]] = []
    there = _by_text(matching.new)
    for text, ones in _by_text(matching.old).items():
        others = there.get(text, [])
        if len(ones) == len(others) == 1:
            matching.pair(ones[0], others[0])
        elif others:
            ambiguous.append((ones, others))
    for ones, others in ambiguous:
        if len(ones) * len(others) <= AMBIGUOUS:
            places = [(-matching.context(i, j), abs(i - j), i, j) for i in ones for j in others]
            for _, _, i, j in sorted(places):
                matching.pair(i, j)
        for i, j in zip(ones, others, strict=False):
            matching.pair(i, j)


def _by_text(side: Side) -> dict[tuple[bool, str], list[int]]:
    groups: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for n, clause in enumerate(side.clauses):
        groups[clause.heading, side.texts[n]].append(n)
    return groups


def _pair_by_children(matching: Matching) -> None:
    """Pair clauses most of whose children are pairs: a heading with new words over the same text."""
    for parent, children in matching.old.children.items():
        if parent < 0 or parent in matching.to_new:
            continue
        votes = Counter(
            matching.new.parents[matching.to_new[child]] for child in children if child in matching.to_new
        )
        for other, count in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:1]:
            fits = other >= 0 and (
                matching.old.clauses[parent].heading == matching.new.clauses[other].heading
            )
            if fits and 2 * count > max(len(children), len(matching.new.children[other])):
                matching.pair(parent, other)


def _pair_alike(matching: Matching) -> None:
    scored = []
    for i, j in _candidates(matching):
        if matching.old.clauses[i].heading != matching.new.clauses[j].heading:
            continue
        context = matching.context(i, j)
        alike = _alike(matching.old.words[i], matching.new.words[j], in_place=context >= IN_PLACE)
        score = alike + context
        if alike >= BARELY_ALIKE and score >= ALIKE:
            scored.append((-score, i, j))
    for _, i, j in sorted(scored):
        matching.pair(i, j)


def _alike(one: Sequence[str], other: Sequence[str], *, in_place: bool) -> float:
    """Return the likeness; where the place is the same, a text also resembles what it was extended to."""
    alike = likeness(one, other)
    part, whole = sorted((one, other), key=len)
    if in_place and len(part) >= ENOUGH_WORDS:
        return max(alike, EXTENDED * containment(part, whole))
    return alike


def _candidates(matching: Matching) -> Iterator[tuple[int, int]]:
    """Yield the pairs worth comparing: with rare words in common, or in the same place."""
    free = [j for j in range(len(matching.new.clauses)) if j not in matching.to_old]
    index = rare_words(matching.new, free)
    for i in range(len(matching.old.clauses)):
        if i not in matching.to_new:
            near = set(sharing(matching.old.words[i], index)) | set(_in_place(matching, i))
            yield from ((i, j) for j in sorted(near) if j not in matching.to_old)


def rare_words(side: Side, members: Sequence[int]) -> dict[str, list[int]]:
    """Return the words that few of the members have, and which have them."""
    index: dict[str, list[int]] = defaultdict(list)
    for n in members:
        for word in set(side.words[n]):
            index[word].append(n)
    return {word: having for word, having in index.items() if len(having) <= COMMON}


def sharing(words: Sequence[str], index: dict[str, list[int]]) -> list[int]:
    """Return the members that share most rare words with a text, the rarer the better."""
    weights: Counter[int] = Counter()
    for word in set(words):
        having = index.get(word, ())
        for n in having:
            weights[n] += 60 // len(having)
    return [n for n, _ in sorted(weights.items(), key=lambda w: (-w[1], w[0]))[:CANDIDATES]]


def _in_place(matching: Matching, i: int) -> Iterator[int]:
    """Yield the new clauses that stand where clause ``i`` stood, seen from its neighbours."""
    before, after = matching.to_new.get(i - 1, -2 if i else -1), matching.to_new.get(i + 1, -1)
    if i == 0 or before >= 0:
        yield from range(before + 1, min(before + 3, len(matching.new.clauses)))
    if after > 0:
        yield from range(max(0, after - 2), after)
