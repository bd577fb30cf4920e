"""Stretches of the journal, and how one is divided among processes that must know what came before."""

from typing import Final, NamedTuple

FOLLOWING: Final = 0.5  # what following an event costs, as a share of deciding it; only balance depends on it


class Stretch(NamedTuple):
    """Rows of the journal, both included."""

    first: int
    last: int

    @property
    def rows(self) -> int:
        """How many."""
        return max(0, self.last - self.first + 1)


def balanced(whole: Stretch, count: int) -> list[Stretch]:
    """Divide a stretch for so many processes, each of which follows all before its own; fewer if it is short.

    A process with ``before`` rows ahead and ``own`` rows works ``FOLLOWING * before + own``; this is the same for
    all when each next stretch is shorter by the factor ``1 - FOLLOWING``.
    """
    weights = [(1 - FOLLOWING) ** number for number in range(count)]
    shares = [sum(weights[: number + 1]) / sum(weights) for number in range(count)]
    ends = [whole.first - 1 + round(whole.rows * share) for share in shares]
    starts = [whole.first, *(end + 1 for end in ends[:-1])]
    return [Stretch(start, end) for start, end in zip(starts, ends, strict=True) if start <= end] or [whole]
