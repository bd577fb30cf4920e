"""Signing in: who shows what is let in, and whoever is not learns nothing.

An unknown address costs the same hash as a known one, and gets the same answer; why stands in the record alone. Tries
are counted before they are looked at (see ``throttle``). What can be used once is spent in the commit that lets in.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from bylaw.base.errors import InputError, RefusedError
from bylaw.records.people import alias_of
from bylaw.staff import codes, model, passkeys, providers, store
from bylaw.staff.addresses import address_of
from bylaw.staff.desk import Tries
from bylaw.staff.entry import CODE, PATIENCE, Entered, Entry, Halfway, Outcome, refused, why_not
from bylaw.staff.machine import SECOND
from bylaw.staff.means import Means
from bylaw.staff.model import Factor, Kind, Member, Method, Spent, State, Why, identity_factor
from bylaw.staff.passkeys import Passkey, Site
from bylaw.staff.providers import Asked, Provider
from bylaw.staff.throttle import Scope
from bylaw.staff.tokens import ticket_refused
from bylaw.staff.wallet import Answer, Question, Wallet, passkey_factor

_PASSKEY: Final = "passkey"
_PROVIDER: Final = "provider"


class Door:
    """Lets members in."""

    def __init__(self, means: Means, wallet: Wallet) -> None:
        self._means = means
        self._entry = Entry(means)
        self._wallet = wallet

    # -- password

    def with_password(self, address: str, password: str, source: str) -> Outcome:
        """Let somebody in by a password. ``source`` is the network address that they come from.

        Raises:
            RefusedError: ``staff.refused``, whatever is wrong.
            Wait: too many tries.
        """
        means, now = self._means, self._means.now()
        name, member = self._named(address)
        place = self._entry.place(source)
        familiar = means.desk.is_familiar(member.id if member else "", place, now)
        tries = self._entry.tries(name, place, familiar=familiar)
        self._entry.count(tries, now)
        kept = self._hash(member)
        right = means.hasher.verify(kept, password)
        if member is None or kept is None or not right or member.state is not State.ACTIVE:
            self._entry.fail(Kind.PASSWORD, why_not(member, right=right), member, tries)
            raise refused()
        means.desk.forgive(tries)
        if means.hasher.is_outdated(kept):
            self._hash_again(member, password)
        return self._entry.go_on(member, Method.PASSWORD, place)

    # -- one-time codes

    def with_code(self, ticket: str, code: str, source: str) -> Entered:
        """Let somebody in whose first factor was right, by a code of the phone or of the paper.

        Raises:
            RefusedError: ``staff.ticket``, begin again; ``staff.code``, the code is not right, or was used.
            Wait: too many tries.
        """
        means, now = self._means, self._means.now()
        opened = means.tickets.open(CODE, ticket, now)
        halfway = msgspec.msgpack.decode(opened.body, type=Halfway)
        place = self._entry.place(source)
        with means.records.turn:
            spent, kind = self.spend_code(halfway.staff, code, opened.digest)
            if not means.desk.spend(opened.digest, opened.expires):
                raise ticket_refused()
            member = means.member(halfway.staff)
            if member.since != halfway.since:
                raise ticket_refused()
            method = SECOND[halfway.method, kind]
            return self._entry.enter(member, method, place, strong=True, spent=spent)

    def spend_code(self, staff: str, code: str, ticket: bytes = b"") -> tuple[Spent, Kind]:
        """Return what a right code uses up; call it in the writer's turn, and record that.

        Raises:
            RefusedError: ``staff.code``.
            Wait: too many tries.
        """
        means, now = self._means, self._means.now()
        tries = [(Scope.CODE, means.keyed("code", staff))]
        tries += [(Scope.TICKET, ticket)] if ticket else []
        self._entry.count(tries, now)
        kind = Kind.RECOVERY if codes.is_recovery(code) else Kind.PHONE
        factor = next((one for one in means.factors(staff) if one.kind is kind), None)
        mark = self._mark(factor, code, now)
        if factor is None or mark is None:
            replayed = factor is not None and self._mark(factor, code, now, fresh=False) is not None
            why = Why.REPLAYED if replayed else Why.WRONG
            self._entry.fail(kind, why, means.member(staff), tries)
            raise RefusedError(
                "staff.code", "this is not the code, or it was used", hint="wait for the next one"
            )
        means.desk.forgive(tries)
        return Spent(factor.id, mark), kind

    def count_code(self, staff: str) -> Tries:
        """Count a try at showing a factor again in an open session.

        Raises:
            Wait: too many tries.
        """
        tries = [(Scope.CODE, self._means.keyed("code", staff))]
        self._entry.count(tries, self._means.now())
        return tries

    # -- passkeys

    def ask_passkey(self, site: Site) -> Question:
        """Return what makes a browser show a passkey; it names nobody."""
        challenge = self._means.records.chance(passkeys.CHALLENGE_BYTES)
        ticket = self._means.tickets.issue(_PASSKEY, challenge, self._means.now() + PATIENCE)
        return Question(ticket, passkeys.question(site, challenge))

    def with_passkey(self, site: Site, ticket: str, answer: str, source: str) -> Entered:
        """Let somebody in by a passkey.

        Raises:
            RefusedError: ``staff.ticket``, ``staff.passkey``.
            Wait: too many tries.
        """
        means = self._means
        place = self._entry.place(source)
        tries = [(Scope.SOURCE, place)]
        self._entry.count(tries, means.now())
        with means.records.turn:
            spent, member = self.spend_passkey(site, ticket, answer, tries)
            means.desk.forgive(tries)
            return self._entry.enter(member, Method.PASSKEY, place, strong=True, spent=spent)

    def spend_passkey(self, site: Site, ticket: str, answer: str, tries: Tries = ()) -> tuple[Spent, Member]:
        """Return what a right passkey uses up, and whose it is; call it in the writer's turn, and record that.

        Raises:
            RefusedError: ``staff.ticket``, ``staff.passkey``.
        """
        means = self._means
        opened = means.tickets.open(_PASSKEY, ticket, means.now())
        if not means.desk.spend(opened.digest, opened.expires):
            raise ticket_refused()
        factor = self._entry.factor(passkey_factor(passkeys.named(answer)), Kind.PASSKEY)
        kept, member = means.value(factor), means.member(factor.staff) if factor else None
        try:
            if factor is None or kept is None or member is None or member.state is not State.ACTIVE:
                raise passkeys.refused()
            passkey = msgspec.msgpack.decode(kept, type=Passkey)
            count = passkeys.answered(site, opened.body, answer, passkey, factor.mark)
        except RefusedError:
            self._entry.fail(Kind.PASSKEY, why_not(member, right=False), member, tries)
            raise
        return Spent(factor.id, count), member

    # -- identity providers

    def ask_provider(self, provider: Provider) -> Question:
        """Return where a browser is to go to be vouched for."""
        ask, asked = providers.ask(provider, self._means.records.chance)
        body = msgspec.msgpack.encode(asked)
        return Question(self._means.tickets.issue(_PROVIDER, body, self._means.now() + PATIENCE), ask)

    def asked(self, ticket: str) -> Asked:
        """Return what a provider was asked, to fetch the token with (``providers.token_form``).

        Raises:
            RefusedError: ``staff.ticket``.
        """
        opened = self._means.tickets.open(_PROVIDER, ticket, self._means.now())
        return msgspec.msgpack.decode(opened.body, type=Asked)

    def with_provider(
        self, provider: Provider, ticket: str, answer: Answer, keys: Mapping[str, Any], source: str
    ) -> Outcome:
        """Let somebody in for whom an identity provider vouches. ``keys`` is its JWKS.

        Raises:
            RefusedError: ``staff.ticket``, ``staff.provider``; ``staff.refused``, vouched for, but nobody here.
            Wait: too many tries.
        """
        means, now = self._means, self._means.now()
        place = self._entry.place(source)
        tries = [(Scope.SOURCE, place)]
        self._entry.count(tries, now)
        opened, asked = means.tickets.open(_PROVIDER, ticket, now), self.asked(ticket)
        if not means.desk.spend(opened.digest, opened.expires):
            raise ticket_refused()
        found = providers.identity(provider, asked, answer.state, answer.id_token, keys, now // 1_000_000)
        subject = means.vault.known(model.IDENTITIES, found.name)
        factor = self._entry.factor(identity_factor(subject), Kind.PROVIDER) if subject else None
        member = means.member(factor.staff) if factor else None
        if member is None or member.state is not State.ACTIVE:
            self._entry.fail(Kind.PROVIDER, why_not(member, right=True), member, tries)
            raise refused()
        means.desk.forgive(tries)
        if provider.two_factors:
            with means.records.turn:
                return self._entry.enter(member, Method.PROVIDER, place, strong=True)
        return self._entry.go_on(member, Method.PROVIDER, place)

    # --

    def _named(self, address: str) -> tuple[str, Member | None]:
        try:
            spelled = address_of(address)
        except InputError:
            return "", None
        subject = self._means.vault.known(model.ADDRESSES, spelled)
        with self._means.records.reading() as core:
            member = store.at_address(core, alias_of(subject) if subject else "")
        return spelled, member

    def _hash(self, member: Member | None) -> str | None:
        held = self._means.factors(member.id if member else "")
        kept = self._means.value(next((one for one in held if one.kind is Kind.PASSWORD), None))
        return kept.decode() if kept else None

    def _hash_again(self, member: Member, password: str) -> None:
        made = self._wallet.hashed(member.id, password, again=True)
        with self._means.records.turn:
            if self._means.member(member.id).since == member.since:  # else it has another password by now
                self._means.commit(made)

    def _mark(self, factor: Factor | None, code: str, now: int, *, fresh: bool = True) -> int | None:
        kept = self._means.value(factor)
        if factor is None or kept is None:
            return None
        if factor.kind is Kind.PHONE:
            return codes.step_of(kept.decode(), code, now // 1_000_000, factor.mark if fresh else -1)
        digests = [kept[start : start + 32] for start in range(0, len(kept), 32)]
        place = codes.recovery_place(digests, code, factor.mark if fresh else 0)
        return None if place is None else factor.mark | 1 << place
