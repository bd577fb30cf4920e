"""What every fold of a case does: look it up, let a fact take it further, keep that in its history."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa

from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.cases import model
from bylaw.cases.joining import CLAUSE, RULE
from bylaw.cases.machine import UNDECIDED, Held, step
from bylaw.cases.model import State
from bylaw.cases.tables import BARRED, CASES, DAYS, FIGURES, HISTORY, PLACES
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction

DAY: Final = 24 * model.HOUR
BY_DAY: Final = frozenset({RULE, CLAUSE})  # whose figures are kept by day too


def no_case(case: str) -> NotFoundError:
    """Return the error of a case that is not there."""
    return NotFoundError("case.unknown", f"there is no case `{case}`")


def case_row(tx: Transaction, case: str) -> Any:  # noqa: ANN401 - a row of the table
    """Return a case as it stands; raises ``NotFoundError``."""
    found = tx.execute(sa.select(CASES).where(CASES.c.case == case)).first()
    if found is None:
        raise no_case(case)
    return found


def take_further(tx: Transaction, row: Row, case: str, by: str = "", /, **values: object) -> Any:  # noqa: ANN401
    """Let a fact take a case further; return the case as it was."""
    before = case_row(tx, case)
    state = step(case, Held(State(before.state), before.by, before.until), row.kind, by, row.at)
    if state is not State(before.state):
        values["moved"] = row.at
    waiting = int(state in UNDECIDED)
    tx.execute(sa.update(CASES).where(CASES.c.case == case).values(state=state, waiting=waiting, **values))
    entry = {"case": case, "seq": row.seq, "kind": row.kind, "by": by, "at": row.at}
    tx.execute(sa.insert(HISTORY), entry)
    return before


def refuse_barred(tx: Transaction, case: str, by: str) -> None:
    """See to it that somebody may decide a case; raises ``ConflictError``."""
    query = sa.select(BARRED.c.staff).where(BARRED.c.case == case, BARRED.c.staff == by)
    if tx.execute(query).first() is not None:
        raise no_part()


def no_part() -> ConflictError:
    """Return the error of who must not decide a case."""
    hint = "somebody who took no part in it must"
    return ConflictError("case.barred", "you took part in this case, or left it to others", hint=hint)


def take_place(tx: Transaction, place: str, case: str) -> None:
    """Let more of the same join a case, unless it joins another one there."""
    if tx.execute(sa.select(PLACES.c.case).where(PLACES.c.place == place)).first() is None:
        tx.execute(sa.insert(PLACES), {"place": place, "case": case})


def count(tx: Transaction, row: Row, what: str, name: str, column: str) -> None:
    """Count once more because of a fact, in the figures of something; of rules and clauses on its day too."""
    _count(tx, FIGURES, {"what": what, "name": name}, column)
    if what in BY_DAY:
        _count(tx, DAYS, {"what": what, "name": name, "day": row.at // DAY}, column)


def _count(tx: Transaction, table: sa.Table, key: Mapping[str, object], column: str) -> None:
    mine = sa.and_(*(table.c[name] == value for name, value in key.items()))
    more = {column: table.c[column] + 1}
    if not tx.execute(sa.update(table).where(mine).values(more)).rowcount:
        none: dict[str, object] = dict.fromkeys(("right", "wrong", "sustained", "reversed"), 0)
        tx.execute(sa.insert(table), {**key, **none, column: 1})
