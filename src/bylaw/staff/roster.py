"""Who works here: inviting, joining by a link, suspending, leaving, roles. Each verb is one commit, durable on return.

Whoever calls has asked whether the caller may. What would lock everybody out, or let somebody raise or free
themselves, is refused here all the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from bylaw.base.errors import BusyError, ConflictError, InputError, RefusedError
from bylaw.records.fact import Fact, Row
from bylaw.records.people import alias_of, subject_of
from bylaw.staff import model, store
from bylaw.staff.addresses import PSEUDONYM_CHANCE, address_of, name_of, pseudonym_of
from bylaw.staff.machine import is_last_admin, step
from bylaw.staff.means import Means, fact
from bylaw.staff.model import Kind, Member, Profile, State, identity_subject
from bylaw.staff.roles import Assignment, Role, refuse_assignments
from bylaw.staff.tokens import new_token, token_digest

LINK: Final = "join"  # what the token of a link begins with
MAX_LANGUAGES: Final = 32
MAX_LANGUAGE: Final = 35  # characters of a language tag (BCP 47, 4.4.1)
MAX_MEMBERS: Final = 10_000
_TRIES: Final = 100  # pseudonyms looked at


class Invitation(NamedTuple):
    """A link, to be handed to the member; nobody can read it again. ``expires`` is an instant."""

    member: Member
    token: str
    expires: int


class _Addressed(msgspec.Struct):
    address: str


class Roster:
    """The members of staff of a record."""

    def __init__(self, means: Means) -> None:
        self._means = means

    # -- looking

    def members(self) -> list[Member]:
        """Return all members, in the order of their invitations; those who left too."""
        with self._means.records.reading() as core:
            return store.members(core)

    def member(self, staff: str) -> Member:
        """Return a member.

        Raises:
            NotFoundError: ``staff.unknown``.
        """
        return self._means.member(staff)

    def profile(self, member: Member) -> Profile | None:
        """Return what is personal of a member; None once it is erased."""
        plain = self._means.unsealed(member.profile)
        return None if plain is None else msgspec.msgpack.decode(plain, type=Profile)

    def at(self, address: str) -> Member | None:
        """Return whoever signs in with an address and has not left."""
        subject = self._means.vault.known(model.ADDRESSES, address_of(address))
        with self._means.records.reading() as core:
            return store.at_address(core, alias_of(subject)) if subject else None

    def history(self, staff: str, before: int = store.LATEST) -> list[Row]:
        """Return what is recorded of a member before a fact, the newest first; at most ``store.MAX_LISTED``.

        Signing in and failing to, roles, factors, sessions ended; not what they read (``Reads.of``).
        """
        with self._means.records.reading() as core:
            seqs = store.history(core, staff, before)
        return [self._means.records.row(seq) for seq in seqs]

    def subjects(self, member: Member) -> set[bytes]:
        """Return whose keys in the vault are to be destroyed when a member who left is to be forgotten.

        The member's own, and of every address and account with a provider that were the member's and are nobody else's.
        """
        named = {_named(row) for row in self._whole_history(member.id)} - {""}
        with self._means.records.reading() as core:
            used = store.named_by_others(core, member.id)
        own = self._means.vault.known(model.SPACE, member.id)
        return {subject_of(one) for one in named - used} | ({own} if own else set())

    # -- coming

    def invite(
        self,
        address: str,
        name: str,
        roles: Sequence[Assignment],
        known: Mapping[str, Role],
        *,
        languages: Sequence[str] = (),
        by: str = "",
    ) -> Invitation:
        """Invite somebody to be a member; ``known`` are the roles there are.

        Raises:
            InputError: ``staff.address``, ``staff.name``, ``staff.languages``; a role is unknown.
            ConflictError: ``staff.address_taken``.
        """
        profile = Profile(name_of(name), address_of(address))
        refuse_assignments(roles, known)
        _refuse_languages(languages)
        means = self._means
        staff, token = means.new_id("staff"), new_token(LINK, means.records.chance)
        expires = means.now() + means.policy.link
        subject = means.vault.subjects(model.ADDRESSES, [profile.address])[profile.address]
        with means.records.turn:
            said = model.Invited(
                staff=staff,
                pseudonym=self._pseudonym(),
                address=alias_of(subject),
                link=token_digest(token).hex(),
                expires=expires,
                roles=tuple(roles),
                languages=tuple(languages),
                by=by,
            )
            means.commit(means.sealed(model.INVITED, said, staff, profile))
        return Invitation(means.member(staff), token, expires)

    def link(self, staff: str, by: str = "") -> Invitation:
        """Make another link for a member: who lost what lets them in begins anew with it. Earlier links end.

        Raises:
            RefusedError: ``staff.self``; whoever can sign in needs none.
            ConflictError: ``staff.order``, the member is suspended or left.
        """
        means = self._means
        _refuse_self(staff, by)
        token, expires = new_token(LINK, means.records.chance), means.now() + means.policy.link
        said = model.Linked(staff, token_digest(token).hex(), expires, by)
        self._change(staff, lambda _: [fact(model.LINKED, said)])
        return Invitation(means.member(staff), token, expires)

    def invited(self, token: str) -> Member:
        """Return whom a link is for.

        Raises:
            RefusedError: ``staff.link``: it was used, replaced, made up, or is too old.
        """
        with self._means.records.reading() as core:
            found = store.link(core, token_digest(token).hex())
        if found is None or found.expires <= self._means.now():
            raise RefusedError(
                "staff.link", "this link lets nobody in any more", hint="ask whoever sent it for another"
            )
        return self._means.member(found.staff)

    def join(self, token: str, first: Callable[[Member], Fact]) -> Member:
        """Join by a link with a first factor (see ``Wallet``); in force on return, and the link is used up.

        Raises:
            RefusedError: ``staff.link``.
        """
        member = self.invited(token)
        facts = [fact(model.JOINED, model.Joined(member.id, token_digest(token).hex())), first(member)]
        self._change(member.id, lambda _: facts)
        return self._means.member(member.id)

    # -- changing

    def assign(
        self, staff: str, roles: Sequence[Assignment], known: Mapping[str, Role], by: str = ""
    ) -> Member:
        """Give a member these roles in the place of those before. They count from the next request on.

        Raises:
            InputError: a role is unknown.
            RefusedError: ``staff.self``.
            ConflictError: ``staff.last_admin``, ``staff.gone``.
        """
        refuse_assignments(roles, known)
        _refuse_self(staff, by)

        def facts(member: Member) -> list[Fact]:
            if member.state is State.LEFT:
                raise ConflictError("staff.gone", f"`{staff}` has left")
            self._refuse_last(staff, roles)
            return [fact(model.ASSIGNED, model.Assigned(staff, tuple(roles), by))]

        return self._change(staff, facts)

    def describe(
        self, staff: str, name: str, address: str, languages: Sequence[str] = (), by: str = ""
    ) -> Member:
        """Change a member's name, address and languages.

        Raises:
            InputError: as for ``invite``.
            ConflictError: ``staff.address_taken``.
        """
        profile = Profile(name_of(name), address_of(address))
        _refuse_languages(languages)
        subject = self._means.vault.subjects(model.ADDRESSES, [profile.address])[profile.address]

        def facts(_: Member) -> list[Fact]:
            taken = self.at(profile.address)
            if taken and taken.id != staff:
                raise ConflictError("staff.address_taken", "somebody who works here has this address")
            said = model.Described(staff, alias_of(subject), tuple(languages), by)
            return [self._means.sealed(model.DESCRIBED, said, staff, profile)]

        return self._change(staff, facts)

    def suspend(self, staff: str, by: str = "") -> Member:
        """Let a member in no more, until ``resume``. Sessions end at once.

        Raises:
            RefusedError: ``staff.self``.
            ConflictError: ``staff.last_admin``, ``staff.order``.
        """
        return self._go(model.SUSPENDED, staff, by)

    def resume(self, staff: str, by: str = "") -> Member:
        """Let a suspended member in again.

        Raises:
            RefusedError: ``staff.self``.
            ConflictError: ``staff.order``.
        """
        _refuse_self(staff, by)
        return self._change(staff, lambda _: [fact(model.RESUMED, model.Changed(staff, by))])

    def leave(self, staff: str, by: str = "") -> Member:
        """Record that a member has left, for good; what let them in is gone, what they did stands.

        Raises:
            RefusedError: ``staff.self``.
            ConflictError: ``staff.last_admin``, ``staff.order``.
        """
        return self._go(model.LEFT, staff, by)

    # --

    def _go(self, kind: str, staff: str, by: str) -> Member:
        _refuse_self(staff, by)

        def facts(_: Member) -> list[Fact]:
            self._refuse_last(staff, ())
            return [fact(kind, model.Changed(staff, by))]

        member = self._change(staff, facts)
        self._means.desk.end([one.id for one in self._means.desk.sessions(staff)])
        return member

    def _change(self, staff: str, facts: Callable[[Member], list[Fact]]) -> Member:
        with self._means.records.turn:
            member = self._means.member(staff)
            made = facts(member)
            if (kind := made[0].kind) in _STEPPING:
                step(member.state, kind)  # tells what is wrong before anything is written
            self._means.commit(*made)
            return self._means.member(staff)

    def _refuse_last(self, staff: str, roles: Sequence[Assignment]) -> None:
        if is_last_admin(self.members(), staff, roles):
            raise ConflictError(
                "staff.last_admin",
                "nobody else could let anybody in",
                hint="give another member `admin` first",
            )

    def _whole_history(self, staff: str) -> Iterator[Row]:
        before = store.LATEST
        while rows := self.history(staff, before):
            yield from rows
            before = rows[-1].seq

    def _pseudonym(self) -> str:
        chance = self._means.records.chance
        with self._means.records.reading() as core:
            if len(store.members(core)) >= MAX_MEMBERS:
                raise BusyError("staff.many", f"there are {MAX_MEMBERS:,} members")
            drawn = (pseudonym_of(chance(PSEUDONYM_CHANCE)) for _ in range(_TRIES))
            free = (one for one in drawn if not store.is_pseudonym(core, one))
            return next(free)


_STEPPING: Final = frozenset({model.LINKED, model.JOINED, model.SUSPENDED, model.RESUMED, model.LEFT})


def _named(row: Row) -> str:
    """Return whom a fact names through the vault: an address, or an account with a provider."""
    if row.kind in {model.INVITED, model.DESCRIBED}:
        return msgspec.json.decode(row.body, type=_Addressed).address
    if row.kind == model.FACTOR_ADDED:
        added = msgspec.json.decode(row.body, type=model.FactorAdded)
        return alias_of(identity_subject(added.factor)) if added.kind is Kind.PROVIDER else ""
    return ""


def _refuse_self(staff: str, by: str) -> None:
    if staff == by:
        raise RefusedError("staff.self", "nobody does this to themselves", hint="ask another admin")


def _refuse_languages(languages: Sequence[str]) -> None:
    if len(languages) > MAX_LANGUAGES or any(
        not 0 < len(one) <= MAX_LANGUAGE or not one.replace("-", "").isalnum() for one in languages
    ):
        raise InputError("staff.languages", "languages are tags such as `en` or `pt-BR`")
