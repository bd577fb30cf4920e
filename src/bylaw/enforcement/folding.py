"""Actions as tables, folded from their facts; what falls due later waits in the outbox."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.enforcement import model
from bylaw.enforcement.machine import APPROVERS, demand_step, is_gate
from bylaw.enforcement.model import Action, State
from bylaw.records.fact import Row
from bylaw.records.outbox import Outgoing
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

HANDLER: Final = "enforcement"  # of what falls due
TELL_AGAIN: Final = (
    15 * 60 * 1_000_000
)  # microseconds, after which an action that nobody acknowledged is told again
MAX_TOLD: Final = 5  # times; then it has failed, and a person must look
AT_ONCE: Final = 500  # actions looked up in one statement

_METADATA: Final = sa.MetaData()
ACTIONS: Final = sa.Table(
    "enforcement_actions",
    _METADATA,
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False, index=True),  # of the fact that made it
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("effect", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("source", WHOLE, nullable=False, index=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("moved", WHOLE, nullable=False),  # when it came to its state
    sa.Column("code", sa.Text, nullable=False),  # why it failed
    sa.Column("told", sa.LargeBinary, nullable=False),  # the whole action
    sqlite_strict=True,
)
RULES: Final = sa.Table(
    "enforcement_rules",
    _METADATA,
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("action", sa.Text, primary_key=True),
    sqlite_strict=True,
)
CLAUSES: Final = sa.Table(
    "enforcement_clauses",
    _METADATA,
    sa.Column("clause", sa.Text, primary_key=True),  # that is cited, and what it stands below
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("action", sa.Text, primary_key=True),
    sqlite_strict=True,
)
APPROVALS: Final = sa.Table(
    "enforcement_approvals",
    _METADATA,
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, primary_key=True),
    sqlite_strict=True,
)


class Timer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What waits among the timers: an action; ``again``: how often it was told without an answer."""

    action: str
    again: int = 0


class EnforcementProjector:
    """The fold."""

    name = "enforcement"
    version = 1
    tables: Sequence[sa.Table] = (ACTIONS, RULES, CLAUSES, APPROVALS)
    kinds = frozenset({model.RESOLVED, model.MOVED, model.APPROVED, model.UNDONE, model.DUE})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What an action's state does not allow fails, and with it the commit."""
        for kind, some in groupby(rows, key=lambda row: row.kind):
            _FOLDS[kind](tx, list(some))


class _Begun(NamedTuple):
    """Actions that one fact makes, and what it says of them."""

    row: Row
    actions: Sequence[Action]
    by: str
    at: int
    source: int = 0
    decision: str = ""

    def values(self) -> Iterator[dict[str, object]]:
        for action in self.actions:
            yield {
                "action": action.action,
                "seq": self.row.seq,
                "state": State.AWAITING if action.awaiting else State.PLANNED,
                "effect": action.effect,
                "person": action.person,
                "source": self.source,
                "decision": self.decision,
                "by": self.by,
                "at": self.at,
                "moved": self.row.at,
                "code": "",
                "told": canonical_bytes(action),
            }


def _resolved(tx: Transaction, rows: Sequence[Row]) -> None:
    said = ((row, msgspec.json.decode(row.body, type=model.Resolved)) for row in rows)
    _begin(tx, [_Begun(row, r.actions, r.by, r.at, r.source, r.decision) for row, r in said])


def _begin(tx: Transaction, begun: Sequence[_Begun]) -> None:
    values = [value for one in begun for value in one.values()]
    if not values:
        return
    tx.execute(sa.insert(ACTIONS), values)
    for table, named in _INDEXES.items():
        indexed: list[dict[str, object]] = [
            {table.c[0].name: name, "seq": one.row.seq, "action": action.action}
            for one in begun
            for action in one.actions
            for name in named(action)
        ]
        if indexed:
            tx.execute(sa.insert(table), indexed)
    for one in begun:
        for action in one.actions:
            if not action.awaiting:
                _set_timers(tx, one.row, action)


def _clauses(action: Action) -> set[str]:
    """Return the clauses that an action cites, and all that they stand below, their documents too."""
    parts = [clause.split("/") for clause in action.clauses]
    return {"/".join(some[:depth]) for some in parts for depth in range(1, len(some) + 1)}


_INDEXES: Final[Mapping[sa.Table, Callable[[Action], Collection[str]]]] = {
    RULES: lambda action: action.rules,
    CLAUSES: _clauses,
}


def _set_timers(tx: Transaction, row: Row, action: Action) -> None:
    """Have an action done when it is due, or ended when it ends by itself."""
    when = action.due if action.due is not None else action.until if is_gate(action) else None
    if when is not None:
        timer = canonical_bytes(Timer(action.action))
        tx.send(row, Outgoing(_lane(action.action), timer, when, action.action))


def _tell_again(tx: Transaction, row: Row, action: str, again: int) -> None:
    """Have an action told again if nobody says that it was done."""
    timer = Timer(action, again)
    tx.send(row, Outgoing(_lane(action), canonical_bytes(timer), row.at + TELL_AGAIN, f"again/{action}"))


def _lane(action: str) -> str:
    """Return the outbox's destination for an action's timers: one that keeps failing holds up few others."""
    return f"{HANDLER}:{action[-1]}"


def _cancel(tx: Transaction, actions: Iterable[str], key: Callable[[str], str]) -> None:
    for lane, some in groupby(sorted(actions, key=_lane), key=_lane):
        tx.cancel(lane, {key(action) for action in some})


def _moved(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        said = msgspec.json.decode(row.body, type=model.Moved)
        _move(tx, row, said.actions, said.state, said.code)


def _move(tx: Transaction, row: Row, actions: Sequence[str], new: State, code: str = "") -> None:
    told = []  # timers of these tell again
    for start in range(0, len(actions), AT_ONCE):
        some = actions[start : start + AT_ONCE]
        query = sa.select(ACTIONS.c.action, ACTIONS.c.state).where(ACTIONS.c.action.in_(some))
        states = {found.action: found.state for found in tx.execute(query)}
        for action in some:
            if action not in states:
                raise no_action(action)
            demand_step(action, State(states[action]), new)
        told += [action for action in some if states[action] == State.SENT]
        change = sa.update(ACTIONS).where(ACTIONS.c.action.in_(some))
        tx.execute(change.values(state=new, moved=row.at, code=code))
    if new in _TAKEN_BACK:  # what ends by itself takes its own timer out
        _cancel(tx, actions, str)
    if told and new is not State.FAILED:  # which that timer says itself
        _cancel(tx, told, "again/{}".format)
    if new is State.SENT:
        for action in actions:
            _tell_again(tx, row, action, 1)


def _approved(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        _agree(tx, row)


def _agree(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Approved)
    name = said.action.action
    found = tx.execute(sa.select(ACTIONS.c.by, ACTIONS.c.state).where(ACTIONS.c.action == name)).first()
    if found is None:
        raise no_action(name)
    if found.state != State.AWAITING:
        raise ConflictError("action.order", f"`{name}` is {found.state} and awaits nobody")
    known = set(tx.execute(sa.select(APPROVALS.c.by).where(APPROVALS.c.action == name)).scalars())
    agreed = known | ({found.by} if found.by else set())
    if said.by in agreed:
        raise ConflictError("action.same_person", "the second person must be another one")
    tx.execute(sa.insert(APPROVALS), {"action": name, "by": said.by})
    if said.enough and len(agreed) + 1 >= APPROVERS:
        _move(tx, row, [name], State.PLANNED)
        _set_timers(tx, row, said.action)


def _undone(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        said = msgspec.json.decode(row.body, type=model.Undone)
        _move(tx, row, [inverse.undoes for inverse in said.inverses], State.UNDONE)
        _begin(tx, [_Begun(row, said.inverses, said.by, said.at)])


def _due(tx: Transaction, rows: Sequence[Row]) -> None:
    for row in rows:
        said = msgspec.json.decode(row.body, type=model.Due)
        if said.later is not None:
            _set_timers(tx, row, msgspec.structs.replace(said.action, due=said.later))
        if said.again:
            _tell_again(tx, row, said.action.action, said.again + 1)


_TAKEN_BACK: Final = frozenset({State.REFUSED, State.UNDONE})
_FOLDS: Final = {
    model.RESOLVED: _resolved,
    model.MOVED: _moved,
    model.APPROVED: _approved,
    model.UNDONE: _undone,
    model.DUE: _due,
}


def no_action(action: str) -> NotFoundError:
    """Return the error of an action that is not there."""
    return NotFoundError("action.unknown", f"there is no action `{action}`")
