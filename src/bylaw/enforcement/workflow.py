"""The verbs: what people and workers do about actions. Each is durable on return.

``by`` is the id of a member of staff, never a name; what a person gives as reason is sealed under the key of the
account concerned. Instants in microseconds since 1970.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError
from bylaw.base.ids import time_ordered_id
from bylaw.base.spelling import did_you_mean
from bylaw.enforcement import store
from bylaw.enforcement.following import Following
from bylaw.enforcement.machine import APPROVERS, STANDING, action_id, demand_step, inverse_of, still_reached
from bylaw.enforcement.model import (
    APPROVED,
    DAY,
    DUE,
    MAX_REASON,
    MOVED,
    RESOLVED,
    TYPES,
    UNDONE,
    Action,
    Approved,
    Argument,
    Due,
    Moved,
    Resolved,
    Standard,
    State,
    Undone,
)
from bylaw.enforcement.notifying import Notifying, Say, is_told
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
from bylaw.enforcement.store import MAX_TOLD, Stood, Timer
from bylaw.engine.recording import read_body
from bylaw.notices.statement import Happened
from bylaw.records.fact import Fact, associated
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

AT_ONCE: Final = 500  # actions undone in one commit
HELD_AGAIN: Final = DAY  # after which it is looked again whether a hold keeps what was to be done
SYSTEM: Final = "bylaw"  # who does what follows by itself
_CHANCE: Final = 9
GATES: Final = tuple(name for name, row in TYPES.items() if row.gate)
_BY_HAND: Final = (  # a person outranks the other steps
    weigh_strikes,
    name_damages,
    climb_ladder,
    leave_what_stands,
    await_people,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a member of staff wants done; after ``days``, or at the instant ``until``, it ends by itself."""

    effect: str
    argument: Argument = None
    days: int | None = None
    until: int | None = None


class Reasons(msgspec.Struct, frozen=True):
    """What is sealed with an order: why, in its author's words, and what the account is told."""

    reason: str
    say: Say | None = None


class OfRule(NamedTuple):
    """What stands of what a rule asked for: what undoing it takes back, and what stays for other rules' sake."""

    mine: list[Stood]
    kept: list[Stood]


@dataclass(slots=True)
class Reversal:
    """What undoing did: actions undone, and those kept because another rule asked for them too."""

    undone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


class Enforcement:
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
        self.following = following
        self._records = records
        self._vault = vault
        self._notifying = notifying
        self._sanctions_of = sanctions
        self._book = book
        self._is_held = is_held

    def find(self, action: str) -> Stood:
        """Return an action; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.action_of(core, action)

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
            person: the account, by its random id.
            by: who decided.
            clauses: on which ground; at least one.
            reason: in that person's words; sealed.
            say: what the account is told, or why it is not; needed unless nothing is done that one is told of.
            source: the number of the fact that holds the event; 0 if it is about the account as such.
            standard: whether it is proven or apparent.

        Raises:
            InputError: a clause, the reason or what is said is missing, or an effect is unknown.
        """
        now, cause, sanctions = self._records.clock(), self._name("cause"), self._sanctions()
        _refuse(orders, clauses, reason, now)
        case = Case(cause, now, person, "", self.following.standing, sanctions)
        kept, dropped = run(case, [_ordered(case, order, tuple(clauses)) for order in orders], _BY_HAND)
        resolved = Resolved(
            at=now,
            source=source,
            by=by,
            standard=standard,
            people=(person,),
            actions=tuple(kept),
            dropped=tuple(dropped),
        )
        facts = [self._sealed(RESOLVED, canonical_bytes(resolved), [person], Reasons(reason, say))]
        if is_told(kept):
            if say is None:
                hint = "say what it is about and the facts, or on which ground nobody is told"
                raise InputError("action.untold", "the account must be told", hint=hint)
            facts += self._notifying.of_order(resolved, self._book(), say)
        self._commit(facts, [person])
        return resolved

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
            facts += self._approving(stood)
        self._commit(facts, people)
        stood = self.find(action)
        if stood.state is State.PLANNED and stood.action.effect == "terminate":
            self._close_account(stood)
        return stood.state

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

    def undo(self, action: str, by: str, reason: str) -> Reversal:
        """Take an action back by its inverse, and what followed from it.

        Raises:
            ConflictError: ``action.order``, it does not stand; ``action.no_inverse``.
            InputError: the reason is missing.
            NotFoundError: there is no such action.
        """
        stood = self.find(action)
        demand_step(action, stood.state, State.UNDONE)
        if inverse_of(stood.action, action) is None:
            raise ConflictError("action.no_inverse", f"`{stood.action.effect}` cannot be taken back")
        return self._undo([stood], by, reason)

    def undo_rule(self, rule: str, since: int, by: str, reason: str) -> Reversal:
        """Take back everything that a rule did since an instant, but what other rules asked for as well."""
        found = of_rule(self._records, rule, since)
        done = self._undo(found.mine, by, reason, rule)
        undone = set(done.undone)
        done.kept = [s.action.action for s in found.kept if s.action.action not in undone]
        return done

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
        """Return the facts that do what a timer says; nothing, if there is nothing to do any more.

        What ends by itself ends, what was to be done later is done unless a hold keeps it, and what nobody said was
        done is told again. Once they are recorded, ``following.refresh`` shows it.
        """
        stood = self.find(timer.action)
        if timer.again:
            return self._again(stood, timer.again)
        if stood.state not in STANDING:
            return ()
        if stood.action.due is None:
            return self._ending(stood)
        held = bool(stood.action.person) and self._is_held(subject_of(stood.action.person))
        later = self._records.clock() + HELD_AGAIN if held else None
        return (_due(stood, later=later),)

    # --

    def _again(self, stood: Stood, again: int) -> tuple[Fact, ...]:
        if stood.state is not State.SENT:
            return ()
        if again < MAX_TOLD:
            return (_due(stood, again=again),)
        failed = Moved(
            actions=(stood.action.action,), state=State.FAILED, by=SYSTEM, code="action.unacknowledged"
        )
        return (Fact(MOVED, canonical_bytes(failed)),)

    def _ending(self, stood: Stood) -> tuple[Fact, ...]:
        ended = Moved(actions=(stood.action.action,), state=State.ENDED, by=SYSTEM)
        facts = [Fact(MOVED, canonical_bytes(ended))]
        inverse = inverse_of(stood.action, stood.action.action)
        if inverse is not None:
            resolved = Resolved(
                at=self._records.clock(),
                by=SYSTEM,
                people=(inverse.person,),
                actions=(inverse,),
            )
            facts.append(Fact(RESOLVED, canonical_bytes(resolved)))
        return tuple(facts)

    def _undo(self, stood: Sequence[Stood], by: str, reason: str, rule: str = "") -> Reversal:
        _demand_reason(reason)
        done, now = Reversal(), self._records.clock()
        waiting = list(stood)
        while waiting:
            some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            inverses = [one for s in some if (one := inverse_of(s.action, self._name("cause"))) is not None]
            if not inverses:
                continue
            people = tuple(sorted({one.person for one in inverses if one.person}))
            undone = Undone(at=now, by=by, inverses=tuple(inverses), rule=rule, people=people)
            self._vault.prepare_evidence(map(subject_of, people))
            facts = [self._sealed(UNDONE, canonical_bytes(undone), people, Reasons(reason))]
            facts += self._notifying.of_reversal(undone, self._book(), self._happened(some))
            self._commit(facts, people)
            done.undone += [one.undoes for one in inverses]
            waiting += self._fallen({one.person for one in inverses if one.effect == "withdraw_strike"})
        return done

    def _sanctions(self) -> Sanctions:
        book = self._book()
        return self._sanctions_of(book) if book else Sanctions()

    def _happened(self, stood: Iterable[Stood]) -> dict[str, Happened]:
        """Return the events that actions were about, by action; a person's orders are about none."""
        found = {}
        for one in stood:
            if one.source and not one.by:
                body = read_body(self._records.row(one.source))
                found[one.action.action] = Happened(kind=body.kind, at=body.at, rules=one.action.rules)
        return found

    def _approving(self, stood: Stood) -> list[Fact]:
        """Return the facts that plan the notice of what people agreed to."""
        action = msgspec.structs.replace(stood.action, awaiting=False)
        resolved = Resolved(at=self._records.clock(), by=stood.by or SYSTEM, actions=(action,))
        self._vault.prepare_evidence([subject_of(action.person)])
        if stood.by:
            say = self._reasons(stood).say
            return self._notifying.of_order(resolved, self._book(), say) if say else []
        return self._notifying.of_approval(resolved, self._book(), self._happened([stood])[action.action])

    def _reasons(self, stood: Stood) -> Reasons:
        """Return what a person wrote when ordering an action; raises ``Destroyed`` once it can be read no more."""
        row = self._records.row(stood.seq)
        if row.sealed is None or row.subject is None:
            raise Destroyed
        plain = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        return msgspec.json.decode(plain, type=Reasons)

    def _fallen(self, people: Iterable[str]) -> list[Stood]:
        """Return the sanctions of the ladder that accounts would not have come to without what was undone."""
        fallen = []
        for person in sorted(people):
            with self._records.reading() as core:
                strikes = [(s.action, s.at) for s in store.standing(core, ["strike"], person)]
                gates = [s for s in store.standing(core, GATES, person) if s.action.rung]
            fallen += [s for s in gates if not still_reached(s.action, s.at, strikes)]
        return fallen

    def _close_account(self, stood: Stood) -> None:
        """Have the closing statement made, and the content purged on its date (CLAUSES A07, A40)."""
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
        self._commit([Fact(RESOLVED, canonical_bytes(resolved))], ())

    def _move(self, stood: Sequence[Stood], state: State, by: str, code: str = "") -> None:
        moved = Moved(actions=tuple(s.action.action for s in stood), state=state, by=by, code=code)
        people = [] if state in STANDING else [s.action.person for s in stood]
        self._commit([Fact(MOVED, canonical_bytes(moved))], people)

    def _commit(self, facts: Sequence[Fact], people: Iterable[str]) -> None:
        self._records.commit(facts)
        self.following.refresh(people)

    def _sealed(self, kind: str, body: bytes, people: Sequence[str], reasons: Reasons) -> Fact:
        today = datetime.fromtimestamp(self._records.clock() // 1_000_000, UTC).date()
        subject = subject_of(people[0]) if len(people) == 1 else self._vault.day(today)
        self._vault.prepare_evidence([subject])
        plain = canonical_bytes(reasons)
        sealed = self._vault.seal(subject, Use.EVIDENCE, plain, associated(kind, None, body))
        return Fact(kind, body, None, subject, sealed)

    def _name(self, prefix: str) -> str:
        return time_ordered_id(prefix, self._records.clock() // 1000, self._records.chance(_CHANCE))


def of_rule(records: Records, rule: str, since: int) -> OfRule:
    """Return what ``Enforcement.undo_rule`` looks at; sanctions of the ladder among ``kept`` go where strikes go."""
    with records.reading() as core:
        found = store.of_rule(core, rule, since)
    told = OfRule([], [])
    for stood in found:
        alone = set(stood.action.rules) <= {rule} and not stood.action.rung
        (told.mine if alone else told.kept).append(stood)
    return told


def _due(stood: Stood, *, later: int | None = None, again: int = 0) -> Fact:
    people = (stood.action.person,) if stood.action.person else ()
    due = Due(action=stood.action, later=later, again=again, people=people)
    return Fact(DUE, canonical_bytes(due))


def _ordered(case: Case, order: Order, clauses: tuple[str, ...]) -> Action:
    days = _days(order)
    return Action(
        action=action_id(case.cause, order.effect, order.argument, case.person),
        effect=order.effect,
        argument=order.argument,
        person=case.person,
        clauses=clauses,
        until=case.at + days * DAY if days else order.until,
    )


def _days(order: Order) -> int | None:
    return order.argument if order.effect == "suspend" and isinstance(order.argument, int) else order.days


def _refuse(orders: Sequence[Order], clauses: Sequence[str], reason: str, now: int) -> None:
    _demand_reason(reason)
    if not clauses:
        raise InputError("action.no_clause", "an action cites the clause that it stands on")
    if not orders:
        raise InputError("action.nothing", "name what is to be done; `none` records that nothing is")
    for order in orders:
        if order.effect not in TYPES:
            raise InputError(
                "action.effect", f"no action `{order.effect}`", hint=did_you_mean(order.effect, TYPES)
            )
        if order.effect == "suspend" and order.until is None and not _days(order):
            raise InputError("action.argument", "a suspension is for a number of days, or until an instant")
        if order.until is not None and (order.until <= now or _days(order)):
            hint = "give an instant that is to come, or a number of days"
            raise InputError("action.until", "it cannot end then", hint=hint)


def _demand_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise InputError("action.reason", f"a reason has 1 to {MAX_REASON:,} characters")
