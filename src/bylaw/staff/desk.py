"""The desk at the door: open sessions, spent tickets, counts of tries. Operational: no facts, no part of a backup.

A file of its own beside the record, so that a backup that is put back brings no ended session back. Whoever loses it
signs in again, no more. Of tokens there are only digests, of sources only keyed ones. What was changed is durable on
return; several processes of one machine may have it open.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final, Self

from bylaw.base.errors import IntegrityError
from bylaw.staff.machine import Session
from bylaw.staff.model import Method
from bylaw.staff.throttle import FAMILIAR, LIMITS, Count, Scope, counted, forgiven, wait

NAME: Final = "sessions.db"
FORMAT: Final = 1
BUSY_MS: Final = 5_000
TOUCH: Final = 60_000_000  # a session's last use is kept to the minute (microseconds)
_TABLES: Final = """
CREATE TABLE sessions (
    token BLOB PRIMARY KEY, session TEXT NOT NULL UNIQUE, staff TEXT NOT NULL, seq INTEGER NOT NULL,
    opened INTEGER NOT NULL, used INTEGER NOT NULL, proved INTEGER NOT NULL, strong INTEGER NOT NULL,
    method TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tickets (ticket BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tries (
    scope TEXT, what BLOB, tries INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (scope, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE familiar (
    staff TEXT, source BLOB, seen INTEGER NOT NULL, PRIMARY KEY (staff, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE keys_used (key TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID
"""

Tries = Sequence[tuple[Scope, bytes]]  # what a try is counted by


class Desk:
    """The open file. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for setting in ("journal_mode=wal", "synchronous=full", f"busy_timeout={BUSY_MS}"):
                self._file.execute(f"PRAGMA {setting}")
            self._make()
        except BaseException as error:
            self._file.close()
            if isinstance(error, sqlite3.DatabaseError):
                raise IntegrityError(
                    "staff.desk",
                    f"`{NAME}` cannot be read",
                    hint="delete it: everybody signs in again, nothing else is lost",
                ) from error
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    # -- sessions

    def open_session(self, token: bytes, session: Session) -> None:
        """Keep a session under the digest of its token."""
        self._run("INSERT INTO sessions VALUES (?,?,?,?,?,?,?,?,?)", (token, *session))

    def session(self, token: bytes) -> Session | None:
        """Return the session of a token's digest."""
        rows = self._run("SELECT * FROM sessions WHERE token = ?", (token,))
        return _session(rows[0]) if rows else None

    def sessions(self, staff: str | None = None) -> list[Session]:
        """Return the sessions of a member, or all, in the order of their opening."""
        query = "SELECT * FROM sessions WHERE ?1 IS NULL OR staff = ?1 ORDER BY seq"
        return [_session(row) for row in self._run(query, (staff,))]

    def use(self, session: Session, now: int) -> None:
        """Keep that a session was used; to the minute."""
        if now - session.used >= TOUCH:
            self._run("UPDATE sessions SET used = ? WHERE session = ?", (now, session.id))

    def prove(self, session: str, now: int) -> None:
        """Keep that two factors were shown in a session."""
        self._run("UPDATE sessions SET proved = ?, strong = 1 WHERE session = ?", (now, session))

    def end(self, sessions: Sequence[str]) -> None:
        """Forget sessions."""
        with self._transaction():
            self._file.executemany("DELETE FROM sessions WHERE session = ?", [(one,) for one in sessions])

    # -- tickets

    def spend(self, ticket: bytes, expires: int) -> bool:
        """Tell whether a ticket (its digest) was not spent before; now it is."""
        query = "INSERT INTO tickets VALUES (?,?) ON CONFLICT DO NOTHING RETURNING 1"
        return bool(self._run(query, (ticket, expires)))

    # -- tries

    def count(self, tries: Tries, now: int) -> int:
        """Count one try, unless there were too many: then return how many microseconds to wait, and count nothing."""
        with self._transaction():
            known = [self._count(scope, what) for scope, what in tries]
            waiting = max(
                wait(count, LIMITS[scope], now) for count, (scope, _) in zip(known, tries, strict=True)
            )
            if not waiting:
                for count, (scope, what) in zip(known, tries, strict=True):
                    self._keep(scope, what, counted(count, LIMITS[scope], now))
        return waiting

    def is_full(self, tries: Tries, now: int) -> bool:
        """Tell whether the next such try would have to wait."""
        with self._lock:
            return any(wait(self._count(*one), LIMITS[one[0]], now) for one in tries)

    def forgive(self, tries: Tries) -> None:
        """Take back one try, which turned out to be right."""
        with self._transaction():
            for scope, what in tries:
                self._keep(scope, what, forgiven(self._count(scope, what)))

    def is_familiar(self, staff: str, source: bytes, now: int) -> bool:
        """Tell whether a member signed in from a source lately."""
        query = "SELECT 1 FROM familiar WHERE staff = ? AND source = ? AND seen > ?"
        return bool(self._run(query, (staff, source, now - FAMILIAR)))

    def befriend(self, staff: str, source: bytes, now: int) -> None:
        """Keep that a member signed in from a source."""
        self._run("INSERT OR REPLACE INTO familiar VALUES (?,?,?)", (staff, source, now))

    # -- keys

    def use_key(self, key: str, day: str) -> None:
        """Keep the day on which a key was last used."""
        self._run("INSERT OR REPLACE INTO keys_used VALUES (?,?)", (key, day))

    def keys_used(self) -> dict[str, str]:
        """Return the days on which keys were last used."""
        return dict(self._run("SELECT key, day FROM keys_used"))

    def tidy(self, now: int, oldest: int) -> None:
        """Forget what is over: tickets, counts, sources, and sessions that were opened before an instant."""
        window = max(limit.window for limit in LIMITS.values())
        with self._transaction():
            self._file.execute("DELETE FROM tickets WHERE expires <= ?", (now,))
            self._file.execute("DELETE FROM tries WHERE since <= ?", (now - window,))
            self._file.execute("DELETE FROM familiar WHERE seen <= ?", (now - FAMILIAR,))
            self._file.execute("DELETE FROM sessions WHERE opened <= ?", (oldest,))

    # --

    def _make(self) -> None:
        with self._transaction():
            (version,) = self._file.execute("PRAGMA user_version").fetchone()
            if version == FORMAT:
                return
            names = self._file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                self._file.execute(f'DROP TABLE "{name}"')
            for statement in _TABLES.split(";"):
                self._file.execute(statement)
            self._file.execute(f"PRAGMA user_version={FORMAT}")

    def _count(self, scope: Scope, what: bytes) -> Count | None:
        query = "SELECT tries, since FROM tries WHERE scope = ? AND what = ?"
        rows = self._run(query, (scope.value, what))
        return Count(*rows[0]) if rows else None

    def _keep(self, scope: Scope, what: bytes, count: Count | None) -> None:
        if count is None:
            self._run("DELETE FROM tries WHERE scope = ? AND what = ?", (scope.value, what))
        else:
            self._run("INSERT OR REPLACE INTO tries VALUES (?,?,?,?)", (scope.value, what, *count))

    def _run(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._file.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")


def _session(row: Sequence[Any]) -> Session:
    name, staff, seq, opened, used, proved, strong, method = row[1:]
    return Session(name, staff, seq, opened, used, proved, bool(strong), Method(method))
