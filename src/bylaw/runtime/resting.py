"""Work beside deciding that takes a quarter of one core at most: the service goes first, and stops it at once."""

import threading
import time
from collections.abc import Callable
from typing import Final

RESTS: Final = 3  # times what a step took, until the next


class StoppedError(Exception):
    """The service stops, and nobody waits any more for what was at work."""


def resting(stopped: threading.Event) -> Callable[[], None]:
    """Return what a thread calls between two steps: it rests, as long as its steps took CPU time.

    What it returns raises ``StoppedError`` once ``stopped`` is set.
    """
    begun = time.thread_time()

    def rest() -> None:
        nonlocal begun
        if stopped.wait((time.thread_time() - begun) * RESTS):
            raise StoppedError
        begun = time.thread_time()

    return rest
