"""The one ``destroy`` for everything that can be destroyed.

::

    destroy ─ the person held as a whole ───── suspended ──┐ the last such hold is released
       │                                                   │
       └─ held records copied under the holds' keys ─ begun ─ keys or contents go ─ done

Every verb runs in the writer's turn, which each commit takes: no hold comes between the look at holds and the fact
that destruction has begun. Call it in the decider's turn too: an event that is being decided may be sealed under a key
that is about to go. A crash leaves a destruction that is ``begun`` or ``suspended``; ``resume`` goes on with both.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import BusyError, NotFoundError
from bylaw.base.ids import time_ordered_id
from bylaw.records.fact import Fact, Row
from bylaw.records.holds import model, store
from bylaw.records.holds.copies import AT_ONCE, Copies
from bylaw.records.holds.fold import MIRRORED, is_mirrored
from bylaw.records.holds.machine import holding, numbers, spans_of, suspending
from bylaw.records.holds.model import (
    MARK_BYTES,
    Contents,
    Destruction,
    Ground,
    Hold,
    Keys,
    Plan,
    Spans,
    State,
    Target,
)
from bylaw.records.holds.outside import Outside
from bylaw.records.people import alias_of, concerned, subject_of
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

BOTH: Final = tuple(int(use) for use in Use)
CHANCE: Final = 9  # bytes of an id


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attempt to destroy.

    ``state`` None: nothing was begun, all of it is held. ``BEGUN``: a reader is in the way, ``resume`` finishes.
    ``holds`` stood in the way of it, or of a part.
    """

    destruction: str
    state: State | None
    holds: tuple[str, ...] = ()


class Destroying:
    """What is destroyed, and what holds keep from it. ``Keeper`` adds the placing and releasing of holds."""

    def __init__(self, records: Records, vault: Vault, outside: Outside) -> None:
        """Take an open record and its vault. ``outside`` was read: the record has what it says."""
        self.copies = Copies(records, vault)
        self._records = records
        self._vault = vault
        self._outside = outside

    def holds(self, *, active: bool = True) -> list[Hold]:
        """Return holds, in the order of their placing."""
        with self._records.reading() as core:
            return store.holds(core, active=active)

    def held(self, rows: Iterable[Row]) -> dict[int, tuple[str, ...]]:
        """Return those of the rows that holds keep, with the holds."""
        holds = self.holds()
        found = ((row.seq, holding(holds, row.seq, concerned(row))) for row in rows) if holds else ()
        return {seq: keeping for seq, keeping in found if keeping}

    def plan(self, subject: bytes, progress: Progress = quiet) -> Plan:
        """Tell what destroying a subject's keys would do now. It looks through the whole journal, in the database."""
        naming = self.copies.naming(subject, progress=progress)
        return Plan(
            records=len(naming),
            preserved=self.held(map(self._records.row, naming)),
            suspended_by=suspending(self.holds(), Keys(alias_of(subject), BOTH), subject),
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
            keeping = suspending(self.holds(), target, subject)
            earlier = self._earlier(subject, target)
            if earlier is not None:
                return Outcome(destruction=earlier.id, state=earlier.state, holds=keeping)
            self._vault.external(subject)  # raises for who was never there
            if keeping:
                return self._suspend(target, ground, keeping)
            made = self._id("end")
            return Outcome(destruction=made, state=self._begin(made, target, ground))

    def resume(self) -> int:
        """Go on with what a crash or a reader interrupted; return how many destructions are finished by it."""
        with self._records.turn:
            finished = [self._finish(one) for one in self._destructions(State.BEGUN)]
            finished += [outcome.state for outcome in self._complete() if outcome.state]
        return finished.count(State.DONE)

    def unfinished(self) -> list[Destruction]:
        """Return what is begun or suspended."""
        return self._destructions(State.SUSPENDED, State.BEGUN)

    def preserve(self, subjects: Iterable[bytes]) -> None:
        """Copy what holds keep and what cannot be read without these subjects' keys, or only from their copies."""
        holds = self.holds()
        for subject in subjects:
            rows = self.copies.concerning(subject, holds)
            self._preserve(chain(rows, self._copied()), holds)

    # --

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
        ageing = ground is Ground.RETENTION  # what aged out is in backups, and what was asked for must not be
        there = (row for row in rows if row.sealed or (row.withered and not ageing))
        free = [row for row in there if row.seq not in held]
        if not free:
            return Outcome(destruction="", state=None, holds=keeping)
        marks = "" if ageing else b"".join(row.leaf[:MARK_BYTES] for row in free).hex()
        meant = Contents(spans_of(row.seq for row in free), marks)
        made = self._id("end")
        return Outcome(destruction=made, state=self._begin(made, meant, ground), holds=keeping)

    def _suspend(self, target: Target, ground: Ground, keeping: tuple[str, ...]) -> Outcome:
        destruction = self._id("end")
        body = canonical_bytes(model.Suspended(destruction, target, ground, keeping))
        self._commit([Fact(model.SUSPENDED, body)])
        return Outcome(destruction=destruction, state=State.SUSPENDED, holds=keeping)

    def _copied(self) -> Iterator[Row]:
        with self._records.reading() as core:
            copied = store.copied(core, self._records.head)
        return map(self._records.row, copied)

    def _begin(self, destruction: str, target: Target, ground: Ground) -> State:
        if isinstance(target, Keys):
            self.preserve([subject_of(target.subject)])
        body = canonical_bytes(model.Begun(destruction, target, ground))
        self._commit([Fact(model.BEGUN, body)])
        begun = Destruction(id=destruction, state=State.BEGUN, target=target, ground=ground)
        return self._finish(begun)

    def _finish(self, begun: Destruction) -> State:
        self._outside.append(())  # what could not be told before must be, first
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
            made, target = self._id("end"), Keys(alias_of(subject), (int(Use.PROFILE),))
            outcomes.append(Outcome(destruction=made, state=self._begin(made, target, Ground.RELEASE)))
        return outcomes

    def _earlier(self, subject: bytes, target: Keys) -> Destruction | None:
        with self._records.reading() as core:
            found = store.about(core, subject)
        same = (
            one for one in found if isinstance(one.target, Keys) and set(target.uses) <= set(one.target.uses)
        )
        return next(same, None)

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

    def _id(self, prefix: str) -> str:
        return time_ordered_id(prefix, self._records.clock() // 1000, self._records.chance(CHANCE))

    def _commit(self, facts: Sequence[Fact]) -> None:
        self._outside.append(())  # no more than one commit is ever untold
        done = self._records.commit(facts)
        rows = self._records.rows(done.first, done.last, kinds=MIRRORED)
        self._outside.append(filter(is_mirrored, rows))
