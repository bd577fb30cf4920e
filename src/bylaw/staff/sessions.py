"""Open sessions: whose they are, what they may, and how they end."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bylaw.base.errors import NotFoundError, RefusedError
from bylaw.staff import model
from bylaw.staff.door import Door
from bylaw.staff.machine import Life, Session, is_fresh, life
from bylaw.staff.means import Means, fact
from bylaw.staff.model import Kind, Member, Method
from bylaw.staff.passkeys import Site
from bylaw.staff.permissions import PERMISSIONS, Grant, may
from bylaw.staff.roles import Role, grants_of, needs_second
from bylaw.staff.tokens import token_digest
from bylaw.staff.wallet import Wallet

SECONDS: Final = frozenset({Kind.PHONE, Kind.PASSKEY})  # what can be shown again in an open session


class Present(NamedTuple):
    """Somebody who is signed in."""

    session: Session
    member: Member

    def grants(self, roles: Mapping[str, Role]) -> tuple[Grant, ...]:
        """Return what this person may do; nothing, until two factors were shown, where a role asks for them."""
        if not self.session.strong and needs_second(self.member.roles, roles):
            return ()
        return grants_of(self.member.roles, roles)

    def lacks_second(self, roles: Mapping[str, Role]) -> bool:
        """Tell whether nothing is granted because a role asks for a second factor."""
        return not self.session.strong and needs_second(self.member.roles, roles)


class Sessions:
    """The sessions of a record's members."""

    def __init__(self, means: Means, wallet: Wallet, door: Door) -> None:
        self._means = means
        self._wallet = wallet
        self._door = door

    def present(self, token: str) -> Present:
        """Return who comes with a token, and keep that the session was used.

        Raises:
            RefusedError: ``staff.session``: there is none, or it is over.
        """
        means, now = self._means, self._means.now()
        session = means.desk.session(token_digest(token))
        if session is None:
            raise _over()
        try:
            member = means.member(session.staff)
        except NotFoundError:
            member = None
        if member is None or life(session, member, now, means.policy) is not Life.OPEN:
            means.desk.end([session.id])
            raise _over()
        means.desk.use(session, now)
        return Present(session, member)

    def of(self, staff: str) -> list[Session]:
        """Return a member's open sessions, in the order of their opening."""
        member, now = self._means.member(staff), self._means.now()
        found = self._means.desk.sessions(staff)
        return [one for one in found if life(one, member, now, self._means.policy) is Life.OPEN]

    # -- showing a factor again

    def is_fresh(self, session: Session) -> bool:
        """Tell whether two factors were shown just before."""
        return is_fresh(session, self._means.now(), self._means.policy)

    def demand_fresh(self, session: Session) -> None:
        """See to it that two factors were shown just before, as what cannot be undone asks for.

        Raises:
            RefusedError: ``staff.prove``.
        """
        if not self.is_fresh(session):
            raise RefusedError(
                "staff.prove",
                "this asks for a second factor shown just now",
                hint="show it, then do this again",
            )

    def demand(
        self,
        present: Present,
        roles: Mapping[str, Role],
        permission: str,
        queue: str | None = None,
        clause: str | None = None,
    ) -> None:
        """See to it that somebody may do something here, and showed a second factor just before where it asks for it.

        Raises:
            RefusedError: ``staff.may_not``, ``staff.second_factor``, ``staff.prove``.
        """
        if present.lacks_second(roles):
            raise RefusedError(
                "staff.second_factor", "your role asks for a second factor", hint="add a phone or a passkey"
            )
        if not may(present.grants(roles), permission, queue, clause):
            raise RefusedError("staff.may_not", f"this takes the permission `{permission}`")
        if PERMISSIONS[permission].fresh:
            self.demand_fresh(present.session)

    def demand_own(self, present: Present) -> None:
        """See to it that somebody may change what lets them in: they showed it just before, both factors if they have two.

        Raises:
            RefusedError: ``staff.prove``.
        """
        kinds = {factor.kind for factor in self._means.factors(present.member.id)}
        if kinds & SECONDS:
            self.demand_fresh(present.session)
        elif self._means.now() - present.session.opened >= self._means.policy.fresh:
            raise RefusedError("staff.prove", "this asks for having signed in just now", hint="sign in again")

    def add_phone(self, present: Present, ticket: str, code: str) -> tuple[str, ...]:
        """Take a phone as ``Wallet.add_phone`` does; its code counts as shown in this session.

        Raises:
            RefusedError: ``staff.prove``, ``staff.ticket``, ``staff.code``.
        """
        self.demand_own(present)
        paper = self._wallet.add_phone(present.member, ticket, code)
        self._means.desk.prove(present.session.id, self._means.now())
        return paper

    def add_passkey(self, present: Present, site: Site, ticket: str, answer: str, label: str = "") -> str:
        """Take a passkey as ``Wallet.add_passkey`` does; it counts as shown in this session.

        Raises:
            RefusedError: ``staff.prove``, ``staff.ticket``, ``staff.passkey``.
            ConflictError: ``staff.factors``, ``staff.factor_taken``.
        """
        self.demand_own(present)
        factor = self._wallet.add_passkey(present.member, site, ticket, answer, label)
        self._means.desk.prove(present.session.id, self._means.now())
        return factor

    def prove_by_code(self, present: Present, code: str) -> None:
        """Show a code of the phone or of the paper again.

        Raises:
            RefusedError: ``staff.code``.
            Wait: too many tries.
        """
        with self._means.records.turn:
            spent, kind = self._door.spend_code(present.member.id, code)
            said = model.SignedIn(present.member.id, present.session.id, Method(kind.value), (spent,))
            self._means.commit(fact(model.PROVED, said))
        self._means.desk.prove(present.session.id, self._means.now())

    def prove_by_passkey(self, present: Present, site: Site, ticket: str, answer: str) -> None:
        """Show a passkey again; the ticket is of ``Door.ask_passkey``.

        Raises:
            RefusedError: ``staff.ticket``, ``staff.passkey``; also when it is somebody else's.
        """
        with self._means.records.turn:
            tries = self._door.count_code(present.member.id)
            spent, member = self._door.spend_passkey(site, ticket, answer, tries)
            if member.id != present.member.id:
                raise RefusedError("staff.passkey", "this passkey is somebody else's", hint="begin again")
            self._means.desk.forgive(tries)
            said = model.SignedIn(member.id, present.session.id, Method.PASSKEY, (spent,))
            self._means.commit(fact(model.PROVED, said))
        self._means.desk.prove(present.session.id, self._means.now())

    # -- ending

    def end(self, staff: str, session: str, by: str = "") -> None:
        """End one session of a member; ``by`` is its owner or somebody else.

        Raises:
            NotFoundError: ``staff.no_session``.
        """
        if session not in {one.id for one in self._means.desk.sessions(staff)}:
            raise NotFoundError("staff.no_session", "this session is over already")
        self._means.desk.end([session])
        self._means.commit(fact(model.SESSION_ENDED, model.SessionEnded(staff, session, by)))

    def revoke(self, staff: str, by: str = "") -> int:
        """End every session of a member; return how many were open."""
        open_now = self.of(staff)
        self._means.commit(fact(model.SESSIONS_REVOKED, model.Changed(staff, by)))
        self._means.desk.end([one.id for one in self._means.desk.sessions(staff)])
        return len(open_now)


def _over() -> RefusedError:
    return RefusedError("staff.session", "nobody is signed in here, or not any more", hint="sign in")
