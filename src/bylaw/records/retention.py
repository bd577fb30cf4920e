"""Ageing out: what was sealed goes when the operator's schedule says so; that it was recorded stays, and so do proofs.

A schedule names kinds of events and how many days after being recorded their contents are kept. It is applied in
batches, each finished before the next begins; how far it got is a fact, so a run that was cut off goes on where it was.
What a hold keeps is left out and looked at again in every later run.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.records.fact import Fact, Row
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.keeper import Keeper
from bylaw.records.holds.machine import numbers, spans_of
from bylaw.records.holds.model import Contents, Ground, Keys, Spans
from bylaw.records.people import alias_of, told
from bylaw.records.projecting import Transaction
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.schema import JOURNAL, WHOLE
from bylaw.records.vault.sealing import DAYS
from bylaw.records.vault.vault import Vault

KIND: Final = "retention.applied"
BATCH: Final = 1_000  # rows looked at, and at most destroyed, at once
OLDEST: Final = 3_660  # days before the longest schedule whose keys are looked for
DAY: Final = 86_400_000_000  # microseconds

_METADATA: Final = sa.MetaData()
PROGRESS: Final = sa.Table(
    "retention",
    _METADATA,
    sa.Column("schedule", sa.Text, primary_key=True),
    sa.Column("through", WHOLE, nullable=False),
    sqlite_strict=True,
)
LEFT: Final = sa.Table(
    "retention_left",
    _METADATA,
    sa.Column("schedule", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sqlite_strict=True,
)

Counts = dict[str, dict[str, dict[str, int]]]  # day → kind → clause → events; without a clause: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long contents of events are kept; ``aggregate``: how many there were by day, kind and clause stays."""

    name: str
    events: frozenset[str]
    days: int
    aggregate: bool = False


class Applied(msgspec.Struct, frozen=True, omit_defaults=True):
    """``retention.applied``: rows up to ``through`` were looked at. ``left`` are held, ``freed`` are held no more."""

    schedule: str
    through: int
    aged: int = 0
    left: Spans = ()
    freed: Spans = ()
    counts: Counts = {}


class RetentionProjector:
    """How far each schedule got, and what it left."""

    name = "retention"
    version = 1
    tables: Sequence[sa.Table] = (PROGRESS, LEFT)
    kinds = frozenset({KIND})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold."""
        for row in rows:
            said = msgspec.json.decode(row.body, type=Applied)
            tx.execute(sa.delete(PROGRESS).where(PROGRESS.c.schedule == said.schedule))
            tx.execute(sa.insert(PROGRESS).values(schedule=said.schedule, through=said.through))
            freed = list(numbers(said.freed))
            if freed:
                tx.execute(sa.delete(LEFT).where(LEFT.c.schedule == said.schedule, LEFT.c.seq.in_(freed)))
            left: list[dict[str, object]] = [
                {"schedule": said.schedule, "seq": seq} for seq in numbers(said.left)
            ]
            if left:
                tx.execute(sa.insert(LEFT), left)


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

    def apply(self, schedules: Iterable[Schedule], now: int, progress: Progress = quiet) -> Run:
        """Let go what has aged out at an instant (microseconds since 1970). Durable batch by batch."""
        run, known = Run(), tuple(schedules)
        for schedule in known:
            for applied in chain(self._again(schedule), self._onward(schedule, now - schedule.days * DAY)):
                self._records.commit([Fact(KIND, canonical_bytes(applied))])
                run.aged[schedule.name] += applied.aged
                progress(applied.through, self._records.head)
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
                freed = spans_of(row.seq for row in free)
                through = self._through(schedule)
                yield self._applied(schedule, through, free, freed=freed)

    def _onward(self, schedule: Schedule, until: int) -> Iterator[Applied]:
        """Look at what came after the last run, up to what is not old enough."""
        told_through = through = self._through(schedule)
        head = self._records.head
        while through < head:
            page = self._records.page(through + 1, min(through + BATCH, head))
            old = [row for row in page if row.at <= until]
            if not old:
                break
            through = old[-1].seq
            free, held = self._destroy([row for row in old if _is_of(row, schedule)])
            if free or held:
                yield self._applied(schedule, through, free, left=spans_of(row.seq for row in held))
                told_through = through
            if len(old) < len(page):
                break
        if through > told_through:
            yield Applied(schedule.name, through)

    def _destroy(self, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """Destroy the contents of rows; return those that are free of holds, and those that are not."""
        keeping = self._keeper.held(rows)
        free = [row for row in rows if row.seq not in keeping]
        if any(row.sealed is not None for row in free):
            self._keeper.destroy(Contents(spans_of(row.seq for row in free)), Ground.RETENTION)
        return free, [row for row in rows if row.seq in keeping]

    def _applied(
        self, schedule: Schedule, through: int, free: Sequence[Row], *, left: Spans = (), freed: Spans = ()
    ) -> Applied:
        counts = _counts(free) if schedule.aggregate else {}
        return Applied(schedule.name, through, len(free), left, freed, counts)

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

    def _through(self, schedule: Schedule) -> int:
        query = sa.select(PROGRESS.c.through).where(PROGRESS.c.schedule == schedule.name)
        with self._records.reading() as core:
            return core.scalar(query) or 0

    def _left(self, schedule: Schedule) -> list[int]:
        query = sa.select(LEFT.c.seq).where(LEFT.c.schedule == schedule.name).order_by(LEFT.c.seq)
        with self._records.reading() as core:
            return list(core.scalars(query))


def _is_of(row: Row, schedule: Schedule) -> bool:
    return (row.sealed is not None or row.withered is not None) and told(row).kind in schedule.events


def _counts(rows: Iterable[Row]) -> Counts:
    counts: Counts = {}
    for row in rows:
        said = told(row)
        at = row.at if said.at is None else said.at
        day = counts.setdefault(_name(datetime.fromtimestamp(at // 1_000_000, UTC).date()), {})
        kind = day.setdefault(said.kind, {})
        for clause in said.clauses or ("",):
            kind[clause] = kind.get(clause, 0) + 1
    return counts


def _name(day: date) -> str:
    return day.isoformat()
