"""Verbs of verdicts: decide a case, withdraw, carry out what is not withdrawn."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError, NotFoundError
from bylaw.cases import store
from bylaw.cases.judging import GIVEN
from bylaw.cases.model import (
    CARRIED,
    CLOSED,
    DECIDED,
    SECOND,
    WITHDRAWN,
    Carried,
    Closed,
    Decided,
    Ordered,
    Outcome,
    Raised,
    State,
    What,
    Withdrawn,
)
from bylaw.cases.raising import fact, routed, weighed
from bylaw.cases.store import CaseAt
from bylaw.cases.tables import VERDICTS
from bylaw.cases.verdicts import (
    BLIND,
    Verdict,
    demand_told,
    meant,
    order_of,
    refuse_verdict,
    taken_back,
    told_from,
)
from bylaw.cases.working import MILLION, Working
from bylaw.enforcement.acting import Reasons
from bylaw.records.fact import Fact
from bylaw.records.vault.uses import Destroyed


class Given(NamedTuple):
    """A verdict that was given: its id, and until when it can be withdrawn."""

    verdict: str
    leaves: int


class Deciding(Working):
    """Gives verdicts."""

    def decide(self, case: str, by: str, verdict: Verdict, *, drawn: int | None = None) -> Given:
        """Give a verdict on a case that is free, or at hand.

        ``drawn``: the chance, in millionths, by which somebody else looks again; drawn here, if not given.

        Raises:
            ConflictError: ``case.taken``, ``case.barred``, ``case.order``, ``case.elsewhere``.
            InputError: something is missing or cannot be done (``verdicts.refuse_verdict``).
            NotFoundError: there is no such case.
        """
        given, made = self._deciding(self.find(case), by, verdict, "", drawn)
        self._commit(made)
        return given

    def withdraw(self, case: str, by: str) -> None:
        """Take a verdict back that has not left; whoever gave it has the case again.

        Raises:
            ConflictError: ``case.order``, it has left; ``case.taken``, it is somebody else's.
        """
        self._commit(self._withdrawing(self.find(case), by))

    def closing(self, case: str, by: str, outcome: Outcome, clauses: Sequence[str] = ()) -> Fact:
        """Return the fact that closes a case which another room decided, as an appeal.

        ``no_violation``: what was decided before was wrong; the figures of the rules and clauses that the case names
        count it as reversed. ``violation``: it was upheld. The commit fails with ``ConflictError`` if the case is
        closed already, somebody else has it, or ``by`` is barred from it.
        """
        return Fact(
            CLOSED, canonical_bytes(Closed(case=case, by=by, outcome=outcome, clauses=tuple(clauses)))
        )

    def carry(self, verdict: str, token: bytes = b"") -> tuple[str, ...]:
        """Carry a verdict out, once; return the actions. ``token`` is of the timer that says it is time.

        Nothing is done if it was withdrawn, or carried out already.
        """
        query = sa.select(VERDICTS).where(VERDICTS.c.verdict == verdict)
        with self._records.reading() as core:
            found = core.execute(query).first()
        if found is None:
            raise NotFoundError("case.no_verdict", f"there is no verdict `{verdict}`")
        if found.state != GIVEN or found.leaves > self._records.clock():
            return ()
        said = decided_of(self._records.row(found.seq).body)
        case = self.find(said.case)
        facts, actions, undone, people = self._carrying(case, said, self._words_of(found.seq))
        carried = Carried(
            case=case.case, verdict=verdict, actions=actions, undone=undone, people=tuple(sorted(people))
        )
        more = [fact(raised) for raised in self._second(case, said)]
        self._commit(*facts, Fact(CARRIED, canonical_bytes(carried)), *more, done=[token] if token else [])
        self._enforcement.following.refresh(people)
        return actions

    # --

    def _deciding(
        self, case: CaseAt, by: str, verdict: Verdict, batch: str, drawn: int | None
    ) -> tuple[Given, Fact]:
        settings, now = self.settings, self._records.clock()
        refuse_verdict(verdict, case, settings, self._book().library.clause_ids(), now)
        if case.what in BLIND and (verdict.orders or verdict.undo or verdict.restore):
            raise InputError("case.blind", "this verdict is compared with another: nothing follows from it")
        with self._records.reading() as core:
            items = store.items(core, case.case)
            standing = store.standing(core, case, items) if verdict.undo or verdict.restore else []
        demand_told(verdict, case, items)
        said = Decided(
            case=case.case,
            verdict=self._name("ver"),
            by=by,
            outcome=verdict.outcome,
            clauses=tuple(dict.fromkeys(verdict.clauses)),
            orders=meant(verdict, items),
            undo=taken_back(verdict, items, standing),
            leaves=now + settings.casework.undo_seconds * SECOND,
            batch=batch,
            drawn=self._drawn() if drawn is None else drawn,
            share=0 if case.what in BLIND else settings.casework.sample_percent * MILLION // 100,
            people=(case.person,) if case.person else (),
        )
        made = self._told(DECIDED, said, case.person, Reasons(verdict.reason, verdict.say))
        return Given(said.verdict, said.leaves), made

    def _not_free(self, case: CaseAt, by: str, now: int, *, barred: bool) -> str:
        """Return the code of why somebody cannot decide a case now; nothing, if they can."""
        if case.state not in (State.OPEN, State.CLAIMED):
            return "case.order"
        if case.by not in {"", by} and (case.state is State.OPEN or case.until > now):
            return "case.taken"
        return "case.barred" if barred else ""

    def _withdrawing(self, case: CaseAt, by: str) -> Fact:
        if case.state is not State.DECIDED:
            raise ConflictError("case.order", "there is no verdict that could still be withdrawn")
        if case.by != by:
            raise ConflictError("case.taken", "somebody else gave this verdict")
        said = Withdrawn(case=case.case, verdict=case.verdict, by=by, until=self._lease())
        return Fact(WITHDRAWN, canonical_bytes(said))

    def _words_of(self, seq: int) -> Reasons | None:
        try:
            return self.words(seq)
        except Destroyed:
            return None

    def _carrying(
        self, case: CaseAt, said: Decided, words: Reasons | None
    ) -> tuple[list[Fact], tuple[str, ...], tuple[str, ...], set[str]]:
        """Return what a verdict comes to. An account that was forgotten meanwhile is left in peace."""
        if words is None:
            return [], (), (), set()
        undone, facts, people = list[str](), list[Fact](), set[str]()
        if said.undo:
            undone, facts, people = self._enforcement.taking_back(said.undo, said.by, words.reason)
        with self._records.reading() as core:
            items = store.items(core, case.case)
        actions: list[str] = []
        for source, orders in _by_item(said.orders):
            resolved, more = self._enforcement.ordering(
                [order_of(one) for one in orders],
                person=case.person,
                by=said.by,
                clauses=said.clauses,
                reason=words.reason,
                say=words.say,
                source=source,
                about=told_from(items, source),
            )
            facts += more
            people |= set(resolved.people)
            actions += [action.action for action in resolved.actions]
        return facts, tuple(actions), tuple(undone), people

    def _second(self, case: CaseAt, said: Decided) -> Iterator[Raised]:
        """Yield a second look, where chance wants one, or a third, where the second differs from the first."""
        if said.drawn < said.share and said.outcome is not Outcome.NO_LONGER:
            yield self._again(case, said, What.SAMPLE, case.queue, (said.by,))
        if case.what is What.SAMPLE:
            query = sa.select(VERDICTS).where(VERDICTS.c.verdict == case.about)
            with self._records.reading() as core:
                first = core.execute(query).one()
            if first.outcome != said.outcome:
                queue = self.settings.queue(case.queue).escalates_to or case.queue
                yield self._again(case, said, What.REVIEW, queue, (said.by, first.by))

    def _again(self, case: CaseAt, said: Decided, what: What, queue: str, barred: tuple[str, ...]) -> Raised:
        with self._records.reading() as core:
            item = next(iter(store.items(core, case.case, 1)), None)
        settings, event = self.settings, item.event if item else ""
        return routed(
            settings,
            Raised(
                what=what,
                queue=queue,
                at=self._records.clock(),
                seq=item.source if item else 0,
                decision=item.decision if item else "",
                about=said.verdict,
                person=case.person,
                customer=case.customer,
                clauses=case.clauses,
                rules=case.rules,
                event=event,
                factors=weighed(settings, case.clauses, event),
                barred=tuple(sorted(barred)),
            ),
        )


def decided_of(body: bytes) -> Decided:
    """Return what a fact says of a verdict."""
    return msgspec.json.decode(body, type=Decided)


def _by_item(orders: Sequence[Ordered]) -> Iterator[tuple[int, list[Ordered]]]:
    """Yield orders by the thing they are about; those about the account go with the first."""
    sources = list(dict.fromkeys(source for one in orders for source in one.items)) or [0]
    for place, source in enumerate(sources):
        mine = [one for one in orders if source in one.items or (not place and not one.items)]
        if mine:
            yield source, mine
