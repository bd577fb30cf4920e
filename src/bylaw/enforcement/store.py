"""What the tables of actions tell. Each question goes by an index; a page is bounded."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.enforcement import model
from bylaw.enforcement.folding import ACTIONS, APPROVALS, RULES, no_action
from bylaw.enforcement.machine import OPEN, STANDING, STEPS
from bylaw.enforcement.model import Action, State
from bylaw.records.records import Records

PAGE: Final = 200
REACH: Final = 10_000  # facts of one commit


class Stood(NamedTuple):
    """An action as it stands now."""

    action: Action
    state: State
    seq: int
    source: int
    decision: str
    by: str
    at: int
    moved: int
    code: str


def action_of(core: sa.Connection, action: str) -> Stood:
    """Return an action.

    Raises:
        NotFoundError: ``action.unknown``.
    """
    found = known(core, action)
    if found is None:
        raise no_action(action)
    return found


def known(core: sa.Connection, action: str) -> Stood | None:
    """Return an action; nothing if there is none."""
    found = core.execute(sa.select(ACTIONS).where(ACTIONS.c.action == action)).first()
    return _stood(found) if found else None


def made_with(core: sa.Connection, stood: Stood) -> list[Stood]:
    """Return the actions against the same account that the same fact made, one itself included."""
    mine = (ACTIONS.c.seq == stood.seq) & (ACTIONS.c.person == stood.action.person)
    return [_stood(row) for row in core.execute(sa.select(ACTIONS).where(mine).order_by(ACTIONS.c.action))]


def actions(  # noqa: PLR0913 - what may be asked for
    core: sa.Connection,
    *,
    states: Iterable[State] = (),
    person: str = "",
    rule: str = "",
    source: int = 0,
    after: tuple[int, str] | None = None,
    limit: int = PAGE,
) -> list[Stood]:
    """Return actions, newest first.

    ``source`` is the number of the fact that holds the event they are about; ``after``: only those that follow the
    action of this number and id in that order.
    """
    order = RULES.c if rule else ACTIONS.c
    query = sa.select(ACTIONS).order_by(order.seq.desc(), order.action).limit(limit)
    if wanted := [str(state) for state in states]:
        query = query.where(ACTIONS.c.state.in_(wanted))
    if person:
        query = query.where(ACTIONS.c.person == person)
    if rule:
        query = query.join(RULES, RULES.c.action == ACTIONS.c.action).where(RULES.c.rule == rule)
    if source:
        query = query.where(ACTIONS.c.source == source)
    if after is not None:
        query = query.where(_follows(order, after))
    return [_stood(row) for row in core.execute(query)]


def trail(
    core: sa.Connection,
    by: sa.Column[Any],
    value: str | int,
    *,
    after: tuple[int, str] | None = None,
    limit: int = PAGE,
) -> list[Stood]:
    """Return the actions that a column of an index leads to, the newest first.

    Args:
        core: where to look.
        by: the account (``ACTIONS.c.person``), the event (``.source``), the action itself, ``RULES.c.rule`` or
            ``CLAUSES.c.clause``.
        value: what stands in it.
        after: as in ``actions``.
        limit: at most so many.
    """
    found = by.table.c
    query = sa.select(found.action).where(by == value).order_by(found.seq.desc(), found.action).limit(limit)
    if after is not None:
        query = query.where(_follows(found, after))
    named = list(core.scalars(query))
    told = core.execute(sa.select(ACTIONS).where(ACTIONS.c.action.in_(named)))
    standing = {row.action: row for row in told}
    return [_stood(standing[name]) for name in named]


def _follows(columns: Any, after: tuple[int, str]) -> sa.ColumnElement[bool]:  # noqa: ANN401 - of a table
    seq, action = after
    # COST: said so that an index is entered at `seq`, and not read from its end.
    return sa.and_(columns.seq <= seq, sa.or_(columns.seq < seq, columns.action > action))


def of_rule(
    core: sa.Connection,
    rule: str,
    since: int,
    *,
    after: tuple[int, str] = (0, ""),
    last: int | None = None,
    limit: int | None = None,
) -> list[Stood]:
    """Return what a rule asked for since an instant and that still stands, oldest first.

    ``after``: only what follows the action of this number and id; ``last``: the last fact that is looked at.
    """
    seq, action = after
    of = RULES.c
    query = (
        sa.select(ACTIONS)
        .join(RULES, of.action == ACTIONS.c.action)
        .where(of.rule == rule, ACTIONS.c.at >= since, ACTIONS.c.state.in_(_UNDOABLE))
        .where(of.seq >= seq, sa.or_(of.seq > seq, of.action > action))
        .order_by(of.seq, of.action)
        .limit(limit)
    )
    return [_stood(row) for row in core.execute(query if last is None else query.where(of.seq <= last))]


def resolved_of(records: Records, source: int) -> model.Resolved | None:
    """Return what was made of the decision that a fact records: it stands in the same commit, soon after it."""
    for row in records.page(source + 1, source + REACH, {model.RESOLVED}):
        said = msgspec.json.decode(row.body, type=model.Resolved)
        if said.source == source:
            return said
    return None


def standing(core: sa.Connection, effects: Iterable[str], *people: str) -> Iterator[Stood]:
    """Yield actions of some effects that stand or wait for people, of some accounts or of all, oldest first.

    At most ``AT_ONCE`` accounts.
    """
    query = sa.select(ACTIONS).where(
        ACTIONS.c.effect.in_(list(effects)), ACTIONS.c.state.in_([*STANDING, State.AWAITING])
    )
    if people:
        query = query.where(ACTIONS.c.person.in_(people))
    for row in core.execute(query.order_by(ACTIONS.c.seq)):
        yield _stood(row)


def approvals(core: sa.Connection, action: str) -> list[str]:
    """Return who agreed to an action."""
    query = sa.select(APPROVALS.c.by).where(APPROVALS.c.action == action).order_by(APPROVALS.c.by)
    return list(core.scalars(query))


def count_of(core: sa.Connection, state: State) -> int:
    """Count the actions in a state in which few are."""
    query = sa.select(sa.func.count()).select_from(ACTIONS).where(ACTIONS.c.state == str(state))
    return core.scalar(query) or 0


def counts(core: sa.Connection) -> Mapping[State, int]:
    """Count actions by state; it looks at every one."""
    query = sa.select(ACTIONS.c.state, sa.func.count()).group_by(ACTIONS.c.state)
    return {State(state): count for state, count in core.execute(query).all()}


def unacknowledged(core: sa.Connection, before: int, limit: int = PAGE) -> list[Stood]:
    """Return actions of before an instant of which nobody said that they were done, oldest first."""
    query = sa.select(ACTIONS).where(ACTIONS.c.state.in_(list(OPEN)), ACTIONS.c.moved < before)
    return [_stood(row) for row in core.execute(query.order_by(ACTIONS.c.moved).limit(limit))]


_UNDOABLE: Final = [str(state) for state, following in STEPS.items() if State.UNDONE in following]


def _stood(row: Any) -> Stood:  # noqa: ANN401 - a row of the table
    told, state = msgspec.json.decode(row.told, type=Action), State(row.state)
    return Stood(
        msgspec.structs.replace(told, awaiting=state is State.AWAITING),
        state,
        row.seq,
        row.source,
        row.decision,
        row.by,
        row.at,
        row.moved,
        row.code,
    )
