"""The verbs of cases: raise, hand out, decide, carry out, assure quality, take care.

Each is one commit, durable on return; verdicts on many cases are several, one for each step. ``raising`` and ``closing`` return what another room commits with its own facts.
"""

from collections.abc import Sequence

from bylaw.base.canonical import canonical_bytes
from bylaw.cases import raising as made
from bylaw.cases.care import Caring
from bylaw.cases.handing import Handing
from bylaw.cases.machine import UNDECIDED
from bylaw.cases.many import DecidingMany
from bylaw.cases.model import BREACHED, WARNED, Late, Raised, What
from bylaw.cases.quality import Assuring
from bylaw.cases.timing import Timer
from bylaw.cases.working import SYSTEM
from bylaw.records.fact import Fact


class Cases(Handing, DecidingMany, Caring, Assuring):
    """Cases of a record. For whoever writes the record, one call at a time."""

    def raising(  # noqa: PLR0913 - what a case is made of
        self,
        what: What,
        *,
        queue: str,
        about: str = "",
        seq: int = 0,
        decision: str = "",
        person: str = "",
        people: Sequence[str] = (),
        clauses: Sequence[str] = (),
        rules: Sequence[str] = (),
        event: str = "",
        barred: Sequence[str] = (),
    ) -> Raised:
        """Return what raises a case now by the book in force; see ``raising.raising``.

        ``raising.fact`` makes it the fact to commit, ``machine.case_of`` tells the id of the case.
        """
        return made.raising(
            self.settings,
            what,
            self._records.clock(),
            queue=queue,
            about=about,
            seq=seq,
            decision=decision,
            person=person,
            people=people,
            clauses=clauses,
            rules=rules,
            event=event,
            barred=barred,
        )

    def falling_late(self, timer: Timer) -> tuple[Fact, ...]:
        """Return the facts that say that a case is nearly late, or late; nothing, if it is decided by now."""
        case = self.find(timer.case)
        if case.state not in UNDECIDED or case.late > timer.late:
            return ()
        said = canonical_bytes(Late(case=case.case, until=case.due))
        if not timer.late:
            return (Fact(WARNED, said),)
        to = self.settings.queue(case.queue).escalates_to
        facts = (Fact(BREACHED, said),)
        return (*facts, self.escalating(case, SYSTEM, to)) if to in self.settings.queues else facts
