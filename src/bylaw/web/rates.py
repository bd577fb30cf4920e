"""How often a key may ask: a bucket for each that fills evenly."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import Final

from bylaw.web.callers import Caller
from bylaw.web.exchange import RateError

MAX_KEYS: Final = (
    10_000  # remembered at once; the one that has been silent longest is forgotten, its bucket full
)
BURST_SECONDS: Final = 10.0  # of its rate that a key may ask for at once

MINUTE: Final = 60.0


class Rates:
    """Buckets by key. ``clock`` counts seconds and never runs backwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, caller: Caller, cost: int) -> None:
        """Take what a request costs.

        Raises:
            RateError: the bucket holds too little; nothing is taken.
        """
        if caller.rate and (seconds := self._missing(caller, cost)):
            raise RateError(ceil(seconds))

    async def wait(self, caller: Caller, cost: int) -> None:
        """Take what a part of a stream costs, as soon as there is as much."""
        while caller.rate and (seconds := self._missing(caller, cost)):  # noqa: ASYNC110 - time fills a bucket
            await asyncio.sleep(seconds)

    def _missing(self, caller: Caller, cost: int) -> float:
        """Take the cost and return 0, or return how many seconds it takes until it is there."""
        now, fills = self._clock(), caller.rate / MINUTE
        full = max(fills * BURST_SECONDS, 1.0)
        held, since = self._buckets.get(caller.id, (full, now))
        held = min(full, held + (now - since) * fills)
        # More than a bucket can ever hold is let through when it is full, and leaves a debt.
        missing = min(cost, full) - held
        self._buckets[caller.id] = (held if missing > 0 else held - cost, now)
        self._buckets.move_to_end(caller.id)
        if len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return max(missing, 0.0) / fills
