"""Events of many requests, gathered into one commit without waiting for more.

Everything here runs on the loop but the deciding itself, which has a thread of its own. While that thread decides, who
comes gathers; when it is idle, who comes is decided at once. What is gathered is bounded in count and in bytes: who comes
then is told to come again, and nothing is dropped in silence.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from bylaw.base.errors import BusyError, BylawError
from bylaw.events.decode import Codec
from bylaw.events.event import Event

MAX_BATCH: Final = 500  # events decided in one commit
MAX_BATCH_BYTES: Final = 8 << 20
MAX_WAITING: Final = 10_000  # events
MAX_WAITING_BYTES: Final = 64 << 20
REST_SECONDS: Final = 1.0  # nobody is let in for so long after a commit that failed

T = TypeVar("T")


class Waiting(NamedTuple):
    """An event that is to be decided: as it came, as it was read and by whom, and when it came.

    ``warned`` is the decision that warned its author, who insists.
    """

    line: bytes
    event: Event
    codec: Codec
    arrived: datetime
    warned: str = ""


Said = bytes | BylawError  # what is answered to an event: JSON, or what is wrong with it
Decide = Callable[[Sequence[Waiting]], Sequence[Said]]


class _Parcel(NamedTuple):
    events: Sequence[Waiting]
    size: int
    said: asyncio.Future[Sequence[Said]]


class Gatherer:
    """Hands events over to the one who decides.

    Args:
        decide: called in the decider's thread; what it returns is durable. What it raises is told to the whole batch.
        noticed: called with the number of events of each batch.
    """

    def __init__(self, decide: Decide, noticed: Callable[[int], None] = lambda _: None) -> None:
        self._decide = decide
        self._noticed = noticed
        self._thread = ThreadPoolExecutor(1, "decider")
        self._parcels: deque[_Parcel] = deque()
        self._some = asyncio.Event()
        self._done: asyncio.Task[None] | None = None
        self._resting: asyncio.TimerHandle | None = None
        self.closing = False
        self.waiting = 0
        self.waiting_bytes = 0

    @property
    def failing(self) -> bool:
        """Whether the last commit failed, so that nobody is let in for a moment."""
        return self._resting is not None

    def start(self) -> None:
        """Begin to work, on the loop that runs."""
        self._done = asyncio.get_running_loop().create_task(self._work())

    def hand_over(self, events: Sequence[Waiting]) -> asyncio.Future[Sequence[Said]]:
        """Return what will be said of events: in their order, one for each, durable by then.

        What the future raises was said of all of them: whether they were decided is found by handing them over again.

        Raises:
            BusyError: too many wait, the last commit failed just now, or the service stops.
        """
        size = sum(len(waiting.line) for waiting in events)
        if self.closing:
            raise BusyError("web.stopping", "the service is being stopped", hint="send it again")
        if self._resting is not None:
            raise BusyError("web.resting", "what was to be recorded could not be", hint="send it again")
        if self.waiting and (
            self.waiting + len(events) > MAX_WAITING or self.waiting_bytes + size > MAX_WAITING_BYTES
        ):
            raise BusyError("web.busy", "too many events wait to be decided", hint="send it again")
        said = asyncio.get_running_loop().create_future()
        self._parcels.append(_Parcel(events, size, said))
        self.waiting += len(events)
        self.waiting_bytes += size
        self._some.set()
        return said

    async def between(self, work: Callable[[], T]) -> T:
        """Do something in the decider's thread, between two batches."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def within(self, work: Callable[[], T]) -> T:
        """Do the same for another thread, which waits; not on the loop."""
        return self._thread.submit(work).result()

    async def close(self) -> None:
        """Let nobody in any more, decide whoever waits, and end the thread."""
        self.closing = True
        self._some.set()
        if self._done is not None:
            await self._done
        if self._resting is not None:
            self._resting.cancel()
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while await self._anybody():
            batch = self._batch()
            events = [waiting for parcel in batch for waiting in parcel.events]
            try:
                said = await loop.run_in_executor(self._thread, self._decide, events)
            except Exception as error:  # noqa: BLE001 - it is told to whoever waits for it
                self._rest()
                _tell_all(batch, error)
                continue
            self._noticed(len(events))
            _tell(batch, said)

    async def _anybody(self) -> bool:
        while not self._parcels:
            if self.closing:
                return False
            self._some.clear()
            await self._some.wait()
        return True

    def _batch(self) -> list[_Parcel]:
        """Take from the queue what is decided in one commit: whole parcels, one at least."""
        batch: list[_Parcel] = []
        count = size = 0
        while self._parcels:
            parcel = self._parcels[0]
            if batch and (count + len(parcel.events) > MAX_BATCH or size + parcel.size > MAX_BATCH_BYTES):
                break
            batch.append(self._parcels.popleft())
            count += len(parcel.events)
            size += parcel.size
        self.waiting -= count
        self.waiting_bytes -= size
        return batch

    def _rest(self) -> None:
        # What is remembered is made again before the next decision, which may take a while; and who has just been
        # told to come again should not find the door open on the same second.
        if self._resting is not None:
            self._resting.cancel()
        self._resting = asyncio.get_running_loop().call_later(REST_SECONDS, self._rested)

    def _rested(self) -> None:
        self._resting = None


def _tell(batch: Sequence[_Parcel], said: Sequence[Said]) -> None:
    start = 0
    for parcel in batch:
        end = start + len(parcel.events)
        if not parcel.said.done():  # who asked has gone
            parcel.said.set_result(said[start:end])
        start = end


def _tell_all(batch: Sequence[_Parcel], error: Exception) -> None:
    for parcel in batch:
        if not parcel.said.done():
            parcel.said.set_exception(error)
