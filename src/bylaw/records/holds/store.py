"""Questions to the tables of holds, copies and destructions."""

from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.records.holds.fold import COPIES, DESTRUCTIONS, HOLDS, OUTSIDE, PEOPLE, SPANS
from bylaw.records.holds.model import Contents, Destruction, Ground, Hold, Keys, Matter, State

_LIVE: Final = sa.select(HOLDS.c.hold).where(HOLDS.c.released.is_(None))


class CopyAt(NamedTuple):
    """Where a copy of the record ``of`` with this leaf stands: row ``seq``, sealed for ``subject``.

    ``live``: its hold is in force.
    """

    seq: int
    of: int
    leaf: bytes
    hold: str
    subject: bytes
    live: bool


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


def copies(core: sa.Connection, of: int) -> list[CopyAt]:
    """Return the copies of a record, those of released holds too; the newest last."""
    query = sa.select(COPIES, COPIES.c.hold.in_(_LIVE)).where(COPIES.c.of == of).order_by(COPIES.c.seq)
    return [CopyAt(*row) for row in core.execute(query)]


def copied(core: sa.Connection, head: int) -> list[int]:
    """Return the records that have copies, in order."""
    return list(
        core.scalars(sa.select(COPIES.c.of).distinct().where(COPIES.c.of <= head).order_by(COPIES.c.of))
    )


def left_copies(core: sa.Connection) -> list[bytes]:
    """Return the subjects of copies of no hold in force whose destruction has not begun.

    Their hold is released, or a crash kept it from being placed.
    """
    begun = sa.select(DESTRUCTIONS.c.subject).where(DESTRUCTIONS.c.subject.is_not(None))
    query = sa.select(COPIES.c.subject).distinct().where(COPIES.c.hold.not_in(_LIVE))
    return sorted(core.scalars(query.where(COPIES.c.subject.not_in(begun))))


def has_copies(core: sa.Connection, hold: str) -> bool:
    """Tell whether there are copies that end with a hold."""
    return core.execute(sa.select(COPIES.c.seq).where(COPIES.c.hold == hold).limit(1)).first() is not None


def destructions(core: sa.Connection, *states: State) -> list[Destruction]:
    """Return the destructions in these states, in the order of their first facts."""
    query = sa.select(DESTRUCTIONS).where(DESTRUCTIONS.c.state.in_([state.value for state in states]))
    return [_destruction(row) for row in core.execute(query.order_by(DESTRUCTIONS.c.first))]


def about(core: sa.Connection, subject: bytes) -> list[Destruction]:
    """Return the destructions of a subject's keys, whatever their state."""
    query = sa.select(DESTRUCTIONS).where(DESTRUCTIONS.c.subject == subject)
    return [_destruction(row) for row in core.execute(query.order_by(DESTRUCTIONS.c.first))]


def ended(core: sa.Connection, subjects: Collection[bytes]) -> dict[bytes, int]:
    """Return those of the subjects of whom a key is destroyed or being destroyed, each with the fact that began it."""
    query = sa.select(DESTRUCTIONS.c.subject, sa.func.min(DESTRUCTIONS.c.begun).label("begun")).where(
        DESTRUCTIONS.c.subject.in_(subjects), DESTRUCTIONS.c.begun.is_not(None)
    )
    return {row.subject: row.begun for row in core.execute(query.group_by(DESTRUCTIONS.c.subject))}


def mirrored(core: sa.Connection, after: int) -> list[int]:
    """Return the facts after one that stand in the journal outside too."""
    return list(core.scalars(sa.select(OUTSIDE.c.seq).where(OUTSIDE.c.seq > after).order_by(OUTSIDE.c.seq)))


def _destruction(row: sa.Row[tuple[object, ...]]) -> Destruction:
    target = msgspec.json.decode(row.target, type=Keys | Contents)
    return Destruction(id=row.destruction, state=State(row.state), target=target, ground=Ground(row.ground))
