"""The record of one operator: what was decided and done, in order, durable, and never rewritten.

::

    with Records.open(open_folder(path), projectors=(...)) as records:
        commit = records.commit([Fact(...), ...])     # durable on return
        records.row(commit.first)                     # verified against its leaf

One process writes: the decider. Its calls may come from any thread; one at a time gets through. Reading needs no
lock and sees what is committed. Instants are microseconds since 1970, UTC.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Final, NamedTuple, Self, TypeVar

import sqlalchemy as sa

from bylaw.base.errors import ConflictError, InputError, IntegrityError, NotFoundError
from bylaw.records import outbox
from bylaw.records.durable import Boundary, no_boundary
from bylaw.records.fact import SUBJECT_BYTES, TAG_BYTES, Fact, Row, row_of
from bylaw.records.folder import Lock, Place, machine_chance, machine_clock
from bylaw.records.ledger.growth import TILE_WIDTH, Growth
from bylaw.records.opening import connect, settle
from bylaw.records.projecting import Live, Projector, project, refuse_clashes
from bylaw.records.reading import gap, sound
from bylaw.records.refolding import make_tables, note_shapes, outdated, refold
from bylaw.records.schema import CHECKPOINTS, TILES, row_digest
from bylaw.records.sequencer import Sequencer
from bylaw.records.store import PAGE, Store
from bylaw.records.withering import wither

MAX_FACTS: Final = 10_000  # in one commit
MAX_KIND: Final = 64  # characters
MAX_BODY: Final = 1 << 20  # bytes
MAX_SEALED: Final = 4 << 20  # bytes: an event of ``MAX_LINE``, what was found in it, and what sealing adds

T = TypeVar("T")


class Commit(NamedTuple):
    """What was recorded: rows ``first`` to ``last``, all at the same instant."""

    first: int
    last: int
    at: int


class Records:
    """One operator's record, open. Made by ``open``."""

    def __init__(  # noqa: PLR0913 - what opening found out
        self,
        place: Place,
        store: Store,
        lock: Lock | None,
        projectors: Sequence[Projector],
        *,
        clock: Callable[[], int],
        chance: Callable[[int], bytes],
        boundary: Boundary,
    ) -> None:
        self.place = place
        self.store = store
        self.projectors = tuple(projectors)
        self.clock = clock
        self.chance = chance
        self._boundary = boundary
        self._decider = lock
        self._sequencer = Sequencer(store, self.tile, clock, boundary)

    @classmethod
    def open(
        cls,
        place: Place,
        *,
        projectors: Sequence[Projector] = (),
        writing: bool = True,
        clock: Callable[[], int] = machine_clock,
        chance: Callable[[int], bytes] = machine_chance,
        boundary: Boundary = no_boundary,
    ) -> Self:
        """Open the record in a place, making the database if there is none. Rooms whose fold changed are folded anew.

        ``writing=False`` opens it beside the decider, to read. ``boundary`` is called around every durable write.

        Raises:
            BusyError: another decider has it open.
            RefusedError: the database is another operator's.
            ConflictError: its schema is not the one this program works with.
            IntegrityError: the end of the journal is not what it was.
        """
        refuse_clashes(projectors)
        lock = Lock.take(place.folder) if writing else None
        store = None
        try:
            store = connect(place, writing=writing)
            settle(store, place, writing=writing)
            opened = cls(place, store, lock, projectors, clock=clock, chance=chance, boundary=boundary)
            if writing:
                opened._fold_outdated()
        except BaseException as error:
            told = store.told(error) if store and isinstance(error, Exception) else None
            with suppress(Exception):
                if store:
                    store.close()
            if lock:
                lock.release()
            if told is None:
                raise
            raise told from error
        return opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the record; what was committed is durable already."""
        with self._sequencer.lock:
            try:
                self.store.close()
            except Exception as error:
                raise (self.store.told(error) or error) from error
            finally:
                if self._decider:
                    self._decider.release()

    @property
    def head(self) -> int:
        """The number of the last row; 0 for an empty journal."""
        return self._sequencer.head if self._decider else self._reading(self.store.last)[0]

    @property
    def growth(self) -> Growth:
        """The ledger's tree over all rows: as of now for the decider, as of opening for others."""
        return self._sequencer.growth

    def commit(self, facts: Sequence[Fact], *, done: Sequence[bytes] = ()) -> Commit:
        """Record facts in one transaction: rows, leaves, tiles, rooms' tables, outbox. Durable on return.

        ``done`` are tokens of entries of the outbox that these facts deal with: they go in the same transaction.
        Instants never run backwards: with a clock set back, the last row's instant stands until it is passed.

        Raises:
            InputError: a fact is not as it must be, or there are none, or too many.
            ConflictError: ``records.duplicate``, a tag is recorded already; ``records.lease_lost``.
            BusyError, UpstreamError: the database cannot be written to now. After ``records.unavailable`` nobody
                knows yet whether the facts were recorded; ``head`` and ``find`` will tell once it is back.
        """
        _refuse(facts)
        writer = self._writer()
        with writer.lock:
            writer.settle()
            at = writer.now()
            rows = [row_of(seq, at, fact) for seq, fact in enumerate(facts, start=writer.head + 1)]
            grown, tiles = writer.growth.append([row.leaf for row in rows])

            def work(tx: Live) -> None:
                self.store.insert(rows)
                writer.put(tiles)
                project(tx, self.projectors, rows)
                for token in done:
                    if not outbox.done(tx.core, token):
                        raise ConflictError(
                            "records.lease_lost", "the lease on an entry of the outbox is no more"
                        )

            writer.transact("commit", work, at, rows[-1])
            writer.grow(rows, grown)
            return Commit(rows[0].seq, rows[-1].seq, at)

    def find(self, tags: Sequence[bytes]) -> dict[bytes, int]:
        """Return the rows that bear tags; tags that are not recorded are left out."""
        with self._sequencer.lock:
            try:
                self._sequencer.settle()
                return self.store.find(tags)
            except Exception as error:
                if not self.store.is_lost(error):
                    raise (self.store.told(error) or error) from error
            self._sequencer.lose()
            self._sequencer.settle()
            return self._reading(lambda: self.store.find(tags))

    def row(self, seq: int) -> Row:
        """Return a row, verified.

        Raises:
            NotFoundError: there is no such row.
            IntegrityError: it is missing though later ones are there, or not what its leaf says.
        """
        if not 0 < seq <= self.head:
            raise NotFoundError("records.no_row", f"there is no row {seq} in the journal")
        return next(self.rows(seq, seq))

    def rows(
        self, first: int = 1, last: int | None = None, kinds: Collection[str] | None = None
    ) -> Iterator[Row]:
        """Yield rows in order, each verified; ``last`` none is the head at the time of asking.

        No transaction is held open in between. Memory: ``PAGE`` rows.

        Raises:
            IntegrityError: a row is missing or not what its leaf says; it names the row and never yields it.
        """
        end = self.head if last is None else min(last, self.head)
        for start in range(max(first, 1), end + 1, PAGE):
            yield from self.page(start, min(end, start + PAGE - 1), kinds)

    def page(self, first: int, last: int, kinds: Collection[str] | None = None) -> list[Row]:
        """Return rows as ``rows`` does, all at once."""
        found = self._reading(lambda: self.store.read(first, last, kinds or ()))
        rows = [sound(values) for values in found]
        if kinds is None and len(rows) != last - first + 1:
            present = {row.seq for row in rows}
            raise gap(next(seq for seq in range(first, last + 1) if seq not in present))
        return rows

    def leaf_hashes(self, first: int, last: int) -> list[bytes]:
        """Return the leaves of rows, both included, unverified."""
        return self._reading(lambda: self.store.leaves(first, last))

    def tile(self, level: int, n: int) -> bytes:
        """Return the joined hashes of a tile, as many as there are; empty if there is none (see ``Growth``)."""
        if level == 0:
            return b"".join(self.leaf_hashes(TILE_WIDTH * n + 1, TILE_WIDTH * (n + 1)))
        query = sa.select(TILES.c.hashes).where(TILES.c.level == level, TILES.c.n == n)
        with self.reading() as core:
            return core.scalar(query) or b""

    def save_checkpoint(self, size: int, note: bytes) -> None:
        """Keep a signed checkpoint of the ledger. Durable on return.

        Raises:
            ConflictError: another one of this size is kept.
        """
        values = {"size": size, "note": note, "digest": row_digest(CHECKPOINTS, (size, note))}
        self.transact("checkpoint", lambda tx: tx.core.execute(sa.insert(CHECKPOINTS), values))

    def latest_checkpoint(self) -> tuple[int, bytes] | None:
        """Return the size and note of the newest checkpoint.

        Raises:
            IntegrityError: it is not what it was when it was kept.
        """
        return next(iter(self.checkpoints(1)), None)

    def checkpoints(self, limit: int, before: int = 1 << 62) -> list[tuple[int, bytes]]:
        """Return sizes and notes of checkpoints over less than ``before`` leaves, the newest first.

        Raises:
            IntegrityError: one is not what it was when it was kept.
        """
        query = sa.select(CHECKPOINTS).where(CHECKPOINTS.c.size < before)
        with self.reading() as core:
            found = core.execute(query.order_by(CHECKPOINTS.c.size.desc()).limit(limit)).all()
        for kept in found:
            if kept.digest != row_digest(CHECKPOINTS, (kept.size, kept.note)):
                raise IntegrityError(
                    "records.altered", f"the checkpoint of {kept.size} leaves is not what was kept"
                )
        return [(kept.size, kept.note) for kept in found]

    def wither(self, seqs: Sequence[int]) -> int:
        """Take the sealed parts of rows away for good and leave their digests; return how many there were.

        For ``destroy`` only, which asks for holds first. Afterwards the bytes are in no file of SQLite's; on
        PostgreSQL they are when the server has vacuumed.
        """
        withered = self.transact("wither", lambda tx: wither(tx.core, seqs))
        with self._sequencer.lock:
            self.store.scrub()
        self._boundary("after scrub")
        return withered

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Return a connection for queries of rooms on their own tables; one state, as committed."""
        return self.store.reading()

    @property
    def turn(self) -> AbstractContextManager[object]:
        """The writer's turn: within it no other thread commits, and this one can."""
        return self._writer().lock

    def transact(self, name: str, work: Callable[[Live], T]) -> T:
        """Do something in a transaction of its own, for what is no fact. Durable on return."""
        writer = self._writer()
        with writer.lock:
            return writer.transact(name, work, writer.now())

    def _reading(self, read: Callable[[], T]) -> T:
        for left in (1, 0):
            try:
                return read()
            except Exception as error:
                told = self.store.told(error)
                if not left or told is None or told.code != "records.unavailable":
                    raise (told or error) from error
        raise AssertionError("the last try returns or raises")

    def _writer(self) -> Sequencer:
        if self._decider is None:
            raise InputError("records.reading_only", "the record was opened to be read")
        return self._sequencer

    def _fold_outdated(self) -> None:
        stale = outdated(self.store.core, self.projectors)
        if not stale:
            return

        def work(tx: Live) -> None:
            make_tables(tx.core, stale)
            refold(tx.core, stale, self.page, self._sequencer.head)
            note_shapes(tx.core, stale)

        self.transact("fold", work)


def _refuse(facts: Sequence[Fact]) -> None:
    if not 0 < len(facts) <= MAX_FACTS:
        raise InputError("records.how_many", f"a commit takes 1 to {MAX_FACTS:,} facts")
    for kind, body, tag, subject, sealed in facts:
        if (
            not 0 < len(kind) <= MAX_KIND
            or len(body) > MAX_BODY
            or (tag is not None and len(tag) != TAG_BYTES)
            or (subject is not None and len(subject) != SUBJECT_BYTES)
            or (sealed is not None and not 0 < len(sealed) <= MAX_SEALED)
        ):
            raise InputError("records.fact", f"a fact of kind `{kind[:MAX_KIND]}` is not as it must be")
