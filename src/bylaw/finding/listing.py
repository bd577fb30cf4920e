"""Decisions that a query looks for, the newest event first, page by page; nothing is unsealed.

However rare what is looked for, a page looks at a bounded number of rows. It may hold less than was asked for, or nothing,
and still have a next one.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.errors import InputError
from bylaw.engine.recording import Body
from bylaw.finding.envelope import Envelope
from bylaw.finding.index import DECISIONS, NAMES, Said
from bylaw.finding.indexed import Bounds, Named, is_named
from bylaw.finding.query import Query

LOOKED: Final = 20_000  # rows of the index that one page looks at
STEPS: Final = (256, 4_096, LOOKED - 4_352)  # how many of them at once
READ: Final = 2_500  # of them, where each is read by the interpreter
SHAPED: Final = 1_000  # so read where values are counted, in a period and in the one before
WORTH: Final = 2_000  # rows of a way into the index, from which on it is long
_DECODE: Final = msgspec.json.Decoder(Body).decode
_SAID: Final = msgspec.json.Decoder(Said).decode


class Place(NamedTuple):
    """Where a decision stands in the order of lists."""

    at: int
    seq: int

    def __str__(self) -> str:
        """As ``place_of`` reads it."""
        return f"{self.at}.{self.seq}"


class Found(NamedTuple):
    """A decision that was found: the number and instant of its fact, and what that says in the open."""

    seq: int
    recorded: int
    body: Body

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.body.at, self.seq)


class Stretch(NamedTuple):
    """A part of what was looked through: what was found there, and where it ends; nowhere, if nothing comes after."""

    found: list[Found]
    end: Place | None


class Shape(NamedTuple):
    """A decision as counts take it. ``said`` is encoded: many say the same."""

    at: int
    kind: str
    outcome: str
    person: str | None
    said: bytes


class Page(NamedTuple):
    """What was found, and where the next page begins; nowhere, if there is none."""

    found: list[Found]
    next: Place | None


Name = Callable[[str], str]  # the record's id of an account → the service's; empty if it was forgotten
Sees = Callable[[Body], bool]  # whether whoever asks may know of a decision


def _all(_: Body) -> bool:
    return True


class Sight(NamedTuple):
    """How far somebody sees: how the service names accounts, which decisions, between which instants of events."""

    name: Name
    sees: Sees = _all
    bounds: Bounds = Bounds()


def place_of(cursor: str) -> Place | None:
    """Return what a cursor says; nothing for an empty one.

    Raises:
        InputError: ``web.cursor``.
    """
    if not cursor:
        return None
    at, _, seq = cursor.partition(".")
    if not all(part.isascii() and part.removeprefix("-").isdigit() and len(part) < 19 for part in (at, seq)):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return Place(int(at), int(seq))


class Listing:
    """Looks things up for one query.

    Args:
        query: what is looked for.
        sight: how far whoever asks can see.
    """

    def __init__(self, query: Query, sight: Sight) -> None:
        self._query, self._sight = query, sight
        self._bounds = query.bounds.within(sight.bounds)

    def page(self, core: sa.Connection, after: Place | None, limit: int) -> Page:
        """Return the page that begins after a place; what needs the event itself is not asked."""
        found: list[Found] = []
        for stretch in self.stretches(core, after):
            found += stretch.found
            if len(found) >= limit:
                last = found[limit - 1].place
                return Page(found[:limit], last if len(found) > limit or stretch.end else None)
            after = stretch.end
        return Page(found, after)

    def stretches(self, core: sa.Connection, after: Place | None, most: int = LOOKED) -> Iterator[Stretch]:
        """Yield what is found after a place, part by part, until so many rows were looked at or there are no more."""
        way, left = self._way(core), min(most, READ) if self._query.open else most
        steps = iter(STEPS)
        while left > 0:
            size = min(next(steps, STEPS[1]), left)
            stretch = self._stretch(core, way, after, size)
            yield stretch
            after, left = stretch.end, left - size
            if after is None:
                return

    def shapes(self, core: sa.Connection, most: int) -> tuple[list[Shape], bool]:
        """Return the newest of what is found, among so many rows, and whether that is all."""
        table = DECISIONS.c
        most = min(most, SHAPED) if self._query.open else most
        looked = self._looked(self._way(core), None, most)
        shape = (table.at, table.kind, table.outcome, table.person, table.said)
        more = (table.seq, table.recorded, table.told) if self._query.open else ()
        rows = core.execute(self._among(looked, *shape, *more)).all()
        visible = {said: self._sight.sees(_seen(said)) for said in {row.said for row in rows}}
        found = [
            Shape(*row[:5])
            for row in rows
            if visible[row.said] and (not self._query.open or self._says(row.seq, row.recorded, row.told))
        ]
        return found, self._end(core, looked, most) is None

    def _stretch(
        self, core: sa.Connection, way: tuple[Named, ...], after: Place | None, size: int
    ) -> Stretch:
        looked = self._looked(way, after, size)
        query = self._among(looked, DECISIONS.c.seq, DECISIONS.c.recorded, DECISIONS.c.told)
        rows = (Found(seq, recorded, _DECODE(told)) for seq, recorded, told in core.execute(query))
        return Stretch([one for one in rows if self._takes(one)], self._end(core, looked, size))

    def _among(self, looked: sa.Subquery, *columns: sa.Column[Any]) -> sa.Select[Any]:
        """Return the query for what the index takes among the rows looked at, the newest first."""
        query = sa.select(*columns).join(looked, looked.c.seq == DECISIONS.c.seq)
        return query.where(*self._query.indexed).order_by(looked.c.at.desc(), looked.c.seq.desc())

    def _end(self, core: sa.Connection, looked: sa.Subquery, size: int) -> Place | None:
        """Return the last row looked at; nothing, if there were fewer than were asked for."""
        newest_first = looked.c.at.desc(), looked.c.seq.desc()
        last = core.execute(sa.select(looked).order_by(*newest_first).offset(size - 1)).first()
        return Place(last.at, last.seq) if last else None

    def _says(self, seq: int, recorded: int, told: bytes) -> bool:
        envelope = Envelope(seq, recorded, _DECODE(told), self._sight.name)
        return self._query.says(self._query.open, envelope)

    def _takes(self, one: Found) -> bool:
        envelope = Envelope(one.seq, one.recorded, one.body, self._sight.name)
        return self._sight.sees(one.body) and self._query.says(self._query.open, envelope)

    # -- the way into the index

    def _way(self, core: sa.Connection) -> tuple[Named, ...]:
        """Return the shortest way that leads to all that is looked for; none: all rows, the newest first."""
        ways = self._query.ways
        if len(ways) < 2:
            return ways[0] if ways else ()
        return min(ways, key=lambda way: sum(self._length(core, named) for named in way))

    def _length(self, core: sa.Connection, named: Named) -> int:
        some = (
            sa.select(NAMES.c.seq).where(is_named(named, NAMES), *self._within(NAMES)).limit(WORTH).subquery()
        )
        return core.scalar(sa.select(sa.func.count()).select_from(some)) or 0

    def _looked(self, way: tuple[Named, ...], after: Place | None, size: int) -> sa.Subquery:
        """Return places of the next rows on a way: as many, or fewer if there are no more."""
        if not way:
            return self._next(DECISIONS, (), after, size).subquery()
        each = [self._next(NAMES, (is_named(named, NAMES),), after, size).subquery() for named in way]
        if len(each) == 1:
            return each[0]
        together = sa.union(*(sa.select(one) for one in each)).subquery()
        return (
            sa.select(together).order_by(together.c.at.desc(), together.c.seq.desc()).limit(size).subquery()
        )

    def _next(
        self, table: sa.Table, named: Sequence[sa.ColumnElement[bool]], after: Place | None, size: int
    ) -> sa.Select[tuple[int, int]]:
        query = sa.select(table.c.at, table.c.seq).where(*named, *self._within(table))
        if after is not None:
            here = sa.tuple_(table.c.at, table.c.seq)
            query = query.where(table.c.at <= after.at, here < sa.tuple_(after.at, after.seq))
        return query.order_by(table.c.at.desc(), table.c.seq.desc()).limit(size)

    def _within(self, table: sa.Table) -> Iterator[sa.ColumnElement[bool]]:
        everything = Bounds()
        if self._bounds.since > everything.since:
            yield table.c.at >= self._bounds.since
        if self._bounds.until < everything.until:
            yield table.c.at < self._bounds.until


def _seen(said: bytes) -> Body:
    """Return as much of a decision as whoever may see it is asked by."""
    told = _SAID(said)
    return Body(decision="", kind="", at=0, activation=0, clauses=told.clauses, rules=told.rules)


def latest(
    core: sa.Connection, sees: Sees, limit: int, *, kind: str = "", rule: str = "", most: int = 1_000
) -> list[Found]:
    """Return the decisions recorded last that say something, among at most so many."""
    query = sa.select(DECISIONS.c.seq, DECISIONS.c.recorded, DECISIONS.c.told)
    rows = core.execute(query.order_by(DECISIONS.c.seq.desc()).limit(most))
    found = (Found(seq, recorded, _DECODE(told)) for seq, recorded, told in rows)
    wanted = (
        one
        for one in found
        if (not kind or one.body.kind == kind)
        and (not rule or rule in one.body.rules or rule in one.body.shadow)
        and sees(one.body)
    )
    return list(islice(wanted, limit))
