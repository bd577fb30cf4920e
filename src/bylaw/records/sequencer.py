"""The one sequencer of an operator's journal: it knows the last row and the tree, and owns the writing transaction."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeVar

import sqlalchemy as sa

from bylaw.base.errors import UpstreamError
from bylaw.records.durable import Boundary
from bylaw.records.fact import Row
from bylaw.records.ledger.growth import Growth, Read, Tile
from bylaw.records.projecting import Live
from bylaw.records.schema import TILES
from bylaw.records.store import Store

TRIES: Final = 3  # of one transaction, when the database's server goes away in between

T = TypeVar("T")


class Sequencer:
    """Writes, one transaction at a time. ``tile`` reads a tile of the ledger."""

    def __init__(self, store: Store, tile: Read, clock: Callable[[], int], boundary: Boundary) -> None:
        self.lock = threading.RLock()
        self.head, self.growth = 0, Growth()
        self._at = 0
        self._store, self._tile, self._clock, self._boundary = store, tile, clock, boundary
        self._lost = False
        self._load()

    def now(self) -> int:
        """Return the instant of a commit: never before the last row's, however the clock jumps."""
        return max(self._clock(), self._at)

    def transact(self, name: str, work: Callable[[Live], T], at: int, mark: Row | None = None) -> T:
        """Do work in a transaction, again if the server went away, unless the row ``mark`` shows that it got through.

        Durable on return. The caller holds ``lock``.
        """
        for left in reversed(range(TRIES)):
            answers: list[T] = []
            try:
                self.settle()
                return self._once(name, work, at, answers)
            except Exception as error:
                if not self._store.is_lost(error):
                    raise (self._store.told(error) or error) from error
                self._lost = True
                if answers and mark is not None and self._is_recorded(mark):
                    return answers[0]  # the server's answer got lost, not the commit
                if not left:
                    raise UpstreamError(
                        "records.unavailable", "the database went away again and again"
                    ) from error
        raise AssertionError("the last try returns or raises")

    def grow(self, rows: Sequence[Row], growth: Growth) -> None:
        """Take note of what was committed."""
        self.head, self._at, self.growth = rows[-1].seq, rows[-1].at, growth

    def lose(self) -> None:
        """Take note that the connection is gone."""
        self._lost = True

    def settle(self) -> None:
        """Connect again if the connection was lost, and learn what got through."""
        if self._lost:
            self._store.reconnect()
            self._lost = False
            self._load()

    def put(self, tiles: Sequence[Tile]) -> None:
        """Write tiles over their older, shorter selves, in the transaction that is open."""
        if not tiles:
            return
        older = sa.delete(TILES).where(TILES.c.level == sa.bindparam("of"), TILES.c.n == sa.bindparam("at"))
        self._store.core.execute(older, [{"of": tile.level, "at": tile.n} for tile in tiles])
        self._store.core.execute(sa.insert(TILES), [tile._asdict() for tile in tiles])

    def _once(self, name: str, work: Callable[[Live], T], at: int, answers: list[T]) -> T:
        self._boundary(f"before {name}")
        try:
            self._store.begin()
            tx = Live(self._store.core, at)
            answers.append(work(tx))
            tx.finish()
            self._boundary(f"within {name}")
            self._store.commit()
        except BaseException:
            with suppress(Exception):
                self._store.rollback()
            raise
        self._boundary(f"after {name}")
        return answers[0]

    def _is_recorded(self, mark: Row) -> bool:
        self.settle()
        return self.head >= mark.seq and self._store.leaves(mark.seq, mark.seq) == [mark.leaf]

    def _load(self) -> None:
        self.head, self._at = self._store.last()
        self.growth = Growth.load(self.head, self._tile)
