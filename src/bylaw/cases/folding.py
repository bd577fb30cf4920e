"""The fold of what people do with cases; verdicts are folded in ``judging``, what is raised in ``joining``."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.cases import judging, model
from bylaw.cases.joining import join
from bylaw.cases.model import State, What
from bylaw.cases.stepping import DAY, case_row, count, refuse_barred, take_further, take_place
from bylaw.cases.tables import BARRED, CARE, GOLDEN, PLACES, SEEN, TABLES
from bylaw.cases.timing import stop, time
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction

TOO_LATE: Final = 2
LATE: Final = "late"  # figures of queues: nearly, and late


class CasesProjector:
    """The fold."""

    name = "cases"
    version = 2
    tables: Sequence[sa.Table] = TABLES

    @property
    def kinds(self) -> frozenset[str]:
        """Facts that it listens to."""
        return frozenset({*_TOGETHER, *_FOLDS})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What a case's state does not allow fails, and with it the commit."""
        for kind, some in groupby(rows, key=lambda row: row.kind):
            if kind in _TOGETHER:
                _TOGETHER[kind](tx, list(some))
            else:
                for row in some:
                    _FOLDS[kind](tx, row)


def _claimed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Claimed)
    refuse_barred(tx, said.case, said.by)
    before = take_further(tx, row, said.case, said.by, by=said.by, until=said.until)
    if before.state == State.CLAIMED and before.by == said.by and before.until > row.at:
        return  # a longer lease
    if before.what == What.GOLDEN:
        _saw(tx, before.about, said)
    _expose(tx, row, said.by, before.queue if before.severe else "")


def _saw(tx: Transaction, golden: str, said: model.Claimed) -> None:
    mine = (SEEN.c.golden == golden) & (SEEN.c.staff == said.by)
    if tx.execute(sa.select(SEEN.c.case).where(mine)).first() is None:
        tx.execute(sa.insert(SEEN), {"golden": golden, "staff": said.by, "case": said.case})


def _expose(tx: Transaction, row: Row, staff: str, queue: str) -> None:
    """Count what somebody has to see; ``queue`` is empty where it is nothing severe."""
    care, today = _care(tx, staff), row.at // DAY
    seen = care["seen"] if care["day"] == today else 0
    in_a_row = care["row"] + 1 if queue and queue == care["queue"] else int(bool(queue))
    counted = {"day": today, "seen": seen + bool(queue), "since": care["since"] + bool(queue)}
    _keep(tx, care, {**counted, "queue": queue, "row": in_a_row})


def _care(tx: Transaction, staff: str) -> dict[str, Any]:
    found = tx.execute(sa.select(CARE).where(CARE.c.staff == staff)).first()
    if found is not None:
        return dict(found._mapping)  # noqa: SLF001 - that is how a row tells its columns
    new = {"staff": staff, "told": "", "rests": 0, "day": 0, "seen": 0, "since": 0, "queue": "", "row": 0}
    tx.execute(sa.insert(CARE), new)
    return new


def _keep(tx: Transaction, care: Mapping[str, Any], values: Mapping[str, object]) -> None:
    tx.execute(sa.update(CARE).where(CARE.c.staff == care["staff"]).values(values))


def _left(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Left)
    take_further(tx, row, said.case, said.by, by="", until=0)
    if said.skip is not None:
        tx.execute(sa.insert(BARRED), {"case": said.case, "staff": said.by, "why": said.skip})


def _assigned(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Assigned)
    if said.to:
        refuse_barred(tx, said.case, said.to)
    take_further(tx, row, said.case, said.by, by=said.to, until=0)


def _escalated(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Escalated)
    before = case_row(tx, said.case)
    place = f"{said.queue} {before.place.partition(' ')[2]}"
    moved = {"queue": said.queue, "due": said.until, "warn": said.warn, "severe": int(said.severe)}
    take_further(tx, row, said.case, said.by, **{**moved, "by": "", "until": 0, "place": place, "late": 0})
    tx.execute(sa.delete(PLACES).where(PLACES.c.place == before.place, PLACES.c.case == said.case))
    take_place(tx, place, said.case)
    if before.late < TOO_LATE:  # else its last timer is what says so
        stop(tx, said.case, "time")
    time(tx, row, said.case, said.warn, 0)


def _noted(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Noted)
    take_further(tx, row, said.case, said.by)


def _late(tx: Transaction, row: Row) -> None:
    said, nearly = msgspec.json.decode(row.body, type=model.Late), row.kind == model.WARNED
    before = take_further(tx, row, said.case, late=1 if nearly else TOO_LATE)
    count(tx, row, LATE, before.queue, "right" if nearly else "wrong")
    if nearly:
        time(tx, row, said.case, said.until, 1)


def _rested(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Rested)
    _keep(tx, _care(tx, said.by), {"rests": said.until, "since": 0, "row": 0})


def _cared(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Cared)
    _keep(tx, _care(tx, said.staff), {"told": row.body.decode()})


def _golden(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Golden)
    if said.gone:
        tx.execute(sa.update(GOLDEN).where(GOLDEN.c.golden == said.golden).values(gone=1))
        return
    values = {
        "golden": said.golden,
        "queue": said.queue,
        "source": said.seq,
        "decision": said.decision,
        "outcome": said.outcome,
        "clauses": canonical_bytes(said.clauses).decode(),
        "person": said.person,
        "event": said.event,
        "by": said.by,
        "seq": row.seq,
        "gone": 0,
    }
    tx.execute(sa.insert(GOLDEN), values)


_TOGETHER: Final[Mapping[str, Callable[[Transaction, Sequence[Row]], None]]] = {
    model.RAISED: join,
    model.DECIDED: judging.decided,
}  # many at once: a wave is one commit
_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.CLAIMED: _claimed,
    model.LEFT: _left,
    model.ASSIGNED: _assigned,
    model.ESCALATED: _escalated,
    model.NOTED: _noted,
    model.WITHDRAWN: judging.withdrawn,
    model.CARRIED: judging.carried,
    model.CLOSED: judging.closed,
    model.WARNED: _late,
    model.BREACHED: _late,
    model.RESTED: _rested,
    model.CARED: _cared,
    model.GOLDEN: _golden,
}
