"""Is everything that was recorded still what it was? Every byte of the database answers to something.

The journal's rows to their leaves, tiles to the leaves, the ledger's kept checkpoints and the outbox to digests of
their rows, the schema to the one this program makes, rooms' tables to the facts they are folded from (``rebuild``),
kept books to their names. What is found is told one by one; nothing is mended.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from bylaw.base.errors import BylawError, Problem, Where
from bylaw.records import upgrade
from bylaw.records.books import Books
from bylaw.records.folder import BOOKS, open_folder
from bylaw.records.ledger.growth import TILE_BYTES, Growth, Tile
from bylaw.records.opening import objects, refuse_stranger
from bylaw.records.reading import gap, sound
from bylaw.records.rebuilding import differences
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.schema import DIGESTED, HEAD, JOURNAL, TILES, row_digest
from bylaw.records.store import PAGE, core_over

MAX_PROBLEMS: Final = 1000  # then checking stops: enough is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found. ``rows`` were compared; ``root`` is the ledger's, when nothing is wrong."""

    problems: tuple[Problem, ...]
    rows: int
    root: bytes

    @property
    def is_sound(self) -> bool:
        """Whether everything is what it was."""
        return not self.problems


def check(records: Records, *, rebuild: bool = True, progress: Progress = quiet) -> Checked:
    """Check a record, beside the decider if need be: up to the head at the time of asking.

    ``rebuild`` folds every room's tables anew beside the old and compares them row by row; the record must have been
    opened with all projectors. Memory: a page of rows, and for ``rebuild`` a page of each table.
    """
    head = records.head
    checking = _Checking(records, head, progress)
    parts: list[Callable[[], Iterator[Problem]]] = [
        checking.place,
        checking.database,
        checking.schema,
        checking.journal,
        checking.tiles,
        checking.digested,
        checking.books,
    ]
    if rebuild:
        parts.append(lambda: differences(records, head))
    found: list[Problem] = []
    for part in parts:
        found += _guarded(records, part, MAX_PROBLEMS - len(found))
        if len(found) >= MAX_PROBLEMS:
            break
    return Checked(problems=tuple(found), rows=head, root=b"" if found else checking.growth.root)


class _Checking:
    def __init__(self, records: Records, head: int, progress: Progress) -> None:
        self.records, self.head, self.progress = records, head, progress
        self.growth = Growth()

    def place(self) -> Iterator[Problem]:
        if open_folder(self.records.place.folder) != self.records.place:
            yield problem("records.folder_damaged", "`folder.json` has changed since the record was opened")
        with self.records.reading() as core:
            refuse_stranger(core, self.records.place)

    def database(self) -> Iterator[Problem]:
        for told in self.records.store.problems():
            yield problem("records.damaged", told)

    def schema(self) -> Iterator[Problem]:
        with self.records.reading() as core:
            if upgrade.revision(core) != HEAD:
                yield problem("records.schema", "the schema's revision is not what it was")
            if core.dialect.name == "sqlite":
                found, expected = objects(core), _expected(self.records)
                for name in sorted(found.keys() ^ expected.keys()):
                    yield problem(
                        "records.schema", f"`{name}` is {'unknown' if name in found else 'missing'}"
                    )
                for name in sorted(found.keys() & expected.keys()):
                    if found[name] != expected[name]:
                        yield problem("records.schema", f"`{name}` is not as it was made")

    def journal(self) -> Iterator[Problem]:
        for first in range(1, self.head + 1, PAGE):
            last = min(self.head, first + PAGE - 1)
            leaves = []
            next_seq = first
            for values in self.records.store.read(first, last):
                try:
                    row = sound(values)
                except BylawError as error:
                    yield error.problem
                    continue
                if row.seq > next_seq:
                    yield gap(next_seq).problem
                next_seq = row.seq + 1
                leaves.append(row.leaf)
            if len(leaves) != last - first + 1:
                yield gap(next_seq).problem
                return
            yield from self._grow(leaves)
            self.progress(last, self.head)

    def _grow(self, leaves: list[bytes]) -> Iterator[Problem]:
        grown, tiles = self.growth.append(leaves)
        self.growth = grown
        with self.records.reading() as core:
            for tile in tiles:
                yield from self._compare(core, tile)

    def _compare(self, core: sa.Connection, tile: Tile) -> Iterator[Problem]:
        query = sa.select(TILES.c.hashes).where(TILES.c.level == tile.level, TILES.c.n == tile.n)
        kept = core.scalar(query)
        # While checking goes on, the decider may have added hashes; earlier ones never change.
        if not isinstance(kept, bytes) or kept[: len(tile.hashes)] != tile.hashes or len(kept) > TILE_BYTES:
            yield problem("records.tile", f"tile {tile.level}/{tile.n} does not follow from the leaves")

    def tiles(self) -> Iterator[Problem]:
        with self.records.reading() as core:
            kept = core.execute(sa.select(TILES.c.level, TILES.c.n, sa.func.length(TILES.c.hashes))).all()
            head = core.scalar(sa.select(sa.func.max(JOURNAL.c.seq))) or 0
        for level, n, length in kept:
            hashes = max(0, (head >> 8 * level) - (n << 8))
            if length != 32 * min(hashes, 256):
                yield problem("records.tile", f"tile {level}/{n} is not as long as it should be")

    def digested(self) -> Iterator[Problem]:
        for table in DIGESTED:
            with self.records.reading() as core:
                for *values, digest in core.execute(sa.select(table), execution_options={"yield_per": PAGE}):
                    if digest != row_digest(table, values):
                        key = "/".join(str(value) for value in values[: len(table.primary_key)])
                        yield problem(
                            "records.altered", f"row {key} of `{table.name}` is not what was written"
                        )

    def books(self) -> Iterator[Problem]:
        books = Books(self.records.place.folder / BOOKS)
        for digest in books.digests():
            try:
                books.read(digest)
            except BylawError as error:
                yield error.problem


def problem(code: str, message: str) -> Problem:
    """Return something that check found."""
    return Problem(code=code, message=message, where=Where(), hint="stop, and restore a backup that is sound")


def _guarded(records: Records, part: Callable[[], Iterator[Problem]], limit: int) -> list[Problem]:
    # A damaged database may fail anywhere; that is a finding too.
    found: list[Problem] = []
    try:
        for one in part():
            found.append(one)
            if len(found) >= limit:
                break
    except BylawError as error:
        found.append(error.problem)
    except (sqlite3.Error, sa.exc.SQLAlchemyError, ValueError, TypeError, OverflowError) as error:
        told = records.store.told(error)
        found.append(told.problem if told else problem("records.damaged", "a table cannot be read"))
    return found


def _expected(records: Records) -> dict[str, str]:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    core = core_over("sqlite", lambda: raw)
    try:
        upgrade.upgrade(core)
        for projector in records.projectors:
            for table in projector.tables:
                table.create(core)
        return objects(core)
    finally:
        core.close()
        core.engine.dispose()
        raw.close()
