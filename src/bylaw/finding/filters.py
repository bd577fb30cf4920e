"""Filters that people keep: a query under a name, one's own or shared. What they say is sealed, as it may name somebody."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError, NotFoundError
from bylaw.base.ids import time_ordered_id
from bylaw.finding.query import MAX_QUERY
from bylaw.records.fact import Fact, Row, associated
from bylaw.records.projecting import Transaction
from bylaw.records.records import Records
from bylaw.records.schema import WHOLE
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault
from bylaw.staff.model import SPACE

SAVED: Final = "filter.saved"
REMOVED: Final = "filter.removed"
MAX_NAME: Final = 80
MAX_KEPT: Final = 100  # by one member
MAX_SHARED: Final = 500  # shown to one member
_CHANCE: Final = 9

FILTERS: Final = sa.Table(
    "filters",
    sa.MetaData(),
    sa.Column("filter", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False),  # of the fact that says what it is
    sa.Column("by", sa.Text, nullable=False, index=True),
    sa.Column("shared", WHOLE, nullable=False, index=True),  # 0 or 1
    sqlite_strict=True,
)


class Saved(msgspec.Struct, frozen=True):
    """``filter.saved``. ``by`` is a member of staff; under its key stand name and query."""

    filter: str
    by: str
    shared: bool


class Removed(msgspec.Struct, frozen=True):
    """``filter.removed``."""

    filter: str
    by: str


class Said(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed of a filter."""

    name: str
    query: str


class Filter(NamedTuple):
    """A filter that somebody keeps."""

    filter: str
    by: str
    shared: bool
    name: str
    query: str


class FiltersProjector:
    """The fold."""

    name = "filters"
    version = 1
    tables: Sequence[sa.Table] = (FILTERS,)
    kinds = frozenset({SAVED, REMOVED})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. Nobody removes what is another's."""
        for row in rows:
            if row.kind == SAVED:
                said = msgspec.json.decode(row.body, type=Saved)
                tx.insert(FILTERS, [(said.filter, row.seq, said.by, int(said.shared))])
                continue
            gone = msgspec.json.decode(row.body, type=Removed)
            mine = sa.delete(FILTERS).where(FILTERS.c.filter == gone.filter, FILTERS.c.by == gone.by)
            if not tx.execute(mine).rowcount:
                raise NotFoundError("filter.unknown", "no filter of yours is called so")


class Filters:
    """The filters of one record."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def save(self, by: str, name: str, query: str, *, shared: bool) -> str:
        """Keep a filter of a member of staff; return its id. Durable on return.

        Raises:
            InputError: ``filter.name``, ``filter.query``.
            ConflictError: ``filter.many``.
        """
        if not 0 < len(name.strip()) <= MAX_NAME:
            raise InputError("filter.name", f"a filter has a name of at most {MAX_NAME} characters")
        if not 0 < len(query.strip()) <= MAX_QUERY:
            raise InputError("filter.query", f"a filter has a query of at most {MAX_QUERY:,} characters")
        with self._records.reading() as core:
            kept = core.scalar(sa.select(sa.func.count()).where(FILTERS.c.by == by)) or 0
        if kept >= MAX_KEPT:
            raise ConflictError(
                "filter.many", f"you keep {MAX_KEPT} filters already", hint="remove one that you do not use"
            )
        filter_id = time_ordered_id("fil", self._records.clock() // 1000, self._records.chance(_CHANCE))
        body = canonical_bytes(Saved(filter_id, by, shared))
        subject = self._vault.subjects(SPACE, [by])[by]
        plain = msgspec.msgpack.encode(Said(name.strip(), query.strip()))
        sealed = self._vault.seal(subject, Use.PROFILE, plain, associated(SAVED, None, body))
        self._records.commit([Fact(SAVED, body, None, subject, sealed)])
        return filter_id

    def remove(self, by: str, filter_id: str) -> None:
        """Keep a filter no more.

        Raises:
            NotFoundError: ``filter.unknown``, there is none of that member's.
        """
        self._records.commit([Fact(REMOVED, canonical_bytes(Removed(filter_id, by)))])

    def of(self, who: str) -> list[Filter]:
        """Return the filters of a member and those that others share, by name."""
        seen = sa.select(FILTERS).where(sa.or_(FILTERS.c.by == who, FILTERS.c.shared == 1))
        with self._records.reading() as core:
            rows = core.execute(seen.order_by(FILTERS.c.filter.desc()).limit(MAX_SHARED)).all()
        return sorted(self._told(rows), key=lambda one: (one.name.casefold(), one.filter))

    def _told(self, rows: Iterable[Any]) -> Iterator[Filter]:
        for kept in rows:
            row = self._records.row(kept.seq)
            if row.sealed is None or row.subject is None:
                continue
            try:
                plain = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
            except (Destroyed, NotFoundError):
                continue  # whoever wrote it is forgotten
            said = msgspec.msgpack.decode(plain, type=Said)
            yield Filter(kept.filter, kept.by, bool(kept.shared), said.name, said.query)
