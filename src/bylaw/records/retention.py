"""Ageing out: what was sealed goes when the operator's schedule says so; that it was recorded stays, and so do proofs.

A schedule names kinds of events and how many days after being recorded their contents are kept. It is applied in
batches, each finished before the next begins; how far it got is a fact, so a run that was cut off goes on where it was,
and a kind that a schedule gets later is looked at from the beginning.
What a hold keeps is left out and looked at again in every later run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.records.ageing import KIND, LEFT, PROGRESS, Applied, Counts, Schedule, add, applied, by_kind
from bylaw.records.fact import Fact, Row
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.keeper import Keeper
from bylaw.records.holds.machine import spans_of
from bylaw.records.holds.model import Contents, Ground, Keys
from bylaw.records.people import alias_of, told
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.schema import JOURNAL
from bylaw.records.vault.sealing import DAYS
from bylaw.records.vault.vault import Vault

BATCH: Final = 1_000  # rows looked at, and at most destroyed, at once
OLDEST: Final = 3_660  # days before the longest schedule whose keys are looked for
DAY: Final = 86_400_000_000  # microseconds


@dataclass(slots=True, kw_only=True)
class Run:
    """What one run did: contents that went, contents that holds keep, keys of days that went."""

    aged: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    days: int = 0


class Retention:
    """Applies schedules to a record."""

    def __init__(self, records: Records, vault: Vault, keeper: Keeper) -> None:
        self._records = records
        self._vault = vault
        self._keeper = keeper

    def aggregates(self) -> Counts:
        """Return what is left of all that aged out into aggregates."""
        counts: Counts = {}
        for row in self._records.rows(kinds={KIND}):
            for day, kinds in msgspec.json.decode(row.body, type=Applied).counts.items():
                for kind, clauses in kinds.items():
                    for clause, events in clauses.items():
                        add(counts, (day, kind, clause), events)
        return counts

    def apply(self, schedules: Iterable[Schedule], now: int, progress: Progress = quiet) -> Run:
        """Let go what has aged out at an instant (microseconds since 1970). Durable batch by batch."""
        run, known = Run(), tuple(schedules)
        for schedule in known:
            until = now - schedule.days * DAY
            for done in chain(self._again(schedule), self._onward(schedule, until, progress)):
                self._records.commit([Fact(KIND, canonical_bytes(done))])
                run.aged[schedule.name] += done.aged
            run.held[schedule.name] = len(self._left(schedule))
        if known:
            run.days = self._days(now - max(schedule.days for schedule in known) * DAY)
        return run

    # --

    def _again(self, schedule: Schedule) -> Iterator[Applied]:
        """Look again at what holds kept."""
        left = self._left(schedule)
        for start in range(0, len(left), BATCH):
            rows = [self._records.row(seq) for seq in left[start : start + BATCH]]
            free, _ = self._destroy(rows)
            if free:
                yield applied(schedule, 0, free, freed=by_kind(free))

    def _onward(self, schedule: Schedule, until: int, progress: Progress) -> Iterator[Applied]:
        """Look at what came after the last run, up to what is not old enough."""
        known = self._through(schedule)
        told_through = through = min(known.values())
        head = self._records.head
        while through < head:
            page = self._records.page(through + 1, min(through + BATCH, head))
            old = [row for row in page if row.at <= until]
            if not old:
                break
            through = old[-1].seq
            progress(through, head)
            free, held = self._destroy([row for row in old if _is_new(row, known)])
            if free or held:
                yield applied(schedule, through, free, left=by_kind(held))
                told_through = through
            if len(old) < len(page):
                break
        if through > told_through:
            yield applied(schedule, through, ())

    def _destroy(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Destroy the contents of rows; return those that are free of holds, and those that are not."""
        with self._records.turn:  # no hold comes between the look and the destruction
            keeping = self._keeper.held(rows)
            free = [row for row in rows if row.seq not in keeping]
            if any(row.sealed is not None for row in free):
                self._keeper.destroy(Contents(spans_of(row.seq for row in free)), Ground.RETENTION)
        return free, [row for row in rows if row.seq in keeping]

    def _days(self, until: int) -> int:
        """Destroy the keys of days before an instant under which nothing stands any more."""
        last = datetime.fromtimestamp(until // 1_000_000, UTC).date() - timedelta(days=1)
        days = (last - timedelta(days=back) for back in range(OLDEST))
        subjects = [subject for day in days if (subject := self._vault.known(DAYS, _name(day))) is not None]
        needed = self._needed(subjects)
        gone = [subject for subject in subjects if subject not in needed]
        for subject in gone:
            self._keeper.destroy(Keys(alias_of(subject), BOTH), Ground.RETENTION)
        return len(gone)

    def _needed(self, subjects: Sequence[bytes]) -> set[bytes]:
        if not subjects:
            return set()
        query = sa.select(JOURNAL.c.subject).distinct()
        query = query.where(JOURNAL.c.subject.in_(subjects), JOURNAL.c.sealed.is_not(None))
        with self._records.reading() as core:
            return set(core.scalars(query))

    def _through(self, schedule: Schedule) -> dict[str, int]:
        query = sa.select(PROGRESS).where(PROGRESS.c.kind.in_(schedule.events))
        with self._records.reading() as core:
            return dict.fromkeys(schedule.events, 0) | {row.kind: row.through for row in core.execute(query)}

    def _left(self, schedule: Schedule) -> list[int]:
        query = sa.select(LEFT.c.seq).where(LEFT.c.kind.in_(schedule.events)).order_by(LEFT.c.seq)
        with self._records.reading() as core:
            return list(core.scalars(query))


def _is_new(row: Row, known: Mapping[str, int]) -> bool:
    return (row.sealed or row.withered) is not None and row.seq > known.get(told(row).kind, row.seq)


def _name(day: date) -> str:
    return day.isoformat()
