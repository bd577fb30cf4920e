"""Texts that are nearly the same, by the pairs of words that they share.

A text is a set of shingles: two words that follow each other, upper case and digits evened out, as 64 bits
of a digest under the operator's secret. Of it the KEPT smallest are its signature (bottom-k MinHash, Broder
1997), from which the share of common shingles (Jaccard) is read: exactly for texts of up to KEPT pairs, with
a standard error of at most 1/(2√KEPT), 6 %, for longer ones. A text joins the group whose first text it
shares at least ALIKE with, or begins one. A group is found by any of its LEADS smallest shingles: a text
just alike enough misses it once in 256 times or less.
"""

from array import array
from itertools import pairwise
from typing import Any, TypeAlias

from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.table import Table
from bylaw.engine.memory.trail import Trail

ALIKE = 0.5  # of all their pairs of words two texts have in common
KEPT = 64
LEADS = 8
FEWEST = 4  # words: shorter texts are like many others by chance, and are not compared
TEXT_CHARS = 10_000  # looked at
WORD_CHARS = 64

Signature: TypeAlias = "array[int]"  # COST: a fifth of what a tuple of ints takes

_EVEN = str.maketrans("123456789", "000000000")
_EDGES = ".,;:!?…\"'“”‘’()[]<>*_-–"
_MASK = (1 << 64) - 1
_FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F  # odd, so that neither word is lost


def signature(text: str, keys: Keys) -> Signature:
    """Return the signature of a text, smallest first; empty for one that is too short to compare."""
    even = text[:TEXT_CHARS].casefold().translate(_EVEN)
    words = [word for word in (part.strip(_EDGES)[:WORD_CHARS] for part in even.split()) if word]
    if len(words) < FEWEST:
        return array("Q")
    numbers = map(keys.word, words)
    return array("Q", sorted({(a * _FIRST + b * _SECOND) & _MASK for a, b in pairwise(numbers)})[:KEPT])


def likeness(one: Signature, other: Signature) -> float:
    """Return the share of common shingles, 0 to 1."""
    mine, theirs = set(one), set(other)
    whole = len(one) < KEPT and len(other) < KEPT
    union = mine | theirs if whole else set(sorted(mine | theirs)[:KEPT])
    return len(union & mine & theirs) / len(union) if union else 0.0


class Group:
    """Texts that are nearly the same: the signature of the first, and when they came."""

    __slots__ = ("signature", "trail")

    def __init__(self) -> None:
        self.signature: Signature = array("Q")
        self.trail = Trail(amounts=False)

    @property
    def latest(self) -> int:
        """When the newest came."""
        return self.trail.latest

    @property
    def weight(self) -> int:
        """Shingles and moments."""
        return len(self.signature) + self.trail.weight

    def add(self, at: int, oldest: int, signed: Signature) -> int:
        """Count one text; the first gives its signature."""
        change = 0
        if not self.signature:
            self.signature, change = signed, len(signed)
        return change + self.trail.add(at, oldest)

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return the group as a snapshot holds it."""
        return [self.signature.tolist(), self.trail.dump()]

    @classmethod
    def load(cls, dumped: Any) -> "Group":  # noqa: ANN401
        """Return the group that ``dump`` was given for.

        Raises:
            ValueError: it is no such thing.
        """
        made = cls()
        made.signature, made.trail = array("Q", dumped[0]), Trail.load(dumped[1])
        return made


class Texts:
    """Groups of texts, and the shingles by which they are found."""

    def __init__(self, *, keep: int, groups: int, entries: int) -> None:
        self._groups = Table(Group, keep=keep, keys=groups, entries=entries, forgotten=self._forget_leads)
        self._leads: dict[
            int, bytes
        ] = {}  # at most LEADS of each group; a newer group takes over an older one's
        self._next = 0

    def add(self, at: int, signed: Signature) -> None:
        """Take in a text; an empty signature is passed over."""
        if not signed:
            return
        group = self._find(signed)
        if group is None:
            group = self._next.to_bytes(8, "big")
            self._next += 1
            self._leads.update(dict.fromkeys(signed[:LEADS], group))
        self._groups.add(group, at, signed)

    def count(self, signed: Signature, after: int, until: int) -> int:
        """Return how many texts nearly the same lie in ``(after, until]``."""
        group = self._groups.get(self._find(signed) or b"")
        return group.trail.count(after, until) if group else 0

    def _find(self, signed: Signature) -> bytes | None:
        """The group that is most alike; of several the oldest."""
        best: tuple[float, bytes] | None = None
        for name in sorted({self._leads[lead] for lead in signed[:LEADS] if lead in self._leads}):
            group = self._groups.get(name)
            alike = likeness(signed, group.signature) if group else 0.0
            if alike >= ALIKE and (best is None or alike > best[0]):
                best = alike, name
        return best and best[1]

    def _forget_leads(self, name: bytes, group: Group) -> None:
        for lead in group.signature[:LEADS]:
            if self._leads.get(lead) == name:
                del self._leads[lead]

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return everything as a snapshot holds it."""
        return [self._next, sorted(self._leads.items()), self._groups.dump()]

    def load(self, dumped: Any) -> None:  # noqa: ANN401
        """Take in what ``dump`` gave; nothing was observed before."""
        self._next, leads, groups = dumped
        self._leads = {int(lead): bytes(name) for lead, name in leads}
        self._groups.load(groups, Group.load)
