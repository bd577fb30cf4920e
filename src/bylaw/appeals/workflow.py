"""What staff do about objections: ask, decide, limit. Each is one commit, durable on return.

``by`` is the id of a member of staff. Undoing what followed from strikes may take more commits, as undoing always may.
"""

from collections.abc import Callable
from typing import Final

from bylaw.appeals import model, store
from bylaw.appeals.lodging import Lodging
from bylaw.appeals.machine import ENDS, Abused, Step, abused, demand_other, step
from bylaw.appeals.model import DAY, MAX_REPLY, Appeal, Decided, Lifted, Limited, Outcome
from bylaw.appeals.sealing import demand_text
from bylaw.appeals.telling import done_about, told_of
from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError, RefusedError
from bylaw.book.book import Book
from bylaw.cases import model as cases
from bylaw.enforcement.model import MAX_REASON
from bylaw.enforcement.workflow import Enforcement
from bylaw.notices.statement import Done, Statement
from bylaw.records.fact import Fact
from bylaw.records.people import alias_of, subject_of
from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault

MINUTE: Final = 60_000_000  # microseconds
_VERDICTS: Final = {
    Outcome.UPHELD: cases.Outcome.VIOLATION,
    Outcome.REVERSED: cases.Outcome.NO_VIOLATION,
}


class Appeals(Lodging):
    """Objections. For whoever writes the record, one call at a time; reading is for any thread."""

    def __init__(
        self, records: Records, vault: Vault, enforcement: Enforcement, book: Callable[[], Book]
    ) -> None:
        """Take what it works with.

        Args:
            records: of the operator, open for writing.
            vault: of the operator, likewise.
            enforcement: takes back what was wrong.
            book: returns the book in force.
        """
        super().__init__(records, vault, book)
        self._enforcement = enforcement

    def ask(self, appeal: str, by: str, text: str) -> Appeal:
        """Put a question to whoever objects; they are told of it.

        Raises:
            InputError: the text is missing or too long.
            ConflictError: ``appeal.order``, it is decided.
            NotFoundError: there is no such objection.
        """
        words, found = demand_text(text, MAX_REPLY), self.find(appeal)
        step(found.state, Step.ASK)
        said, grounds = self._said(found, by), self.grounds(found.lodged.notice)
        told = told_of(found, grounds, words, f"{appeal}.{said.letter}", [Done(effect="ask")], said.at)
        facts = [
            self._sealed.fact(model.SAID, said, said.people[0], words),
            *self._telling(told, said.people[0]),
        ]
        self._records.commit(facts)
        return self.find(appeal)

    def decide(
        self,
        appeal: str,
        by: str,
        outcome: Outcome,
        reply: str,
        *,
        unfounded: bool = False,
        limit: bool = False,
    ) -> Appeal:
        """Decide an objection; whoever objected is told why, and where else to turn.

        Args:
            appeal: which.
            by: who decides.
            outcome: ``reversed`` takes back all that was done and still stands, and what followed from it.
            reply: the reasons, for whoever objected.
            unfounded: it is manifestly without any ground; only if it is upheld.
            limit: no objection of theirs is taken for a while; only if they were unfounded too often.

        Raises:
            InputError: the reply is missing or too long, or the outcome does not go with ``unfounded``.
            ConflictError: ``appeal.same_person``, who decides took part before; ``appeal.order``, it is decided.
            RefusedError: ``appeal.not_often``, there is no ground to limit anything.
            NotFoundError: there is no such objection.
            Destroyed: what it is about can be read no more.
        """
        words, found, now = demand_text(reply, MAX_REPLY), self.find(appeal), self._records.clock()
        step(found.state, ENDS[outcome])
        grounds = self.grounds(found.lodged.notice)
        took_part = {*found.lodged.took_part, *grounds.took_part}
        demand_other(by, took_part)
        back = grounds.undoable if outcome is Outcome.REVERSED else ()
        limited = self._limiting(found, by, outcome, now, unfounded=unfounded, limit=limit)
        said = Decided(
            appeal=appeal,
            notice=found.lodged.notice,
            people=found.lodged.people,
            at=now,
            by=by,
            outcome=outcome,
            decision=found.lodged.decision,
            actions=back,
            effects=found.lodged.effects,
            clauses=found.lodged.clauses,
            rules=found.lodged.rules,
            took_part=tuple(sorted(took_part)),
            automated=found.lodged.automated,
            unfounded=unfounded,
            warned=unfounded and self._abused(found, now).warned,
            waited=now - found.lodged.at,
        )
        told = told_of(found, grounds, words, appeal, done_about(grounds, said, limited), now)
        alias = found.lodged.people[0]
        closed = cases.Closed(
            case=found.lodged.case, by=by, outcome=_VERDICTS[outcome], clauses=found.lodged.clauses
        )
        facts = [
            self._sealed.fact(model.DECIDED, said, alias, words),
            *([Fact(model.LIMITED, canonical_bytes(limited))] if limited else []),
            Fact(cases.CLOSED, canonical_bytes(closed)),
            *self._telling(told, alias),
        ]
        self._enforcement.take_back(back, by, words[:MAX_REASON], facts)
        return self.find(appeal)

    def lift(self, person: bytes, by: str, reason: str) -> None:
        """Take objections of an account again.

        Raises:
            InputError: the reason is missing or too long.
            ConflictError: ``appeal.not_limited``.
        """
        alias = alias_of(person)
        said = Lifted(people=(alias,), at=self._records.clock(), by=by)
        self._vault.prepare_evidence([person])
        self._records.commit([self._sealed.fact(model.LIFTED, said, alias, demand_text(reason, MAX_REASON))])

    # --

    def _limiting(
        self, found: Appeal, by: str, outcome: Outcome, now: int, *, unfounded: bool, limit: bool
    ) -> Limited | None:
        if unfounded and outcome is not Outcome.UPHELD:
            raise InputError("appeal.unfounded", "what is reversed was not without any ground")
        if not limit:
            return None
        abuse, counted = self._book().operator.appeals.abuse, self._abused(found, now)
        if not (unfounded and counted.enough):
            raise RefusedError(
                "appeal.not_often",
                f"nobody is limited before {abuse.unfounded} objections without any ground, this one included",
            )
        return Limited(
            people=found.lodged.people,
            at=now,
            by=by,
            until=now + abuse.for_days * DAY,
            unfounded=counted.times,
            appeal=found.id,
        )

    def _abused(self, found: Appeal, now: int) -> Abused:
        """Return what objections of this person amount to, if this one is without any ground too."""
        with self._records.reading() as core:
            before = store.unfounded(core, subject_of(found.lodged.people[0]))
        return abused(self._book().operator.appeals.abuse, [*before, now], now)

    def _telling(self, told: Statement, alias: str) -> list[Fact]:
        window = self._book().operator.notices.digest_minutes * MINUTE
        return self.notices.planning(subject_of(alias), told, window)[1]
