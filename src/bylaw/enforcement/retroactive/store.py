"""Plans as tables, folded from their facts; what is still to be done waits in the outbox."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.enforcement.retroactive import model
from bylaw.enforcement.retroactive.machine import demand_second, following
from bylaw.enforcement.retroactive.model import Carried, Plan, Planned, State, Step, Undone
from bylaw.records.fact import Row
from bylaw.records.outbox import Outgoing
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

HANDLER: Final = "retroactive"
PAGE: Final = 100

_METADATA: Final = sa.MetaData()
PLANS: Final = sa.Table(
    "retroactive_plans",
    _METADATA,
    sa.Column("plan", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False, index=True),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("rule", sa.Text, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("upto", WHOLE, nullable=False),
    sa.Column("acted", WHOLE, nullable=False),
    sa.Column("left", WHOLE, nullable=False),
    sa.Column("undone", WHOLE, nullable=False),
    sa.Column("by", sa.Text, nullable=False),  # whoever acts: planned it, agreed, has it undone
    sa.Column("told", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
ACTED: Final = sa.Table(
    "retroactive_actions",
    _METADATA,
    sa.Column("plan", sa.Text, primary_key=True),
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("undone", WHOLE, nullable=False),
    sqlite_strict=True,
)


class Timer(msgspec.Struct, frozen=True):
    """What waits: a plan of which something is still to be done."""

    plan: str


class RetroactiveProjector:
    """The fold."""

    name = "retroactive"
    version = 1
    tables: Sequence[sa.Table] = (PLANS, ACTED)
    kinds = frozenset(
        {
            model.PLANNED,
            model.APPROVED,
            model.REFUSED,
            model.CARRIED,
            model.STOPPED,
            model.RESUMED,
            model.UNDOING,
            model.UNDONE,
        }
    )

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What cannot follow fails, and with it the commit."""
        for row in rows:
            _FOLDS[row.kind](tx, row)


def _planned(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=Planned)
    values: dict[str, object] = dict.fromkeys(("upto", "acted", "left", "undone"), 0)
    values |= {"plan": said.plan, "seq": row.seq, "at": row.at, "rule": said.rule, "by": said.by}
    tx.execute(sa.insert(PLANS), {**values, "state": State.PLANNED, "approved_by": "", "told": row.body})


def _approved(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=Step)
    demand_second(said.by, _stands(tx, said.plan).by)
    _go(tx, row, said.plan, approved_by=said.by)
    _again(tx, row, said.plan)


def _stepped(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=Step)
    _go(tx, row, said.plan)
    if row.kind == model.UNDOING:
        tx.execute(sa.update(PLANS).where(PLANS.c.plan == said.plan).values(by=said.by))
    if row.kind in {model.RESUMED, model.UNDOING}:
        _again(tx, row, said.plan)


def _carried(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=Carried)
    stood = _stands(tx, said.plan)
    if stood.upto != said.since:  # somebody else did this step
        raise ConflictError("retroactive.order", f"`{said.plan}` is carried out up to {stood.upto}")
    _go(
        tx,
        row,
        said.plan,
        last=said.done,
        upto=said.upto,
        acted=stood.acted + len(said.actions),
        left=stood.left + said.left,
    )
    if said.actions:
        values: list[dict[str, object]] = [
            {"plan": said.plan, "action": action, "undone": 0} for action in said.actions
        ]
        tx.execute(sa.insert(ACTED), values)
    if not said.done:
        _again(tx, row, said.plan)


def _undone(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=Undone)
    mine = (ACTED.c.plan == said.plan) & ACTED.c.action.in_(said.actions)
    tx.execute(sa.update(ACTED).where(mine).values(undone=1))
    _go(tx, row, said.plan, last=said.done, undone=_stands(tx, said.plan).undone + len(said.actions))
    if not said.done:
        _again(tx, row, said.plan)


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.PLANNED: _planned,
    model.APPROVED: _approved,
    model.REFUSED: _stepped,
    model.CARRIED: _carried,
    model.STOPPED: _stepped,
    model.RESUMED: _stepped,
    model.UNDOING: _stepped,
    model.UNDONE: _undone,
}


def _again(tx: Transaction, row: Row, plan: str) -> None:
    tx.send(row, Outgoing(f"{HANDLER}:{plan}", canonical_bytes(Timer(plan))))


def _go(tx: Transaction, row: Row, plan: str, *, last: bool = False, **values: object) -> None:
    state = following(plan, State(_stands(tx, plan).state), row.kind, last=last)
    tx.execute(sa.update(PLANS).where(PLANS.c.plan == plan).values(state=state, **values))


def _stands(tx: Transaction, plan: str) -> Any:  # noqa: ANN401 - a row of the table
    found = tx.execute(sa.select(PLANS).where(PLANS.c.plan == plan)).first()
    if found is None:
        raise _no_plan(plan)
    return found


# -- questions


def plan_of(core: sa.Connection, plan: str) -> Plan:
    """Return a plan; raises ``NotFoundError`` if there is none."""
    row = core.execute(sa.select(PLANS).where(PLANS.c.plan == plan)).first()
    if row is None:
        raise _no_plan(plan)
    return _plan(row)


def plans(core: sa.Connection, *, rule: str = "", limit: int = PAGE) -> list[Plan]:
    """Return plans, of a rule or all, the latest first."""
    query = sa.select(PLANS).order_by(PLANS.c.seq.desc()).limit(limit)
    return [_plan(row) for row in core.execute(query.where(PLANS.c.rule == rule) if rule else query)]


def standing_actions(core: sa.Connection, plan: str, limit: int) -> list[str]:
    """Return actions of a plan that were not taken back with it."""
    query = sa.select(ACTED.c.action).where(ACTED.c.plan == plan, ACTED.c.undone == 0)
    return list(core.scalars(query.order_by(ACTED.c.action).limit(limit)))


def who_acts(core: sa.Connection, plan: str) -> str:
    """Return who last had something done with a plan: planned it, or has it undone."""
    return str(core.scalar(sa.select(PLANS.c.by).where(PLANS.c.plan == plan)) or "")


def _plan(row: Any) -> Plan:  # noqa: ANN401 - a row of the table
    return Plan(
        seq=row.seq,
        at=row.at,
        said=msgspec.json.decode(row.told, type=Planned),
        state=State(row.state),
        approved_by=row.approved_by,
        upto=row.upto,
        acted=row.acted,
        left=row.left,
        undone=row.undone,
    )


def _no_plan(plan: str) -> NotFoundError:
    return NotFoundError("retroactive.not_found", f"there is no plan `{plan}`")
