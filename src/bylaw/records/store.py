"""What a record asks of its database. Two drivers fulfil it: ``sqlite`` and ``postgres``.

The hot path (rows in, tags found, rows out) uses prepared statements of the driver; everything else goes through
SQLAlchemy Core over the same connection, so it is in the same transaction. Instants are microseconds since 1970.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from bylaw.base.errors import BylawError
from bylaw.records.fact import Row

PAGE: Final = 1000  # rows read at once
FIND_AT_ONCE: Final = 500  # tags asked for in one statement

Values = tuple[object, ...]


class Sizes(NamedTuple):
    """What a database takes, in bytes; ``free`` is inside it and will be used again."""

    database: int
    log: int
    free: int


class Store(Protocol):
    """One database. One connection writes, in the hands of whoever holds the record's lock; others only read."""

    @property
    def core(self) -> sa.Connection:
        """The writing connection for SQLAlchemy Core. Inside ``begin`` … ``commit`` it is in that transaction."""

    def prepare(self) -> None:
        """Make a database that has no tables ready for them, inside a transaction."""

    def begin(self) -> None:
        """Begin the one transaction that writes.

        Raises:
            BusyError: another process writes.
        """

    def commit(self) -> None:
        """Make it durable: on return it survives a loss of power."""

    def rollback(self) -> None:
        """Forget the transaction; nothing happens if there is none."""

    def insert(self, rows: Sequence[Row]) -> None:
        """Add rows to the journal."""

    def find(self, tags: Sequence[bytes]) -> dict[bytes, int]:
        """Return where tags are recorded; the unknown ones are left out."""

    def last(self) -> tuple[int, int]:
        """Return the last row's number and instant; zeros for an empty journal."""

    def read(self, first: int, last: int, kinds: Collection[str] = ()) -> list[Values]:
        """Return rows as they stand, unverified, their kinds as bytes; none named: of every kind."""

    def leaves(self, first: int, last: int) -> list[bytes]:
        """Return the leaf hashes of rows, unverified."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Return a connection for reading beside the writer; it sees what is committed."""

    def told(self, error: Exception) -> BylawError | None:
        """Return what an error of the driver means; None if it is not one."""

    def is_lost(self, error: Exception) -> bool:
        """Tell whether an error means that the connection is gone: what was being committed may have happened."""

    def reconnect(self) -> None:
        """Connect again after a loss.

        Raises:
            UpstreamError: the server does not answer.
            BusyError: another decider has taken over.
        """

    def problems(self) -> Iterator[str]:
        """Say what the database itself finds wrong with its file."""

    def scrub(self) -> None:
        """Take what was overwritten or deleted off the disk, as far as this driver can."""

    def sizes(self) -> Sizes:
        """Return what the database takes."""

    def copy(self, target: Path) -> tuple[str, int]:
        """Write what one moment's database holds into an empty folder, while others write.

        Return the schema's revision and the last row's number in it.
        """

    def load(self, source: Path) -> None:
        """Fill a database that was just made, and is empty, with what ``copy`` wrote. Durable on return."""

    def close(self) -> None:
        """Close every connection."""


def core_over(dialect: str, connect: Callable[[], object]) -> sa.Connection:
    """Return SQLAlchemy Core over one connection of a driver, whose transactions the caller begins and ends."""
    engine = sa.create_engine(
        f"{dialect}://",
        creator=connect,
        poolclass=StaticPool,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",  # the driver's own BEGIN and COMMIT hold
        hide_parameters=True,  # no values in error texts
    )
    return engine.connect()
