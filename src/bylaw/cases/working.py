"""What every verb about cases works with: the record, the vault, the book in force, words that are sealed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError
from bylaw.base.ids import time_ordered_id
from bylaw.book.book import Book
from bylaw.cases import store
from bylaw.cases.model import MAX_WORDS, MINUTE, Raised
from bylaw.cases.raising import Settings, fact, settings_of
from bylaw.cases.store import CaseAt
from bylaw.enforcement.acting import Reasons
from bylaw.enforcement.workflow import Enforcement
from bylaw.records.fact import Fact, associated
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

SYSTEM: Final = "bylaw"  # who does what follows by itself
MILLION: Final = 1_000_000  # chance is told in millionths
_CHANCE: Final = 9


class Working:
    """Reads and commits cases. For whoever writes the record, one call at a time."""

    def __init__(
        self, records: Records, vault: Vault, enforcement: Enforcement, book: Callable[[], Book]
    ) -> None:
        """Take what it works with. ``book`` returns the one in force."""
        self._records = records
        self._vault = vault
        self._enforcement = enforcement
        self._book = book

    def find(self, case: str) -> CaseAt:
        """Return a case; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.case_of(core, case)

    @property
    def settings(self) -> Settings:
        """What the book in force says of cases."""
        return settings_of(self._book().operator)

    def raise_(self, raised: Raised) -> None:
        """Raise a case, or let something join one that waits."""
        self._records.commit([fact(raised)])

    def words(self, seq: int) -> Reasons:
        """Return what somebody wrote with a fact: a note, or the reason of a verdict and what the account is told.

        Raises:
            Destroyed: it can be read no more, or nothing was written.
        """
        row = self._records.row(seq)
        if row.sealed is None or row.subject is None:
            raise Destroyed
        plain = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        return msgspec.json.decode(plain, type=Reasons)

    # -- for the verbs

    def _commit(self, *facts: Fact, done: Sequence[bytes] = ()) -> None:
        self._records.commit(facts, done=done)

    def _lease(self) -> int:
        return self._records.clock() + self.settings.casework.lease_minutes * MINUTE

    def _told(self, kind: str, said: msgspec.Struct, person: str, words: Reasons | None) -> Fact:
        """Return a fact; words are sealed under the key of the account concerned, or of the day."""
        body = canonical_bytes(said)
        if words is None:
            return Fact(kind, body)
        today = datetime.fromtimestamp(self._records.clock() // 1_000_000, UTC).date()
        subject = subject_of(person) if person else self._vault.day(today)
        self._vault.prepare_evidence([subject])
        sealed = self._vault.seal(subject, Use.EVIDENCE, canonical_bytes(words), associated(kind, None, body))
        return Fact(kind, body, None, subject, sealed)

    def _name(self, prefix: str) -> str:
        return time_ordered_id(prefix, self._records.clock() // 1000, self._records.chance(_CHANCE))

    def _drawn(self) -> int:
        return int.from_bytes(self._records.chance(8), "big") % MILLION


def noted(text: str) -> Reasons | None:
    """Return the words of a note; none, if nothing is written.

    Raises:
        InputError: ``case.words``, it is too long.
    """
    if len(text) > MAX_WORDS:
        raise InputError("case.words", f"a note has at most {MAX_WORDS:,} characters")
    return Reasons(text) if text.strip() else None
