"""One worker over the outbox: takes what is ready, has it delivered, and records the outcome with it.

A destination is ``<handler>`` or ``<handler>:<which>``; the first word says who delivers. What delivering makes known is
committed in the transaction that takes the entry out: both, or it is delivered again.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, Protocol

from bylaw.base.errors import BylawError, ConflictError
from bylaw.records.delivery import Delivery
from bylaw.records.fact import Fact
from bylaw.records.outbox import Entry
from bylaw.records.records import Records

AT_ONCE: Final = 100  # entries taken in one go
NO_HANDLER: Final = "outbox.no_handler"


class Delivered(NamedTuple):
    """It is done, and these facts tell of it."""

    facts: tuple[Fact, ...] = ()


class Undelivered(NamedTuple):
    """It is not done: why (a code, nothing personal), and after how many microseconds to try again.

    ``blameless``: the way is blocked for all, and the entry is tried again as often as that takes.
    """

    code: str
    wait: int | None = None
    blameless: bool = False


class Handler(Protocol):
    """Whoever delivers to destinations of one kind."""

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        """Deliver. A second time for the same ``entry.id`` must do no harm. Errors of ours count as failures."""

    def rest(self) -> None:
        """Called when a round is over: let go of connections."""


class Rounds:
    """The worker. Several may go round at the same time.

    ``alone``: entries that none of the handlers is for have failed; else they are left to another worker.
    """

    def __init__(
        self,
        records: Records,
        handlers: Mapping[str, Handler],
        clock: Callable[[], int] | None = None,
        *,
        alone: bool = True,
    ) -> None:
        self._records = records
        self._delivery = Delivery(records)
        self._handlers = handlers
        self._clock = clock or records.clock
        self._mine = () if alone else tuple(handlers)

    def go(self, limit: int = AT_ONCE) -> int:
        """Go round once; return how many entries were taken. 0: there is nothing to do now."""
        taken = self._delivery.take(self._clock(), limit, self._mine)
        for token, entry in taken:
            self._settle(token, self._deliver(entry))
        if taken:
            for handler in self._handlers.values():
                handler.rest()
        return len(taken)

    def _deliver(self, entry: Entry) -> Delivered | Undelivered:
        handler = self._handlers.get(entry.destination.partition(":")[0])
        if handler is None:
            return Undelivered(NO_HANDLER)
        try:
            return handler.deliver(entry, self._clock())
        except BylawError as error:
            return Undelivered(error.code)
        except Exception as error:  # noqa: BLE001 - one entry must not stop all others; it is seen among the stuck
            return Undelivered(f"crashed.{type(error).__name__}")

    def _settle(self, token: bytes, outcome: Delivered | Undelivered) -> None:
        if isinstance(outcome, Undelivered):
            code, wait, blameless = outcome
            self._delivery.failed(token, code, self._clock(), wait, blameless=blameless)
        elif not outcome.facts:
            self._delivery.done(token)
        else:
            try:
                self._records.commit(outcome.facts, done=[token])
            except ConflictError as error:  # the lease ran out, or what it tells is told already
                self._delivery.failed(token, error.code, self._clock())
