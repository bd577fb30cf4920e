"""What every verb of this room works with: the record, the vault, the desk, and what is sealed for a member."""

import hmac
from functools import cached_property
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import NotFoundError
from bylaw.base.ids import time_ordered_id
from bylaw.records.fact import Fact, associated
from bylaw.records.records import Commit, Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault
from bylaw.staff import model, store
from bylaw.staff.desk import Desk
from bylaw.staff.machine import POLICY, Policy
from bylaw.staff.model import Factor, Member
from bylaw.staff.passwords import Hasher
from bylaw.staff.tokens import Tickets

SECRET: Final = "staff"  # noqa: S105 - the name of the vault's secret
_CHANCE: Final = 9


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed of a factor: its owner's name for it, and what is compared."""

    label: str
    value: bytes


class Means:
    """An open data folder, as this room sees it."""

    def __init__(
        self, records: Records, vault: Vault, desk: Desk, hasher: Hasher, policy: Policy = POLICY
    ) -> None:
        self.records = records
        self.vault = vault
        self.desk = desk
        self.hasher = hasher
        self.policy = policy

    @cached_property
    def _secret(self) -> bytes:
        return self.vault.secret(SECRET)  # made by the first who writes; who only looks needs none

    @cached_property
    def tickets(self) -> Tickets:
        """What seals and opens tickets."""
        return Tickets(self._secret, self.records.chance)

    def now(self) -> int:
        """Return the instant."""
        return self.records.clock()

    def new_id(self, prefix: str) -> str:
        """Return a new id."""
        return time_ordered_id(prefix, self.now() // 1000, self.records.chance(_CHANCE))

    def keyed(self, *parts: str) -> bytes:
        """Return a digest that says nothing to whoever lacks the vault."""
        return hmac.digest(self._secret, msgspec.json.encode(parts), "sha256")

    def commit(self, *facts: Fact) -> Commit:
        """Record facts; durable on return."""
        return self.records.commit(facts)

    def sealed(self, kind: str, said: msgspec.Struct, staff: str, value: msgspec.Struct) -> Fact:
        """Return a fact with something sealed under a member's own key."""
        body = canonical_bytes(said)
        subject = self.vault.subjects(model.SPACE, [staff])[staff]
        plain = msgspec.msgpack.encode(value)
        return Fact(
            kind,
            body,
            None,
            subject,
            self.vault.seal(subject, Use.PROFILE, plain, associated(kind, None, body)),
        )

    def unsealed(self, seq: int) -> bytes | None:
        """Return what a fact seals; None once it aged out or the key is gone."""
        row = self.records.row(seq)
        if row.sealed is None or row.subject is None:
            return None
        try:
            return self.vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        except (Destroyed, NotFoundError):  # or a restored vault that never met this member
            return None

    def value(self, factor: Factor | None) -> bytes | None:
        """Return what is compared with what somebody shows; None if there is nothing."""
        plain = self.unsealed(factor.seq) if factor else None
        return msgspec.msgpack.decode(plain, type=Sealed).value if plain else None

    def member(self, staff: str) -> Member:
        """Return a member.

        Raises:
            NotFoundError: ``staff.unknown``.
        """
        with self.records.reading() as core:
            found = store.member(core, staff)
        if found is None:
            raise NotFoundError("staff.unknown", f"nobody here is `{staff}`", hint="`bylaw staff list`")
        return found

    def factors(self, staff: str) -> list[Factor]:
        """Return what a member is let in by, the oldest first."""
        with self.records.reading() as core:
            return store.factors(core, staff)


def fact(kind: str, said: msgspec.Struct) -> Fact:
    """Return a fact that seals nothing."""
    return Fact(kind, canonical_bytes(said))
