"""What all ways of signing in share: counting tries, refusing, and opening a session."""

from typing import Final, NamedTuple, TypeAlias

import msgspec

from bylaw.base.errors import BusyError, ConflictError, RefusedError
from bylaw.staff import model, store
from bylaw.staff.desk import Tries
from bylaw.staff.machine import Session
from bylaw.staff.means import Means, fact
from bylaw.staff.model import Factor, Kind, Member, Method, Spent, State, Why
from bylaw.staff.throttle import MINUTE, Scope, network, scopes
from bylaw.staff.tokens import new_token, token_digest

SESSION: Final = "sess"  # what the token of a session begins with
PATIENCE: Final = 10 * MINUTE  # between one step of signing in and the next
CODE: Final = "code"  # the purpose of a ticket


class Entered(NamedTuple):
    """Somebody was let in. The token is for a cookie; only its digest is kept."""

    token: str
    session: Session


class CodeWanted(NamedTuple):
    """The first factor was right; a one-time code is asked for, and comes back with this ticket."""

    ticket: str


Outcome: TypeAlias = Entered | CodeWanted


class Wait(BusyError):  # noqa: N818 - what to do is the name
    """Too many tries; ``seconds`` until another is taken."""

    def __init__(self, microseconds: int) -> None:
        self.seconds = -(-microseconds // 1_000_000)
        minutes = -(-self.seconds // 60)
        super().__init__("staff.wait", "there were too many tries", hint=f"try again in {minutes} minutes")


class Halfway(msgspec.Struct, frozen=True, array_like=True):
    """Somebody whose first factor was right."""

    staff: str
    method: Method
    since: int  # the member's, then


class Entry:
    """The way in, behind every door."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def place(self, source: str) -> bytes:
        """Return what stands for a network address."""
        return self._means.keyed("source", network(source))

    def tries(self, name: str, place: bytes, *, familiar: bool) -> Tries:
        """Return what a try of a password is counted by."""
        what = {
            Scope.SOURCE: place,
            Scope.NAME: self._means.keyed("name", name),
            Scope.FAMILIAR: self._means.keyed("familiar", name, place.hex()),
            Scope.ANYBODY: b"",
        }
        return [(scope, what[scope]) for scope in scopes(familiar=familiar)]

    def count(self, tries: Tries, now: int) -> None:
        """Count a try.

        Raises:
            Wait: there were too many.
        """
        if waiting := self._means.desk.count(tries, now):
            raise Wait(waiting)

    def fail(self, kind: Kind, why: Why, member: Member | None, tries: Tries) -> None:
        """Record that somebody was not let in."""
        paused = self._means.desk.is_full(tries, self._means.now())
        said = model.Failed(kind, why, member.id if member else "", paused)
        self._means.commit(fact(model.FAILED, said))

    def factor(self, name: str, kind: Kind) -> Factor | None:
        """Return a factor of a kind."""
        with self._means.records.reading() as core:
            found = store.factor(core, name)
        return found if found and found.kind is kind else None

    def go_on(self, member: Member, method: Method, place: bytes) -> Outcome:
        """Let somebody in whose first factor was right, or ask for the phone's code where there is a phone."""
        if any(factor.kind is Kind.PHONE for factor in self._means.factors(member.id)):
            body = msgspec.msgpack.encode(Halfway(member.id, method, member.since))
            return CodeWanted(self._means.tickets.issue(CODE, body, self._means.now() + PATIENCE))
        with self._means.records.turn:
            return self.enter(member, method, place, strong=False)

    def enter(
        self, member: Member, method: Method, place: bytes, *, strong: bool, spent: Spent | None = None
    ) -> Entered:
        """Let a member in; call it in the writer's turn.

        Raises:
            RefusedError: ``staff.refused``, something changed since the member was looked up.
        """
        means, now = self._means, self._means.now()
        found = means.member(member.id)
        if found.state is not State.ACTIVE or found.since != member.since:
            raise refused()
        name, token = means.new_id("session"), new_token(SESSION, means.records.chance)
        said = model.SignedIn(member.id, name, method, (spent,) if spent else ())
        try:
            seq = means.commit(fact(model.SIGNED_IN, said)).first
        except ConflictError as error:  # two at once with the same code
            raise refused() from error
        session = Session(name, member.id, seq, now, now, now if strong else 0, strong, method)
        means.desk.open_session(token_digest(token), session)
        means.desk.befriend(member.id, place, now)
        return Entered(token, session)


def refused() -> RefusedError:
    """Return the one answer to whoever is not let in."""
    return RefusedError("staff.refused", "this does not let anybody in here", hint="look at what was typed")


def why_not(member: Member | None, *, right: bool) -> Why:
    """Return what the record is told."""
    if member is None:
        return Why.UNKNOWN
    return Why.NOT_ACTIVE if right and member.state is not State.ACTIVE else Why.WRONG
