"""A data folder open: to read beside the one who decides, to keep and destroy, to decide."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bylaw.accounts.details import AccountsProjector
from bylaw.appeals.store import AppealsProjector
from bylaw.appeals.workflow import Appeals
from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError
from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of
from bylaw.book.operator import schedules
from bylaw.book.shelf import Shelf, charter_of
from bylaw.cases.folding import CasesProjector
from bylaw.cases.raising import Settings, settings_of
from bylaw.cases.referring import Referring
from bylaw.cases.workflow import Cases
from bylaw.drafts.costs import CostsProjector
from bylaw.drafts.store import DraftsProjector
from bylaw.drafts.workflow import Drafts
from bylaw.enforcement.announcing import ANNOUNCERS as OF_ACTIONS
from bylaw.enforcement.folding import EnforcementProjector
from bylaw.enforcement.following import Following
from bylaw.enforcement.notifying import Notifying
from bylaw.enforcement.resolve import Sanctions, sanctions_of
from bylaw.enforcement.retroactive.store import RetroactiveProjector
from bylaw.enforcement.retroactive.workflow import Retroactive
from bylaw.enforcement.workflow import Enforcement
from bylaw.engine.archive import Archive
from bylaw.engine.charter import Charter
from bylaw.engine.consequences import Consequences
from bylaw.engine.decider import Decider
from bylaw.engine.memory.keys import Keys
from bylaw.finding.filters import Filters, FiltersProjector
from bylaw.finding.index import DecisionsProjector
from bylaw.notices.store import NoticesProjector
from bylaw.notices.webhooks.announcing import ANNOUNCERS as OF_NOTICES
from bylaw.notices.webhooks.announcing import WebhooksProjector, settling
from bylaw.notices.workflow import Notices
from bylaw.records import folder as places
from bylaw.records.ageing import RetentionProjector, Schedule
from bylaw.records.books import Books
from bylaw.records.disclosures import DisclosuresProjector, Entry, Register, hand_over
from bylaw.records.durable import Boundary, no_boundary
from bylaw.records.fact import Fact
from bylaw.records.folder import BOOKS, WINDOWS, machine_clock
from bylaw.records.holds.copies import Copies
from bylaw.records.holds.destroying import Outcome
from bylaw.records.holds.fold import HoldsProjector
from bylaw.records.holds.keeper import Keeper
from bylaw.records.holds.machine import numbers
from bylaw.records.holds.model import Ground, Target
from bylaw.records.holds.outside import NAME as OUTSIDE
from bylaw.records.holds.returning import demand_current, open_keeper
from bylaw.records.ledger.note import SigningKey
from bylaw.records.ledger.signing import checkpoint, log_key
from bylaw.records.records import Records
from bylaw.records.refolding import Progress, quiet
from bylaw.records.retention import Retention, Run
from bylaw.records.snapshots import Snapshots
from bylaw.records.vault.master import Master
from bylaw.records.vault.vault import Vault
from bylaw.runtime.chaining import Chain
from bylaw.runtime.folders import VAULT, master_of
from bylaw.runtime.in_force import InForce
from bylaw.staff.fold import StaffProjector
from bylaw.staff.trail import TrailProjector

Clock = Callable[[], int]  # microseconds since 1970
ROOMS = (
    DecisionsProjector(),
    FiltersProjector(),
    HoldsProjector(),
    RetentionProjector(),
    DisclosuresProjector(),
    EnforcementProjector(),
    CasesProjector(),
    AppealsProjector(),
    DraftsProjector(),
    CostsProjector(),
    RetroactiveProjector(),
    StaffProjector(),
    AccountsProjector(),
    NoticesProjector(),
    WebhooksProjector({**OF_NOTICES, **OF_ACTIONS}),
)
PROJECTORS = (*ROOMS, TrailProjector(kind for room in ROOMS for kind in room.kinds))


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

    def in_force(self) -> Book:
        """Return the book in force.

        Raises:
            NotFoundError: there is none yet.
        """
        return self.shelf.book(self.archive.book_at(self.records.head))

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
    enforcement: Enforcement
    appeals: Appeals
    drafts: Drafts
    retroactive: Retroactive
    cases: Cases

    @property
    def filters(self) -> Filters:
        """The queries that people keep."""
        return Filters(self.records, self.vault)

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
        """Let go what has aged out by the schedules of the book in force."""
        retention = Retention(self.records, self.vault, self.keeper)
        return retention.apply(self.schedules(), self.records.clock(), progress)

    def schedules(self) -> tuple[Schedule, ...]:
        """Return how long the book in force keeps contents of events."""
        book = self.archive.book_at(self.records.head)
        return schedules(self.shelf.book(book).operator) if book else ()

    def destroy(self, target: Target, ground: Ground) -> Outcome:
        """Destroy as the keeper does; what is remembered is made anew without whom it was about."""
        self._forget()  # before, too: after a crash in between nobody would
        outcome = self.keeper.destroy(target, ground)
        self._forget()
        return outcome

    def release(self, hold: str, reason: str) -> list[Outcome]:
        """Release as the keeper does; what is remembered is made anew if somebody may be destroyed by it."""
        if self.keeper.unfinished():
            self._forget()
        outcomes = self.keeper.release(hold, reason)
        if outcomes:
            self._forget()
        return outcomes

    def _forget(self) -> None:
        self.snapshots.forget()


@dataclass(frozen=True, slots=True)
class Office(Keeping):
    """A record open for deciding: one for an operator at a time."""

    decider: Decider

    def attest(self, every: int = 1) -> None:
        """Sign a checkpoint if so many facts came since the last."""
        latest = self.records.latest_checkpoint()
        if self.records.head - (latest[0] if latest else 0) >= every:
            checkpoint(self.records, self.log_key)

    def appoint(
        self, files: Mapping[str, bytes], book: Book | None = None, also: Sequence[Fact] = ()
    ) -> Charter:
        """Keep a book whole and put it into force. ``book`` is what the files make, where that is known already.

        ``also`` is recorded in the commit that puts it into force.

        Raises:
            Problems: it is no book.
            ConflictError: ``decider.operator``, the book in force is another operator's.
        """
        book = book or book_of(folder_of("", files))
        before, charter = self.decider.charter, charter_of(book)
        if before and before.basis.operator != charter.basis.operator:
            raise ConflictError(
                "decider.operator",
                f"this record is of `{before.basis.operator}`, and the book of `{charter.basis.operator}`",
                hint="one operator has one data folder: name another folder",
            )
        self.books.keep(files)
        self.shelf.put(book, charter)
        self.decider.activate(charter, also)
        if facts := settling(self.records, book.operator.webhooks):
            self.records.commit(facts)
        return charter

    def _forget(self) -> None:
        self.decider.forget()


@contextmanager
def open_record(
    data: Path,
    master: Master | None = None,
    *,
    writing: bool,
    clock: Clock = machine_clock,
    boundary: Boundary = no_boundary,
) -> Iterator[Reading]:
    """Open a data folder to read beside the one who decides, or to write in that one's stead.

    ``boundary`` is called around every durable write; ``clock`` tells the instants of rows.

    Raises:
        BusyError: another process writes.
        RefusedError: ``records.restored``, a backup was put back and is only to be read.
    """
    key = master or master_of(data)
    with (
        Records.open(
            places.open_folder(data), projectors=PROJECTORS, writing=writing, clock=clock, boundary=boundary
        ) as records,
        Vault.open(data / VAULT, key, clock=clock, writing=writing, boundary=boundary) as vault,
    ):
        if not writing:
            demand_current(records, [data / OUTSIDE])
        books = Books(data / BOOKS, boundary)
        yield Reading(records, vault, books, Shelf(books))


@contextmanager
def open_keeping(
    data: Path,
    master: Master | None = None,
    *,
    replay: bool = False,
    clock: Clock = machine_clock,
    boundary: Boundary = no_boundary,
) -> Iterator[Keeping]:
    """Open a data folder for holds and destruction, in the decider's stead; what a crash left is finished.

    ``replay``: tell a backup that was put back what it forgot.

    Raises:
        BusyError: another process writes.
        RefusedError: ``records.restored``, a backup was put back, and ``replay`` was not asked for.
    """
    with open_record(data, master, writing=True, clock=clock, boundary=boundary) as kept:
        keeper = open_keeper(kept.records, kept.vault, [data / OUTSIDE], replay=replay, boundary=boundary)
        snapshots = Snapshots(data / WINDOWS, boundary)
        enforcement = _enforcement(kept, keeper)
        appeals = Appeals(kept.records, kept.vault, enforcement, _in_force(kept).book)
        drafts = Drafts(kept.records, kept.vault, kept.books, boundary)
        consequences = _consequences(kept, enforcement)
        retroactive = Retroactive(kept.records, kept.vault, kept.archive, enforcement, consequences)
        cases = Cases(kept.records, kept.vault, enforcement, _in_force(kept).book)
        yield Keeping(
            kept.records,
            kept.vault,
            kept.books,
            kept.shelf,
            keeper,
            snapshots,
            enforcement,
            appeals,
            drafts,
            retroactive,
            cases,
        )


def _in_force(kept: Reading) -> InForce:
    return InForce(kept.records, kept.archive, kept.shelf)


def _enforcement(kept: Reading, keeper: Keeper) -> Enforcement:
    @lru_cache
    def sanctions(book: str) -> Sanctions:
        return sanctions_of(kept.shelf.book(book).operator)

    def is_held(person: bytes) -> bool:
        return any(person in hold.people for hold in keeper.holds())

    notifying = Notifying(Notices(kept.records, kept.vault), kept.shelf.book)
    following = Following(kept.records, kept.vault, sanctions, notifying)
    in_force = _in_force(kept)
    return Enforcement(
        kept.records,
        kept.vault,
        following,
        notifying=notifying,
        sanctions=sanctions,
        book=lambda: in_force.digest,
        is_held=is_held,
    )


def _consequences(kept: Reading, enforcement: Enforcement) -> Consequences:
    @lru_cache
    def settings(book: str) -> Settings:
        return settings_of(kept.shelf.book(book).operator)

    return Chain(enforcement.following, Referring(kept.vault, settings))


@contextmanager
def open_office(
    data: Path,
    master: Master | None = None,
    *,
    acting: bool = True,
    clock: Clock = machine_clock,
    boundary: Boundary = no_boundary,
) -> Iterator[Office]:
    """Open a data folder for deciding; on the way out what is remembered is saved, and a checkpoint signed.

    ``acting``: what is decided is acted on, and those concerned are told; else it is decided only, as for an archive.

    Raises:
        BusyError: another decider has it open.
        RefusedError: ``records.restored``, a backup was put back and not told what it forgot.
    """
    with open_keeping(data, master, clock=clock, boundary=boundary) as kept:
        records, vault, books, shelf = kept.records, kept.vault, kept.books, kept.shelf
        decider = Decider(
            records,
            vault,
            kept.snapshots,
            shelf.charter,
            _consequences(kept, kept.enforcement) if acting else None,
        )
        office = Office(
            records,
            vault,
            books,
            shelf,
            kept.keeper,
            kept.snapshots,
            kept.enforcement,
            kept.appeals,
            kept.drafts,
            kept.retroactive,
            kept.cases,
            decider,
        )
        yield office
        decider.save()
        office.attest()
