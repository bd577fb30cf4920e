"""The fold of what people do with cases: claims, verdicts, what became of them, quality, care."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.cases import model
from bylaw.cases.joining import CLAUSE, REPORTER, RULE, above, join
from bylaw.cases.machine import Held, step
from bylaw.cases.model import Outcome, State, What
from bylaw.cases.tables import (
    BARRED,
    CARE,
    CASES,
    CITED,
    FIGURES,
    GOLDEN,
    HISTORY,
    ITEMS,
    PAIRS,
    PLACES,
    SEEN,
    TABLES,
    VERDICTS,
)
from bylaw.cases.timing import leave, stop, time
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction

DAY: Final = 24 * model.HOUR
GIVEN: Final = "given"  # states of verdicts
TAKEN_BACK: Final = "withdrawn"
DONE: Final = "carried"
TOO_LATE: Final = 2
LATE: Final = "late"  # figures of queues: nearly, and late
_COUNTED: Final = {Outcome.VIOLATION: "right", Outcome.NO_VIOLATION: "wrong"}
_APPEALED: Final = {Outcome.VIOLATION: "sustained", Outcome.NO_VIOLATION: "reversed"}


class CasesProjector:
    """The fold."""

    name = "cases"
    version = 1
    tables: Sequence[sa.Table] = TABLES

    @property
    def kinds(self) -> frozenset[str]:
        """Facts that it listens to."""
        return frozenset({model.RAISED, *_FOLDS})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What a case's state does not allow fails, and with it the commit."""
        for kind, some in groupby(rows, key=lambda row: row.kind):
            if kind == model.RAISED:
                join(tx, list(some))
            else:
                for row in some:
                    _FOLDS[kind](tx, row)


def no_case(case: str) -> NotFoundError:
    """Return the error of a case that is not there."""
    return NotFoundError("case.unknown", f"there is no case `{case}`")


def _of(tx: Transaction, case: str) -> Any:  # noqa: ANN401 - a row of the table
    found = tx.execute(sa.select(CASES).where(CASES.c.case == case)).first()
    if found is None:
        raise no_case(case)
    return found


def _step(tx: Transaction, row: Row, case: str, by: str = "", /, **values: object) -> Any:  # noqa: ANN401
    """Let a fact take a case further; return the case as it was."""
    before = _of(tx, case)
    state = step(case, Held(State(before.state), before.by, before.until), row.kind, by, row.at)
    if state is not State(before.state):
        values["moved"] = row.at
    waiting = int(state in (State.OPEN, State.CLAIMED))
    tx.execute(sa.update(CASES).where(CASES.c.case == case).values(state=state, waiting=waiting, **values))
    entry = {"case": case, "seq": row.seq, "kind": row.kind, "by": by, "at": row.at}
    tx.execute(sa.insert(HISTORY), entry)
    return before


def _refuse_barred(tx: Transaction, case: str, by: str) -> None:
    query = sa.select(BARRED.c.staff).where(BARRED.c.case == case, BARRED.c.staff == by)
    if tx.execute(query).first() is not None:
        hint = "somebody who took no part in it must"
        raise ConflictError("case.barred", "you took part in this case, or left it to others", hint=hint)


def _claimed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Claimed)
    _refuse_barred(tx, said.case, said.by)
    before = _step(tx, row, said.case, said.by, by=said.by, until=said.until)
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
    _step(tx, row, said.case, said.by, by="", until=0)
    if said.skip is not None:
        tx.execute(sa.insert(BARRED), {"case": said.case, "staff": said.by, "why": said.skip})


def _assigned(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Assigned)
    if said.to:
        _refuse_barred(tx, said.case, said.to)
    _step(tx, row, said.case, said.by, by=said.to, until=0)


def _escalated(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Escalated)
    before = _of(tx, said.case)
    place = f"{said.queue} {before.place.partition(' ')[2]}"
    moved = {"queue": said.queue, "due": said.until, "warn": said.warn, "severe": int(said.severe)}
    _step(tx, row, said.case, said.by, **{**moved, "by": "", "until": 0, "place": place, "late": 0})
    tx.execute(sa.delete(PLACES).where(PLACES.c.place == before.place, PLACES.c.case == said.case))
    _take_place(tx, place, said.case)
    if before.late < TOO_LATE:  # else its last timer is what says so
        stop(tx, said.case, "time")
    time(tx, row, said.case, said.warn, 0)


def _take_place(tx: Transaction, place: str, case: str) -> None:
    """Let more of the same join a case, unless it joins another one there."""
    if tx.execute(sa.select(PLACES.c.case).where(PLACES.c.place == place)).first() is None:
        tx.execute(sa.insert(PLACES), {"place": place, "case": case})


def _noted(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Noted)
    _step(tx, row, said.case, said.by)


def _decided(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Decided)
    _refuse_barred(tx, said.case, said.by)
    given = {"by": said.by, "until": 0, "verdict": said.verdict, "outcome": said.outcome}
    before = _step(tx, row, said.case, said.by, **given)
    tx.execute(sa.delete(PLACES).where(PLACES.c.case == said.case))
    values = {
        "verdict": said.verdict,
        "case": said.case,
        "seq": row.seq,
        "state": GIVEN,
        "queue": before.queue,
        "what": before.what,
        "by": said.by,
        "at": row.at,
        "took": max(0, row.at - before.raised),
        "outcome": said.outcome,
        "clauses": canonical_bytes(said.clauses).decode(),
        "batch": said.batch,
        "leaves": said.leaves,
    }
    tx.execute(sa.insert(VERDICTS), values)
    if before.what != What.GOLDEN:
        cited = [
            {"clause": clause, "seq": row.seq, "verdict": said.verdict}
            for clause in sorted(set(said.clauses))
        ]
        tx.execute(sa.insert(CITED), cited)
    stop(tx, said.case, "time")
    leave(tx, row, said.case, said.verdict, said.leaves)


def _withdrawn(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Withdrawn)
    before = _step(tx, row, said.case, said.by, by=said.by, until=said.until, verdict="", outcome="")
    _demand_verdict(before, said.verdict)
    _end_verdict(tx, said.verdict, TAKEN_BACK)
    tx.execute(sa.delete(CITED).where(CITED.c.verdict == said.verdict, CITED.c.seq > 0))
    _take_place(tx, before.place, said.case)
    stop(tx, said.case, "leave")
    time(tx, row, said.case, (before.warn, before.due, 0)[before.late], int(before.late > 0))


def _demand_verdict(case: Any, verdict: str) -> None:  # noqa: ANN401 - a row of the table
    if case.verdict != verdict:
        raise ConflictError("case.order", "this is not the verdict that stands")


def _end_verdict(tx: Transaction, verdict: str, state: str) -> None:
    tx.execute(sa.update(VERDICTS).where(VERDICTS.c.verdict == verdict).values(state=state))


def _carried(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Carried)
    case = _step(tx, row, said.case)
    _demand_verdict(case, said.verdict)
    _end_verdict(tx, said.verdict, DONE)
    verdict = tx.execute(sa.select(VERDICTS).where(VERDICTS.c.verdict == said.verdict)).one()
    if case.what in {What.SAMPLE, What.GOLDEN}:
        _compare(tx, row, case, verdict)
    elif verdict.outcome in _COUNTED:
        _judge(tx, case, Outcome(verdict.outcome), msgspec.json.decode(verdict.clauses))


def _judge(tx: Transaction, case: Any, outcome: Outcome, cited: Iterable[str]) -> None:  # noqa: ANN401
    """Count whether those were right who had the case looked at: rules, the clauses they named, reporters."""
    column = _COUNTED[outcome]
    confirmed = above(cited)
    for clause in msgspec.json.decode(case.clauses):
        right = outcome is Outcome.VIOLATION and clause in confirmed
        _count(tx, CLAUSE, clause, "right" if right else "wrong")
    for rule in msgspec.json.decode(case.rules):
        _count(tx, RULE, rule, column)
    query = sa.select(ITEMS.c.reporter).where(ITEMS.c.case == case.case, ITEMS.c.reporter != "").distinct()
    for reporter in tx.execute(query).scalars().all():
        _count(tx, REPORTER, reporter, column)


def _count(tx: Transaction, what: str, name: str, column: str) -> None:
    mine = (FIGURES.c.what == what) & (FIGURES.c.name == name)
    more = {column: FIGURES.c[column] + 1}
    if not tx.execute(sa.update(FIGURES).where(mine).values(more)).rowcount:
        none: dict[str, object] = dict.fromkeys(("right", "wrong", "sustained", "reversed"), 0)
        tx.execute(sa.insert(FIGURES), {"what": what, "name": name, **none, column: 1})


def _compare(tx: Transaction, row: Row, case: Any, verdict: Any) -> None:  # noqa: ANN401 - rows of tables
    """Lay a second verdict beside the first, or beside the one that is known to be right."""
    table = GOLDEN if case.what == What.GOLDEN else VERDICTS
    first = tx.execute(sa.select(table).where(table.c[0] == case.about)).one()
    subjects = {f"queue {case.queue}", f"staff {verdict.by}", ""}
    subjects |= {f"clause {clause}" for clause in msgspec.json.decode(first.clauses)}
    subjects |= {f"rule {rule}" for rule in msgspec.json.decode(case.rules)}
    golden = int(case.what == What.GOLDEN)
    if not golden:
        subjects.add(f"staff {first.by}")
    pairs: list[dict[str, object]] = [
        {
            "subject": one,
            "seq": row.seq,
            "first": first.outcome,
            "second": verdict.outcome,
            "golden": golden,
        }
        for one in sorted(subjects)
    ]
    tx.execute(sa.insert(PAIRS), pairs)


def _closed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Closed)
    _refuse_barred(tx, said.case, said.by)
    before = _step(tx, row, said.case, said.by, by=said.by, until=0, outcome=said.outcome)
    tx.execute(sa.delete(PLACES).where(PLACES.c.case == said.case))
    stop(tx, said.case, "time")
    if before.what == What.APPEAL and said.outcome in _APPEALED:
        for what, names in ((RULE, before.rules), (CLAUSE, before.clauses)):
            for name in msgspec.json.decode(names):
                _count(tx, what, name, _APPEALED[said.outcome])


def _late(tx: Transaction, row: Row) -> None:
    said, nearly = msgspec.json.decode(row.body, type=model.Late), row.kind == model.WARNED
    before = _step(tx, row, said.case, late=1 if nearly else TOO_LATE)
    _count(tx, LATE, before.queue, "right" if nearly else "wrong")
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


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.CLAIMED: _claimed,
    model.LEFT: _left,
    model.ASSIGNED: _assigned,
    model.ESCALATED: _escalated,
    model.NOTED: _noted,
    model.DECIDED: _decided,
    model.WITHDRAWN: _withdrawn,
    model.CARRIED: _carried,
    model.CLOSED: _closed,
    model.WARNED: _late,
    model.BREACHED: _late,
    model.RESTED: _rested,
    model.CARED: _cared,
    model.GOLDEN: _golden,
}
