"""Holds, copies and destructions as tables, folded from their facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, IntegrityError
from bylaw.records.fact import Row
from bylaw.records.holds import model
from bylaw.records.holds.machine import clipped, step
from bylaw.records.holds.model import Ground, Keys, State, Target
from bylaw.records.people import subject_of
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

_METADATA: Final = sa.MetaData()

HOLDS: Final = sa.Table(
    "holds",
    _METADATA,
    sa.Column("hold", sa.Text, primary_key=True),
    sa.Column("matter", sa.Text, nullable=False),
    sa.Column("review", sa.Text, nullable=False),
    sa.Column("placed", WHOLE, nullable=False),
    sa.Column("released", WHOLE),
    sqlite_strict=True,
)
SPANS: Final = sa.Table(
    "holds_spans",
    _METADATA,
    sa.Column("hold", sa.Text, primary_key=True),
    sa.Column("first", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("last", WHOLE, nullable=False),
    sqlite_strict=True,
)
PEOPLE: Final = sa.Table(
    "holds_people",
    _METADATA,
    sa.Column("hold", sa.Text, primary_key=True),
    sa.Column("subject", sa.LargeBinary, primary_key=True),
    sqlite_strict=True,
)
COPIES: Final = sa.Table(
    "holds_copies",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("of", WHOLE, nullable=False, index=True),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Column("hold", sa.Text, nullable=False, index=True),
    sa.Column("subject", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
DESTRUCTIONS: Final = sa.Table(
    "holds_destructions",
    _METADATA,
    sa.Column("destruction", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("subject", sa.LargeBinary, index=True),
    sa.Column("target", sa.LargeBinary, nullable=False),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("first", WHOLE, nullable=False),
    sa.Column("begun", WHOLE),
    sqlite_strict=True,
)
OUTSIDE: Final = sa.Table(  # facts that stand in the journal outside too
    "holds_outside",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sqlite_strict=True,
)
RETURNS: Final = sa.Table(
    "holds_returns",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("head", WHOLE, nullable=False),
    sa.Column("again", WHOLE, nullable=False),
    sqlite_strict=True,
)

MIRRORED: Final = frozenset(
    {model.PLACED, model.RELEASED, model.PRESERVED, model.SUSPENDED, model.BEGUN}
)  # what a restored database must not forget


class HoldsProjector:
    """The fold."""

    name = "holds"
    version = 2
    tables: Sequence[sa.Table] = (HOLDS, SPANS, PEOPLE, COPIES, DESTRUCTIONS, OUTSIDE, RETURNS)
    kinds = MIRRORED | {model.DONE, model.RETURNED}

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What contradicts a hold, or comes too late for one, fails, and with it the commit."""
        for row in rows:
            _FOLDS[row.kind](tx, row)
            if is_mirrored(row):
                tx.execute(sa.insert(OUTSIDE), {"seq": row.seq})


def _placed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Placed)
    people = {subject_of(alias) for alias in said.people}
    gone = tx.execute(
        sa.select(DESTRUCTIONS.c.subject).where(
            DESTRUCTIONS.c.subject.in_(people), DESTRUCTIONS.c.state != State.SUSPENDED
        )
    ).first()
    if gone is not None:
        raise too_late()
    matter = said.matter.value
    tx.execute(sa.insert(HOLDS).values(hold=said.hold, matter=matter, review=said.review, placed=row.seq))
    spans = clipped(said.spans, _end(tx, row))
    if spans:
        tx.execute(sa.insert(SPANS), [{"hold": said.hold, "first": a, "last": b} for a, b in spans])
    if people:
        tx.execute(sa.insert(PEOPLE), [{"hold": said.hold, "subject": one} for one in sorted(people)])


def _released(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Released)
    live = sa.update(HOLDS).where(HOLDS.c.hold == said.hold, HOLDS.c.released.is_(None))
    if not tx.execute(live.values(released=row.seq)).rowcount:
        raise ConflictError("holds.released", f"`{said.hold}` is no hold in force")


def _preserved(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Preserved)
    leaf = bytes.fromhex(said.leaf)
    copied = {"seq": row.seq, "of": said.of, "leaf": leaf, "hold": said.hold, "subject": row.subject}
    tx.execute(sa.insert(COPIES).values(**copied))


def _suspended(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Suspended)
    _enter(tx, row, said.destruction, said.target, said.ground)


def _begun(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Begun)
    _demand_free(tx, said.target)
    _enter(tx, row, said.destruction, said.target, said.ground)


def _done(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Done)
    _step(tx, row, said.destruction)


def _returned(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Returned)
    tx.execute(sa.insert(RETURNS), {"seq": row.seq, "head": said.head, "again": said.again})


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.PLACED: _placed,
    model.RELEASED: _released,
    model.PRESERVED: _preserved,
    model.SUSPENDED: _suspended,
    model.BEGUN: _begun,
    model.DONE: _done,
    model.RETURNED: _returned,
}


def _end(tx: Transaction, row: Row) -> int:
    """Return the last record that a fact can speak of: what came before it, and before a backup was made."""
    query = sa.select(RETURNS.c.head).where(
        RETURNS.c.seq < row.seq, RETURNS.c.seq + RETURNS.c.again >= row.seq
    )
    found = tx.execute(query).mappings().first()
    return int(found["head"]) if found else row.seq - 1


def _demand_free(tx: Transaction, target: Target) -> None:
    live = sa.select(HOLDS.c.hold).where(HOLDS.c.released.is_(None))
    if isinstance(target, Keys):
        query = sa.select(PEOPLE.c.hold).where(
            PEOPLE.c.subject == subject_of(target.subject), PEOPLE.c.hold.in_(live)
        )
        held = tx.execute(query).first() is not None
    else:
        spans = tx.execute(sa.select(SPANS.c.first, SPANS.c.last).where(SPANS.c.hold.in_(live))).mappings()
        kept = [(span["first"], span["last"]) for span in spans]
        held = any(a <= last and first <= b for a, b in kept for first, last in target.spans)
    if held:
        raise ConflictError("destroy.held", "a hold keeps what is to be destroyed")


def _enter(tx: Transaction, row: Row, destruction: str, target: Target, ground: Ground) -> None:
    if _step(tx, row, destruction):
        return
    values = sa.insert(DESTRUCTIONS).values(
        destruction=destruction,
        state=step(None, row.kind).value,
        subject=subject_of(target.subject) if isinstance(target, Keys) else None,
        target=canonical_bytes(target),
        ground=ground.value,
        first=row.seq,
        begun=row.seq if row.kind == model.BEGUN else None,
    )
    tx.execute(values)


def _step(tx: Transaction, row: Row, destruction: str) -> bool:
    mine = DESTRUCTIONS.c.destruction == destruction
    found = tx.execute(sa.select(DESTRUCTIONS.c.state).where(mine)).mappings().first()
    if found is not None:
        change: dict[str, object] = {"state": step(State(found["state"]), row.kind).value}
        if row.kind == model.BEGUN:
            change["begun"] = row.seq
        tx.execute(sa.update(DESTRUCTIONS).where(mine).values(change))
    elif row.kind == model.DONE:
        raise IntegrityError("destroy.unknown", f"fact {row.seq} ends a destruction that never began")
    return found is not None


def is_mirrored(row: Row) -> bool:
    """Tell whether a fact stands in the journal outside too.

    What aged out does not: a restored record has not applied the schedule to it yet, and will.
    """
    if row.kind == model.BEGUN:
        said = msgspec.json.decode(row.body, type=model.Begun)
        return not (isinstance(said.target, model.Contents) and said.ground is Ground.RETENTION)
    return row.kind in MIRRORED


def too_late() -> ConflictError:
    """Return the error of a hold on what is gone or going."""
    return ConflictError(
        "holds.too_late",
        "what is to be held is destroyed already, or its destruction has begun",
        hint="`bylaw hold list` shows what is still there",
    )
