"""The record in a schema of its own on a PostgreSQL server, through psycopg 3.

The one decider holds an advisory lock of the server for as long as its connection lives. When the server goes away,
whoever holds the record connects again; whether a commit got through shows in the journal.
"""

import hashlib
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql

from bylaw.base.errors import BusyError, BylawError, UpstreamError
from bylaw.records import upgrade
from bylaw.records.fact import Row
from bylaw.records.folder import locked
from bylaw.records.postgres_errors import told, unavailable
from bylaw.records.schema import METADATA
from bylaw.records.store import Sizes, Values, core_over

CONNECT_SECONDS: Final = 10
RECONNECTS: Final = 12  # about 40 seconds of trying
FIRST_WAIT_SECONDS: Final = 0.05
LONGEST_WAIT_SECONDS: Final = 5.0
LOCK_MILLISECONDS: Final = 1_000
IDLE_READERS: Final = 8

REVISION: Final = "revision"  # a file of a backup, beside those of the tables
COPY_BYTES: Final = 1 << 20

_COPY: Final = "COPY journal FROM STDIN (FORMAT BINARY)"
_TYPES: Final = ("int8", "int8", "text", "bytea", "bytea", "bytea", "bytea", "bytea", "bytea")
_READ: Final = (
    "SELECT seq, at, convert_to(kind, 'UTF8'), body, tag, subject, sealed, withered, leaf"
    " FROM journal WHERE seq BETWEEN %s AND %s"
)

Raw = psycopg.Connection[tuple[Any, ...]]


class PostgresStore:
    """A ``Store`` over one schema. ``pause`` waits for so many seconds between attempts to connect again."""

    def __init__(
        self, url: str, schema: str, *, writing: bool = True, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._url, self._schema, self._writing, self._pause = url, schema, writing, pause
        self._idle: deque[tuple[Raw, sa.Connection]] = deque()
        self._raw = self._open()
        self._core = core_over("postgresql+psycopg", lambda: self._raw)

    def _open(self) -> Raw:
        raw = self._connect()
        if not self._writing:
            raw.read_only = True
            return raw
        try:
            self._lock(raw)
            raw.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self._schema)))
        except BaseException:
            raw.close()
            raise
        return raw

    def _lock(self, raw: Raw) -> None:
        digest = hashlib.sha256(f"bylaw {self._schema}".encode()).digest()
        key = int.from_bytes(digest[:8], "big", signed=True)
        # A server takes a moment to see that a decider was killed, and keeps its lock until then.
        raw.execute(f"SET lock_timeout = {LOCK_MILLISECONDS}")
        try:
            raw.execute("SELECT pg_advisory_lock(%s)", (key,))
        except psycopg.errors.LockNotAvailable:
            raise locked() from None
        raw.execute("RESET lock_timeout")

    def _connect(self) -> Raw:
        options = f"-c search_path={self._schema} -c synchronous_commit=on -c client_min_messages=warning"
        try:
            return psycopg.connect(
                self._url,
                autocommit=True,
                options=options,
                application_name="bylaw",
                connect_timeout=CONNECT_SECONDS,
            )
        except psycopg.OperationalError as error:
            raise unavailable() from error

    @property
    def core(self) -> sa.Connection:
        """See ``Store``."""
        return self._core

    def prepare(self) -> None:
        """See ``Store``: the schema is there already."""

    def begin(self) -> None:
        """See ``Store``."""
        self._raw.execute("BEGIN")

    def commit(self) -> None:
        """See ``Store``: the server answers after it has synchronised its log."""
        self._raw.execute("COMMIT")

    def rollback(self) -> None:
        """See ``Store``."""
        if self._raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self._raw.execute("ROLLBACK")

    def insert(self, rows: Sequence[Row]) -> None:
        """See ``Store``."""
        with self._raw.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)

    def find(self, tags: Sequence[bytes]) -> dict[bytes, int]:
        """See ``Store``."""
        query = "SELECT tag, seq FROM journal WHERE tag = ANY(%b)"
        with self._raw.cursor(binary=True) as cursor:
            return dict(cursor.execute(query, (list(tags),)).fetchall())

    def last(self) -> tuple[int, int]:
        """See ``Store``."""
        found = self._raw.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        return cast("tuple[int, int]", found or (0, 0))

    def read(self, first: int, last: int, kinds: Collection[str] = ()) -> list[Values]:
        """See ``Store``."""
        among, values = (" AND kind = ANY(%s)", [list(kinds)]) if kinds else ("", [])
        with self._reader() as (raw, _), raw.cursor(binary=True) as cursor:
            return cursor.execute(f"{_READ}{among} ORDER BY seq".encode(), (first, last, *values)).fetchall()

    def leaves(self, first: int, last: int) -> list[bytes]:
        """See ``Store``."""
        query = "SELECT leaf FROM journal WHERE seq BETWEEN %s AND %s ORDER BY seq"
        with self._reader() as (raw, _), raw.cursor(binary=True) as cursor:
            return [row[0] for row in cursor.execute(query, (first, last))]

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """See ``Store``: one transaction, which sees one state."""
        with self._reader() as (raw, core):
            raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield core
            finally:
                with suppress(psycopg.OperationalError):
                    raw.execute("ROLLBACK")

    @contextmanager
    def _reader(self) -> Iterator[tuple[Raw, sa.Connection]]:
        pair = self._idle.pop() if self._idle else self._new_reader()
        try:
            yield pair
        finally:
            if not pair[0].closed and len(self._idle) < IDLE_READERS:
                self._idle.append(pair)
            else:
                _close(*pair)
                while pair[0].broken and self._idle:  # the server went away: from all of them
                    _close(*self._idle.pop())

    def _new_reader(self) -> tuple[Raw, sa.Connection]:
        raw = self._connect()
        return raw, core_over("postgresql+psycopg", lambda: raw)

    def told(self, error: Exception) -> BylawError | None:
        """See ``Store``."""
        return told(error)

    def is_lost(self, error: Exception) -> bool:
        """See ``Store``."""
        cause = getattr(error, "orig", None) or error
        return isinstance(cause, psycopg.Error) and self._raw.closed

    def reconnect(self) -> None:
        """See ``Store``: tries ``RECONNECTS`` times."""
        self._drop()
        wait = FIRST_WAIT_SECONDS
        for left in reversed(range(RECONNECTS)):
            try:
                self._raw = self._open()
            except (UpstreamError, BusyError, psycopg.OperationalError):
                if not left:
                    raise
                self._pause(wait)
                wait = min(LONGEST_WAIT_SECONDS, wait * 2)
                continue
            self._core = core_over("postgresql+psycopg", lambda: self._raw)
            return

    def problems(self) -> Iterator[str]:
        """See ``Store``: the server's checksums guard its files, and errors come when they are read."""
        with self._reader() as (raw, _):
            if raw.execute("SHOW data_checksums").fetchone() != ("on",):
                yield "the server keeps no checksums of its pages (`data_checksums` is off)"

    def scrub(self) -> None:
        """See ``Store``: dead rows of the journal are freed for being overwritten."""
        self._raw.execute("VACUUM journal")

    def sizes(self) -> Sizes:
        """See ``Store``."""
        query = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8 FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r'"
        )
        with self._reader() as (raw, _):
            found = raw.execute(query, (self._schema,)).fetchone()
        return Sizes(found[0] if found else 0, 0, 0)

    def copy(self, target: Path) -> tuple[str, int]:
        """See ``Store``: one file a table of the record, in PostgreSQL's binary form, all of one snapshot.

        Rooms' tables are left out: they are folded anew when the record is opened.
        """
        query = "SELECT version_num, (SELECT coalesce(max(seq), 0) FROM journal) FROM alembic_version"
        with self.reading() as core:
            raw = cast("Raw", core.connection.driver_connection)
            revision, head = raw.execute(query).fetchone() or ("", 0)
            for table in self._tables(raw):
                statement = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(sql.Identifier(table))
                with (
                    (target / table).open("wb") as file,
                    raw.cursor() as cursor,
                    cursor.copy(statement) as copy,
                ):
                    for data in copy:
                        file.write(data)
        (target / REVISION).write_text(revision, encoding="utf-8")
        return revision, head

    def load(self, source: Path) -> None:
        """See ``Store``: the tables of the revision are made, then filled, in one transaction."""
        self.begin()
        try:
            upgrade.upgrade(self.core, (source / REVISION).read_text(encoding="utf-8"))
            for path in sorted(source.iterdir()):
                if path.name != REVISION:
                    self._load_table(path)
            self.commit()
        except BaseException:
            self.rollback()
            raise

    def _load_table(self, path: Path) -> None:
        statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(path.name))
        with path.open("rb") as file, self._raw.cursor() as cursor, cursor.copy(statement) as copy:
            while data := file.read(COPY_BYTES):
                copy.write(data)

    def _tables(self, raw: Raw) -> list[str]:
        found = raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (self._schema,))
        return sorted(METADATA.tables.keys() & {name for (name,) in found} - {"projections"})

    def close(self) -> None:
        """See ``Store``: the lock is given back at once; the server may take a while to see a connection end."""
        with suppress(psycopg.Error):
            self._raw.execute("SELECT pg_advisory_unlock_all()")
        while self._idle:
            _close(*self._idle.pop())
        self._drop()

    def _drop(self) -> None:
        with suppress(psycopg.Error, sa.exc.DBAPIError):
            self._core.close()
            self._core.engine.dispose()
        self._raw.close()


def _close(raw: Raw, core: sa.Connection) -> None:
    with suppress(psycopg.Error, sa.exc.DBAPIError):
        core.close()
        core.engine.dispose()
    raw.close()
