"""Notices and messages as tables, folded from their facts; what is to leave is sent with them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import NotFoundError
from bylaw.book.templates import Kind
from bylaw.notices import model
from bylaw.notices.machine import step
from bylaw.notices.model import Ground, MessageAt, Notice, State
from bylaw.records.fact import Row
from bylaw.records.outbox import Outgoing
from bylaw.records.people import subject_of
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

TIMER: Final = "notices"  # destination ``notices:<person>``: it is time to tell them
MAIL: Final = "mail"  # ``mail:<person>``: a message to them goes out
HANDED: Final = "handed"  # ``handed:<person>``: a message to them is handed to a webhook
AT_ONCE: Final = 500  # notices read in one go

_METADATA: Final = sa.MetaData()
NOTICES: Final = sa.Table(
    "notices",
    _METADATA,
    sa.Column("notice", sa.Text, primary_key=True),
    sa.Column("person", sa.LargeBinary, nullable=False),
    sa.Column("action", sa.Text, nullable=False, index=True),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("size", WHOLE, nullable=False),
    sa.Column("planned", WHOLE, nullable=False),
    sa.Column("due", WHOLE, nullable=False),
    sa.Column("message", sa.Text, nullable=False, index=True),
    sa.Column("ground", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Index("notices_person", "person", "state"),
    sqlite_strict=True,
)
MESSAGES: Final = sa.Table(
    "notices_messages",
    _METADATA,
    sa.Column("message", sa.Text, primary_key=True),
    sa.Column("person", sa.LargeBinary, nullable=False),
    sa.Column("book", sa.Text, nullable=False),
    sa.Column("made", WHOLE, nullable=False),
    sqlite_strict=True,
)
_ENDINGS: Final = frozenset({model.SENT, model.UNREACHABLE, model.FAILED, model.DELIVERED, model.BOUNCED})
_AGAIN: Final = frozenset({model.RELEASED, model.REPEATED})

T = TypeVar("T")


class NoticesProjector:
    """The fold."""

    name = "notices"
    version = 1
    tables: Sequence[sa.Table] = (NOTICES, MESSAGES)
    kinds = frozenset({model.PLANNED, model.SUPPRESSED, model.GATHERED}) | _ENDINGS | _AGAIN

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What cannot follow fails, and with it the commit."""
        for kind, run in groupby(rows, key=lambda row: row.kind):
            if kind == model.PLANNED:
                _planned(tx, list(run))
            else:
                for row in run:
                    _FOLDS[kind](tx, row)


def _planned(tx: Transaction, rows: Sequence[Row]) -> None:
    """Fold what was planned, many at once: a wave of decisions plans as many notices."""
    read = [(row, msgspec.json.decode(row.body, type=model.Planned)) for row in rows]
    people = {said.people[0]: subject_of(said.people[0]) for _, said in read}
    earliest = dict(_earliest(tx, people.values()))
    for row, said in read:
        person = people[said.people[0]]
        if earliest.get(person, said.due + 1) > said.due:
            earliest[person] = said.due
            tx.send(row, _timer(said.people[0], said.due))
    values: list[dict[str, object]] = [
        {
            "notice": said.notice,
            "person": people[said.people[0]],
            "action": said.action,
            "decision": said.decision,
            "told": said.told.value,
            "state": step(None, row.kind).value,
            "size": said.size,
            "planned": row.seq,
            "due": said.due,
            "message": "",
            "code": "",
        }
        for row, said in read
    ]
    tx.execute(sa.insert(NOTICES), values)


def _suppressed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Suppressed)
    _step(tx, row, NOTICES.c.notice == said.notice, ground=said.ground.value)
    if not _is_open(tx, said.people[0]):
        tx.cancel(f"{TIMER}:{said.people[0]}", [said.people[0]])


def _again(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Again)
    told = dict(_earliest(tx, [subject_of(said.people[0])]))
    if not told or min(told.values()) > said.due:
        tx.send(row, _timer(said.people[0], said.due))
    _step(tx, row, NOTICES.c.notice == said.notice, due=said.due, message="", ground=None, code="")


def _gathered(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Gathered)
    _step(tx, row, NOTICES.c.notice.in_(said.notices), message=said.message)
    message: dict[str, object] = {"message": said.message, "person": subject_of(said.people[0])}
    tx.execute(sa.insert(MESSAGES), {**message, "book": said.book, "made": row.at})
    way, _, to = said.by.partition(":")
    sending = canonical_bytes({"message": said.message, "to": to})
    tx.send(row, Outgoing(f"{MAIL if way == MAIL else HANDED}:{said.people[0]}", sending))
    if _is_open(tx, said.people[0]):  # planned while these were being gathered, or too many for one time
        tx.send(row, _timer(said.people[0], row.at))


def _became(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Became)
    unreachable = {"ground": Ground.NO_CONTACT.value} if row.kind == model.UNREACHABLE else {}
    _step(tx, row, NOTICES.c.message == said.message, code=said.code, **unreachable)


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.SUPPRESSED: _suppressed,
    model.GATHERED: _gathered,
    **dict.fromkeys(_AGAIN, _again),
    **dict.fromkeys(_ENDINGS, _became),
}


def _earliest(tx: Transaction, people: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield when people are told next, of what is planned."""
    wanted = list(people)
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            sa.select(NOTICES.c.person, sa.func.min(NOTICES.c.due).label("due"))
            .where(
                NOTICES.c.person.in_(wanted[start : start + AT_ONCE]), NOTICES.c.state == State.PLANNED.value
            )
            .group_by(NOTICES.c.person)
        )
        yield from ((row.person, row.due) for row in tx.execute(query))


def _timer(person: str, due: int) -> Outgoing:
    return Outgoing(f"{TIMER}:{person}", canonical_bytes({"person": person}), due=due, key=person)


def _is_open(tx: Transaction, person: str) -> bool:
    return bool(list(_earliest(tx, [subject_of(person)])))


def _step(tx: Transaction, row: Row, mine: sa.ColumnElement[bool], **values: object) -> None:
    found = tx.execute(sa.select(NOTICES.c.state).where(mine).distinct()).scalars().all()
    states: list[State | None] = [State(state) for state in found] or [None]
    (following,) = {step(state, row.kind) for state in states}
    tx.execute(sa.update(NOTICES).where(mine).values(state=following.value, **values))


# -- questions


def notice(core: sa.Connection, name: str) -> Notice:
    """Return a notice.

    Raises:
        NotFoundError: there is none of this id.
    """
    return _one(_notices(core, NOTICES.c.notice == name), "notice", name)


def of_person(core: sa.Connection, person: bytes, *states: State) -> list[Notice]:
    """Return a person's notices in these states, or all; in the order in which they were planned."""
    mine = NOTICES.c.person == person
    if not states:
        return _notices(core, mine)
    return _notices(core, mine, NOTICES.c.state.in_([state.value for state in states]))


def of_actions(core: sa.Connection, actions: Collection[str]) -> list[Notice]:
    """Return the notices that tell of some actions, at most ``AT_ONCE``."""
    return _notices(core, NOTICES.c.action.in_(actions))


def latest(
    core: sa.Connection, *states: State, person: bytes | None, before: int | None, limit: int
) -> list[Notice]:
    """Return notices of a person or of all, in these states or any, planned before a fact; the newest first."""
    conditions: list[sa.ColumnElement[bool]] = []
    if states:
        conditions.append(NOTICES.c.state.in_([state.value for state in states]))
    if person is not None:
        conditions.append(NOTICES.c.person == person)
    if before is not None:
        conditions.append(NOTICES.c.planned < before)
    query = sa.select(NOTICES).where(*conditions).order_by(NOTICES.c.planned.desc()).limit(limit)
    return [_notice(row) for row in core.execute(query)]


def message(core: sa.Connection, name: str) -> MessageAt:
    """Return a message with its notices.

    Raises:
        NotFoundError: there is none of this id.
    """
    row = core.execute(sa.select(MESSAGES).where(MESSAGES.c.message == name)).first()
    if row is None:
        raise NotFoundError("notice.no_message", f"there is no message `{name}`")
    notices = tuple(_notices(core, NOTICES.c.message == name))
    return MessageAt(id=name, person=row.person, book=row.book, made=row.made, notices=notices)


def counts(core: sa.Connection) -> Mapping[State, int]:
    """Return how many notices there are in each state."""
    query = sa.select(NOTICES.c.state, sa.func.count()).group_by(NOTICES.c.state)
    found = {State(state): count for state, count in core.execute(query)}
    return {state: found.get(state, 0) for state in State}


def _notices(core: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Notice]:
    query = sa.select(NOTICES).where(*conditions).order_by(NOTICES.c.planned, NOTICES.c.notice)
    return [_notice(row) for row in core.execute(query.limit(AT_ONCE))]


def _notice(row: Any) -> Notice:  # noqa: ANN401 - a row of the table
    return Notice(
        id=row.notice,
        person=row.person,
        action=row.action,
        decision=row.decision,
        told=Kind(row.told),
        state=State(row.state),
        size=row.size,
        planned=row.planned,
        due=row.due,
        message=row.message,
        ground=Ground(row.ground) if row.ground else None,
        code=row.code,
    )


def _one(found: Sequence[T], what: str, name: str) -> T:
    if not found:
        raise NotFoundError(f"notice.no_{what}", f"there is no {what} `{name}`")
    return found[0]
