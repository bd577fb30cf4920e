"""Questions to the tables of holds, copies and destructions."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.records.holds.fold import COPIES, DESTRUCTIONS, HOLDS, OUTSIDE, PEOPLE, SPANS
from bylaw.records.holds.model import Contents, Destruction, Ground, Hold, Keys, Matter, State


class CopyAt(NamedTuple):
    """Where a copy of the record ``of`` with this leaf stands: row ``seq``, sealed for ``subject``."""

    seq: int
    of: int
    leaf: bytes
    hold: str
    subject: bytes


def holds(core: sa.Connection, *, active: bool = True) -> list[Hold]:
    """Return holds, in the order of their placing."""
    query = sa.select(HOLDS).order_by(HOLDS.c.placed)
    found = core.execute(query.where(HOLDS.c.released.is_(None)) if active else query).all()
    spans: dict[str, list[tuple[int, int]]] = {}
    people: dict[str, set[bytes]] = {}
    for hold, first, last in core.execute(sa.select(SPANS).order_by(SPANS.c.hold, SPANS.c.first)):
        spans.setdefault(hold, []).append((first, last))
    for hold, subject in core.execute(sa.select(PEOPLE)):
        people.setdefault(hold, set()).add(subject)
    return [
        Hold(
            id=row.hold,
            matter=Matter(row.matter),
            review=row.review,
            placed=row.placed,
            released=row.released,
            spans=tuple(spans.get(row.hold, ())),
            people=frozenset(people.get(row.hold, ())),
        )
        for row in found
    ]


def copies(core: sa.Connection, of: int | None = None) -> list[CopyAt]:
    """Return the copies of a record, or all, that holds in force have; the newest last."""
    live = sa.select(HOLDS.c.hold).where(HOLDS.c.released.is_(None))
    query = sa.select(COPIES).where(COPIES.c.hold.in_(live)).order_by(COPIES.c.seq)
    return [CopyAt(*row) for row in core.execute(query if of is None else query.where(COPIES.c.of == of))]


def left_copies(core: sa.Connection) -> list[bytes]:
    """Return the subjects of released holds' copies whose destruction has not begun."""
    released = sa.select(HOLDS.c.hold).where(HOLDS.c.released.is_not(None))
    begun = sa.select(DESTRUCTIONS.c.subject).where(DESTRUCTIONS.c.subject.is_not(None))
    query = sa.select(COPIES.c.subject).distinct().where(COPIES.c.hold.in_(released))
    return sorted(core.scalars(query.where(COPIES.c.subject.not_in(begun))))


def destructions(core: sa.Connection, *states: State) -> list[Destruction]:
    """Return the destructions in these states, in the order of their first facts."""
    query = sa.select(DESTRUCTIONS).where(DESTRUCTIONS.c.state.in_([state.value for state in states]))
    return [_destruction(row) for row in core.execute(query.order_by(DESTRUCTIONS.c.first))]


def about(core: sa.Connection, subject: bytes) -> list[Destruction]:
    """Return the destructions of a subject's keys, whatever their state."""
    query = sa.select(DESTRUCTIONS).where(DESTRUCTIONS.c.subject == subject)
    return [_destruction(row) for row in core.execute(query.order_by(DESTRUCTIONS.c.first))]


def ended(core: sa.Connection, subjects: Collection[bytes]) -> set[bytes]:
    """Return those of the subjects of whom a key is destroyed or being destroyed."""
    query = sa.select(DESTRUCTIONS.c.subject).where(
        DESTRUCTIONS.c.subject.in_(subjects), DESTRUCTIONS.c.state != State.SUSPENDED
    )
    return set(core.scalars(query))


def mirrored(core: sa.Connection, after: int) -> list[int]:
    """Return the facts after one that stand in the journal outside too."""
    return list(core.scalars(sa.select(OUTSIDE.c.seq).where(OUTSIDE.c.seq > after).order_by(OUTSIDE.c.seq)))


def _destruction(row: sa.Row[tuple[object, ...]]) -> Destruction:
    target = msgspec.json.decode(row.target, type=Keys | Contents)
    return Destruction(
        id=row.destruction, state=State(row.state), target=target, ground=Ground(row.ground), first=row.first
    )
