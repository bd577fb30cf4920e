"""What every verb about actions works with: the record, the vault, what stands, who is told."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError
from bylaw.base.ids import time_ordered_id
from bylaw.enforcement import store
from bylaw.enforcement.following import Following
from bylaw.enforcement.model import MAX_REASON
from bylaw.enforcement.notifying import Notifying, Say
from bylaw.enforcement.resolve import Sanctions
from bylaw.enforcement.store import Stood
from bylaw.engine.recording import read_body
from bylaw.notices.statement import Happened
from bylaw.records.fact import Fact, associated
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

SYSTEM: Final = "bylaw"  # who does what follows by itself
_CHANCE: Final = 9


class Reasons(msgspec.Struct, frozen=True):
    """What is sealed with an order: why, in its author's words, and what the account is told.

    ``about`` is the number of the event that it is told from, if that is not the one that the order is about.
    """

    reason: str
    say: Say | None = None
    about: int = 0


class Acting:
    """Reads and commits actions. For whoever writes the record, one call at a time."""

    def __init__(
        self,
        records: Records,
        vault: Vault,
        following: Following,
        *,
        notifying: Notifying,
        sanctions: Callable[[str], Sanctions],
        book: Callable[[], str],
    ) -> None:
        """Take what it works with.

        Args:
            records: of the operator, open for writing.
            vault: of the operator, likewise.
            following: what stands.
            notifying: plans notices.
            sanctions: returns what a book says.
            book: returns the digest of the book in force.
        """
        self.following = following
        self._records = records
        self._vault = vault
        self._notifying = notifying
        self._sanctions_of = sanctions
        self._book = book

    def find(self, action: str) -> Stood:
        """Return an action; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.action_of(core, action)

    # -- for the verbs

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

    def _reasons(self, stood: Stood) -> Reasons:
        """Return what a person wrote when ordering an action; raises ``Destroyed`` once it can be read no more."""
        row = self._records.row(stood.seq)
        if row.sealed is None or row.subject is None:
            raise Destroyed
        plain = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        return msgspec.json.decode(plain, type=Reasons)

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


def demand_reason(reason: str) -> None:
    """See to it that a reason is given, and no more than is read.

    Raises:
        InputError: ``action.reason``.
    """
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise InputError("action.reason", f"a reason has 1 to {MAX_REASON:,} characters")
