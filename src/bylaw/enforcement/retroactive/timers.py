"""Who does the next step of a plan: the handler of the outbox's destination ``retroactive``."""

from collections.abc import Callable

import msgspec

from bylaw.enforcement.retroactive.store import Timer
from bylaw.enforcement.retroactive.workflow import Retroactive
from bylaw.records.outbox import Entry
from bylaw.records.rounds import Delivered, Undelivered

Within = Callable[[Callable[[], object]], object]


class Steps:
    """Carries plans out, and takes them back, one commit after the other."""

    def __init__(self, retroactive: Retroactive, within: Within = lambda work: work()) -> None:
        """Take the plans, and what does something in the thread of whoever decides, where one runs beside."""
        self._retroactive = retroactive
        self._within = within

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:  # noqa: ARG002 - it is due, that is enough
        """See ``Handler``. A step is done in the commit that takes its entry out: once."""
        timer = msgspec.json.decode(entry.body, type=Timer)
        self._within(lambda: self._retroactive.go_on(timer.plan, entry.token or b""))
        return Delivered()

    def rest(self) -> None:
        """See ``Handler``: nothing is kept open."""
