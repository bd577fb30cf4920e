"""From a stream of records to decisions and counts, without a record and with one."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from bylaw.base.errors import Problem
from bylaw.book.book import Book
from bylaw.engine.brakes import Brakes
from bylaw.engine.compiled import compiled, judge
from bylaw.engine.decide import decide
from bylaw.engine.decider import Arrival
from bylaw.engine.decision import Decision
from bylaw.engine.duplicates import Duplicates, Seen
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.situation import situation_of
from bylaw.events.decode import event_digest
from bylaw.events.event import Event
from bylaw.events.sources.source import Reject
from bylaw.runtime.offices import Office

BATCH = 500  # records decided in one commit
CHECKPOINT_EVERY = 100_000  # facts between two signed checkpoints while a stream is decided


@dataclass(slots=True)
class Tally:
    """What a run has seen so far. ``decisions`` counts those that say something."""

    events: int = 0
    decisions: int = 0
    degraded: int = 0
    duplicates: int = 0
    rejected: int = 0
    by_clause: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    by_effect: Counter[str] = field(default_factory=Counter)
    by_shadow: Counter[str] = field(default_factory=Counter)
    braked: frozenset[str] = frozenset()  # rules that the emergency brake turned to shadow
    by_reason: Counter[str] = field(default_factory=Counter)  # why records were rejected

    def count(self, decision: Decision) -> None:
        """Add one decision."""
        self.events += 1
        if decision.silent:
            return
        self.decisions += 1
        self.degraded += decision.degraded
        self.by_clause.update(citation.clause for citation in decision.clauses)
        self.by_rule.update(decision.rules)
        self.by_shadow.update(decision.shadow)
        self.by_effect.update(planned.effect for planned in decision.effects)

    def reject(self, reject: Reject) -> None:
        """Add one record that was no event."""
        self.rejected += 1
        self.by_reason[reject.problem.code] += 1


def decide_all(
    book: Book, records: Iterable[Event | Reject], tally: Tally, limits: Limits | None = None
) -> Iterator[Decision | Reject]:
    """Decide a stream of records in order, and count. ``limits`` bound what is remembered of it.

    An event seen before is skipped: its first decision stands. An id used for something else is rejected.
    """
    basis = book.basis
    matcher = compiled(basis)
    limits = limits or Limits()
    memory = Memory(basis.memory, Keys(_memory_secret(basis.operator)), limits, judge=judge(basis))
    brakes = Brakes(book.operator.quotas, basis.rules)
    seen = Duplicates(limits.ids)
    for record in records:
        if isinstance(record, Reject):
            yield _rejected(record, tally)
            continue
        digest, made = event_digest(record), None
        known = seen.see(record.id, digest)
        if known is Seen.NEW:
            situation = situation_of(record, basis, memory.reader(record, record.at))
            made = decide(situation, basis, brakes.caution(record.at), matcher, digest)
            memory.observe(record, record.at, situation.bindings)
            tally.braked |= brakes.observe(made)
        result = _told(known, made, record, tally)
        if result is not None:
            yield result


def _memory_secret(operator: str) -> bytes:
    # Digests of keys stay in this process and in decisions; a vault's secret takes this one's place when
    # there is a record. Until then the same run must give the same bytes.
    return hashlib.sha256(b"memory of " + operator.encode()).digest()


def _conflict(digest: str) -> Reject:
    problem = Problem(
        code="event.conflict",
        message="its id was used for another event",
        hint="an id names one event for good: give a change an id of its own",
    )
    return Reject(problem=problem, offset=None, length=0, digest=digest)


def record_all(
    office: Office, records: Iterable[Event | Reject], tally: Tally
) -> Iterator[Decision | Reject]:
    """Decide a stream of records as ``decide_all`` does, into a record: what is yielded is durable.

    Events are decided in batches of ``BATCH`` records; what was read and not yet decided when the stream breaks off
    is not recorded, and is decided when the stream is given again.
    """
    stream, key = iter(records), office.vault.secret("rejects")
    while batch := tuple(islice(stream, BATCH)):
        events = [record for record in batch if isinstance(record, Event)]
        answers = iter(office.decider.decide([Arrival(event, event.at) for event in events]))
        tally.braked |= office.decider.braked
        office.attest(CHECKPOINT_EVERY)
        for record in batch:
            if isinstance(record, Reject):
                result: Decision | Reject | None = _rejected(record, tally)
            else:
                answer = next(answers)
                result = _told(answer.seen, answer.decision, record, tally)
            if result is not None:
                yield _keyed(result, key) if isinstance(result, Reject) else result


def _keyed(reject: Reject, key: bytes) -> Reject:
    # A plain digest lets anybody try what a short record may have said.
    keyed = hashlib.blake2b(reject.digest.encode(), key=key, digest_size=32).hexdigest()
    return replace(reject, digest=f"keyed:{keyed}")


def _told(seen: Seen, decision: Decision | None, event: Event, tally: Tally) -> Decision | Reject | None:
    if seen is Seen.CONFLICT:
        return _rejected(_conflict(event_digest(event)), tally)
    if seen is Seen.SAME or decision is None:
        tally.duplicates += 1
        return None
    tally.count(decision)
    return decision


def _rejected(reject: Reject, tally: Tally) -> Reject:
    tally.reject(reject)
    return reject
