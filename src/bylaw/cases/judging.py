"""The fold of verdicts: given, many at once; withdrawn; carried out, counted and compared."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError
from bylaw.cases import model
from bylaw.cases.joining import AT_ONCE, CLAUSE, REPORTER, RULE, above
from bylaw.cases.machine import Held, step
from bylaw.cases.model import Decided, Outcome, State, What
from bylaw.cases.stepping import count, no_case, no_part, refuse_barred, take_further, take_place
from bylaw.cases.tables import BARRED, CASES, CITED, GOLDEN, HISTORY, ITEMS, PAIRS, PLACES, VERDICTS
from bylaw.cases.timing import lane, leave, stop, time
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction

GIVEN: Final = "given"  # states of verdicts
TAKEN_BACK: Final = "withdrawn"
DONE: Final = "carried"
_COUNTED: Final = {Outcome.VIOLATION: "right", Outcome.NO_VIOLATION: "wrong"}
_APPEALED: Final = {Outcome.VIOLATION: "sustained", Outcome.NO_VIOLATION: "reversed"}


def decided(tx: Transaction, rows: Sequence[Row]) -> None:
    """Fold verdicts: one, or the many that were given in one go."""
    for start in range(0, len(rows), AT_ONCE):
        some = [(row, msgspec.json.decode(row.body, type=Decided)) for row in rows[start : start + AT_ONCE]]
        _decided(tx, some, _known(tx, some))


def _known(tx: Transaction, some: Sequence[tuple[Row, Decided]]) -> dict[str, Any]:
    """Return the cases, by id, after a look whether these people may decide them."""
    names = [said.case for _, said in some]
    query = sa.select(BARRED.c.case, BARRED.c.staff).where(BARRED.c.case.in_(names))
    barred = {(row.case, row.staff) for row in tx.execute(query)}
    if any((said.case, said.by) in barred for _, said in some):
        raise no_part()
    found = {row.case: row for row in tx.execute(sa.select(CASES).where(CASES.c.case.in_(names)))}
    for row, said in some:
        before = found.get(said.case)
        if before is None:
            raise no_case(said.case)
        step(said.case, Held(State(before.state), before.by, before.until), row.kind, said.by, row.at)
    if len(found) < len(some):
        raise ConflictError("case.order", "one case cannot be decided twice")
    return found


def _decided(tx: Transaction, some: Sequence[tuple[Row, Decided]], known: dict[str, Any]) -> None:
    changes: list[dict[str, object]] = [
        {
            "the_case": said.case,
            "new_by": said.by,
            "new_verdict": said.verdict,
            "new_outcome": said.outcome,
            "new_moved": row.at,
        }
        for row, said in some
    ]
    named: dict[str, Any] = {
        name: sa.bindparam(f"new_{name}") for name in ("by", "verdict", "outcome", "moved")
    }
    change = sa.update(CASES).where(CASES.c.case == sa.bindparam("the_case"))
    tx.execute(change.values(state=State.DECIDED, waiting=0, until=0, **named), changes)
    history: list[dict[str, object]] = [
        {"case": said.case, "seq": row.seq, "kind": row.kind, "by": said.by, "at": row.at}
        for row, said in some
    ]
    tx.execute(sa.insert(HISTORY), history)
    tx.execute(sa.delete(PLACES).where(PLACES.c.case.in_(list(known))))
    tx.execute(sa.insert(VERDICTS), [_verdict(row, said, known[said.case]) for row, said in some])
    if cited := list(_cited(some, known)):
        tx.execute(sa.insert(CITED), cited)
    for where, cases in groupby(sorted(known, key=lane), key=lane):
        tx.cancel(where, {f"{case}/time" for case in cases})
    for row, said in some:
        leave(tx, row, said.case, said.verdict, said.leaves)


def _verdict(row: Row, said: Decided, case: Any) -> dict[str, object]:  # noqa: ANN401 - a row of the table
    return {
        "verdict": said.verdict,
        "case": said.case,
        "seq": row.seq,
        "state": GIVEN,
        "queue": case.queue,
        "what": case.what,
        "by": said.by,
        "at": row.at,
        "took": max(0, row.at - case.raised),
        "outcome": said.outcome,
        "clauses": canonical_bytes(said.clauses).decode(),
        "batch": said.batch,
        "leaves": said.leaves,
    }


def _cited(some: Sequence[tuple[Row, Decided]], known: dict[str, Any]) -> Iterator[dict[str, object]]:
    for row, said in some:
        if known[said.case].what != What.GOLDEN:
            for clause in sorted(set(said.clauses)):
                yield {"clause": clause, "seq": row.seq, "verdict": said.verdict}


def withdrawn(tx: Transaction, row: Row) -> None:
    """Fold a verdict that was taken back."""
    said = msgspec.json.decode(row.body, type=model.Withdrawn)
    before = take_further(tx, row, said.case, said.by, by=said.by, until=said.until, verdict="", outcome="")
    _demand_verdict(before, said.verdict)
    _end_verdict(tx, said.verdict, TAKEN_BACK)
    tx.execute(sa.delete(CITED).where(CITED.c.verdict == said.verdict, CITED.c.seq > 0))
    take_place(tx, before.place, said.case)
    stop(tx, said.case, "leave")
    time(tx, row, said.case, (before.warn, before.due, 0)[before.late], int(before.late > 0))


def _demand_verdict(case: Any, verdict: str) -> None:  # noqa: ANN401 - a row of the table
    if case.verdict != verdict:
        raise ConflictError("case.order", "this is not the verdict that stands")


def _end_verdict(tx: Transaction, verdict: str, state: str) -> None:
    tx.execute(sa.update(VERDICTS).where(VERDICTS.c.verdict == verdict).values(state=state))


def carried(tx: Transaction, row: Row) -> None:
    """Fold a verdict that was carried out."""
    said = msgspec.json.decode(row.body, type=model.Carried)
    case = take_further(tx, row, said.case)
    _demand_verdict(case, said.verdict)
    _end_verdict(tx, said.verdict, DONE)
    verdict = tx.execute(sa.select(VERDICTS).where(VERDICTS.c.verdict == said.verdict)).one()
    if case.what in {What.SAMPLE, What.GOLDEN}:
        _compare(tx, row, case, verdict)
    elif verdict.outcome in _COUNTED:
        _judge(tx, row, case, Outcome(verdict.outcome), msgspec.json.decode(verdict.clauses))


def _judge(tx: Transaction, row: Row, case: Any, outcome: Outcome, cited: Iterable[str]) -> None:  # noqa: ANN401
    """Count whether those were right who had the case looked at: rules, the clauses they named, reporters."""
    column = _COUNTED[outcome]
    confirmed = above(cited)
    for clause in msgspec.json.decode(case.clauses):
        right = outcome is Outcome.VIOLATION and clause in confirmed
        count(tx, row, CLAUSE, clause, "right" if right else "wrong")
    for rule in msgspec.json.decode(case.rules):
        count(tx, row, RULE, rule, column)
    query = sa.select(ITEMS.c.reporter).where(ITEMS.c.case == case.case, ITEMS.c.reporter != "").distinct()
    for reporter in tx.execute(query).scalars().all():
        count(tx, row, REPORTER, reporter, column)


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


def closed(tx: Transaction, row: Row) -> None:
    """Fold what another room decided."""
    said = msgspec.json.decode(row.body, type=model.Closed)
    refuse_barred(tx, said.case, said.by)
    before = take_further(tx, row, said.case, said.by, by=said.by, until=0, outcome=said.outcome)
    tx.execute(sa.delete(PLACES).where(PLACES.c.case == said.case))
    stop(tx, said.case, "time")
    if before.what == What.APPEAL and said.outcome in _APPEALED:
        for what, names in ((RULE, before.rules), (CLAUSE, before.clauses)):
            for name in msgspec.json.decode(names):
                count(tx, row, what, name, _APPEALED[said.outcome])
