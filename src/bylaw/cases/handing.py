"""Verbs of who has a case: next, claim, leave, assign, escalate, note."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError
from bylaw.cases import handing_out, store
from bylaw.cases.care import Load, demand_rested, spared
from bylaw.cases.handing_out import May
from bylaw.cases.machine import case_of
from bylaw.cases.model import (
    ASSIGNED,
    CLAIMED,
    ESCALATED,
    LEFT,
    NOTED,
    Assigned,
    Claimed,
    Escalated,
    Left,
    Noted,
    Raised,
    Skip,
    What,
)
from bylaw.cases.raising import fact, routed, weighed
from bylaw.cases.store import CaseAt
from bylaw.cases.working import MILLION, Working, noted
from bylaw.records.fact import Fact


class Handing(Working):
    """Gives cases to people, and takes them back."""

    def next_for(
        self, staff: str, queues: Sequence[str], may: May = lambda _: True, *, drawn: int | None = None
    ) -> CaseAt | None:
        """Return the case that somebody is to look at now, theirs until the lease ends; nothing, if none waits.

        Args:
            staff: who asks. The case at hand comes again until it is decided, left or over.
            queues: from which.
            may: whether they may decide a case, by its clauses.
            drawn: the chance, in millionths, by which they get an item whose verdict is known; drawn here, if not given.

        Raises:
            RefusedError: ``case.resting``, they have a break; ``case.budget``, only severe cases are left, and they
                saw enough of them today.
        """
        settings, now = self.settings, self._records.clock()
        with self._records.reading() as core:
            load = Load.of(core, staff, settings.casework.care, now)
            held = handing_out.at_hand(core, staff, now)
            if held is not None and held.queue in queues:
                return held
            demand_rested(load, now)
            mild, severe = spared(load, settings, queues)
            share = settings.casework.golden_percent * MILLION // 100
            known = None
            if share and (self._drawn() if drawn is None else drawn) < share:
                known = handing_out.golden_for(core, [*mild, *severe], staff)
            found = None if known else self._next(core, staff, mild, severe, may, load)
        if known is not None:
            return self._golden(known, staff, now)
        return None if found is None else self.claim(found.case, staff)

    def claim(self, case: str, by: str) -> CaseAt:
        """Take a case, or keep it for longer.

        Raises:
            ConflictError: ``case.taken``, ``case.barred``, ``case.order``.
            NotFoundError: there is no such case.
        """
        self._commit(Fact(CLAIMED, canonical_bytes(Claimed(case=case, by=by, until=self._lease()))))
        return self.find(case)

    def leave(self, case: str, by: str, skip: Skip | None = None, note: str = "") -> None:
        """Give a case back; with ``skip``, it comes to others only. Raises as ``claim`` does."""
        found = self.find(case)
        if found.by != by:
            raise ConflictError("case.taken", "this case is not yours to leave")
        said = Left(case=case, by=by, skip=skip, people=_people(found))
        self._commit(self._told(LEFT, said, found.person, noted(note)))

    def assign(self, case: str, by: str, to: str) -> None:
        """Give a case to somebody, or (``to`` empty) back to all; raises as ``claim`` does."""
        self._commit(Fact(ASSIGNED, canonical_bytes(Assigned(case=case, by=by, to=to))))

    def escalate(self, case: str, by: str, queue: str = "", note: str = "") -> None:
        """Hand a case on to another queue; without one, to that which the book names.

        Raises:
            ConflictError: ``case.order``, it is decided.
            InputError: ``case.queue``, there is no other queue; ``case.words``.
        """
        found, settings = self.find(case), self.settings
        to = queue or settings.queue(found.queue).escalates_to
        if to == found.queue or to not in settings.queues:
            raise InputError("case.queue", "there is no other queue to hand it on to", hint="name one")
        self._commit(self.escalating(found, by, to, note))

    def escalating(self, case: CaseAt, by: str, to: str, note: str = "") -> Fact:
        """Return the fact that hands a case on to another queue."""
        settings = self.settings
        until, warn = settings.times(to, self._records.clock())
        said = Escalated(
            case=case.case,
            by=by,
            queue=to,
            until=until,
            warn=warn,
            severe=settings.queue(to).severe,
            people=_people(case),
        )
        return self._told(ESCALATED, said, case.person, noted(note))

    def note(self, case: str, by: str, text: str) -> None:
        """Keep a note with a case; raises ``InputError`` if there is none, or it is too long."""
        words, found = noted(text), self.find(case)
        if words is None:
            raise InputError("case.words", "a note says something")
        said = Noted(case=case, by=by, people=_people(found))
        self._commit(self._told(NOTED, said, found.person, words))

    # --

    def _next(
        self,
        core: sa.Connection,
        staff: str,
        mild: Sequence[str],
        severe: Sequence[str],
        may: May,
        load: Load,
    ) -> CaseAt | None:
        now = self._records.clock()
        rotated = [queue for queue in [*mild, *severe] if queue != load.rotates_from]
        found = handing_out.next_case(core, rotated, staff, now, may)
        if found is None and load.rotates_from:
            found = handing_out.next_case(core, [*mild, *severe], staff, now, may)
        if found is None:
            load.demand_budget()
        return found

    def _golden(self, known: Any, staff: str, now: int) -> CaseAt:  # noqa: ANN401 - a row of the table
        """Raise an item whose verdict is known for somebody, and give it to them, in one commit."""
        with self._records.reading() as core:
            rules = next((one.rules for one in store.of_event(core, known.source)), ())
        clauses = tuple(store.listed(known.clauses))
        raised = routed(
            self.settings,
            Raised(
                what=What.GOLDEN,
                queue=known.queue,
                at=now,
                seq=known.source,
                decision=known.decision,
                about=known.golden,
                person=known.person,
                clauses=clauses,
                rules=rules,
                event=known.event,
                factors=weighed(self.settings, clauses, known.event),
            ),
        )
        case = case_of(raised)
        claimed = Claimed(case=case, by=staff, until=self._lease())
        self._commit(fact(raised), Fact(CLAIMED, canonical_bytes(claimed)))
        return self.find(case)


def _people(case: CaseAt) -> tuple[str, ...]:
    return (case.person,) if case.person else ()
