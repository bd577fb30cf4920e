"""The vault's SQLite file: settings, transactions, and how its errors are told.

``journal_mode=wal``: a rollback journal copies what a page held *before* a change, so the key being destroyed,
into another file whose blocks are then let go unread. A write-ahead log holds what pages become: destruction writes
pages without the key, empties the log into the file, and both can be read through for what must be gone.
``secure_delete=on`` overwrites what is freed. ``synchronous=full``: a commit is on disk before it returns.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from bylaw.base.errors import BusyError, IntegrityError, NotFoundError, RefusedError
from bylaw.records.vault.uses import Boundary
from bylaw.records.vault.wrapping import RESTORE

FORMAT: Final = 1
APPLICATION: Final = 0x42794C76  # "ByLv", in the file's header
BUSY_MS: Final = 5_000
CACHE_KIB: Final = 16 * 1024
LOG_PAGES: Final = 8_192  # the log is emptied into the file at 32 MiB
_KEYS: Final = (
    "CREATE TABLE keys (place INTEGER PRIMARY KEY, subject BLOB NOT NULL, use INTEGER NOT NULL, "
    "version INTEGER NOT NULL, state INTEGER NOT NULL, epoch INTEGER NOT NULL, wrapped BLOB, lookup BLOB, "
    "external BLOB, trace BLOB, mac BLOB NOT NULL) STRICT"
)
TABLES: Final = (
    _KEYS,
    "CREATE UNIQUE INDEX keys_by_subject ON keys (subject, use)",
    "CREATE UNIQUE INDEX keys_by_lookup ON keys (lookup) WHERE lookup IS NOT NULL",
    "CREATE INDEX keys_unfinished ON keys (place) WHERE state = 2",
    "CREATE TABLE secrets (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value BLOB NOT NULL, mac BLOB NOT NULL) STRICT, WITHOUT ROWID",
)
_SETTINGS: Final = (
    "PRAGMA secure_delete=on",
    f"PRAGMA cache_size=-{CACHE_KIB}",
    "PRAGMA temp_store=memory",
    "PRAGMA cell_size_check=on",
)
_WRITING: Final = (
    "PRAGMA journal_mode=wal",
    "PRAGMA synchronous=full",
    f"PRAGMA wal_autocheckpoint={LOG_PAGES}",
)
_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class VaultFile:
    """One connection. Whoever uses it sees to it that only one thread does at a time."""

    def __init__(self, path: Path, boundary: Boundary, *, writing: bool) -> None:
        self.path = path
        self._boundary = boundary
        self._writing = writing
        self._connection = self._connect()

    @classmethod
    def open(cls, path: Path, boundary: Boundary, *, writing: bool) -> Self:
        """Open a vault that was made.

        Raises:
            NotFoundError: ``vault.missing``.
            RefusedError: ``vault.newer``, a later version of the program wrote it.
            IntegrityError: ``vault.damaged``.
        """
        if not path.exists():
            raise NotFoundError("vault.missing", "there is no vault here", hint="`bylaw init` makes one")
        file = cls(path, boundary, writing=writing)
        try:
            file.demand_format()
        except BaseException:
            file.close()
            raise
        return file

    @property
    def files(self) -> tuple[Path, ...]:
        """Where bytes of this vault may stand: the file, its log, and what a crash in another mode left."""
        return tuple(self.path.with_name(self.path.name + end) for end in ("", "-wal", "-journal", "-shm"))

    def demand_format(self) -> None:
        """Refuse what this program did not write."""
        (application,), (version,) = (
            self.read("PRAGMA application_id")[0],
            self.read("PRAGMA user_version")[0],
        )
        if application != APPLICATION:
            raise IntegrityError("vault.damaged", "this file is not a vault", hint=RESTORE)
        if version > FORMAT:
            raise RefusedError("vault.newer", "a later version wrote this vault", hint="install that version")

    def make_tables(self) -> None:
        """Inside a transaction: make what an empty file needs."""
        for statement in (*TABLES, f"PRAGMA user_version={FORMAT}", f"PRAGMA application_id={APPLICATION}"):
            self._connection.execute(statement)

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows of a query."""
        with _told():
            return self._connection.execute(sql, values).fetchall()

    def write(self, sql: str, values: Sequence[object] = ()) -> int:
        """Inside a transaction: change rows; return how many."""
        return self._connection.execute(sql, values).rowcount

    def write_all(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Inside a transaction: the same statement for many rows."""
        self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """All or nothing; durable when the block has been left."""
        with _told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._boundary(f"{name}.commit.before")
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        self._boundary(f"{name}.commit.after")

    def settle(self) -> None:
        """Empty the log into the file and cut it to nothing.

        Raises:
            BusyError: ``vault.read``, a reader holds an old state; the file cannot be freed of it yet.
        """
        self._boundary("log.empty.before")
        ((busy, _, _),) = self.read("PRAGMA wal_checkpoint(truncate)")
        if busy:
            raise BusyError("vault.read", "a reader holds an old state of the vault", hint="try again")
        self._boundary("log.empty.after")

    def rewrite(self) -> None:
        """Write the whole file anew, so that nothing stands between its rows."""
        self._boundary("rewrite.before")
        self.read("VACUUM")
        self.settle()
        self._boundary("rewrite.after")

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Close the connection for a while: to close a file that SQLite has open drops SQLite's locks (POSIX)."""
        self._connection.close()
        try:
            yield
        finally:
            self._connection = self._connect()

    def copy_to(self, path: Path) -> None:
        """Write a copy of the last committed state, in one file."""
        with _told():
            target = sqlite3.connect(path, isolation_level=None)
            try:
                target.execute("PRAGMA journal_mode=delete")
                target.execute("PRAGMA synchronous=full")
                self._connection.backup(target)
                target.execute("PRAGMA journal_mode=delete")
            finally:
                target.close()

    def changes(self) -> int:
        """Return a number that differs after another process committed."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        mode = "rwc" if self._writing else "ro"
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        with _told():
            connection = sqlite3.connect(
                address, timeout=BUSY_MS / 1000, uri=True, isolation_level=None, check_same_thread=False
            )
            try:
                for setting in _SETTINGS + (_WRITING if self._writing else ()):
                    connection.execute(setting).fetchall()
            except BaseException:
                connection.close()
                raise
        return connection


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeError) as error:  # a damaged name cannot even be told
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            raise BusyError("vault.busy", "another process holds the vault", hint="try again") from None
        if code == sqlite3.SQLITE_FULL:
            raise BusyError("vault.full", "the disk is full: nothing was changed", hint="make room") from None
        raise IntegrityError(
            "vault.damaged", "the vault's file cannot be read or written", hint=RESTORE
        ) from error
