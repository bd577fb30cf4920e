"""Preserved records: a copy under the hold's own key, so that a person can be destroyed and the record stays.

A copy is made for each hold that keeps the record, and dies with it. What it holds is bound to the fact that says
which record it is of, so the ledger vouches for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import NotFoundError
from bylaw.records.fact import Fact, Row, associated
from bylaw.records.holds import store
from bylaw.records.holds.machine import holding
from bylaw.records.holds.model import OWN_KEYS, PRESERVED, Copy, Hold, Preserved
from bylaw.records.people import concerned, subject_of, told
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.schema import JOURNAL
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

SPACE: Final = (
    "hold"  # of the vault: one subject a hold; its profile key seals copies, its evidence key reasons
)
AT_ONCE: Final = 200  # copies in one commit
STRETCH: Final = 100_000  # rows searched in one query


class Kept(NamedTuple):
    """A record that was read from its copy: what was sealed, and the ids of the people it names, by alias."""

    payload: bytes
    names: Mapping[str, str]

    def person(self, alias: str) -> str:
        """Return the id that the service gave to whom a random id stands for.

        Raises:
            Destroyed: it was gone when the copy was made.
        """
        name = self.names.get(alias)
        if name is None:
            raise Destroyed
        return name


class Copies:
    """The preserved records of a record."""

    def __init__(self, records: Records, vault: Vault) -> None:
        self._records = records
        self._vault = vault

    def read(self, row: Row) -> Kept | None:
        """Return a record from the newest copy that can be read; None if there is none."""
        return self._newest(copy for copy in self._of(row) if copy.live)

    def original(self, row: Row) -> Kept | None:
        """Return a record as it was recorded; None if it, or whom it names, cannot be read any more."""
        payload = self._unsealed(row)
        if payload is None:
            return None
        names = {alias: self._name(subject_of(alias)) for alias in told(row).people}
        known = {alias: name for alias, name in names.items() if name is not None}
        return Kept(payload, known) if len(known) == len(names) else None

    def missing(self, rows: Iterable[Row], holds: Sequence[Hold]) -> Iterator[Fact]:
        """Yield the copies that are still to be made of rows that holds keep.

        A row that cannot be read any more, by itself or from any copy, has none.
        """
        by_id = {hold.id: hold for hold in holds}
        for row in rows:
            keeping = holding(holds, row.seq, concerned(row)) if row.kind not in OWN_KEYS else ()
            copies = self._of(row) if keeping else ()
            for hold in keeping:
                mine = [copy for copy in copies if copy.hold == hold]
                if self._newest(mine) is None and (kept := self._source(row, by_id[hold], copies)):
                    yield self._copy(row, hold, kept)

    def concerning(self, subject: bytes, holds: Sequence[Hold]) -> Iterator[Row]:
        """Yield rows that cannot be read without a subject's key and that holds may keep; each once, in order.

        COST: there is no index of who is named where, as it would be paid for with every event. Unless only single
        records are held, this reads the journal once, in the database.
        """
        spans = [span for hold in holds for span in hold.spans]
        if not holds:
            return
        if any(hold.people for hold in holds):
            first, last = 1, self._records.head
        else:
            first = min((span[0] for span in spans), default=1)
            last = max((span[1] for span in spans), default=0)
        for seq in self.naming(subject, first, last):
            yield self._records.row(seq)

    def naming(
        self, subject: bytes, first: int = 1, last: int | None = None, progress: Progress = quiet
    ) -> list[int]:
        """Return the rows with something sealed that concern a person; it reads them all, in the database."""
        end = self._records.head if last is None else last
        found: list[int] = []
        for start in range(first, end + 1, STRETCH):
            through = min(start + STRETCH - 1, end)
            found += self._naming(subject, start, through)
            progress(through, end)
        return found

    # --

    def _naming(self, subject: bytes, first: int, last: int) -> list[int]:
        alias = subject.hex().encode()
        with self._records.reading() as core:
            inside = sa.func.instr if core.dialect.name == "sqlite" else sa.func.pg_catalog.position
            query = sa.select(JOURNAL.c.seq).where(
                JOURNAL.c.seq.between(first, last),
                JOURNAL.c.sealed.is_not(None),
                JOURNAL.c.kind.not_in(sorted(OWN_KEYS)),
                sa.or_(
                    JOURNAL.c.subject == subject,
                    inside(JOURNAL.c.body, sa.literal(alias, sa.LargeBinary)) > 0,
                ),
            )
            return list(core.scalars(query.order_by(JOURNAL.c.seq)))

    def _of(self, row: Row) -> list[store.CopyAt]:
        with self._records.reading() as core:
            return [copy for copy in store.copies(core, row.seq) if copy.leaf == row.leaf]

    def _newest(self, copies: Iterable[store.CopyAt]) -> Kept | None:
        opened = (self._opened(copy.seq) for copy in reversed(list(copies)))
        return next((kept for kept in opened if kept is not None), None)

    def _source(self, row: Row, hold: Hold, copies: Sequence[store.CopyAt]) -> Kept | None:
        """Return what a hold's copy is to be made of.

        A restored vault brings back keys of persons who were destroyed before the hold was placed, and of released
        holds: for a hold that never kept the record from them, it stays destroyed.
        """
        had = any(copy.hold == hold.id for copy in copies)
        kept = self.original(row) if had or self._came_in_time(row, hold) else None
        return kept or self._newest(copy for copy in copies if copy.live or had)

    def _came_in_time(self, row: Row, hold: Hold) -> bool:
        with self._records.reading() as core:
            begun = store.ended(core, concerned(row)).values()
        return all(hold.placed < seq for seq in begun)

    def _copy(self, row: Row, hold: str, kept: Kept) -> Fact:
        subject = self._vault.subjects(SPACE, [hold])[hold]
        body = canonical_bytes(Preserved(row.seq, row.leaf.hex(), hold))
        plain = msgspec.msgpack.encode(Copy(kept.payload, dict(kept.names)))
        sealed = self._vault.seal(subject, Use.PROFILE, plain, associated(PRESERVED, None, body))
        return Fact(PRESERVED, body, None, subject, sealed)

    def _opened(self, seq: int) -> Kept | None:
        plain = self._unsealed(self._records.row(seq))
        if plain is None:
            return None
        copy = msgspec.msgpack.decode(plain, type=Copy)
        return Kept(copy.payload, copy.names)

    def _unsealed(self, row: Row) -> bytes | None:
        if row.sealed is None or row.subject is None:
            return None
        try:
            return self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        except Destroyed:
            return None
        except NotFoundError:  # a restored vault that never met this subject
            return None

    def _name(self, subject: bytes) -> str | None:
        try:
            external = self._vault.external(subject)
        except NotFoundError:
            return None
        return external[1] if external else None
