"""Rooms keep tables that are folded from the journal. A projector is one room's fold.

It runs inside the transaction of the commit: either facts, tables and outbox are all there, or none of them. As its
tables can always be folded again, they have no migrations: when their shape changed, they are made anew from the
facts. So a fold may read its own tables and the rows, and nothing else.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from bylaw.base.errors import InputError
from bylaw.records.fact import Row
from bylaw.records.outbox import Entry, Outgoing, cancel, enter
from bylaw.records.schema import METADATA

MAX_SENT: Final = 10_000  # things one commit may send for one fact


class Transaction(Protocol):
    """What a projector may do."""

    def execute(
        self,
        statement: sa.Executable,
        rows: Sequence[Mapping[str, object]] | Mapping[str, object] | None = None,
    ) -> sa.CursorResult[Any]:
        """Run a statement of SQLAlchemy Core on the projector's own tables."""

    def insert(self, table: sa.Table, rows: Sequence[tuple[object, ...]]) -> None:
        """Put many rows into one of the projector's own tables, their values in the order of its columns."""

    def send(self, row: Row, outgoing: Outgoing) -> None:
        """Put something into the outbox because of a fact."""

    def cancel(self, destination: str, keys: Collection[str]) -> None:
        """Take back what was sent under keys and has not been delivered: timers that are not needed any more."""


class Projector(Protocol):
    """One room's fold.

    ``version`` is raised when the same facts fold into other rows. Names of tables begin with the room's name.
    """

    @property
    def name(self) -> str:
        """The room."""

    @property
    def version(self) -> int:
        """Of the fold."""

    @property
    def tables(self) -> Sequence[sa.Table]:
        """In the order in which they may be made."""

    @property
    def kinds(self) -> frozenset[str]:
        """Facts that it listens to."""

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold rows into the tables: all those of its kinds in one commit, in order.

        While folding anew, several commits may come at once, and sealed parts may have aged out.
        """


@dataclass(slots=True)
class Live:
    """The transaction of a commit."""

    core: sa.Connection
    at: int
    sent: dict[int, int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def execute(
        self,
        statement: sa.Executable,
        rows: Sequence[Mapping[str, object]] | Mapping[str, object] | None = None,
    ) -> sa.CursorResult[Any]:
        """See ``Transaction``."""
        return self.core.execute(statement, rows)

    def insert(self, table: sa.Table, rows: Sequence[tuple[object, ...]]) -> None:
        """See ``Transaction``."""
        _insert(self.core, table, rows)

    def send(self, row: Row, outgoing: Outgoing) -> None:
        """See ``Transaction``.

        Raises:
            InputError: one fact sends more than ``MAX_SENT`` things.
        """
        n = self.sent.get(row.seq, 0)
        if n >= MAX_SENT:
            raise InputError("records.too_much_sent", f"one fact sends more than {MAX_SENT:,} things")
        self.sent[row.seq] = n + 1
        self.entries.append(Entry.of(row.seq, n, outgoing, self.at))

    def cancel(self, destination: str, keys: Collection[str]) -> None:
        """See ``Transaction``."""
        if self.entries:
            self.entries = [e for e in self.entries if e.destination != destination or e.key not in keys]
        cancel(self.core, destination, keys)

    def finish(self) -> None:
        """Write what was sent."""
        enter(self.core, self.entries)


@dataclass(frozen=True, slots=True)
class Fold:
    """The transaction of folding anew: what was sent, was sent then."""

    core: sa.Connection

    def execute(
        self,
        statement: sa.Executable,
        rows: Sequence[Mapping[str, object]] | Mapping[str, object] | None = None,
    ) -> sa.CursorResult[Any]:
        """See ``Transaction``."""
        return self.core.execute(statement, rows)

    def insert(self, table: sa.Table, rows: Sequence[tuple[object, ...]]) -> None:
        """See ``Transaction``."""
        _insert(self.core, table, rows)

    def send(self, row: Row, outgoing: Outgoing) -> None:
        """See ``Transaction``: nothing."""

    def cancel(self, destination: str, keys: Collection[str]) -> None:
        """See ``Transaction``: nothing."""


def _insert(core: sa.Connection, table: sa.Table, rows: Sequence[tuple[object, ...]]) -> None:
    # COST: handed to the driver as they are, a row takes 3 microseconds, and 8 through SQLAlchemy's parameters.
    if not rows:
        return
    quoted = core.dialect.identifier_preparer.quote
    mark = "?" if core.dialect.name == "sqlite" else "%s"
    names, marks = ", ".join(map(quoted, table.columns.keys())), ", ".join([mark] * len(table.columns))
    statement = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    core.exec_driver_sql(statement, list(rows))


def project(tx: Transaction, projectors: Sequence[Projector], rows: Sequence[Row]) -> None:
    """Hand rows to whoever listens."""
    present = {row.kind for row in rows}
    for projector in projectors:
        if not present.isdisjoint(projector.kinds):
            projector.project(tx, [row for row in rows if row.kind in projector.kinds])


def shape(projector: Projector) -> str:
    """Return what changes when a projector's tables must be folded anew."""
    made = "".join(str(CreateTable(table)) for table in projector.tables)
    return f"{projector.version}:{hashlib.sha256(made.encode()).hexdigest()}"


def refuse_clashes(projectors: Sequence[Projector]) -> None:
    """See to it that no two rooms, nor a room and the record, mean the same table.

    Raises:
        InputError: a name is taken, or does not begin with its room's.
    """
    taken = set(METADATA.tables)
    for projector in projectors:
        for table in projector.tables:
            if not table.name.startswith(projector.name) or table.name in taken:
                raise InputError(
                    "records.table_name", f"`{table.name}` is no name for a table of {projector.name}"
                )
            taken.add(table.name)
