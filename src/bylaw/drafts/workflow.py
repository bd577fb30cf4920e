"""The verbs: what people do with drafts. Each is durable on return; ``by`` is the id of a member of staff, never a name.

What takes long, reading a book, is done before by ``prepare`` in any thread; verbs are called by whoever writes the record,
one at a time, and look again whether what was prepared still holds.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError, InputError, NotFoundError
from bylaw.base.ids import time_ordered_id
from bylaw.book.book import Book
from bylaw.drafts import model, store
from bylaw.drafts.checking import book_from
from bylaw.drafts.files import applied, changes_of, refuse_clashes
from bylaw.drafts.machine import demand_activation, demand_another, demand_version, following
from bylaw.drafts.model import Draft, InForce, Reach, Stage, Step
from bylaw.drafts.patches import Files
from bylaw.drafts.stages import biting, staged
from bylaw.drafts.taking import together
from bylaw.drafts.texts import Texts
from bylaw.records.books import Books, book_digest
from bylaw.records.durable import Boundary, no_boundary
from bylaw.records.fact import Fact, associated
from bylaw.records.folder import BLOBS
from bylaw.records.papers import Papers
from bylaw.records.records import Records
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault

CONTENTS: Final = "drafts"  # folders below the blobs of a data folder
REPORTS: Final = "trials"
WHOLE: Final = 100  # percent
_CHANCE: Final = 9

Appoint = Callable[
    [Files, Book, Sequence[Fact]], object
]  # puts a book into force, with facts in the same commit


class Words(msgspec.Struct, frozen=True):
    """What somebody wrote: a title, a reason."""

    text: str


class Prepared(NamedTuple):
    """A book that may come into force. ``over`` is the one in force when it was made, ``bites`` what it does at once."""

    draft: Draft
    stage: Stage
    percent: int
    files: Mapping[str, bytes]
    book: Book
    over: str
    bites: tuple[str, ...]


class Taking(NamedTuple):
    """A folder that was read: the files that shall be in force, those of the console among them, and what is recorded.

    ``over`` is the book that was in force.
    """

    files: Mapping[str, bytes]
    carried: tuple[str, ...]
    facts: tuple[Fact, ...]
    over: str


class Drafts:
    """Drafts of a record."""

    def __init__(
        self, records: Records, vault: Vault, books: Books, boundary: Boundary = no_boundary
    ) -> None:
        """Take what they stand on: a record, its vault, and the books that decided."""
        blobs: Path = records.place.folder / BLOBS
        self.texts = Texts(books, Books(blobs / CONTENTS, boundary))
        self.reports = Papers(blobs / REPORTS, boundary)
        self._records = records
        self._vault = vault

    # -- looking, in any thread

    def find(self, draft: str) -> Draft:
        """Return a draft; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.draft_of(core, draft)

    def title(self, draft: Draft) -> str:
        """Return how its author called it; empty once it can be read no more."""
        return self._words(draft.seq)

    def refusal(self, draft: Draft) -> str:
        """Return why it was refused last."""
        return self._words(draft.refused_seq) if draft.refused_seq else ""

    def files(self, draft: Draft) -> dict[str, bytes]:
        """Return the whole book as its author wants it, over the book that it was written over."""
        return applied(self.texts.book(draft.base), self.texts.changes(draft))

    def in_force(self) -> str:
        """Return the digest of the book in force; empty before the first."""
        with self._records.reading() as core:
            latest = store.terms(core, limit=1)
        return latest[0].book if latest else ""

    def now(self) -> Files:
        """Return the files of the book in force."""
        return self.texts.book(self.in_force())

    def prepare(self, draft: Draft, stage: Stage, percent: int = WHOLE) -> Prepared:
        """Make the book that comes into force at a stage.

        Raises:
            Problems: it is no book.
            ConflictError: ``draft.conflict``, ``draft.twin``, ``draft.flow``; ``draft.empty``, it changes nothing.
        """
        over = self.in_force()
        now, changes = self.texts.book(over), self.texts.changes(draft)
        if not changes.paths:
            raise ConflictError("draft.empty", f"`{draft.id}` changes nothing", hint="edit a file first")
        refuse_clashes(draft.id, self.texts.clashes(draft, now))
        files = staged(self.texts.without(draft, now), changes, stage, percent, self._today())
        return Prepared(draft, stage, percent, files, book_from(files), over, biting(now, files))

    # -- writing

    def open(self, title: str, by: str) -> Draft:
        """Begin a draft over the book in force.

        Raises:
            InputError: ``draft.title``.
        """
        if not 0 < len(title.strip()) <= model.MAX_TITLE:
            raise InputError("draft.title", f"a title has 1 to {model.MAX_TITLE} characters")
        said = model.Opened(draft=self._name("draft"), base=self.in_force(), by=by)
        self._records.commit([self._sealed(model.OPENED, said, title.strip())])
        return self.find(said.draft)

    def save(
        self,
        draft: str,
        version: int,
        texts: Mapping[str, bytes | None],
        by: str,
        *,
        onto: str = "",
    ) -> Draft:
        """Save files of a draft; the others stay as they are in it.

        Args:
            draft: its id.
            version: that was looked at.
            texts: by path; none: the file goes.
            by: who wrote them.
            onto: the book in force, to write over it from now on: files that somebody else changed must be among
                ``texts``.

        Raises:
            ConflictError: ``draft.changed``, ``draft.conflict``; ``draft.base``, another book is in force.
            InputError: as for ``changes_of``.
        """
        stood = self.find(draft)
        demand_version(draft, stood.version, version)
        base, before = stood.base, self.texts.changes(stood)
        wanted = {**before.new, **dict.fromkeys(before.removed), **texts}
        if onto:
            base = self._moved(stood, onto, texts)
        over = self.texts.book(base)
        changes = changes_of(over, wanted)
        said = model.Saved(
            draft=draft,
            version=version + 1,
            base=base,
            by=by,
            content=self.texts.keep(changes.new),
            paths=tuple(sorted(changes.paths)),
            removed=tuple(sorted(changes.removed)),
        )
        return self._done(model.SAVED, said)

    def tried(self, said: model.Tried, report: bytes) -> Draft:
        """Note a back-test that was run, and keep its report."""
        return self._done(model.TRIED, msgspec.structs.replace(said, report=self.reports.keep(report)))

    # -- agreeing

    def ask(self, draft: str, version: int, by: str) -> Draft:
        """Ask for somebody's agreement.

        Raises:
            ConflictError: ``draft.changed``, ``draft.order``; ``draft.empty``.
        """
        if not self.find(draft).paths:
            raise ConflictError("draft.empty", f"`{draft}` changes nothing", hint="edit a file first")
        return self._stepped(model.ASKED, draft, version, by)

    def approve(self, draft: str, version: int, by: str) -> Draft:
        """Agree to a version that somebody else wrote.

        Raises:
            RefusedError: ``draft.own``.
            ConflictError: ``draft.changed``, ``draft.order``.
        """
        with self._records.reading() as core:
            demand_another(draft, by, store.authors(core, draft))
        return self._stepped(model.APPROVED, draft, version, by)

    def refuse(self, draft: str, version: int, by: str, reason: str) -> Draft:
        """Send a version back, with a reason; raises as ``ask`` does.

        Raises:
            InputError: ``draft.reason``.
        """
        _demand_reason(reason)
        said = Step(draft=draft, version=version, by=by)
        return self._done(model.REFUSED, said, reason)

    def withdraw(self, draft: str, version: int, by: str) -> Draft:
        """Give a draft up.

        Raises:
            ConflictError: ``draft.in_force``; else as ``ask``.
        """
        if self.find(draft).in_force:
            hint = "put the book before it back into force first"
            raise ConflictError("draft.in_force", f"what `{draft}` changes is in force", hint=hint)
        return self._stepped(model.WITHDRAWN, draft, version, by)

    # -- putting into force

    def activate(self, prepared: Prepared, by: str, appoint: Appoint) -> Draft:
        """Put what was prepared into force, in the commit that says so.

        Raises:
            ConflictError: ``draft.not_approved``, ``draft.changed``, ``draft.order``; ``draft.base``, another book came
                into force meanwhile.
        """
        draft = self.find(prepared.draft.id)
        demand_version(draft.id, draft.version, prepared.draft.version)
        demand_activation(draft.id, draft.state, prepared.stage, bites=bool(prepared.bites))
        self._demand_base(prepared.over)
        said = model.Activated(
            draft=draft.id,
            version=draft.version,
            stage=prepared.stage,
            percent=prepared.percent,
            book=book_digest(prepared.files),
            before=prepared.over,
            by=by,
            paths=tuple(sorted({*draft.reached, *draft.paths, *draft.removed})),
        )
        appoint(prepared.files, prepared.book, [Fact(model.ACTIVATED, canonical_bytes(said))])
        return self.find(draft.id)

    def restorable(self, book: str = "") -> InForce:
        """Return the latest earlier term of a book; of the one before the book in force, if none is named.

        Raises:
            NotFoundError: ``draft.no_term``.
        """
        now = self.in_force()
        with self._records.reading() as core:
            terms = store.terms(core)
        found = (term for term in terms if term.book != now and book in {"", term.book})
        term = next(found, None)
        if term is None:
            raise NotFoundError("draft.no_term", "no such book was in force before")
        return term

    def restore(self, term: InForce, book: Book, by: str, reason: str, appoint: Appoint) -> model.Restored:
        """Put a book back into force that was so before.

        Raises:
            InputError: ``draft.reason``.
        """
        _demand_reason(reason)
        with self._records.reading() as core:
            drafts = [self._then(core, draft.id, term.seq) for draft in store.in_force(core)]
        said = model.Restored(book=term.book, before=self.in_force(), by=by, drafts=tuple(drafts))
        appoint(self.texts.book(term.book), book, [self._sealed(model.RESTORED, said, reason)])
        return said

    # -- the folder, which is git's

    def folder(self) -> Files:
        """Return the folder as it was read last."""
        with self._records.reading() as core:
            return self.texts.book(store.folder_taken(core))

    def take(self, folder: Files, by: str = "") -> Taking:
        """Return what a folder and the console say together, with the facts to commit when it comes into force.

        Raises:
            ConflictError: ``book.console_change``, both changed a file.
        """
        with self._records.reading() as core:
            known = store.folder_taken(core)
        now, digest = self.in_force(), book_digest(folder)
        if not now:
            return Taking(folder, (), (), now)
        made = together(self.texts.book(known), folder, self.texts.book(now))
        if digest == known and not made.carried:
            return Taking(made.files, (), (), now)
        if made.carried:
            self.texts.keep(folder)
        book = book_digest(made.files)
        said = model.Taken(folder=digest, book=book, by=by, carried=made.carried)
        facts = () if digest == known else (Fact(model.TAKEN, canonical_bytes(said)),)
        return Taking(made.files, made.carried, facts, now)

    # --

    def _moved(self, stood: Draft, onto: str, texts: Mapping[str, bytes | None]) -> str:
        """Return the digest of the book in force without this draft: what it is written over from now on."""
        self._demand_base(onto)
        now = self.texts.book(onto)
        refuse_clashes(stood.id, [c for c in self.texts.clashes(stood, now) if c.path not in texts])
        return self.texts.keep(self.texts.without(stood, now)) if stood.in_force else onto

    def _then(self, core: sa.Connection, draft: str, seq: int) -> Reach:
        """Return how far a draft reached at a fact."""
        then = Reach(draft=draft)
        for at, _, kind, told in store.steps(core, draft):
            if at <= seq + 1 and kind == model.ACTIVATED:
                said = msgspec.json.decode(told, type=model.Activated)
                then = Reach(
                    draft=draft, stage=said.stage, percent=said.percent, made=said.book, paths=said.paths
                )
            elif at <= seq + 1 and kind == model.RESTORED:
                again = msgspec.json.decode(told, type=model.Restored)
                then = next(one for one in again.drafts if one.draft == draft)
        return then

    def _demand_base(self, over: str) -> None:
        if over != self.in_force():
            hint = "look at it, then do this again"
            raise ConflictError("draft.base", "another book came into force meanwhile", hint=hint)

    def _stepped(self, kind: str, draft: str, version: int, by: str) -> Draft:
        return self._done(kind, Step(draft=draft, version=version, by=by))

    def _done(self, kind: str, said: model.Saved | model.Tried | Step, words: str = "") -> Draft:
        stood = self.find(said.draft)
        following(stood.id, stood.state, kind)
        fact = self._sealed(kind, said, words) if words else Fact(kind, canonical_bytes(said))
        self._records.commit([fact])
        return self.find(stood.id)

    def _sealed(self, kind: str, said: msgspec.Struct, words: str) -> Fact:
        body, subject = canonical_bytes(said), self._vault.day(self._today())
        self._vault.prepare_evidence([subject])
        sealed = self._vault.seal(
            subject, Use.EVIDENCE, canonical_bytes(Words(words)), associated(kind, None, body)
        )
        return Fact(kind, body, None, subject, sealed)

    def _words(self, seq: int) -> str:
        row = self._records.row(seq)
        if row.sealed is None or row.subject is None:
            return ""
        try:
            plain = self._vault.unseal(row.subject, row.sealed, associated(row.kind, row.tag, row.body))
        except Destroyed:
            return ""
        return msgspec.json.decode(plain, type=Words).text

    def _today(self) -> date:
        return datetime.fromtimestamp(self._records.clock() // 1_000_000, UTC).date()

    def _name(self, prefix: str) -> str:
        return time_ordered_id(prefix, self._records.clock() // 1000, self._records.chance(_CHANCE))


def _demand_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= model.MAX_REASON:
        raise InputError("draft.reason", f"a reason has 1 to {model.MAX_REASON:,} characters")
