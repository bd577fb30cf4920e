"""How long it is tried: bounded in attempts and in time, further apart each time, never many clients at once.

SOURCE: full jitter, as in "Exponential Backoff And Jitter" (AWS Architecture Blog).
"""

import random  # noqa: TID251 - an argument
import time
from collections.abc import Callable
from dataclasses import dataclass

from bylaw.client.problems import PASSING, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Bounds of one call.

    Args:
        attempts: how often it is tried in all.
        seconds: after which no other attempt begins.
        timeout: how long a connection may take, and the service be silent, in one attempt; in seconds.
        first: the longest wait before the second attempt; each wait may be twice as long as the one before.
        longest: that a wait may be, in seconds, unless ``Retry-After`` asks for more.
        chance: gives numbers from 0 to 1.
        wait: lets seconds pass.
        clock: counts seconds.
    """

    attempts: int = 6
    seconds: float = 30.0
    timeout: float = 10.0
    first: float = 0.1
    longest: float = 5.0
    chance: Callable[[], float] = random.random
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


class Tries:
    """The attempts of one call."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._end = patience.clock() + patience.seconds
        self._failed = 0

    def again(self, problem: Problem) -> None:
        """Let time pass until it may be tried again; raise the problem if it would not help, or is too late."""
        patience = self._patience
        self._failed += 1
        if not isinstance(problem, PASSING) or self._failed >= patience.attempts:
            raise problem
        most = min(patience.longest, patience.first * 2 ** (self._failed - 1))
        seconds = problem.after + patience.chance() * most
        if patience.clock() + seconds >= self._end:
            raise problem
        patience.wait(seconds)
