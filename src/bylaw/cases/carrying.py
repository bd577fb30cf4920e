"""Who does what falls due: the handler of the outbox's destination ``cases``."""

from collections.abc import Callable

import msgspec

from bylaw.cases.timing import Timer
from bylaw.cases.workflow import Cases
from bylaw.records.outbox import Entry
from bylaw.records.rounds import Delivered, Undelivered

Within = Callable[[Callable[[], object]], object]


class Timers:
    """Carries verdicts out, and says which cases are late."""

    def __init__(self, cases: Cases, within: Within = lambda work: work()) -> None:
        """Take the cases, and what does something in the thread of whoever decides, where one runs beside."""
        self._cases = cases
        self._within = within

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:  # noqa: ARG002 - it is due, that is enough
        """See ``Handler``. A verdict is carried out in the commit that takes its timer out: once."""
        timer = msgspec.json.decode(entry.body, type=Timer)
        if not timer.verdict:
            return Delivered(self._cases.falling_late(timer))
        self._within(lambda: self._cases.carry(timer.verdict, entry.token or b""))
        return Delivered()

    def rest(self) -> None:
        """See ``Handler``: nothing is kept open."""
