"""What rules cost, measured while the service runs: when another book came into force, and else once an hour.

It is measured on the last events on record, beside the decider, in CPU time; one commit tells of it. What only a hold keeps readable is
not opened for this.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from bylaw.base.errors import BylawError
from bylaw.drafts.costs import MAX_RULES, Measured, last_measured
from bylaw.engine.archive import Archive
from bylaw.engine.measuring import Clock, Rest, measured, sampled
from bylaw.runtime.offices import Office
from bylaw.runtime.resting import StoppedError, resting

LOOK_SECONDS: Final = 60.0  # between two looks whether it is time
MINUTE: Final = 60_000_000  # microseconds
AGAIN: Final = 60 * MINUTE  # after a measurement
SOONER: Final = 10 * MINUTE  # after a look at too few events, and after a failure


class _Looked(NamedTuple):
    """What was looked at last: which book, how long that will do, and up to which fact."""

    book: str
    until: int
    head: int


class Gauging:
    """Measures the rules of the book in force."""

    def __init__(
        self, office: Office, report: Callable[[BaseException], None], clock: Clock = time.thread_time_ns
    ) -> None:
        """Take the office of a service; ``report`` is told what nobody foresaw, ``clock`` tells nanoseconds."""
        self._office = office
        self._records = office.records
        self._archive = Archive(office.records, office.vault, office.shelf.charter)
        self._report = report
        self._clock = clock
        self._looked: _Looked | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="costs", daemon=True)

    def start(self) -> None:
        """Begin, beside the decider."""
        self._thread.start()

    def close(self) -> None:
        """Stop at once."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, rest: Rest = lambda: None) -> bool:
        """Measure and record, if it is time; tell whether anything was. ``rest`` is called between steps, and may raise.

        Nothing is measured again while nothing is recorded: a service that is idle says nothing.
        """
        charter = self._office.decider.charter  # nothing for the moment in which a decider remembers anew
        now, head = self._records.clock(), self._records.head
        if charter is None or not self._is_time(charter.basis.book, now, head):
            return False
        book, self._looked = charter.basis.book, _Looked(charter.basis.book, now + SOONER, head)
        events = sampled(self._archive, charter, rest, head)
        costs = tuple(measured(charter.basis, events, self._clock, rest)[:MAX_RULES])
        if costs:
            told = self._records.commit([Measured(book=book, costs=costs).fact()])
            self._looked = _Looked(book, now + AGAIN, told.last)
        return bool(costs)

    def _is_time(self, book: str, now: int, head: int) -> bool:
        looked = self._looked or self._on_record()
        return looked is None or looked.book != book or (now >= looked.until and head > looked.head)

    def _on_record(self) -> _Looked | None:
        with self._records.reading() as core:
            last = next(iter(last_measured(core)), None)
        return _Looked(last.book, last.at + AGAIN, last.seq) if last else None

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.look(resting(self._stopped))
            except StoppedError:
                return
            except BylawError:  # the database is busy or away: it is tried again
                continue
            except Exception as error:  # noqa: BLE001 - the service goes on without
                self._report(error)
