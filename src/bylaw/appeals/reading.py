"""Objections as they are read: by those concerned on their page, by staff."""

from collections.abc import Callable

import msgspec

from bylaw.appeals import model, store
from bylaw.appeals.grounds import Grounds, bar_of, grounds_of, standing
from bylaw.appeals.machine import Abused, Bar, abused
from bylaw.appeals.model import Appeal, File, Held, Letter, Limit, Lodged
from bylaw.appeals.sealing import Sealed
from bylaw.book.book import Book
from bylaw.notices.workflow import Notices
from bylaw.records.fact import Row
from bylaw.records.records import Records
from bylaw.records.vault.vault import Vault


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on somebody's page: what was done, and what may be done about it. ``bar``: why not to object now.

    ``mended``: when it was marked as mended, and what was written then.
    """

    grounds: Grounds
    bar: Bar | None
    limit: Limit | None
    abused: Abused
    appeal: Appeal | None = None
    letters: tuple[Letter, ...] = ()
    reply: Letter | None = None
    mended: Letter | None = None


class Reading:
    """The objections of a record. ``book`` returns the book in force."""

    def __init__(self, records: Records, vault: Vault, book: Callable[[], Book]) -> None:
        self.notices = Notices(records, vault)
        self._records = records
        self._vault = vault
        self._book = book
        self._sealed = Sealed(records, vault)

    def grounds(self, notice: str) -> Grounds:
        """Return what a notice told of; raises as ``grounds_of`` does."""
        return grounds_of(self._records, self.notices, notice)

    def told(self, notice: str) -> Told:
        """Return what stands on the page of a notice; raises as ``grounds_of`` does."""
        grounds, now = self.grounds(notice), self._records.clock()
        settings, person = self._book().operator.appeals, grounds.notice.person
        before, limit = standing(self._records, grounds, now)
        with self._records.reading() as core:
            unfounded = store.unfounded(core, person)
            mended = store.mended(core, notice)
        return Told(
            grounds=grounds,
            bar=bar_of(grounds, settings, now, before, limit),
            limit=limit,
            abused=abused(settings.abuse, unfounded, now),
            appeal=before,
            letters=self.letters(before.id) if before else (),
            reply=self.reply(before) if before else None,
            mended=self._mended(self._records.row(mended)) if mended else None,
        )

    def find(self, appeal: str) -> Appeal:
        """Return an objection; raises ``NotFoundError`` if there is none."""
        with self._records.reading() as core:
            return store.appeal_of(core, appeal)

    def to_notice(self, notice: str) -> Appeal | None:
        """Return the objection to what a notice told; nothing if there is none."""
        with self._records.reading() as core:
            return store.to_notice(core, notice)

    def letters(self, appeal: str) -> tuple[Letter, ...]:
        """Return the letters of an objection, the objection itself first."""
        with self._records.reading() as core:
            seqs, held = store.letters(core, appeal), store.files(core, appeal)
        files = [self._sealed.held(self._records.row(seq)) for seq in held]
        return tuple(self._letter(self._records.row(seq), files) for seq in seqs)

    def reply(self, appeal: Appeal) -> Letter | None:
        """Return with which reasons an objection was decided; nothing if it was not."""
        if appeal.decided is None:
            return None
        row = self._records.row(appeal.decided)
        said = msgspec.json.decode(row.body, type=model.Decided)
        return Letter(letter=appeal.letters, by=said.by, at=said.at, text=self._sealed.text(row))

    def file(self, appeal: str, file: str) -> File:
        """Return an attachment.

        Raises:
            NotFoundError: ``appeal.no_file``.
            Destroyed: it can be read no more.
        """
        with self._records.reading() as core:
            seq = store.file_of(core, appeal, file)
        return self._sealed.content(self._records.row(seq))

    # --

    def _letter(self, row: Row, files: list[Held]) -> Letter:
        if row.kind == model.LODGED:
            at, by, number = msgspec.json.decode(row.body, type=Lodged).at, "", 0
        else:
            said = msgspec.json.decode(row.body, type=model.Said)
            at, by, number = said.at, said.by, said.letter
        mine = tuple(file for file in files if file.letter == number)
        return Letter(letter=number, by=by, at=at, text=self._sealed.text(row), files=mine)

    def _mended(self, row: Row) -> Letter:
        at = msgspec.json.decode(row.body, type=model.Mended).at
        return Letter(letter=0, by="", at=at, text=self._sealed.text(row))
