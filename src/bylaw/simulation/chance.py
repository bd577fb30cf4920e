"""Chance that comes from a seed, and the hours at which people are awake.

Only ``random()`` is drawn from, whose sequence Python promises to keep: the same seed gives the same
traffic with every version. What happens is decided elsewhere.
"""

import hashlib
import random  # noqa: TID251 - made-up traffic is made of chance; the seed is an argument
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import log1p
from typing import TypeVar

HOUR = 3_600.0  # seconds
DAY = 24 * HOUR

Chance = random.Random
_Item = TypeVar("_Item")


def chance_of(*names: object) -> Chance:
    """Return a source of chance; the same names start the same sequence."""
    start = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return Chance(int.from_bytes(start[:8], "big"))


def pick(chance: Chance, items: Sequence[_Item]) -> _Item:
    """Return one of some items, each as likely as the others."""
    return items[int(chance.random() * len(items))]


def between(chance: Chance, least: int, most: int) -> int:
    """Return a whole number from ``least`` to ``most``, both included."""
    return least + int(chance.random() * (most - least + 1))


def pause(chance: Chance, mean: float) -> float:
    """Return how long it takes until something happens that happens every ``mean`` seconds."""
    return -mean * log1p(-chance.random())


class Rhythm:
    """How busy each hour of a day is, in UTC. Only the proportions of the weights count."""

    def __init__(self, *weights: float) -> None:
        total = sum(weights)
        self._seconds = DAY / len(weights)
        self._shares = [weight / total for weight in weights]
        self._until = [0.0, *accumulate(self._shares)]

    def at(self, work: float) -> float:
        """Return the second of the day by which a share of the day's work, from 0 to 1, is done."""
        hour = min(bisect_right(self._until, work), len(self._shares)) - 1
        return (hour + (work - self._until[hour]) / self._shares[hour]) * self._seconds


PEOPLE = Rhythm(3, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 8, 7, 7, 7, 7, 8, 9, 11, 12, 11, 8, 5)
OFFICE = Rhythm(1, 1, 1, 1, 1, 1, 3, 8, 14, 15, 15, 14, 11, 13, 14, 13, 11, 6, 3, 2, 2, 1, 1, 1)
MACHINES = Rhythm(1, 1)
NIGHT = Rhythm(9, 10, 10, 9, 7, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
