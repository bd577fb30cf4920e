"""Wiring: the place that knows every room.

From a book and a stream of records to decisions and counts; from a data folder to what decides there.
"""

import hashlib
import os
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, Problem
from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of
from bylaw.book.operator import schedules
from bylaw.book.shelf import Shelf, charter_of
from bylaw.engine.archive import Archive
from bylaw.engine.brakes import Brakes
from bylaw.engine.charter import Charter
from bylaw.engine.compiled import compiled, judge
from bylaw.engine.decide import decide
from bylaw.engine.decider import Arrival, Decider
from bylaw.engine.decision import Decision
from bylaw.engine.duplicates import Duplicates, Seen
from bylaw.engine.memory.bounds import Limits
from bylaw.engine.memory.keys import Keys
from bylaw.engine.memory.memory import Memory
from bylaw.engine.situation import situation_of
from bylaw.events.decode import event_digest
from bylaw.events.event import Event
from bylaw.events.sources.source import Reject
from bylaw.records import folder as places
from bylaw.records.books import Books
from bylaw.records.disclosures import DisclosuresProjector, Entry, Register, hand_over
from bylaw.records.durable import Boundary, no_boundary
from bylaw.records.folder import BOOKS, MAX_OPERATOR, WINDOWS, Place, machine_chance, machine_clock
from bylaw.records.holds.copies import Copies
from bylaw.records.holds.fold import HoldsProjector
from bylaw.records.holds.keeper import Keeper, Outcome
from bylaw.records.holds.machine import numbers
from bylaw.records.holds.model import Ground, Target
from bylaw.records.holds.outside import NAME as OUTSIDE
from bylaw.records.holds.returning import demand_current, open_keeper
from bylaw.records.ledger.note import SigningKey
from bylaw.records.ledger.signing import checkpoint, log_key
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.retention import Retention, RetentionProjector, Run
from bylaw.records.snapshots import Snapshots
from bylaw.records.vault.master import KeyCommand, KeyFile, KeyVariable, Master
from bylaw.records.vault.vault import Vault

VAULT = "vault.db"
MASTER_KEY = "master.key"
PROJECTORS = (HoldsProjector(), RetentionProjector(), DisclosuresProjector())
MASTER_VARIABLE = "BYLAW_MASTER_KEY"  # 32 bytes in base64
MASTER_COMMAND = "BYLAW_MASTER_COMMAND"  # prints them; of a key management system, say
SECRETS = ("ledger", "rejects", "tags", "windows")  # made at once, so that who only reads finds them
BATCH = 500  # records decided in one commit


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
    office: "Office", records: Iterable[Event | Reject], tally: Tally
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


@dataclass(frozen=True, slots=True)
class Reading:
    """A record open for reading, beside the one who decides."""

    records: Records
    vault: Vault
    books: Books
    shelf: Shelf

    @property
    def archive(self) -> Archive:
        """The decided events, those too that only a hold keeps readable."""
        kept = Copies(self.records, self.vault).read
        return Archive(self.records, self.vault, self.shelf.charter, kept)

    @property
    def keys(self) -> Keys:
        """The keys under which what is remembered was recorded."""
        return Keys(self.vault.secret("windows"))

    @property
    def log_key(self) -> SigningKey:
        """What signs the ledger."""
        place = self.records.place
        return log_key(place.operator, place.installation, self.vault.secret("ledger"))


@dataclass(frozen=True, slots=True)
class Keeping(Reading):
    """A record open for holds and destruction."""

    keeper: Keeper
    snapshots: Snapshots

    @property
    def register(self) -> Register:
        """The register of disclosures."""
        return Register(self.records, self.vault)

    def hand_over(self, entry: Entry, path: Path) -> None:
        """Write the decided events that an entry names into a new file: a line each, event and decision.

        Raises:
            ConflictError, InputError: as for ``disclosures.hand_over``.
            Destroyed: one of them cannot be read any more; nothing is written.
        """
        archive, seqs = self.archive, numbers(entry.entered.records)
        opened = ((seq, archive.recall(self.records.row(seq))) for seq in seqs)
        lines = (
            (seq, canonical_bytes({"record": seq, "event": one.event, "decision": one.decision}))
            for seq, one in opened
        )
        hand_over(entry, lines, path)

    def retain(self, progress: Progress = quiet) -> Run:
        """Let go what has aged out by the schedule of the book in force."""
        book = self.archive.book_at(self.records.head)
        known = schedules(self.shelf.book(book).operator) if book else ()
        return Retention(self.records, self.vault, self.keeper).apply(known, self.records.clock(), progress)

    def destroy(self, target: Target, ground: Ground) -> Outcome:
        """Destroy as the keeper does; what is remembered is then made anew without whom it was about."""
        outcome = self.keeper.destroy(target, ground)
        self.snapshots.forget()
        return outcome

    def release(self, hold: str, reason: str) -> list[Outcome]:
        """Release as the keeper does; what is remembered is made anew if somebody was destroyed by it."""
        outcomes = self.keeper.release(hold, reason)
        if outcomes:
            self.snapshots.forget()
        return outcomes


@dataclass(frozen=True, slots=True)
class Office(Keeping):
    """A record open for deciding: one for an operator at a time."""

    decider: Decider

    def destroy(self, target: Target, ground: Ground) -> Outcome:
        """Destroy, and forget at once."""
        outcome = self.keeper.destroy(target, ground)
        self.decider.forget()
        return outcome

    def release(self, hold: str, reason: str) -> list[Outcome]:
        """Release, and forget at once whom it destroyed."""
        outcomes = self.keeper.release(hold, reason)
        if outcomes:
            self.decider.forget()
        return outcomes

    def appoint(self, files: Mapping[str, bytes]) -> Charter:
        """Keep a book whole and put it into force.

        Raises:
            Problems: it is no book.
            ConflictError: ``decider.operator``, the book in force is another operator's.
        """
        book = book_of(folder_of("", files))
        before, charter = self.decider.charter, charter_of(book)
        if before and before.basis.operator != charter.basis.operator:
            raise ConflictError(
                "decider.operator",
                f"this record is of `{before.basis.operator}`, and the book of `{charter.basis.operator}`",
                hint="one operator has one data folder: name another folder",
            )
        self.books.keep(files)
        self.shelf.put(book, charter)
        self.decider.activate(charter)
        return charter


def short_name(operator: str) -> str:
    """Return the name under which an operator's record stands: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", operator).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    name = "-".join(words)[:MAX_OPERATOR].strip("-")
    return name if name[:1].isalpha() else f"operator-{name}"[:MAX_OPERATOR].strip("-")


def master_of(data: Path) -> Master:
    """Return where the master key of a folder comes from: a command, the environment, or a file in the folder."""
    if command := os.environ.get(MASTER_COMMAND):
        return KeyCommand(shlex.split(command))
    return KeyVariable(MASTER_VARIABLE) if MASTER_VARIABLE in os.environ else KeyFile(data / MASTER_KEY)


def init_data(data: Path, operator: str, *, database: str = "", master: Master | None = None) -> Place:
    """Make a data folder with its vault. Without a master key from elsewhere, one is made in the folder."""
    place = places.init(data, operator, database=database)
    master = master or master_of(data)
    if isinstance(master, KeyFile):
        master.make(machine_chance)
    Vault.create(data / VAULT, master, clock=machine_clock)
    with Vault.open(data / VAULT, master, clock=machine_clock) as vault:
        for name in SECRETS:
            vault.secret(name)
    return place


@contextmanager
def open_record(
    data: Path, master: Master | None = None, *, writing: bool, boundary: Boundary = no_boundary
) -> Iterator[Reading]:
    """Open a data folder to read beside the one who decides, or to write in that one's stead.

    ``boundary`` is called around every durable write.

    Raises:
        BusyError: another process writes.
        RefusedError: ``records.restored``, a backup was put back and is only to be read.
    """
    key = master or master_of(data)
    with (
        Records.open(
            places.open_folder(data), projectors=PROJECTORS, writing=writing, boundary=boundary
        ) as records,
        Vault.open(data / VAULT, key, clock=machine_clock, writing=writing, boundary=boundary) as vault,
    ):
        if not writing:
            demand_current(records, [data / OUTSIDE])
        books = Books(data / BOOKS, boundary)
        yield Reading(records, vault, books, Shelf(books))


@contextmanager
def open_keeping(
    data: Path, master: Master | None = None, *, replay: bool = False, boundary: Boundary = no_boundary
) -> Iterator[Keeping]:
    """Open a data folder for holds and destruction, in the decider's stead; what a crash left is finished.

    ``replay``: tell a backup that was put back what it forgot.

    Raises:
        BusyError: another process writes.
        RefusedError: ``records.restored``, a backup was put back, and ``replay`` was not asked for.
    """
    with open_record(data, master, writing=True, boundary=boundary) as kept:
        keeper = open_keeper(kept.records, kept.vault, [data / OUTSIDE], replay=replay, boundary=boundary)
        snapshots = Snapshots(data / WINDOWS, boundary)
        yield Keeping(kept.records, kept.vault, kept.books, kept.shelf, keeper, snapshots)


@contextmanager
def open_office(
    data: Path, master: Master | None = None, *, boundary: Boundary = no_boundary
) -> Iterator[Office]:
    """Open a data folder for deciding; on the way out what is remembered is saved, and a checkpoint signed.

    Raises:
        BusyError: another decider has it open.
        RefusedError: ``records.restored``, a backup was put back and not told what it forgot.
    """
    with open_keeping(data, master, boundary=boundary) as kept:
        records, vault, books, shelf = kept.records, kept.vault, kept.books, kept.shelf
        decider = Decider(records, vault, kept.snapshots, shelf.charter)
        office = Office(records, vault, books, shelf, kept.keeper, kept.snapshots, decider)
        yield office
        decider.save()
        if records.head:
            checkpoint(records, office.log_key)
