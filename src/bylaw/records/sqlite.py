"""The record in one SQLite file.

Settings, for every connection: write-ahead log, ``synchronous=FULL`` (a commit waits for the disk), foreign keys,
``secure_delete`` (what is deleted is overwritten), no memory map (a failing disk must be an error, not a signal).
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import sqlalchemy as sa

from bylaw.base.errors import BylawError
from bylaw.records.fact import Row
from bylaw.records.sqlite_errors import told
from bylaw.records.store import FIND_AT_ONCE, Sizes, Values, core_over

APPLICATION: Final = int.from_bytes(b"BYLW", "big")  # in the file's header: whose file this is
BUSY_TIMEOUT_MS: Final = 5_000
# COST: the index of tags is hit at random, and no cache holds it for long; what is missed the system's own cache has. A
# journal of four million rows takes as many by the second with 16 MiB as with 256.
WRITER_CACHE_KIB: Final = 32_768
READER_CACHE_KIB: Final = 8_192
CHECKPOINT_PAGES: Final = 16_384  # 64 MiB of log: hot pages are copied back once for many commits
IDLE_READERS: Final = 8
COPY: Final = "bylaw.db"  # in a backup

_INSERT: Final = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
# A kind that is no UTF-8 any more must come out as bytes, to be told from a failure of reading.
_READ: Final = (
    "SELECT seq, at, CAST(kind AS BLOB), body, tag, subject, sealed, withered, leaf"
    " FROM journal WHERE seq BETWEEN ? AND ?"
)


class SqliteStore:
    """A ``Store`` over a file. The writer connection may be used by any thread, one at a time."""

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        self._path = path
        self._idle: deque[tuple[sqlite3.Connection, sa.Connection]] = deque()
        self._lock = threading.Lock()
        self._raw = self._connect(WRITER_CACHE_KIB if writing else READER_CACHE_KIB, writing=writing)
        self._core: sa.Connection | None = None

    def _connect(self, cache_kib: int, *, writing: bool) -> sqlite3.Connection:
        raw = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        settings = {
            "foreign_keys": "ON",
            "synchronous": "FULL",
            "secure_delete": "ON",
            "mmap_size": 0,
            "cache_size": -cache_kib,
            "wal_autocheckpoint": CHECKPOINT_PAGES,
            "query_only": "OFF" if writing else "ON",
        }
        try:
            if writing:
                raw.execute("PRAGMA journal_mode = WAL").fetchall()
            for name, value in settings.items():
                raw.execute(f"PRAGMA {name} = {value}").fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raw.close()
            raise told(error) or error from error
        return raw

    @property
    def core(self) -> sa.Connection:
        """See ``Store``."""
        if self._core is None:
            self._core = core_over("sqlite", lambda: self._raw)
        return self._core

    def prepare(self) -> None:
        """See ``Store``: the file's header says whose it is."""
        self._raw.execute(f"PRAGMA application_id = {APPLICATION}")

    def begin(self) -> None:
        """See ``Store``."""
        self._raw.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """See ``Store``: the log is synchronised to the disk."""
        self._raw.execute("COMMIT")

    def rollback(self) -> None:
        """See ``Store``."""
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")

    def insert(self, rows: Sequence[Row]) -> None:
        """See ``Store``."""
        self._raw.executemany(_INSERT, rows)

    def find(self, tags: Sequence[bytes]) -> dict[bytes, int]:
        """See ``Store``."""
        found: dict[bytes, int] = {}
        for start in range(0, len(tags), FIND_AT_ONCE):
            some = tags[start : start + FIND_AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(self._raw.execute(f"SELECT tag, seq FROM journal WHERE tag IN ({marks})", some))  # noqa: S608 - only question marks
        return found

    def last(self) -> tuple[int, int]:
        """See ``Store``."""
        found = self._raw.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        return cast("tuple[int, int]", found or (0, 0))

    def read(self, first: int, last: int, kinds: Collection[str] = ()) -> list[Values]:
        """See ``Store``."""
        among = f" AND kind IN ({','.join('?' * len(kinds))})" if kinds else ""
        with self._reader() as (raw, _):
            return raw.execute(f"{_READ}{among} ORDER BY seq", (first, last, *kinds)).fetchall()

    def leaves(self, first: int, last: int) -> list[bytes]:
        """See ``Store``."""
        with self._reader() as (raw, _):
            rows = raw.execute(
                "SELECT leaf FROM journal WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last)
            )
            return [row[0] for row in rows]

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """See ``Store``: one transaction, which sees one state."""
        with self._reader() as (raw, core):
            raw.execute("BEGIN")
            try:
                yield core
            finally:
                raw.execute("ROLLBACK")

    @contextmanager
    def _reader(self) -> Iterator[tuple[sqlite3.Connection, sa.Connection]]:
        try:
            pair = self._idle.pop()
        except IndexError:
            raw = self._connect(READER_CACHE_KIB, writing=False)
            pair = (raw, core_over("sqlite", lambda: raw))
        try:
            yield pair
        finally:
            if len(self._idle) < IDLE_READERS:
                self._idle.append(pair)
            else:
                _close(*pair)

    def told(self, error: Exception) -> BylawError | None:
        """See ``Store``."""
        return told(error)

    def is_lost(self, error: Exception) -> bool:  # noqa: ARG002 - part of ``Store``
        """See ``Store``: a file is never lost."""
        return False

    def reconnect(self) -> None:
        """See ``Store``."""

    def problems(self) -> Iterator[str]:
        """See ``Store``: what ``PRAGMA integrity_check`` says, and whose file it is."""
        with self._reader() as (raw, _):
            if raw.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                yield "the file's header does not say that it is a record of Bylaw"
            for (found,) in raw.execute("PRAGMA integrity_check(100)"):
                if found != "ok":
                    yield found
            for table, *_ in raw.execute("PRAGMA foreign_key_check"):
                yield f"a row of table {table} refers to one that is not there"

    def scrub(self) -> None:
        """See ``Store``: the log is copied back and cut to nothing."""
        self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def sizes(self) -> Sizes:
        """See ``Store``."""
        with self._reader() as (raw, _):
            names = ("page_size", "page_count", "freelist_count")
            size, count, free = (raw.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
        log = self._path.with_name(self._path.name + "-wal")
        return Sizes(size * count, log.stat().st_size if log.exists() else 0, size * free)

    def copy(self, target: Path) -> tuple[str, int]:
        """See ``Store``: SQLite's own backup, in one step."""
        copied = sqlite3.connect(target / COPY, isolation_level=None)
        try:
            with self._reader() as (raw, _):
                raw.backup(copied)
            copied.execute("PRAGMA journal_mode = DELETE").fetchall()
            (revision,) = copied.execute("SELECT version_num FROM alembic_version").fetchone()
            (head,) = copied.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        finally:
            copied.close()
        return revision, head

    def load(self, source: Path) -> None:
        """See ``Store``: SQLite's own backup the other way."""
        kept = sqlite3.connect(f"{(source / COPY).resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            kept.backup(self._raw)
        finally:
            kept.close()
        self._raw.execute("PRAGMA journal_mode = WAL").fetchall()

    def close(self) -> None:
        """See ``Store``: the log is copied back and cut, then removed by SQLite with the last connection."""
        while self._idle:
            _close(*self._idle.pop())
        self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if self._core is not None:
            self._core.close()
            self._core.engine.dispose()
        self._raw.close()


def _close(raw: sqlite3.Connection, core: sa.Connection) -> None:
    core.close()
    core.engine.dispose()
    raw.close()
