"""Placing and releasing holds, over what destroys: the whole of what keeps a record."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError
from bylaw.records.fact import Fact, Row, associated
from bylaw.records.holds import model, store
from bylaw.records.holds.copies import SPACE
from bylaw.records.holds.destroying import Destroying, Outcome
from bylaw.records.holds.fold import too_late
from bylaw.records.holds.machine import numbers, spans_of, suspending
from bylaw.records.holds.model import Contents, Destruction, Hold, Keys, Matter, Spans, State
from bylaw.records.people import alias_of, concerned, subject_of
from bylaw.records.store import PAGE
from bylaw.records.vault.uses import Use

MAX_REASON: Final = 10_000  # characters
MAX_SPANS: Final = 20_000  # of records in one hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a hold is to keep: records by their numbers, and people (random ids) with all their records."""

    seqs: Sequence[int] = ()
    people: Sequence[bytes] = ()


class Keeper(Destroying):
    """Keeps what must be kept, and destroys what must go."""

    def place(self, matter: Matter, review: date, selection: Selection, reason: str) -> Hold:
        """Place a hold; in force on return. ``reason`` (matter, basis, who) is sealed.

        Raises:
            InputError: nothing is selected or too much, or the reason is missing or too long.
            NotFoundError: there is no such record or person.
            ConflictError: ``holds.too_late``, some of it is gone or going.
        """
        refuse_reason(reason)
        if not selection.seqs and not selection.people:
            raise InputError("holds.nothing", "a hold keeps records or people; neither is named")
        spans = spans_of(selection.seqs)
        if len(spans) > MAX_SPANS:
            raise InputError(
                "holds.too_many",
                f"a hold names at most {MAX_SPANS:,} stretches of records",
                hint="hold the people they are about, or place several holds",
            )
        with self._records.turn:
            hold = self._id("hold")
            people = frozenset(selection.people)
            for person in people:
                self._vault.external(person)  # raises for who was never there
            new = Hold(
                id=hold, matter=matter, review=review.isoformat(), placed=0, spans=spans, people=people
            )
            self._preserve(self._already_copied(new, list(self._demand_there(spans))), [new])
            body = canonical_bytes(
                model.Placed(hold, matter, new.review, spans, tuple(sorted(map(alias_of, people))))
            )
            self._commit([self._reasoned(model.PLACED, body, hold, reason)])
        return next(one for one in self.holds() if one.id == hold)

    def release(self, hold: str, reason: str) -> list[Outcome]:
        """Release a hold; its copies are destroyed, and what it alone suspended is completed.

        Raises:
            ConflictError: ``holds.released``, it is not in force.
        """
        refuse_reason(reason)
        with self._records.turn:
            body = canonical_bytes(model.Released(hold))
            self._commit([self._reasoned(model.RELEASED, body, hold, reason)])
            return self._complete()

    def is_last(self, hold: str) -> bool:
        """Tell whether the release of a hold would destroy something: copies, or what it alone keeps waiting."""
        holds = self.holds()
        with self._records.reading() as core:
            if store.has_copies(core, hold):
                return True
        waiting = (one.target for one in self._destructions(State.SUSPENDED))
        return any(
            suspending(holds, target, subject_of(target.subject)) == (hold,)
            for target in waiting
            if isinstance(target, Keys)
        )

    # --

    def _demand_there(self, spans: Spans) -> Iterator[Row]:
        """Yield the selected rows that can be read from copies only.

        Raises:
            ConflictError: ``holds.too_late``, one cannot be read at all.
        """
        going = {seq for one in self._destructions(State.BEGUN) for seq in _contents(one)}
        rows = self._rows(spans)
        while batch := list(islice(rows, PAGE)):
            people = {row.seq: concerned(row) for row in batch}
            with self._records.reading() as core:
                ended = store.ended(core, frozenset().union(*people.values()))
            for row in batch:
                if row.withered or row.seq in going or not people[row.seq].isdisjoint(ended):
                    if self.copies.original(row) is None and self.copies.read(row) is None:
                        raise too_late()
                    yield row

    def _already_copied(self, new: Hold, rows: Iterable[Row]) -> Iterator[Row]:
        yield from rows
        if new.people:
            yield from self._copied()

    def _reasoned(self, kind: str, body: bytes, hold: str, reason: str) -> Fact:
        subject = self._vault.subjects(SPACE, [hold])[hold]
        sealed = self._vault.seal(subject, Use.EVIDENCE, reason.encode(), associated(kind, None, body))
        return Fact(kind, body, None, subject, sealed)


def _contents(begun: Destruction) -> Iterator[int]:
    return numbers(begun.target.spans) if isinstance(begun.target, Contents) else iter(())


def refuse_reason(reason: str) -> None:
    """See to it that a reason is given, and not too long."""
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise InputError("holds.reason", f"a reason has 1 to {MAX_REASON:,} characters")
