"""The verbs: what people and workers do about actions. Each is durable on return.

``by`` is the id of a member of staff, never a name; what a person gives as reason is sealed under the key of the
account concerned. Instants in microseconds since 1970.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError
from bylaw.enforcement import store
from bylaw.enforcement.acting import SYSTEM, Reasons, demand_reason
from bylaw.enforcement.due import falling_due
from bylaw.enforcement.folding import Timer
from bylaw.enforcement.following import Following
from bylaw.enforcement.machine import APPROVERS, STANDING, action_id
from bylaw.enforcement.model import (
    APPROVED,
    DAY,
    MOVED,
    RESOLVED,
    Action,
    Approved,
    Moved,
    Resolved,
    Standard,
    State,
)
from bylaw.enforcement.notifying import REPORTED, Notifying, Say, is_told
from bylaw.enforcement.ordering import Order, ordered, refuse_orders
from bylaw.enforcement.resolve import (
    Case,
    Sanctions,
    await_people,
    climb_ladder,
    leave_what_stands,
    name_damages,
    run,
    weigh_strikes,
)
from bylaw.enforcement.store import Stood
from bylaw.enforcement.undoing import Reversal, Undoing
from bylaw.engine.recording import KIND as DECIDED
from bylaw.engine.recording import read_body
from bylaw.notices.statement import BY_OTHERS, Happened
from bylaw.records.fact import Fact
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault

_BY_HAND: Final = (  # a person outranks the other steps
    weigh_strikes,
    name_damages,
    climb_ladder,
    leave_what_stands,
    await_people,
)


class Enforcement(Undoing):
    """Actions of a record. For whoever writes the record, one call at a time."""

    def __init__(  # noqa: PLR0913 - what acting needs of the rooms below
        self,
        records: Records,
        vault: Vault,
        following: Following,
        *,
        notifying: Notifying,
        sanctions: Callable[[str], Sanctions],
        book: Callable[[], str],
        is_held: Callable[[bytes], bool],
    ) -> None:
        """Take what it works with.

        Args:
            records: of the operator, open for writing.
            vault: of the operator, likewise.
            following: what stands.
            notifying: plans notices.
            sanctions: returns what a book says.
            book: returns the digest of the book in force.
            is_held: tells whether a hold keeps what is recorded of a person.
        """
        super().__init__(records, vault, following, notifying=notifying, sanctions=sanctions, book=book)
        self._is_held = is_held

    def order(  # noqa: PLR0913 - what a decision of a person is made of
        self,
        orders: Sequence[Order],
        *,
        person: str,
        by: str,
        clauses: Sequence[str],
        reason: str,
        say: Say | None = None,
        source: int = 0,
        standard: Standard = Standard.APPARENT,
    ) -> Resolved:
        """Do what a person decided, or record that nothing is to be done (``none``).

        Args:
            orders: what; each effect at most once.
            person: the account, by its random id; empty, if the thing is nobody's.
            by: who decided.
            clauses: on which ground; at least one.
            reason: in that person's words; sealed.
            say: what the account is told, or why it is not; needed unless nothing is done that one is told of. What it
                leaves empty is told from the event, in the account's language.
            source: the number of the fact that holds the event; 0 if it is about the account as such.
            standard: whether it is proven or apparent.

        Raises:
            InputError: a clause, the reason or what is said is missing, or an effect is unknown.
        """
        resolved, facts = self.ordering(
            orders,
            person=person,
            by=by,
            clauses=clauses,
            reason=reason,
            say=say,
            source=source,
            standard=standard,
        )
        self._commit(facts, resolved.people)
        return resolved

    def ordering(  # noqa: PLR0913 - what a decision of a person is made of
        self,
        orders: Sequence[Order],
        *,
        person: str,
        by: str,
        clauses: Sequence[str],
        reason: str,
        say: Say | None = None,
        source: int = 0,
        standard: Standard = Standard.APPARENT,
        about: int = 0,
    ) -> tuple[Resolved, list[Fact]]:
        """Return what ``order`` would do, and the facts to commit; afterwards ``following.refresh`` shows it.

        ``about`` is the event that the account is told from, if that is not ``source``.
        """
        now, cause, sanctions = self._records.clock(), self._name("cause"), self._sanctions()
        demand_reason(reason)
        refuse_orders(orders, clauses, now)
        case = Case(cause, now, person, "", self.following.standing, sanctions)
        kept, dropped = run(case, [ordered(case, order, tuple(clauses)) for order in orders], _BY_HAND)
        people = (person,) if person else ()
        resolved = Resolved(
            at=now,
            source=source,
            by=by,
            standard=standard,
            people=people,
            actions=tuple(kept),
            dropped=tuple(dropped),
        )
        facts = [
            self._sealed(
                RESOLVED,
                canonical_bytes(resolved),
                people,
                Reasons(reason, say, about if about != source else 0),
            )
        ]
        if person and is_told(kept):
            if say is None:
                hint = "say what it is about and the facts, or on which ground nobody is told"
                raise InputError("action.untold", "the account must be told", hint=hint)
            event = self._told_from(about or source)
            found = self._found_by_rules(source)
            facts += self._notifying.of_order(resolved, self._book(), say, event, found_by_rules=found)
        return resolved, facts

    def approve(self, action: str, by: str) -> State:
        """Agree to what cannot be undone; return where it stands then.

        Raises:
            ConflictError: ``action.same_person``; ``action.order``, it awaits nobody.
            NotFoundError: there is no such action.
        """
        stood = self.find(action)
        with self._records.reading() as core:
            agreed = {*store.approvals(core, action), *([stood.by] if stood.by else [])}
        meant, people = msgspec.structs.replace(stood.action, awaiting=False), (stood.action.person,)
        said = Approved(action=meant, by=by, enough=len(agreed) + 1 >= APPROVERS, people=people)
        facts = [Fact(APPROVED, canonical_bytes(said))]
        if said.enough:
            facts += [*self._closing(stood), *self._approving(stood)]
        self._commit(facts, people)
        return self.find(action).state

    def refuse(self, action: str, by: str) -> None:
        """Refuse what somebody else, or a rule, asked for; raises as ``approve`` does."""
        self._move([self.find(action)], State.REFUSED, by)

    def sent(self, action: str) -> None:
        """Note that an action is with whoever carries it out."""
        self._move([self.find(action)], State.SENT, SYSTEM)

    def acknowledge(self, actions: Iterable[str], by: str) -> int:
        """Note that actions were carried out; return how many were not acknowledged before."""
        found = [self.find(action) for action in dict.fromkeys(actions)]
        new = [stood for stood in found if stood.state is not State.ACKNOWLEDGED]
        if new:
            self._move(new, State.ACKNOWLEDGED, by)
        return len(new)

    def failed(self, action: str, code: str) -> None:
        """Note that an action could not be handed over; a person must look."""
        self._move([self.find(action)], State.FAILED, SYSTEM, code)

    def reason(self, action: str) -> str:
        """Return why a person did something, in that person's words; empty, if nobody but rules did.

        Raises:
            Destroyed: it can be read no more.
            NotFoundError: there is no such action.
        """
        stood = self.find(action)
        return self._reasons(stood).reason if stood.by not in {"", SYSTEM} else ""

    def compromised(  # noqa: PLR0913 - what a finding is made of
        self,
        person: str,
        since: int,
        until: int,
        *,
        by: str,
        reason: str,
        say: Say,
        clauses: Sequence[str] = (),
    ) -> Reversal:
        """Find that somebody else used an account between two instants (CLAUSES A41).

        The strikes of then are taken back, with what followed from them, and recovery of the account begins.

        Args:
            person: the account, by its random id.
            since: when it began.
            until: when it ended.
            by: who found it.
            reason: in that person's words; sealed.
            say: what the account is told, or why it is not.
            clauses: on which ground it is recovered; without any, the clauses of those strikes.

        Raises:
            InputError: as for ``order``.
        """
        with self._records.reading() as core:
            strikes = [s for s in store.standing(core, ["strike"], person) if since <= s.at <= until]
        cited = clauses or sorted({clause for s in strikes for clause in s.action.clauses})
        self.order([Order(effect="recover")], person=person, by=by, clauses=cited, reason=reason, say=say)
        return self._undo(strikes, by, reason)

    def falling_due(self, timer: Timer) -> tuple[Fact, ...]:
        """Return the facts that do what a timer says; once they are recorded, ``following.refresh`` shows it."""
        stood = self.find(timer.action)
        held = bool(stood.action.person) and self._is_held(subject_of(stood.action.person))
        return falling_due(stood, timer, self._records.clock(), held=held)

    # --

    def _found_by_rules(self, source: int) -> bool:
        """Tell whether rules found the event that a fact holds, and nobody reported it."""
        event = self._told_from(source)
        return event is not None and bool(event.rules)

    def _told_from(self, source: int) -> Happened | None:
        """Return the event that a fact holds, as an account is told of it; of a report, that there was one."""
        row = self._records.row(source) if source else None
        if row is None or row.kind != DECIDED:
            return None
        body = read_body(row)
        if body.kind == REPORTED:
            return Happened(kind=BY_OTHERS, at=body.at, rules=())
        return Happened(kind=body.kind, at=body.at, rules=body.rules)

    def _approving(self, stood: Stood) -> list[Fact]:
        """Return the facts that plan the notice of what people agreed to."""
        action = msgspec.structs.replace(stood.action, awaiting=False)
        resolved = Resolved(at=self._records.clock(), by=stood.by or SYSTEM, actions=(action,))
        self._vault.prepare_evidence([subject_of(action.person)])
        if stood.by:
            said = self._reasons(stood)
            event = self._told_from(said.about or stood.source)
            return self._notifying.of_order(resolved, self._book(), said.say, event) if said.say else []
        return self._notifying.of_approval(resolved, self._book(), self._happened([stood])[action.action])

    def _closing(self, stood: Stood) -> list[Fact]:
        """Return the fact that has an ended account's statement made, and its content purged (CLAUSES A07, A40)."""
        if stood.action.effect != "terminate":
            return []
        now, sanctions = self._records.clock(), self._sanctions()
        dues = {"closing_statement": None, "purge": now + sanctions.purge_days * DAY}
        actions = tuple(
            Action(
                action=action_id(stood.action.action, effect, None, stood.action.person),
                effect=effect,
                person=stood.action.person,
                clauses=stood.action.clauses,
                due=due,
            )
            for effect, due in dues.items()
        )
        resolved = Resolved(at=now, by=SYSTEM, people=(stood.action.person,), actions=actions)
        return [Fact(RESOLVED, canonical_bytes(resolved))]

    def _move(self, stood: Sequence[Stood], state: State, by: str, code: str = "") -> None:
        moved = Moved(actions=tuple(s.action.action for s in stood), state=state, by=by, code=code)
        people = [] if state in STANDING else [s.action.person for s in stood]
        self._commit([Fact(MOVED, canonical_bytes(moved))], people)
