"""Which book is in force: looked for once in the journal, and then only in what came since. Any thread may ask."""

from bylaw.book.book import Book
from bylaw.book.shelf import Shelf
from bylaw.engine.archive import Archive
from bylaw.engine.charter import KIND, activation_of
from bylaw.records.records import Records


class InForce:
    """The book in force on a record."""

    def __init__(self, records: Records, archive: Archive, shelf: Shelf) -> None:
        """Know nothing yet."""
        self._records = records
        self._archive = archive
        self._shelf = shelf
        self._known = (0, "")  # up to which fact, and the digest

    @property
    def digest(self) -> str:
        """Of the book; nothing before the first activation."""
        (seq, digest), head = self._known, self._records.head
        if not digest:
            digest = self._archive.book_at(head)
        else:
            for row in self._records.rows(seq + 1, head, {KIND}):
                digest = activation_of(row).book
        self._known = head, digest
        return digest

    def book(self) -> Book:
        """Return the book.

        Raises:
            NotFoundError: there is none yet.
        """
        return self._shelf.book(self.digest)
