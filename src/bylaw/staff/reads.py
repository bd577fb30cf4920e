"""The log of readings: who looked at whose private content, what for. It comes before the content is shown."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError
from bylaw.records.fact import Fact, associated
from bylaw.records.holds.machine import spans_of
from bylaw.records.people import alias_of, concerned
from bylaw.records.vault.uses import Use
from bylaw.staff import model, store
from bylaw.staff.means import Means
from bylaw.staff.reading import Noted, Purpose, Read, What, refuse_reading

MAX_RECORDS: Final = 1_000  # in one reading


class Reads:
    """The log of a record."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def note(self, staff: str, what: What, purpose: Purpose, reason: str = "") -> int:
        """Record a reading that is about to happen; durable on return, with the number of the fact.

        Whom records concern is found in them. A reason is sealed with the evidence of whoever reads. ``staff`` is a
        member, or the key that a program came with.

        Raises:
            InputError: what is read, for which case, or the reason is missing.
            NotFoundError: ``staff.unknown``; there is no such record.
        """
        refuse_reading(what, purpose, reason)
        if len(what.records) > MAX_RECORDS:
            raise InputError("read.records", f"a reading takes at most {MAX_RECORDS:,} records")
        reader = staff if self._is_key(staff) else self._means.member(staff).id
        rows = [self._means.records.row(seq) for seq in sorted(set(what.records))]
        people = {alias_of(one) for row in rows for one in concerned(row)} | set(what.people)
        said = Read(reader, purpose, spans_of(what.records), what.objects, tuple(sorted(people)))
        return self._means.commit(self._fact(said, reason.strip())).first

    def of(self, staff: str, before: int = store.LATEST) -> list[Noted]:
        """Return the readings of a member before a fact, the newest first; at most ``store.MAX_LISTED``."""
        with self._means.records.reading() as core:
            seqs = store.reads_of(core, staff, before)
        return list(self._noted(seqs))

    def about(self, person: bytes, before: int = store.LATEST) -> list[Noted]:
        """Return the readings that concern a person, as ``of`` does; what their own request for access is told."""
        with self._means.records.reading() as core:
            seqs = store.reads_about(core, alias_of(person), before)
        return list(self._noted(seqs))

    def noted(self, seqs: Sequence[int]) -> list[Noted]:
        """Return the readings that are recorded as facts of these numbers, in their order."""
        return list(self._noted(seqs))

    # --

    def _is_key(self, who: str) -> bool:
        with self._means.records.reading() as core:
            return any(key.id == who for key in store.keys(core))

    def _fact(self, said: Read, reason: str) -> Fact:
        body = canonical_bytes(said)
        if not reason:
            return Fact(model.READ, body)
        vault = self._means.vault
        subject = vault.subjects(model.SPACE, [said.staff])[said.staff]
        sealed = vault.seal(subject, Use.EVIDENCE, reason.encode(), associated(model.READ, None, body))
        return Fact(model.READ, body, None, subject, sealed)

    def _noted(self, seqs: Sequence[int]) -> Iterator[Noted]:
        for seq in seqs:
            row = self._means.records.row(seq)
            reason = self._means.unsealed(seq)
            said = msgspec.json.decode(row.body, type=Read)
            yield Noted(seq, row.at, said, None if reason is None else reason.decode())
