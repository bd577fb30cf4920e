"""Which case somebody gets next: a question to the tables."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import sqlalchemy as sa

from bylaw.cases.model import State
from bylaw.cases.store import CaseAt, Cursor, told
from bylaw.cases.tables import BARRED, CASES, GOLDEN, SEEN

AT_ONCE: Final = 50
MAX_LOOKED_AT: Final = 2_000  # cases of a queue that somebody may not have

May = Callable[[CaseAt], bool]


def next_case(
    core: sa.Connection, queues: Sequence[str], staff: str, now: int, may: May = lambda _: True
) -> CaseAt | None:
    """Return the case of some queues that comes first for somebody: theirs, then by priority, then by age."""
    waiting = _waiting(core, queues)
    free = (_free(core, queue, staff) for queue in waiting)
    heads = [head for cases in free if (head := next(filter(may, cases), None))]
    found = [*filter(may, _of(core, waiting, staff)), *filter(may, _over(core, waiting, staff, now)), *heads]
    return min(found, key=lambda one: (one.by != staff, one.cursor), default=None)


def _waiting(core: sa.Connection, queues: Sequence[str]) -> list[str]:
    """Return the queues in which anything waits. COST: one look into an index for each, in one question."""
    any_in = (sa.exists().where(CASES.c.waiting == 1, CASES.c.queue == queue) for queue in queues)
    asked = core.execute(sa.select(*any_in)).one() if queues else ()
    return [queue for queue, waits in zip(queues, asked, strict=True) if waits]


def at_hand(core: sa.Connection, staff: str, now: int) -> CaseAt | None:
    """Return the case that somebody has claimed, and whose lease is not over."""
    query = sa.select(CASES).where(CASES.c.by == staff, CASES.c.state == State.CLAIMED, CASES.c.until > now)
    found = core.execute(query.order_by(CASES.c.until.desc()).limit(1)).first()
    return None if found is None else told(found)


def _free(core: sa.Connection, queue: str, staff: str) -> Iterator[CaseAt]:
    """Yield the cases that nobody has, in the order of work. COST: those that somebody has are few, and passed over."""
    after: Cursor | None = None
    table = CASES.c
    for _ in range(MAX_LOOKED_AT // AT_ONCE):
        query = sa.select(CASES).where(table.waiting == 1, table.queue == queue, _not_barred(staff))
        if after is not None:
            query = query.where(sa.tuple_(table.rank, table.raised, table.case) > sa.tuple_(*after))
        ordered = query.order_by(table.rank, table.raised, table.case)
        page = [told(row) for row in core.execute(ordered.limit(AT_ONCE))]
        yield from (case for case in page if case.state is State.OPEN and not case.by)
        if len(page) < AT_ONCE:
            return
        after = page[-1].cursor


def _of(core: sa.Connection, queues: Sequence[str], staff: str) -> list[CaseAt]:
    """Return the open cases that were given to somebody."""
    query = sa.select(CASES).where(
        CASES.c.by == staff, CASES.c.state == State.OPEN, CASES.c.queue.in_(queues)
    )
    return [told(row) for row in core.execute(query.order_by(CASES.c.rank).limit(AT_ONCE))]


def _over(core: sa.Connection, queues: Sequence[str], staff: str, now: int) -> list[CaseAt]:
    """Return cases whose lease is over."""
    query = sa.select(CASES).where(
        CASES.c.state == State.CLAIMED, CASES.c.queue.in_(queues), CASES.c.until <= now, _not_barred(staff)
    )
    return [told(row) for row in core.execute(query.order_by(CASES.c.until).limit(AT_ONCE))]


def _not_barred(staff: str) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(BARRED.c.case == CASES.c.case, BARRED.c.staff == staff)


def golden_for(core: sa.Connection, queues: Sequence[str], staff: str) -> sa.Row[tuple[object, ...]] | None:
    """Return an item with a known verdict, of some queues, that somebody has neither seen nor decided."""
    query = sa.select(GOLDEN).where(
        GOLDEN.c.queue.in_(queues),
        GOLDEN.c.gone == 0,
        GOLDEN.c.by != staff,
        ~sa.exists().where(SEEN.c.golden == GOLDEN.c.golden, SEEN.c.staff == staff),
    )
    return core.execute(query.order_by(GOLDEN.c.seq).limit(1)).first()
