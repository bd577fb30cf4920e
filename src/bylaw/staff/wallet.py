"""What a member shows to be let in: adding, replacing, removing. Each verb is one commit, durable on return.

Whoever calls has seen to it that the member showed a factor just before (``Sessions.demand_fresh``), or joins by a link.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from bylaw.base.errors import ConflictError, InputError, NotFoundError, RefusedError
from bylaw.base.ids import derived_id
from bylaw.records.fact import Fact
from bylaw.staff import codes, model, passkeys, providers
from bylaw.staff.means import Means, Sealed, fact
from bylaw.staff.model import Factor, Kind, Member, identity_factor
from bylaw.staff.passkeys import Passkey, Site
from bylaw.staff.passwords import refuse_password
from bylaw.staff.providers import Asked, Provider
from bylaw.staff.throttle import MINUTE
from bylaw.staff.tokens import Ticket, ticket_refused

ENROLMENT: Final = 10 * MINUTE  # how long one may take
MAX_FACTORS: Final = 20  # of one member
MAX_LABEL: Final = 60  # characters
FIRST: Final = frozenset({Kind.PASSWORD, Kind.PASSKEY, Kind.PROVIDER})  # what one can begin to sign in with
_PHONE: Final = "add phone"
_PASSKEY: Final = "add passkey"
_PROVIDER: Final = "add provider"


class Held(NamedTuple):
    """A factor and its owner's name for it."""

    factor: Factor
    label: str


class Question(NamedTuple):
    """What a browser is to do, and the ticket with which its answer comes back."""

    ticket: str
    ask: str  # JSON for a passkey; an address to go to for a provider


class PhoneOffer(NamedTuple):
    """What a phone is to be given: the secret, also as the URI of a picture."""

    ticket: str
    secret: str
    uri: str


class _Started(msgspec.Struct, frozen=True, array_like=True):
    staff: str
    value: bytes


class Wallet:
    """What members are let in by."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def held(self, staff: str) -> list[Held]:
        """Return what a member is let in by, the oldest first; nothing secret."""
        return [Held(factor, self._label(factor)) for factor in self._means.factors(staff)]

    # -- password

    def new_password(self, member: Member, password: str) -> Fact:
        """Return the fact of a password, to be committed by ``Roster.join`` or ``set_password``.

        Raises:
            InputError: ``staff.password``.
        """
        profile = self._means.unsealed(member.profile)
        address = msgspec.msgpack.decode(profile, type=model.Profile).address if profile else ""
        refuse_password(password, address)
        return self.hashed(member.id, password)

    def hashed(self, staff: str, password: str, *, again: bool = False) -> Fact:
        """Return the fact of a password hash at today's cost; ``again``: the password is the same."""
        kept = Sealed("", self._means.hasher.make(password).encode())
        return self._added(staff, f"password_{staff}", Kind.PASSWORD, kept, again=again)

    def set_password(self, member: Member, password: str) -> None:
        """Replace a member's password. Every session of the member ends.

        Raises:
            InputError: ``staff.password``.
        """
        self._means.commit(self.new_password(member, password))

    # -- phone

    def offer_phone(self, member: Member, issuer: str) -> PhoneOffer:
        """Return a secret for a phone; nothing counts until ``add_phone``."""
        secret = codes.new_secret(self._means.records.chance)
        ticket = self._started(_PHONE, member.id, secret.encode())
        return PhoneOffer(ticket, secret, codes.phone_uri(secret, member.outside, issuer))

    def add_phone(self, member: Member, ticket: str, code: str) -> tuple[str, ...]:
        """Take a phone whose code is right, in the place of one before; return recovery codes, shown this once.

        Raises:
            RefusedError: ``staff.ticket``; ``staff.code``, try again.
        """
        opened, secret = self._resumed(_PHONE, member.id, ticket)
        step = codes.step_of(secret.decode(), code, self._means.now() // 1_000_000, -1)
        if step is None:
            raise RefusedError(
                "staff.code", "this is not the code", hint="look whether the phone's clock is right"
            )
        self._spend(opened)
        kept = Sealed("", secret)
        phone = self._added(member.id, f"phone_{member.id}", Kind.PHONE, kept, mark=step)
        recovery, paper = self._recovery(member.id)
        self._means.commit(phone, recovery)
        return paper

    def renew_recovery(self, member: Member) -> tuple[str, ...]:
        """Return new recovery codes, shown this once, in the place of those before.

        Raises:
            ConflictError: ``staff.no_phone``, there is nothing that they would stand in for.
        """
        if Kind.PHONE not in {factor.kind for factor in self._means.factors(member.id)}:
            raise ConflictError("staff.no_phone", "recovery codes stand in for a phone, and there is none")
        recovery, paper = self._recovery(member.id)
        self._means.commit(recovery)
        return paper

    # -- passkeys

    def ask_passkey(self, member: Member, site: Site) -> Question:
        """Return what makes a browser make a passkey."""
        chance = self._means.records.chance(passkeys.CHALLENGE_BYTES)
        known = [
            msgspec.msgpack.decode(kept, type=Passkey).id
            for factor in self._means.factors(member.id)
            if factor.kind is Kind.PASSKEY and (kept := self._means.value(factor))
        ]
        ask = passkeys.registration_question(site, member.id, member.outside, chance, known)
        return Question(self._started(_PASSKEY, member.id, chance), ask)

    def new_passkey(self, member: Member, site: Site, ticket: str, answer: str, label: str = "") -> Fact:
        """Return the fact of a passkey, to be committed by ``Roster.join`` or ``add_passkey``.

        Raises:
            RefusedError: ``staff.ticket``, ``staff.passkey``.
            InputError: ``staff.label``.
        """
        _refuse_label(label)
        opened, challenge = self._resumed(_PASSKEY, member.id, ticket)
        self._spend(opened)
        passkey, count = passkeys.registered(site, challenge, answer)
        kept = Sealed(label, msgspec.msgpack.encode(passkey))
        return self._added(member.id, passkey_factor(passkey.id), Kind.PASSKEY, kept, mark=count)

    def add_passkey(self, member: Member, site: Site, ticket: str, answer: str, label: str = "") -> str:
        """Take a passkey; return the factor's id.

        Raises:
            RefusedError, InputError: as for ``new_passkey``.
            ConflictError: ``staff.factors``, ``staff.factor_taken``.
        """
        return self._add(member, self.new_passkey(member, site, ticket, answer, label))

    # -- identity providers

    def ask_provider(self, member: Member, provider: Provider) -> Question:
        """Return where the member shows who they are to a provider."""
        ask, asked = providers.ask(provider, self._means.records.chance)
        return Question(self._started(_PROVIDER, member.id, msgspec.msgpack.encode(asked)), ask)

    def asked(self, member: Member, ticket: str) -> Asked:
        """Return what a provider was asked, to fetch the token with (``providers.token_form``).

        Raises:
            RefusedError: ``staff.ticket``.
        """
        _, value = self._resumed(_PROVIDER, member.id, ticket)
        return msgspec.msgpack.decode(value, type=Asked)

    def new_identity(
        self, member: Member, provider: Provider, ticket: str, answer: "Answer", keys: Mapping[str, Any]
    ) -> Fact:
        """Return the fact of an account with a provider, to be committed by ``Roster.join`` or ``add_identity``.

        Raises:
            RefusedError: ``staff.ticket``, ``staff.provider``.
        """
        asked = self.asked(member, ticket)
        self._spend(self._resumed(_PROVIDER, member.id, ticket)[0])
        now = self._means.now() // 1_000_000
        found = providers.identity(provider, asked, answer.state, answer.id_token, keys, now)
        subject = self._means.vault.subjects(model.IDENTITIES, [found.name])[found.name]
        kept = Sealed(provider.name, found.name.encode())
        return self._added(member.id, identity_factor(subject), Kind.PROVIDER, kept)

    def add_identity(
        self, member: Member, provider: Provider, ticket: str, answer: "Answer", keys: Mapping[str, Any]
    ) -> str:
        """Take an account with a provider; return the factor's id.

        Raises:
            RefusedError: as for ``new_identity``.
            ConflictError: ``staff.factors``, ``staff.factor_taken``.
        """
        return self._add(member, self.new_identity(member, provider, ticket, answer, keys))

    # -- removing

    def remove(self, member: Member, factor: str, by: str = "") -> None:
        """Remove a factor; a phone takes its recovery codes with it. Every session of the member ends.

        Raises:
            NotFoundError: ``staff.no_factor``.
            ConflictError: ``staff.last_factor``.
        """
        with self._means.records.turn:
            held = self._means.factors(member.id)
            found = next((one for one in held if one.id == factor), None)
            if found is None:
                raise NotFoundError("staff.no_factor", "the member is not let in by this")
            gone = [
                one for one in held if one is found or {one.kind, found.kind} == {Kind.PHONE, Kind.RECOVERY}
            ]
            if not any(one.kind in FIRST for one in held if one not in gone):
                raise ConflictError(
                    "staff.last_factor", "nothing else lets the member in", hint="add another first"
                )
            said = [model.FactorRemoved(member.id, one.id, by) for one in gone]
            self._means.commit(*(fact(model.FACTOR_REMOVED, one) for one in said))

    # --

    def _add(self, member: Member, added: Fact) -> str:
        with self._means.records.turn:
            if len(self._means.factors(member.id)) >= MAX_FACTORS:
                raise ConflictError("staff.factors", f"a member is let in by at most {MAX_FACTORS} things")
            self._means.commit(added)
        return msgspec.json.decode(added.body, type=model.FactorAdded).factor

    def _added(
        self, staff: str, name: str, kind: Kind, kept: Sealed, *, mark: int = 0, again: bool = False
    ) -> Fact:
        said = model.FactorAdded(staff, name, kind, mark, again)
        return self._means.sealed(model.FACTOR_ADDED, said, staff, kept)

    def _recovery(self, staff: str) -> tuple[Fact, tuple[str, ...]]:
        paper = codes.new_recovery_codes(self._means.records.chance)
        kept = Sealed("", b"".join(map(codes.recovery_digest, paper)))
        return self._added(staff, f"recovery_{staff}", Kind.RECOVERY, kept), paper

    def _label(self, factor: Factor) -> str:
        plain = self._means.unsealed(factor.seq)
        return msgspec.msgpack.decode(plain, type=Sealed).label if plain else ""

    def _started(self, purpose: str, staff: str, value: bytes) -> str:
        body = msgspec.msgpack.encode(_Started(staff, value))
        return self._means.tickets.issue(purpose, body, self._means.now() + ENROLMENT)

    def _resumed(self, purpose: str, staff: str, ticket: str) -> tuple[Ticket, bytes]:
        opened = self._means.tickets.open(purpose, ticket, self._means.now())
        started = msgspec.msgpack.decode(opened.body, type=_Started)
        if started.staff != staff:
            raise ticket_refused()
        return opened, started.value

    def _spend(self, opened: Ticket) -> None:
        if not self._means.desk.spend(opened.digest, opened.expires):
            raise ticket_refused()


class Answer(NamedTuple):
    """With what a browser came back from a provider: the state, and the ID token fetched for its code."""

    state: str
    id_token: str


def passkey_factor(credential: bytes) -> str:
    """Return the id of a passkey as a factor: the digest of a number that a device drew."""
    return derived_id("passkey", credential.hex())


def _refuse_label(label: str) -> None:
    if len(label) > MAX_LABEL or not label.isprintable():
        raise InputError("staff.label", f"a passkey's name has at most {MAX_LABEL} characters")
