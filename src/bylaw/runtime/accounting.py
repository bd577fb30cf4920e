"""The public account of a service that runs: days are counted once, with many rests, and periods are sums of days.

A day can be published once it is over and a checkpoint is signed over its last record: then whoever has an export counts
the same.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from bylaw.engine.recording import instant
from bylaw.records.records import Records
from bylaw.runtime.resting import StoppedError, resting
from bylaw.transparency.keeping import Days, together
from bylaw.transparency.published import Period
from bylaw.transparency.sources import Counted, OfRecord, count

FOLDER: Final = "account"  # in the data folder
KEPT: Final = 16  # periods whose sums are remembered
AGAIN: Final = 60_000_000  # microseconds after a failure, before which it is not tried again


class Span(NamedTuple):
    """The days that can be published: from the first on which anything was recorded to the day before ``over``."""

    begun: date
    over: date


class Accounting:
    """Accounts of a record's days. Any thread may ask."""

    def __init__(self, records: Records, report: Callable[[BaseException], None]) -> None:
        """Take the record; ``report`` is told what nobody foresaw."""
        self._records = records
        self._days = _kept(records)
        self._report = report
        self._clock = records.clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failed = 0
        self._stopped = threading.Event()
        self._sums: dict[Period, Counted] = {}

    def span(self) -> Span | None:
        """Return the days that can be published; None if there are none."""
        signed = self._records.latest_checkpoint()
        if signed is None:
            return None
        begun, today = self._day(1), instant(self._clock()).date()
        unsigned = signed[0] + 1
        over = min(today, self._day(unsigned)) if unsigned <= self._records.head else today
        return Span(begun, over) if begun < over else None

    def of(self, period: Period) -> Counted | None:
        """Return the account of a period whose days are over; None while some of them are still to be counted."""
        known = self._sums.get(period)
        if known is not None:
            return known
        days = list(period.days())
        if missing := self._days.missing(days):
            self._count(missing)
            return None
        parts = [(day, self._days.load(day)) for day in days]
        if spoilt := [day for day, part in parts if part is None]:
            self._count(spoilt)
            return None
        counted = together(part for _, part in parts if part is not None)
        if len(self._sums) >= KEPT:
            self._sums.clear()
        self._sums[period] = counted
        return counted

    def missing(self, period: Period) -> int:
        """Return how many days of a period are not counted yet."""
        return len(self._days.missing(period.days()))

    def wait(self) -> None:
        """Return when nothing is being counted."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Stop counting."""
        self._stopped.set()
        self.wait()

    def _day(self, seq: int) -> date:
        return instant(self._records.row(seq).at).date()

    def _count(self, days: Sequence[date]) -> None:
        """Have days counted, unless some are already."""
        with self._lock:
            busy = self._thread is not None and self._thread.is_alive()
            if not busy and not self._stopped.is_set() and self._clock() >= self._failed + AGAIN:
                self._thread = threading.Thread(target=self._run, args=(days,), name="account", daemon=True)
                self._thread.start()

    def _run(self, days: Sequence[date]) -> None:
        ledger, rest = OfRecord(self._records), resting(self._stopped)
        try:
            for day in days:
                first, last = ledger.extent(Period(day, day + timedelta(days=1)))
                self._days.save(day, count(ledger, first, last, lambda _: rest()))
        except StoppedError:
            return
        except Exception as error:  # noqa: BLE001 - whoever asks again has it tried again
            self._failed = self._clock()
            self._report(error)


def _kept(records: Records) -> Days:
    def leaf(seq: int) -> bytes:
        return b"".join(records.leaf_hashes(seq, seq))

    return Days(records.place.folder / FOLDER, leaf)
