"""Objections as tables, folded from their facts. The fold refuses what the machine does not have."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa

from bylaw.appeals import model
from bylaw.appeals.machine import ENDS, Step, demand_other, step
from bylaw.appeals.model import Appeal, Limit, Lodged, State
from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.records.fact import Row
from bylaw.records.people import subject_of
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

PAGE: Final = 200

_METADATA: Final = sa.MetaData()
APPEALS: Final = sa.Table(
    "appeals",
    _METADATA,
    sa.Column("appeal", sa.Text, primary_key=True),
    sa.Column("notice", sa.Text, nullable=False, unique=True),  # one objection to what one notice told
    sa.Column("person", sa.LargeBinary, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("seq", WHOLE, nullable=False, index=True),  # of the fact that lodged it
    sa.Column("moved", WHOLE, nullable=False),
    sa.Column("letters", WHOLE, nullable=False),
    sa.Column("texts", WHOLE, nullable=False),  # letters of whoever objects
    sa.Column("decided", WHOLE),  # the fact that decided it
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("unfounded", WHOLE, nullable=False),
    sa.Column("told", sa.LargeBinary, nullable=False),  # what lodged it
    sa.Index("appeals_state", "state", "seq"),
    sqlite_strict=True,
)
LETTERS: Final = sa.Table(
    "appeals_letters",
    _METADATA,
    sa.Column("appeal", sa.Text, primary_key=True),
    sa.Column("letter", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("seq", WHOLE, nullable=False),
    sqlite_strict=True,
)
FILES: Final = sa.Table(
    "appeals_files",
    _METADATA,
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("appeal", sa.Text, nullable=False, index=True),
    sa.Column("seq", WHOLE, nullable=False),
    sqlite_strict=True,
)
LIMITS: Final = sa.Table(
    "appeals_limits",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("person", sa.LargeBinary, nullable=False, index=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("until", WHOLE, nullable=False),
    sa.Column("unfounded", WHOLE, nullable=False),
    sa.Column("appeal", sa.Text, nullable=False),
    sa.Column("lifted", WHOLE),
    sqlite_strict=True,
)
MENDED: Final = sa.Table(
    "appeals_mended",
    _METADATA,
    sa.Column("notice", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False),
    sqlite_strict=True,
)

T = TypeVar("T")


class AppealsProjector:
    """The fold."""

    name = "appeals"
    version = 1
    tables: Sequence[sa.Table] = (APPEALS, LETTERS, FILES, LIMITS, MENDED)
    kinds = frozenset(
        {
            model.LODGED,
            model.ATTACHED,
            model.SAID,
            model.DECIDED,
            model.LIMITED,
            model.LIFTED,
            model.MENDED,
        }
    )

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What cannot follow fails, and with it the commit."""
        for row in rows:
            _FOLDS[row.kind](tx, row)


def _lodged(tx: Transaction, row: Row) -> None:
    said = _read(row, Lodged)
    if tx.execute(sa.select(APPEALS.c.seq).where(APPEALS.c.notice == said.notice)).first():
        raise ConflictError("appeal.twice", "there is an objection to this already")
    person = subject_of(said.people[0])
    if any(limit.stands(said.at) for limit in _limits(tx.execute(_of_person(person)))):
        raise ConflictError("appeal.limited", "no objection of this account is taken now")
    tx.execute(
        sa.insert(APPEALS),
        {
            "appeal": said.appeal,
            "notice": said.notice,
            "person": person,
            "state": step(None, Step.LODGE).value,
            "seq": row.seq,
            "moved": said.at,
            "letters": 1,
            "texts": 1,
            "by": "",
            "unfounded": 0,
            "told": row.body,
        },
    )
    tx.execute(sa.insert(LETTERS), {"appeal": said.appeal, "letter": 0, "seq": row.seq})


def _attached(tx: Transaction, row: Row) -> None:
    said = _read(row, model.Attached)
    tx.execute(sa.insert(FILES), {"file": said.file, "appeal": said.appeal, "seq": row.seq})


def _said(tx: Transaction, row: Row) -> None:
    said = _read(row, model.Said)
    found = _found(tx, said.appeal)
    state = step(State(found.state), Step.ASK if said.by else Step.ANSWER)
    if said.letter != found.letters:
        raise ConflictError(
            "appeal.crossed", "another letter came meanwhile", hint="look at it, and send yours"
        )
    values = {"state": state.value, "moved": said.at, "letters": found.letters + 1}
    _change(tx, said.appeal, **values, texts=found.texts + (not said.by))
    tx.execute(sa.insert(LETTERS), {"appeal": said.appeal, "letter": said.letter, "seq": row.seq})


def _decided(tx: Transaction, row: Row) -> None:
    said = _read(row, model.Decided)
    found = _found(tx, said.appeal)
    told = msgspec.json.decode(found.told, type=Lodged)
    state = step(State(found.state), ENDS[said.outcome])
    demand_other(said.by, {*told.took_part, *said.took_part})
    values = {"state": state.value, "moved": said.at, "decided": row.seq, "by": said.by}
    _change(tx, said.appeal, **values, unfounded=int(said.unfounded))


def _limited(tx: Transaction, row: Row) -> None:
    said = _read(row, model.Limited)
    values = {"person": subject_of(said.people[0]), "by": said.by, "at": said.at, "until": said.until}
    tx.execute(
        sa.insert(LIMITS), {"seq": row.seq, **values, "unfounded": said.unfounded, "appeal": said.appeal}
    )


def _lifted(tx: Transaction, row: Row) -> None:
    said = _read(row, model.Lifted)
    mine = (LIMITS.c.person == subject_of(said.people[0])) & LIMITS.c.lifted.is_(None)
    changed = tx.execute(sa.update(LIMITS).where(mine, LIMITS.c.until > said.at).values(lifted=said.at))
    if not changed.rowcount:
        raise ConflictError("appeal.not_limited", "objections of this account are taken")


def _mended(tx: Transaction, row: Row) -> None:
    said = _read(row, model.Mended)
    if tx.execute(sa.select(MENDED.c.seq).where(MENDED.c.notice == said.notice)).first():
        raise ConflictError("appeal.mended", "this was marked as mended already")
    tx.execute(sa.insert(MENDED), {"notice": said.notice, "seq": row.seq})


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.LODGED: _lodged,
    model.ATTACHED: _attached,
    model.SAID: _said,
    model.DECIDED: _decided,
    model.LIMITED: _limited,
    model.LIFTED: _lifted,
    model.MENDED: _mended,
}


def _read(row: Row, kind: type[T]) -> T:
    return msgspec.json.decode(row.body, type=kind)


def _found(tx: Transaction, appeal: str) -> Any:  # noqa: ANN401 - a row of the table
    found = tx.execute(sa.select(APPEALS).where(APPEALS.c.appeal == appeal)).first()
    if found is None:
        raise no_appeal(appeal)
    return found


def _change(tx: Transaction, appeal: str, **values: object) -> None:
    tx.execute(sa.update(APPEALS).where(APPEALS.c.appeal == appeal).values(**values))


def _of_person(person: bytes) -> sa.Select[Any]:
    return sa.select(LIMITS).where(LIMITS.c.person == person).order_by(LIMITS.c.seq)


def _limits(rows: Iterable[Any]) -> list[Limit]:
    return [
        Limit(
            seq=row.seq,
            by=row.by,
            at=row.at,
            until=row.until,
            unfounded=row.unfounded,
            appeal=row.appeal,
            lifted=row.lifted,
        )
        for row in rows
    ]


# -- queries


def no_appeal(appeal: str) -> NotFoundError:
    """Return the error of an objection that is not there."""
    return NotFoundError("appeal.unknown", f"there is no objection `{appeal}`")


def appeal_of(core: sa.Connection, appeal: str) -> Appeal:
    """Return an objection.

    Raises:
        NotFoundError: ``appeal.unknown``.
    """
    found = core.execute(sa.select(APPEALS).where(APPEALS.c.appeal == appeal)).first()
    if found is None:
        raise no_appeal(appeal)
    return _appeal(found)


def to_notice(core: sa.Connection, notice: str) -> Appeal | None:
    """Return the objection to what a notice told; nothing if there is none."""
    found = core.execute(sa.select(APPEALS).where(APPEALS.c.notice == notice)).first()
    return _appeal(found) if found else None


def appeals(
    core: sa.Connection,
    states: Iterable[State] = (),
    *,
    person: bytes | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Appeal]:
    """Return objections in these states or any, of a person or of all, lodged before a fact; the newest first."""
    query = sa.select(APPEALS).order_by(APPEALS.c.seq.desc()).limit(limit)
    if wanted := [state.value for state in states]:
        query = query.where(APPEALS.c.state.in_(wanted))
    if person is not None:
        query = query.where(APPEALS.c.person == person)
    if before is not None:
        query = query.where(APPEALS.c.seq < before)
    return [_appeal(row) for row in core.execute(query)]


def counts(core: sa.Connection) -> Mapping[State, int]:
    """Count objections by state."""
    query = sa.select(APPEALS.c.state, sa.func.count()).group_by(APPEALS.c.state)
    found = {State(state): count for state, count in core.execute(query)}
    return {state: found.get(state, 0) for state in State}


def unfounded(core: sa.Connection, person: bytes) -> list[int]:
    """Return when objections of somebody were found to be without any ground."""
    mine = (APPEALS.c.person == person) & (APPEALS.c.unfounded == 1)
    return list(core.scalars(sa.select(APPEALS.c.moved).where(mine)))


def limit_of(core: sa.Connection, person: bytes, now: int) -> Limit | None:
    """Return what keeps somebody from objecting at an instant; nothing if nothing does."""
    standing = [limit for limit in _limits(core.execute(_of_person(person))) if limit.stands(now)]
    return max(standing, key=lambda limit: limit.until, default=None)


def letters(core: sa.Connection, appeal: str) -> list[int]:
    """Return the facts that hold an objection's letters, in order."""
    mine = sa.select(LETTERS.c.seq).where(LETTERS.c.appeal == appeal).order_by(LETTERS.c.letter)
    return list(core.scalars(mine))


def files(core: sa.Connection, appeal: str) -> list[int]:
    """Return the facts that hold an objection's attachments, in order."""
    return list(core.scalars(sa.select(FILES.c.seq).where(FILES.c.appeal == appeal).order_by(FILES.c.seq)))


def file_of(core: sa.Connection, appeal: str, file: str) -> int:
    """Return the fact that holds an attachment.

    Raises:
        NotFoundError: ``appeal.no_file``.
    """
    mine = (FILES.c.appeal == appeal) & (FILES.c.file == file)
    seq: int | None = core.scalar(sa.select(FILES.c.seq).where(mine))
    if seq is None:
        raise NotFoundError("appeal.no_file", "there is no such attachment")
    return seq


def mended(core: sa.Connection, notice: str) -> int | None:
    """Return the fact that says that what a notice told of is mended."""
    seq: int | None = core.scalar(sa.select(MENDED.c.seq).where(MENDED.c.notice == notice))
    return seq


def _appeal(row: Any) -> Appeal:  # noqa: ANN401 - a row of the table
    return Appeal(
        lodged=msgspec.json.decode(row.told, type=Lodged),
        state=State(row.state),
        seq=row.seq,
        moved=row.moved,
        letters=row.letters,
        texts=row.texts,
        decided=row.decided,
        by=row.by,
        unfounded=bool(row.unfounded),
    )
