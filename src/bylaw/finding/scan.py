"""Looking into events for what a query asks of them. Who looks, and what for, is recorded before anything is opened.

Newest first, through a bounded number of rows and for a bounded time; the next scan goes on where this one ended. What
was destroyed or has aged out is counted and passed over.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bylaw.base.errors import IntegrityError
from bylaw.engine.archive import Archive
from bylaw.engine.recording import KIND, read_body
from bylaw.finding.envelope import Envelope
from bylaw.finding.listing import Found, Listing, Name, Place, Sight, Stretch
from bylaw.finding.query import Query
from bylaw.records.records import Records
from bylaw.records.store import PAGE
from bylaw.records.vault.uses import Destroyed
from bylaw.staff.reading import Purpose, What

ROWS: Final = 20_000  # that one scan opens
MICROSECONDS: Final = 4_000_000  # after which no more are opened
LOOKED: Final = 200  # times ``PAGE`` rows that it looks at, opened or not
BATCH: Final = 200  # opened after one fact that says so


Note = Callable[[str, What, Purpose, str], int]


class For(NamedTuple):
    """Who looks into events, and what for, as ``Reads.note`` takes it."""

    staff: str
    purpose: Purpose
    reason: str = ""
    objects: tuple[str, ...] = ()


class Scanned(NamedTuple):
    """What was found; how many events were opened, how many could not be; where to go on, if there is more.

    ``noted`` are the numbers of the facts that tell of this reading.
    """

    found: list[Found]
    opened: int
    unreadable: int
    noted: list[int]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Scan:
    """Looks into the events of one record.

    ``note`` records a reading, durably, as ``Reads.note`` does. ``clock`` tells microseconds since 1970.
    """

    records: Records
    archive: Archive
    note: Note
    name: Name
    clock: Callable[[], int]

    def find(self, query: Query, stretches: Iterable[Stretch], why: For, limit: int) -> Scanned:
        """Return those decisions whose events are what a query looks for, among what may be.

        Raises:
            InputError: as for ``Reads.note``; nothing was opened.
            CelError: ``budget``, the query takes more steps than it may.
        """
        begun, gone = self.clock(), Scanned([], 0, 0, [], None)
        for looked, stretch in enumerate(stretches, 1):
            for start in range(0, len(stretch.found), BATCH):
                gone = self._open(query, stretch.found[start : start + BATCH], why, gone)
                if len(gone.found) >= limit:
                    last = gone.found[limit - 1].place
                    return gone._replace(found=gone.found[:limit], next=last)
            gone = gone._replace(next=stretch.end)
            spent = gone.opened >= ROWS or looked >= LOOKED or self.clock() - begun > MICROSECONDS
            if spent or stretch.end is None:
                break
        return gone

    def _open(self, query: Query, some: Sequence[Found], why: For, gone: Scanned) -> Scanned:
        """Return how far a scan has gone after some more, of which it is recorded first that they are read."""
        what = What(records=tuple(one.seq for one in some), objects=why.objects)
        noted = self.note(why.staff, what, why.purpose, why.reason)
        with self.archive.steady():
            says = [self._says(query, one) for one in some]
        return gone._replace(
            found=[*gone.found, *(one for one, true in zip(some, says, strict=True) if true)],
            opened=gone.opened + len(some),
            unreadable=gone.unreadable + says.count(None),
            noted=[*gone.noted, noted],
        )

    def _says(self, query: Query, one: Found) -> bool | None:
        """Tell whether an event is what a query looks for; nothing, where it cannot be read."""
        try:
            recalled = self.archive.recall(self.records.row(one.seq), one.body)
        except (Destroyed, IntegrityError):
            return None
        envelope = Envelope(one.seq, one.recorded, one.body, self.name)
        return query.says(query.content, envelope, recalled.event)


def speaking(records: Records, listing: Listing, after: Place | None) -> Iterator[Stretch]:
    """Yield the decisions that say something and may be what is looked for, the newest event first."""
    while True:
        with records.reading() as core:
            stretch = next(listing.stretches(core, after, PAGE))
        yield stretch
        after = stretch.end


def everything(records: Records, query: Query, after: Place | None, sight: Sight) -> Iterator[Stretch]:
    """Yield all decisions that may be what is looked for, those too that say nothing, the last recorded first."""
    within = query.bounds.within(sight.bounds)
    last = records.head if after is None else after.seq - 1
    while last > 0:
        first = max(1, last - PAGE + 1)
        rows = [Found(row.seq, row.at, read_body(row)) for row in records.page(first, last, {KIND})]
        found = [
            one
            for one in reversed(rows)
            if within.since <= one.body.at < within.until
            and sight.sees(one.body)
            and query.says(query.envelope, Envelope(one.seq, one.recorded, one.body, sight.name))
        ]
        yield Stretch(found, Place(0, first) if first > 1 else None)
        last = first - 1
