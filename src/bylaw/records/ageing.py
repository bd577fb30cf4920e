"""What ages out, as values and tables: schedules, what each run did, how far it got, what it left to holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.records.fact import Row
from bylaw.records.holds.machine import numbers, spans_of
from bylaw.records.holds.model import Spans
from bylaw.records.people import told
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

KIND: Final = "retention.applied"

_METADATA: Final = sa.MetaData()
PROGRESS: Final = sa.Table(
    "retention",
    _METADATA,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("through", WHOLE, nullable=False),
    sqlite_strict=True,
)
LEFT: Final = sa.Table(
    "retention_left",
    _METADATA,
    sa.Column("kind", sa.Text, primary_key=True),
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
    """``retention.applied``: rows of these kinds up to ``through`` were looked at.

    ``left`` are held, ``freed`` are held no more; both by kind.
    """

    schedule: str
    kinds: tuple[str, ...]
    through: int
    aged: int = 0
    left: dict[str, Spans] = {}
    freed: dict[str, Spans] = {}
    counts: Counts = {}


class RetentionProjector:
    """How far each kind of event was looked at, and what was left."""

    name = "retention"
    version = 2
    tables: Sequence[sa.Table] = (PROGRESS, LEFT)
    kinds = frozenset({KIND})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold."""
        for row in rows:
            said = msgspec.json.decode(row.body, type=Applied)
            for kind in said.kinds:
                _advance(tx, kind, said.through)
            for kind, spans in said.freed.items():
                tx.execute(sa.delete(LEFT).where(LEFT.c.kind == kind, LEFT.c.seq.in_(list(numbers(spans)))))
            left: list[dict[str, object]] = [
                {"kind": kind, "seq": seq} for kind, spans in said.left.items() for seq in numbers(spans)
            ]
            if left:
                tx.execute(sa.insert(LEFT), left)


def _advance(tx: Transaction, kind: str, through: int) -> None:
    behind = sa.delete(PROGRESS).where(PROGRESS.c.kind == kind, PROGRESS.c.through < through)
    known = sa.select(PROGRESS.c.kind).where(PROGRESS.c.kind == kind)
    if tx.execute(behind).rowcount or tx.execute(known).first() is None:
        tx.execute(sa.insert(PROGRESS).values(kind=kind, through=through))


def applied(
    schedule: Schedule,
    through: int,
    free: Sequence[Row],
    *,
    left: dict[str, Spans] | None = None,
    freed: dict[str, Spans] | None = None,
) -> Applied:
    """Return what a run says of rows that it let go."""
    return Applied(
        schedule.name,
        tuple(sorted(schedule.events)),
        through,
        len(free),
        left or {},
        freed or {},
        _counts(free) if schedule.aggregate else {},
    )


def by_kind(rows: Iterable[Row]) -> dict[str, Spans]:
    """Return the numbers of rows by the kinds of their events."""
    seqs: dict[str, list[int]] = {}
    for row in rows:
        seqs.setdefault(told(row).kind, []).append(row.seq)
    return {kind: spans_of(found) for kind, found in seqs.items()}


def _counts(rows: Iterable[Row]) -> Counts:
    counts: Counts = {}
    for row in rows:
        said = told(row)
        at = row.at if said.at is None else said.at
        day = datetime.fromtimestamp(at // 1_000_000, UTC).date().isoformat()
        for clause in said.clauses or ("",):
            add(counts, (day, said.kind, clause), 1)
    return counts


def add(counts: Counts, place: tuple[str, str, str], events: int) -> None:
    """Count events at a day, kind and clause."""
    day, kind, clause = place
    clauses = counts.setdefault(day, {}).setdefault(kind, {})
    clauses[clause] = clauses.get(clause, 0) + events
