"""Folding rooms' tables anew: when a fold has changed, and to prove that state is the fold of its facts."""

from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa

from bylaw.base.errors import IntegrityError
from bylaw.records.fact import Row
from bylaw.records.projecting import Fold, Projector, project, shape
from bylaw.records.schema import PROJECTIONS, row_digest
from bylaw.records.store import PAGE

Read = Callable[[int, int, frozenset[str]], Sequence[Row]]
Progress = Callable[[int, int], None]  # rows done, rows in all

SHAPES: Final = "shapes"


def quiet(_done: int, _all: int) -> None:
    """Say nothing."""


def outdated(core: sa.Connection, projectors: Sequence[Projector]) -> list[Projector]:
    """Return the projectors whose tables are missing or of another shape.

    Raises:
        IntegrityError: what is kept about them is not what was written.
    """
    known = {}
    for name, kept, digest in core.execute(sa.select(PROJECTIONS)):
        if digest != row_digest(PROJECTIONS, (name, kept)):
            raise IntegrityError("records.altered", "a row of `projections` is not what was written")
        known[name] = kept
    return [one for one in projectors if known.get(one.name) != shape(one)]


def make_tables(core: sa.Connection, projectors: Sequence[Projector]) -> None:
    """Make the tables of rooms, empty; older ones of the same names are dropped."""
    for projector in projectors:
        for table in reversed(projector.tables):
            table.drop(core, checkfirst=True)
        for table in projector.tables:
            table.create(core)


def note_shapes(core: sa.Connection, projectors: Sequence[Projector]) -> None:
    """Keep what shape the tables are of."""
    for projector in projectors:
        values = (projector.name, shape(projector))
        core.execute(sa.delete(PROJECTIONS).where(PROJECTIONS.c.name == projector.name))
        digest = row_digest(PROJECTIONS, values)
        core.execute(sa.insert(PROJECTIONS), {"name": values[0], "shape": values[1], "digest": digest})


def refold(
    core: sa.Connection, projectors: Sequence[Projector], read: Read, head: int, progress: Progress = quiet
) -> None:
    """Fold every row into tables that were just made. Memory: ``PAGE`` rows."""
    kinds = frozenset().union(*(projector.kinds for projector in projectors))
    for first in range(1, head + 1, PAGE):
        last = min(head, first + PAGE - 1)
        project(Fold(core), projectors, read(first, last, kinds))
        progress(last, head)
