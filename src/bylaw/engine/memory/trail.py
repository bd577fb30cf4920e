"""The moments of one key: counts and sums over any window, in little room.

An exponential histogram (Datar, Gionis, Indyk, Motwani 2002) with cells of any size. A cell is stamped
with its oldest moment and counts only if that moment is in the window, so an answer is never too high.
Cells merge only while they hold less than 1/STEP of what is newer, so it is less than 1/STEP too low, and
exact while no more than 2 × STEP moments are in the window. Any window length is answered from one trail.
"""

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate
from math import fsum
from typing import Any

from bylaw.engine.memory.bounds import STEP

FULL = 512  # cells: so many are kept before any are merged


class Trail:
    """Cells in the order of their oldest moments; ``sizes`` is empty while every cell is one event."""

    __slots__ = ("amounts", "events", "full", "sizes", "starts")

    def __init__(self, amounts: bool) -> None:  # noqa: FBT001 - the one thing that trails differ in
        self.starts = array("q")
        self.sizes = array("q")
        self.amounts: array[float] | None = array("d") if amounts else None
        self.events = 0  # in all cells, once some are merged
        self.full = FULL

    @property
    def latest(self) -> int:
        """The newest moment; a trail has one."""
        return self.starts[-1]

    @property
    def weight(self) -> int:
        """How many cells there are."""
        return len(self.starts)

    def add(self, at: int, oldest: int, amount: float = 1.0) -> int:
        """Count one event and forget what happened before ``oldest``; return by how much the weight changed."""
        starts = self.starts
        before = len(starts)
        if not before or at >= starts[-1]:
            starts.append(at)
            if self.sizes:
                self.sizes.append(1)
                self.events += 1
            if self.amounts is not None:
                self.amounts.append(amount)
        else:
            self._insert(at, amount)
        if starts[0] < oldest:
            self._forget(oldest)
        if before >= self.full:
            self._merge()
        return len(self.starts) - before

    def count(self, after: int, until: int) -> int:
        """Return how many events lie in ``(after, until]``."""
        starts, sizes = self.starts, self.sizes
        first = bisect_right(starts, after)
        end = len(starts) if until >= starts[-1] else bisect_right(starts, until)
        if not sizes:
            return end - first
        if 2 * (end - first) < len(starts):
            return sum(sizes[first:end])
        return self.events - sum(sizes[:first]) - sum(sizes[end:])

    def total(self, after: int, until: int) -> float:
        """Return the sum of their amounts, rounded once."""
        amounts = self.amounts if self.amounts is not None else array("d")
        return fsum(amounts[bisect_right(self.starts, after) : bisect_right(self.starts, until)])

    def _insert(self, at: int, amount: float) -> None:
        place = bisect_right(self.starts, at)
        if self.sizes:
            self.events += 1
        if place and self.sizes and self.sizes[place - 1] > 1:
            # A cell of its own would lie inside the merged one, and windows could cut two cells at once.
            self.sizes[place - 1] += 1
            if self.amounts is not None:
                self.amounts[place - 1] += amount
            return
        self.starts.insert(place, at)
        if self.sizes:
            self.sizes.insert(place, 1)
        if self.amounts is not None:
            self.amounts.insert(place, amount)

    def _forget(self, oldest: int) -> None:
        gone = bisect_left(self.starts, oldest)
        self.events -= sum(self.sizes[:gone])
        del self.starts[:gone], self.sizes[:gone]
        if self.amounts is not None:
            del self.amounts[:gone]

    def _merge(self) -> None:
        """Walk from the newest cell to the oldest and merge neighbours where that costs little."""
        sizes = self.sizes or array("q", [1]) * len(self.starts)
        ends: list[int] = []  # of the merged cells, newest first: index of their oldest part
        size, newer = 0, 0
        for index in range(len(sizes) - 1, -1, -1):
            if ends and (size + sizes[index]) * STEP <= newer:
                ends[-1] = index
                size += sizes[index]
            else:
                newer += size
                size = sizes[index]
                ends.append(index)
        firsts = ends[::-1]
        self.full = max(FULL, 2 * len(firsts))
        if len(firsts) == len(sizes):
            return
        self.starts = array("q", [self.starts[first] for first in firsts])
        self.sizes = array("q", _sums(sizes, firsts))
        self.events = sum(self.sizes)
        if self.amounts is not None:
            bounds = [*firsts[1:], len(self.amounts)]
            self.amounts = array("d", [fsum(self.amounts[a:b]) for a, b in zip(firsts, bounds, strict=True)])

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return the trail as a snapshot holds it."""
        amounts = None if self.amounts is None else self.amounts.tolist()
        return [self.full, self.starts.tolist(), self.sizes.tolist(), amounts]

    @classmethod
    def load(cls, dumped: Any) -> "Trail":  # noqa: ANN401
        """Return the trail that ``dump`` was given for.

        Raises:
            ValueError: it is no such thing.
        """
        full, starts, sizes, amounts = dumped
        made = cls(amounts is not None)
        made.full, made.events = int(full), sum(sizes)
        made.starts, made.sizes = array("q", starts), array("q", sizes)
        if amounts is not None:
            made.amounts = array("d", amounts)
        lengths = {len(starts), len(sizes) or len(starts), len(starts if amounts is None else amounts)}
        if not starts or len(lengths) > 1 or sorted(starts) != starts:
            raise ValueError("no trail")
        return made


def _sums(sizes: "array[int]", firsts: list[int]) -> list[int]:
    running = [0, *accumulate(sizes)]
    bounds = [*firsts[1:], len(sizes)]
    return [running[end] - running[first] for first, end in zip(firsts, bounds, strict=True)]
