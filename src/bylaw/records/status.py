"""What stands in a record, in figures."""

from dataclasses import dataclass

import sqlalchemy as sa

from bylaw.records import outbox, upgrade
from bylaw.records.outbox import Counts
from bylaw.records.records import Records
from bylaw.records.schema import JOURNAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Sizes are in bytes; ``free`` is inside ``database`` and will be used again."""

    operator: str
    database: str
    schema: str
    head: int
    at: int  # the last row's instant, microseconds since 1970
    database_bytes: int
    log_bytes: int
    free_bytes: int
    bytes_per_row: int
    outbox: Counts


def status(records: Records, now: int) -> Status:
    """Return the figures of a record, beside the decider if need be."""
    sizes = records.store.sizes()
    with records.reading() as core:
        last = core.execute(
            sa.select(JOURNAL.c.seq, JOURNAL.c.at).order_by(JOURNAL.c.seq.desc()).limit(1)
        ).first()
        head, at = (last.seq, last.at) if last else (0, 0)
        return Status(
            operator=records.place.operator,
            database=core.dialect.name,
            schema=upgrade.revision(core) or "",
            head=head,
            at=at,
            database_bytes=sizes.database,
            log_bytes=sizes.log,
            free_bytes=sizes.free,
            bytes_per_row=(sizes.database - sizes.free) // head if head else 0,
            outbox=outbox.counts(core, now),
        )
