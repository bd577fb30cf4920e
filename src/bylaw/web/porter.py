"""Letting staff in takes time: hashes, files, calls to providers. It is done in threads beside the loop and the decider.

What is recorded there takes the writer's turn like the decider's batches do. Each kind of work has threads of its own,
so that whoever tries passwords holds up nobody who is signed in; how many may wait is bounded.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from typing import Final, NamedTuple, TypeVar

from bylaw.base.errors import BusyError

TIDY_SECONDS: Final = 3_600.0

T = TypeVar("T")


class Kind(Enum):
    """Of work."""

    DOOR = "door"  # signing in, passwords
    DESK = "desk"  # looking at sessions
    AWAY = "away"  # calls to identity providers


class Bound(NamedTuple):
    """So many threads, and so many that may wait for them or be at work."""

    threads: int
    waiting: int


BOUNDS: Final[Mapping[Kind, Bound]] = {
    Kind.DOOR: Bound(4, 64),
    Kind.DESK: Bound(4, 512),
    Kind.AWAY: Bound(4, 32),
}


class Porter:
    """The threads. ``tidy`` is called once an hour; ``report`` is told what nobody foresaw there."""

    def __init__(self, tidy: Callable[[], None], report: Callable[[BaseException], None]) -> None:
        self._pools = {kind: ThreadPoolExecutor(BOUNDS[kind].threads, kind.value) for kind in Kind}
        self._at_work = dict.fromkeys(Kind, 0)
        self._tidy = tidy
        self._report = report
        self._hourly: asyncio.TimerHandle | None = None

    async def do(self, kind: Kind, work: Callable[[], T]) -> T:
        """Do something in a thread.

        Raises:
            BusyError: ``web.busy``, too many wait.
        """
        if self._at_work[kind] >= BOUNDS[kind].waiting:
            raise BusyError("web.busy", "too many people are at the door", hint="send it again")
        self._at_work[kind] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pools[kind], work)
        finally:
            self._at_work[kind] -= 1

    def start(self) -> None:
        """Begin to tidy up, on the loop that runs."""
        loop = asyncio.get_running_loop()
        self._hourly = loop.call_later(TIDY_SECONDS, self._tidy_up)

    def close(self) -> None:
        """End the threads when they have done what they are at."""
        if self._hourly is not None:
            self._hourly.cancel()
        for pool in self._pools.values():
            pool.shutdown()

    def _tidy_up(self) -> None:
        self._pools[Kind.DESK].submit(self._tidy).add_done_callback(self._tidied)
        self.start()

    def _tidied(self, done: Future[None]) -> None:
        if (error := done.exception()) is not None:
            self._report(error)
