"""Decided events, read again: unsealed, with the people they name, by the book that they were decided by."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import sqlalchemy as sa

from bylaw.base.errors import IntegrityError
from bylaw.engine.charter import KIND as ACTIVATED
from bylaw.engine.charter import Activation, Charter, activation_of
from bylaw.engine.recalling import Recalled, recall
from bylaw.engine.recording import KIND, Body, Recorder, event_tag, read_body, tag_range
from bylaw.records.fact import Row, associated
from bylaw.records.holds.copies import Kept
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.schema import JOURNAL
from bylaw.records.store import PAGE
from bylaw.records.vault.uses import Destroyed
from bylaw.records.vault.vault import Vault

Charters = Callable[[str], Charter]  # by the digest of a book that ever decided
Preserved = Callable[[Row], Kept | None]  # copies of what holds keep

ACTIVATIONS: Final = 16  # whose recorders are kept at hand
TAGS: Final = "tags"  # the vault's secret under which events' ids are digested


class Damage(NamedTuple):
    """A row that is not what was written, and the code of what is wrong with it."""

    seq: int
    code: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a decided event is read by: the book's charter, what was activated, and the recorder of both."""

    charter: Charter
    activation: Activation
    recorder: Recorder


class Archive:
    """The decided events of a record."""

    def __init__(
        self, records: Records, vault: Vault, charters: Charters, preserved: Preserved = lambda _: None
    ) -> None:
        self._preserved = preserved
        self._records = records
        self._vault = vault
        self._charters = charters
        self.source = lru_cache(ACTIVATIONS)(self._source)

    def decided(self, first: int, last: int) -> Iterator[Row | Damage]:
        """Yield the rows of decided events in order, and what is damaged, of whatever kind it was."""
        for start in range(first, last + 1, PAGE):
            for row in self._page(start, min(last, start + PAGE - 1)):
                if isinstance(row, Damage) or row.kind == KIND:
                    yield row

    def _page(self, first: int, last: int) -> Sequence[Row | Damage]:
        try:
            return self._records.page(first, last)
        except IntegrityError as error:
            if first == last:
                return [Damage(first, error.code)]
        return [one for seq in range(first, last + 1) for one in self._page(seq, seq)]

    def recall(self, row: Row, told: Body | None = None) -> Recalled:
        """Return a decided event as it was. ``told`` is what ``read_body`` says of the row, where that is known.

        Raises:
            Destroyed: a key without which it cannot be read is gone, or its content has aged out.
            IntegrityError: the row is no decided event.
        """
        told = told or read_body(row)
        recorder = self.source(told.activation).recorder
        try:
            return recall(recorder, told, self._payload(row), self._person)
        except Destroyed:
            kept = self._preserved(row)
            if kept is None:
                raise
            return recall(recorder, told, kept.payload, kept.person)

    def _payload(self, row: Row) -> bytes:
        if row.sealed is None or row.subject is None:
            raise Destroyed
        return self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))

    def steady(self) -> AbstractContextManager[None]:
        """Look once for keys that were destroyed, not at every row, until this is left: for a batch."""
        return self._vault.steady()

    def find(self, wanted: str) -> Row | None:
        """Return the row of a decision by its id, or by the id of the event it is about; nothing if there is none."""
        tags = tag_range(wanted)
        rows = map(self._records.row, self._between(*tags)) if tags else ()
        named = next((row for row in rows if row.kind == KIND and read_body(row).decision == wanted), None)
        if named is not None:
            return named
        tag = event_tag(self._vault.secret(TAGS), wanted)
        seq = self._records.find([tag]).get(tag)
        return None if seq is None else self._records.row(seq)

    def book_at(self, seq: int) -> str:
        """Return the digest of the book in force at a row; nothing before the first activation."""
        for last in range(seq, 0, -PAGE):
            for row in reversed(self._page(max(1, last - PAGE + 1), last)):
                if isinstance(row, Damage) or row.kind not in {KIND, ACTIVATED}:
                    continue
                return self.source(
                    row.seq if row.kind == ACTIVATED else read_body(row).activation
                ).activation.book
        return ""

    def latest(self) -> Iterator[tuple[Row, Body]]:
        """Yield the decisions that say something, the latest first."""
        for last in range(self._records.head, 0, -PAGE):
            for row in reversed(self._records.page(max(1, last - PAGE + 1), last)):
                if row.kind == KIND and not (told := read_body(row)).silent:
                    yield row, told

    def _between(self, least: bytes, greatest: bytes) -> list[int]:
        query = sa.select(JOURNAL.c.seq).where(JOURNAL.c.tag.between(least, greatest))
        with self._records.reading() as core:
            return list(core.scalars(query))

    def _source(self, activation: int) -> Source:
        activated = activation_of(self._records.row(activation))
        charter = self._charters(activated.book)
        return Source(charter, activated, charter.recorder(activation, activated.semantics))

    def _person(self, alias: str) -> str:
        external = self._vault.external(subject_of(alias))
        if external is None:
            raise Destroyed
        return external[1]
