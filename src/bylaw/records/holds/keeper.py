"""Placing and releasing holds, and the one ``destroy`` for everything that can be destroyed.

::

    destroy ─ the person held as a whole ───── suspended ──┐ the last such hold is released
       │                                                   │
       └─ held records copied under the holds' keys ─ begun ─ keys or contents go ─ done

Every verb runs in the writer's turn, which each commit takes: no hold comes between the look at holds and the fact
that destruction has begun. Call it in the decider's turn too: an event that is being decided may be sealed under a key
that is about to go. A crash leaves a destruction that is ``begun`` or ``suspended``; ``resume`` goes on with both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Final

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import BusyError, InputError, NotFoundError
from bylaw.base.ids import time_ordered_id
from bylaw.records.fact import Fact, Row, associated
from bylaw.records.holds import model, store
from bylaw.records.holds.copies import AT_ONCE, SPACE, Copies
from bylaw.records.holds.fold import MIRRORED, is_mirrored, too_late
from bylaw.records.holds.machine import holding, numbers, spans_of, suspending
from bylaw.records.holds.model import (
    MARK_BYTES,
    Contents,
    Destruction,
    Ground,
    Hold,
    Keys,
    Matter,
    Spans,
    State,
    Target,
)
from bylaw.records.holds.outside import Outside
from bylaw.records.people import alias_of, concerned, subject_of
from bylaw.records.records import Records
from bylaw.records.store import PAGE
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

CHANCE: Final = 9  # bytes of an id
MAX_REASON: Final = 10_000  # characters
BOTH: Final = tuple(int(use) for use in Use)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a hold is to keep: records by their numbers, and people (random ids) with all their records."""

    seqs: Sequence[int] = ()
    people: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attempt to destroy.

    ``state`` None: nothing was begun, all of it is held. ``BEGUN``: a reader is in the way, ``resume`` finishes.
    ``holds`` stood in the way of it, or of a part.
    """

    destruction: str
    state: State | None
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What destroying a subject's keys would do: ``records`` name it, ``preserved`` of them are copied first."""

    records: int
    preserved: tuple[int, ...]
    suspended_by: tuple[str, ...]


class Keeper:
    """Keeps what must be kept, and destroys what must go."""

    def __init__(self, records: Records, vault: Vault, outside: Outside) -> None:
        """Take an open record and its vault. ``outside`` was read: the record has what it says."""
        self.copies = Copies(records, vault)
        self._records = records
        self._vault = vault
        self._outside = outside

    # -- holds

    def holds(self, *, active: bool = True) -> list[Hold]:
        """Return holds, in the order of their placing."""
        with self._records.reading() as core:
            return store.holds(core, active=active)

    def place(self, matter: Matter, review: date, selection: Selection, reason: str) -> Hold:
        """Place a hold; in force on return. ``reason`` (matter, basis, who) is sealed.

        Raises:
            InputError: nothing is selected, or the reason is missing or too long.
            NotFoundError: there is no such record or person.
            ConflictError: ``holds.too_late``, some of it is gone or going.
        """
        _refuse_reason(reason)
        if not selection.seqs and not selection.people:
            raise InputError("holds.nothing", "a hold keeps records or people; neither is named")
        with self._records.turn:
            hold = time_ordered_id("hold", self._records.clock() // 1000, self._records.chance(CHANCE))
            spans = spans_of(selection.seqs)
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
        _refuse_reason(reason)
        with self._records.turn:
            body = canonical_bytes(model.Released(hold))
            self._commit([self._reasoned(model.RELEASED, body, hold, reason)])
            return self._complete()

    def held(self, rows: Iterable[Row]) -> dict[int, tuple[str, ...]]:
        """Return those of the rows that holds keep, with the holds."""
        holds = self.holds()
        found = ((row.seq, holding(holds, row.seq, concerned(row))) for row in rows) if holds else ()
        return {seq: keeping for seq, keeping in found if keeping}

    # -- destroying

    def plan(self, subject: bytes) -> Plan:
        """Tell what destroying a subject's keys would do now."""
        holds = self.holds()
        wanted = set(self._of_copies(self.copies.concerning(subject, holds), holds))
        return Plan(
            records=len(self.copies.naming(subject)),
            preserved=tuple(sorted(wanted)),
            suspended_by=suspending(holds, Keys(alias_of(subject), BOTH), subject),
        )

    def destroy(self, target: Target, ground: Ground) -> Outcome:
        """Destroy keys or contents, as far as no hold keeps them. Finished on return, unless the outcome says so.

        Keys whose destruction was begun or is suspended are not begun twice.

        Raises:
            NotFoundError: ``vault.unknown``, ``records.no_row``.
            IntegrityError: what is to be preserved first is not what was recorded; nothing was begun.
        """
        with self._records.turn:
            if isinstance(target, Contents):
                return self._destroy_contents(target, ground)
            subject = subject_of(target.subject)
            earlier = self._earlier(subject, target)
            if earlier is not None:
                return Outcome(destruction=earlier.id, state=earlier.state)
            self._vault.external(subject)  # raises for who was never there
            keeping = suspending(self.holds(), target, subject)
            if keeping:
                return self._suspend(target, ground, keeping)
            return Outcome(destruction=(made := self._new()), state=self._begin(made, target, ground))

    def resume(self) -> int:
        """Go on with what a crash or a reader interrupted; return how many destructions are finished by it."""
        with self._records.turn:
            finished = [self._finish(one) for one in self._destructions(State.BEGUN)]
            finished += [outcome.state for outcome in self._complete() if outcome.state]
        return finished.count(State.DONE)

    def unfinished(self) -> list[Destruction]:
        """Return what is begun or suspended."""
        return self._destructions(State.SUSPENDED, State.BEGUN)

    # --

    def preserve(self, subjects: Iterable[bytes]) -> None:
        """Copy what holds keep and what cannot be read without these subjects' keys, or only from their copies."""
        holds = self.holds()
        for subject in subjects:
            rows = self.copies.concerning(subject, holds)
            self._preserve(chain(rows, self._copied()), holds)

    def _preserve(self, rows: Iterable[Row], holds: Sequence[Hold]) -> None:
        facts = self.copies.missing(rows, holds)
        while batch := list(islice(facts, AT_ONCE)):
            self._commit(batch)

    def _destroy_contents(self, target: Contents, ground: Ground) -> Outcome:
        rows = list(self._rows(target.spans))
        held = self.held(rows)
        keeping = tuple(sorted({hold for holds in held.values() for hold in holds}))
        if held:
            refused = model.Refused(Contents(spans_of(held)), ground, keeping)
            self._commit([Fact(model.REFUSED, canonical_bytes(refused))])
        free = [row for row in rows if row.seq not in held and row.sealed is not None]
        if not free:
            return Outcome(destruction="", state=None, holds=keeping)
        marks = "" if ground is Ground.RETENTION else b"".join(row.leaf[:MARK_BYTES] for row in free).hex()
        meant = Contents(spans_of(row.seq for row in free), marks)
        state = self._begin(made := self._new(), meant, ground)
        return Outcome(destruction=made, state=state, holds=keeping)

    def _suspend(self, target: Target, ground: Ground, keeping: tuple[str, ...]) -> Outcome:
        destruction = self._new()
        body = canonical_bytes(model.Suspended(destruction, target, ground, keeping))
        self._commit([Fact(model.SUSPENDED, body)])
        return Outcome(destruction=destruction, state=State.SUSPENDED, holds=keeping)

    def _begin(self, destruction: str, target: Target, ground: Ground) -> State:
        if isinstance(target, Keys):
            self.preserve([subject_of(target.subject)])
        body = canonical_bytes(model.Begun(destruction, target, ground))
        self._commit([Fact(model.BEGUN, body)])
        begun = Destruction(id=destruction, state=State.BEGUN, target=target, ground=ground)
        return self._finish(begun)

    def _finish(self, begun: Destruction) -> State:
        try:
            if isinstance(begun.target, Keys):
                with suppress(NotFoundError):  # a restored vault that never met this subject
                    self._vault.destroy([subject_of(begun.target.subject)], map(Use, begun.target.uses))
                self._vault.resume()
            else:
                self._records.wither(self._meant(begun.target))
        except BusyError:
            return State.BEGUN
        self._commit([Fact(model.DONE, canonical_bytes(model.Done(begun.id)))])
        return State.DONE

    def _meant(self, target: Contents) -> list[int]:
        """Return the numbers of contents that still belong to the records that were meant."""
        if not target.marks:
            return list(numbers(target.spans))
        marks = bytes.fromhex(target.marks)
        leaves = (leaf for first, last in target.spans for leaf in self._leaves(first, last))
        return [
            seq
            for place, (seq, leaf) in enumerate(zip(numbers(target.spans), leaves, strict=True))
            if leaf[:MARK_BYTES] == marks[place * MARK_BYTES : (place + 1) * MARK_BYTES]
        ]

    def _leaves(self, first: int, last: int) -> list[bytes]:
        found = self._records.leaf_hashes(first, last)
        return found + [b""] * (last - first + 1 - len(found))

    def _complete(self) -> list[Outcome]:
        """Begin what is suspended and held no more; destroy the copies of holds that are not in force."""
        outcomes = []
        for one in self._destructions(State.SUSPENDED):
            subject = subject_of(one.target.subject) if isinstance(one.target, Keys) else None
            if not suspending(self.holds(), one.target, subject):
                state = self._begin(one.id, one.target, one.ground)
                outcomes.append(Outcome(destruction=one.id, state=state))
        with self._records.reading() as core:
            left = store.left_copies(core)
        for subject in left:
            target = Keys(alias_of(subject), (int(Use.PROFILE),))
            outcomes.append(
                Outcome(destruction=(made := self._new()), state=self._begin(made, target, Ground.RELEASE))
            )
        return outcomes

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

    def _copied(self) -> Iterator[Row]:
        with self._records.reading() as core:
            copied = store.copied(core, self._records.head)
        return map(self._records.row, copied)

    def _of_copies(self, rows: Iterable[Row], holds: Sequence[Hold]) -> Iterator[int]:
        return (row.seq for row in rows if holding(holds, row.seq, concerned(row)))

    def _earlier(self, subject: bytes, target: Keys) -> Destruction | None:
        with self._records.reading() as core:
            found = store.about(core, subject)
        done: Mapping[str, Destruction] = {
            one.id: one
            for one in found
            if isinstance(one.target, Keys) and set(target.uses) <= set(one.target.uses)
        }
        return next(iter(done.values()), None)

    def _rows(self, spans: Spans) -> Iterator[Row]:
        for first, last in spans:
            if first < 1 or last > self._records.head:
                raise NotFoundError(
                    "records.no_row", f"there is no row {first if first < 1 else last} in the journal"
                )
            yield from self._records.rows(first, last)

    def _destructions(self, *states: State) -> list[Destruction]:
        with self._records.reading() as core:
            return store.destructions(core, *states)

    def _reasoned(self, kind: str, body: bytes, hold: str, reason: str) -> Fact:
        subject = self._vault.subjects(SPACE, [hold])[hold]
        sealed = self._vault.seal(subject, Use.EVIDENCE, reason.encode(), associated(kind, None, body))
        return Fact(kind, body, None, subject, sealed)

    def _new(self) -> str:
        return time_ordered_id("end", self._records.clock() // 1000, self._records.chance(CHANCE))

    def _commit(self, facts: Sequence[Fact]) -> int:
        done = self._records.commit(facts)
        rows = self._records.rows(done.first, done.last, kinds=MIRRORED)
        if mirrored := list(filter(is_mirrored, rows)):
            self._outside.append(mirrored)
        return done.first


def _contents(begun: Destruction) -> Iterator[int]:
    return numbers(begun.target.spans) if isinstance(begun.target, Contents) else iter(())


def _refuse_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise InputError("holds.reason", f"a reason has 1 to {MAX_REASON:,} characters")
