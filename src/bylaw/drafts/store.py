"""Drafts, trials and terms of books as tables, folded from their facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.errors import NotFoundError
from bylaw.drafts import model
from bylaw.drafts.machine import demand_another, demand_version, following
from bylaw.drafts.model import Cause, Draft, InForce, Stage, State, Step, Trial
from bylaw.engine.charter import KIND as BOOK_ACTIVATED
from bylaw.engine.charter import activation_of
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

PAGE: Final = 200

_METADATA: Final = sa.MetaData()
DRAFTS: Final = sa.Table(
    "drafts",
    _METADATA,
    sa.Column("draft", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False, index=True),  # of the fact that opened it
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", WHOLE, nullable=False),
    sa.Column("base", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("paths", sa.Text, nullable=False),
    sa.Column("removed", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("moved", WHOLE, nullable=False),
    sa.Column("approved", WHOLE, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("refused_seq", WHOLE, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("percent", WHOLE, nullable=False),
    sa.Column("made", sa.Text, nullable=False),
    sa.Column("reached", sa.Text, nullable=False),
    sqlite_strict=True,
)
AUTHORS: Final = sa.Table(
    "drafts_authors",
    _METADATA,
    sa.Column("draft", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, primary_key=True),
    sqlite_strict=True,
)
STEPS: Final = sa.Table(
    "drafts_steps",
    _METADATA,
    sa.Column("draft", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("fact", sa.Text, nullable=False),
    sa.Column("told", sa.LargeBinary, nullable=False),  # the body
    sqlite_strict=True,
)
BOOKS: Final = sa.Table(
    "drafts_books",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("book", sa.Text, nullable=False, index=True),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("draft", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sqlite_strict=True,
)
FOLDERS: Final = sa.Table(
    "drafts_folders",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("folder", sa.Text, nullable=False),
    sqlite_strict=True,
)


class DraftsProjector:
    """The fold."""

    name = "drafts"
    version = 1
    tables: Sequence[sa.Table] = (DRAFTS, AUTHORS, STEPS, BOOKS, FOLDERS)
    kinds = frozenset(
        {
            BOOK_ACTIVATED,
            model.OPENED,
            model.SAVED,
            model.TRIED,
            model.ASKED,
            model.APPROVED,
            model.REFUSED,
            model.ACTIVATED,
            model.WITHDRAWN,
            model.RESTORED,
            model.TAKEN,
        }
    )

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What cannot follow fails, and with it the commit."""
        for row in rows:
            _FOLDS[row.kind](tx, row)


def _book(tx: Transaction, row: Row) -> None:
    values = {"seq": row.seq, "at": row.at, "book": activation_of(row).book, "cause": Cause.FOLDER}
    tx.execute(sa.insert(BOOKS), {**values, "draft": "", "stage": "", "by": ""})


def _opened(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Opened)
    values: dict[str, object] = dict.fromkeys(
        ("content", "approved_by", "asked_by", "stage", "made"), ""
    ) | dict.fromkeys(("version", "approved", "refused_seq", "percent"), 0)
    values |= {"draft": said.draft, "seq": row.seq, "state": State.OPEN, "base": said.base, "by": said.by}
    tx.execute(
        sa.insert(DRAFTS),
        {**values, "paths": "[]", "removed": "[]", "reached": "[]", "at": row.at, "moved": row.at},
    )
    _author(tx, said.draft, said.by)
    _step(tx, row, said.draft)


def _saved(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Saved)
    demand_version(said.draft, _stands(tx, said.draft).version, said.version - 1)
    _author(tx, said.draft, said.by)
    _go(
        tx,
        row,
        said.draft,
        version=said.version,
        base=said.base,
        content=said.content,
        paths=msgspec.json.encode(said.paths).decode(),
        removed=msgspec.json.encode(said.removed).decode(),
        approved=0,
        approved_by="",
    )


def _tried(tx: Transaction, row: Row) -> None:
    _go(tx, row, msgspec.json.decode(row.body, type=model.Tried).draft)


def _asked(tx: Transaction, row: Row) -> None:
    said = _said(tx, row)
    _author(tx, said.draft, said.by)
    _go(tx, row, said.draft, asked_by=said.by)


def _approved(tx: Transaction, row: Row) -> None:
    said = _said(tx, row)
    demand_another(said.draft, said.by, _authors(tx, said.draft))
    _go(tx, row, said.draft, approved=said.version, approved_by=said.by)


def _refused(tx: Transaction, row: Row) -> None:
    said = _said(tx, row)
    _go(tx, row, said.draft, refused_seq=row.seq)


def _withdrawn(tx: Transaction, row: Row) -> None:
    _go(tx, row, _said(tx, row).draft)


def _activated(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Activated)
    reached = msgspec.json.encode(said.paths).decode()
    _go(tx, row, said.draft, stage=said.stage, percent=said.percent, made=said.book, reached=reached)
    _because(tx, said.book, cause=Cause.DRAFT, draft=said.draft, stage=said.stage, by=said.by)


def _restored(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Restored)
    for one in said.drafts:
        state = State(_stands(tx, one.draft).state)
        values = {"stage": one.stage, "percent": one.percent, "made": one.made, "moved": row.at}
        values["reached"] = msgspec.json.encode(one.paths).decode()
        if one.stage is Stage.NONE:
            values["state"] = following(one.draft, state, model.UNDONE)
        tx.execute(sa.update(DRAFTS).where(DRAFTS.c.draft == one.draft).values(values))
        _step(tx, row, one.draft)
    _because(tx, said.book, cause=Cause.RESTORED, by=said.by)


def _taken(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Taken)
    tx.execute(sa.insert(FOLDERS), {"seq": row.seq, "folder": said.folder})
    if said.by:
        _because(tx, said.book, by=said.by)


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    BOOK_ACTIVATED: _book,
    model.OPENED: _opened,
    model.SAVED: _saved,
    model.TRIED: _tried,
    model.ASKED: _asked,
    model.APPROVED: _approved,
    model.REFUSED: _refused,
    model.ACTIVATED: _activated,
    model.WITHDRAWN: _withdrawn,
    model.RESTORED: _restored,
    model.TAKEN: _taken,
}


def _said(tx: Transaction, row: Row) -> Step:
    said = msgspec.json.decode(row.body, type=Step)
    demand_version(said.draft, _stands(tx, said.draft).version, said.version)
    return said


def _go(tx: Transaction, row: Row, draft: str, **values: object) -> None:
    state = following(draft, State(_stands(tx, draft).state), row.kind)
    mine = DRAFTS.c.draft == draft
    tx.execute(sa.update(DRAFTS).where(mine).values(state=state, moved=row.at, **values))
    _step(tx, row, draft)


def _step(tx: Transaction, row: Row, draft: str) -> None:
    values = {"draft": draft, "seq": row.seq, "at": row.at, "fact": row.kind, "told": row.body}
    tx.execute(sa.insert(STEPS), values)


def _author(tx: Transaction, draft: str, by: str) -> None:
    if by not in _authors(tx, draft):
        tx.execute(sa.insert(AUTHORS), {"draft": draft, "by": by})


def _authors(tx: Transaction, draft: str) -> set[str]:
    return set(tx.execute(sa.select(AUTHORS.c.by).where(AUTHORS.c.draft == draft)).scalars())


def _because(tx: Transaction, book: str, **values: object) -> None:
    """Say why a book came into force, of its latest term."""
    latest = tx.execute(sa.select(BOOKS).order_by(BOOKS.c.seq.desc()).limit(1)).first()
    if latest is not None and latest.book == book:
        tx.execute(sa.update(BOOKS).where(BOOKS.c.seq == latest.seq).values(**values))


def _stands(tx: Transaction, draft: str) -> Any:  # noqa: ANN401 - a row of the table
    found = tx.execute(sa.select(DRAFTS).where(DRAFTS.c.draft == draft)).first()
    if found is None:
        raise no_draft(draft)
    return found


# -- questions


def no_draft(draft: str) -> NotFoundError:
    """Return the error for a draft that there is not."""
    return NotFoundError("draft.not_found", f"there is no draft `{draft}`")


def draft_of(core: sa.Connection, draft: str) -> Draft:
    """Return a draft; raises ``NotFoundError`` if there is none."""
    row = core.execute(sa.select(DRAFTS).where(DRAFTS.c.draft == draft)).first()
    if row is None:
        raise no_draft(draft)
    return _draft(row)


def drafts(core: sa.Connection, *, states: Sequence[State] = (), limit: int = PAGE) -> list[Draft]:
    """Return drafts in some states, or all; what was moved last first."""
    query = sa.select(DRAFTS).order_by(DRAFTS.c.moved.desc(), DRAFTS.c.seq.desc()).limit(limit)
    if states:
        query = query.where(DRAFTS.c.state.in_(list(states)))
    return [_draft(row) for row in core.execute(query)]


def asked(core: sa.Connection) -> int:
    """Return how many drafts wait for somebody's agreement."""
    query = sa.select(sa.func.count()).select_from(DRAFTS).where(DRAFTS.c.state == State.ASKED)
    return int(core.scalar(query) or 0)


def in_force(core: sa.Connection) -> list[Draft]:
    """Return the drafts that came into force and were not taken back."""
    query = sa.select(DRAFTS).where(DRAFTS.c.stage != "").order_by(DRAFTS.c.moved.desc())
    return [_draft(row) for row in core.execute(query)]


def authors(core: sa.Connection, draft: str) -> list[str]:
    """Return who wrote in a draft."""
    return list(core.scalars(sa.select(AUTHORS.c.by).where(AUTHORS.c.draft == draft).order_by(AUTHORS.c.by)))


def steps(core: sa.Connection, draft: str) -> list[tuple[int, int, str, bytes]]:
    """Return the facts of a draft, oldest first: number, instant, kind, body."""
    query = sa.select(STEPS).where(STEPS.c.draft == draft).order_by(STEPS.c.seq)
    return [(row.seq, row.at, row.fact, row.told) for row in core.execute(query)]


def trials(core: sa.Connection, draft: str) -> list[Trial]:
    """Return the back-tests of a draft, the latest first."""
    found = [step for step in steps(core, draft) if step[2] == model.TRIED]
    return [
        Trial(seq=seq, at=at, said=msgspec.json.decode(told, type=model.Tried))
        for seq, at, _, told in reversed(found)
    ]


def terms(core: sa.Connection, *, limit: int = PAGE, before: int | None = None) -> list[InForce]:
    """Return the terms of books, the latest first."""
    query = sa.select(BOOKS).order_by(BOOKS.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(BOOKS.c.seq < before)
    return [_term(row) for row in core.execute(query)]


def folder_taken(core: sa.Connection) -> str:
    """Return the digest of the folder as it was read last; of the book that came from it, where that is not on record."""
    taken = core.scalar(sa.select(FOLDERS.c.folder).order_by(FOLDERS.c.seq.desc()).limit(1))
    if taken is not None:
        return str(taken)
    query = sa.select(BOOKS.c.book).where(BOOKS.c.cause == Cause.FOLDER).order_by(BOOKS.c.seq.desc()).limit(1)
    return str(core.scalar(query) or "")


def _draft(row: Any) -> Draft:  # noqa: ANN401 - a row of the table
    plain = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's name for a row's columns
    return Draft(
        id=plain.pop("draft"),
        state=State(plain.pop("state")),
        stage=Stage(plain.pop("stage")),
        paths=msgspec.json.decode(plain.pop("paths"), type=tuple[str, ...]),
        removed=msgspec.json.decode(plain.pop("removed"), type=tuple[str, ...]),
        reached=msgspec.json.decode(plain.pop("reached"), type=tuple[str, ...]),
        **plain,
    )


def _term(row: Any) -> InForce:  # noqa: ANN401 - a row of the table
    return InForce(
        seq=row.seq,
        at=row.at,
        book=row.book,
        cause=Cause(row.cause),
        draft=row.draft,
        stage=Stage(row.stage),
        by=row.by,
    )
