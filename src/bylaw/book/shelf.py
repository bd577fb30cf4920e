"""Books that ever decided, by digest: read when somebody asks, the latest few kept at hand."""

import threading
from typing import Final

from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of
from bylaw.engine.charter import Charter
from bylaw.records.books import Books

AT_HAND: Final = 8  # books


def charter_of(book: Book) -> Charter:
    """Return what a book gives to whoever decides by it."""
    return Charter(basis=book.basis, kinds=book.kinds, quotas=book.operator.quotas)


class Shelf:
    """The kept books, ready to be decided by. Any thread may ask."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._lock = threading.Lock()
        self._at_hand: dict[str, tuple[Book, Charter]] = {}

    def put(self, book: Book, charter: Charter) -> None:
        """Have a kept book at hand that was read already."""
        with self._lock:
            self._at_hand.pop(book.digest, None)
            while len(self._at_hand) >= AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[book.digest] = (book, charter)

    def book(self, digest: str) -> Book:
        """Return a book.

        Raises:
            NotFoundError, IntegrityError: it was never kept, or is not what it was.
        """
        return self._found(digest)[0]

    def charter(self, digest: str) -> Charter:
        """Return what it gives to whoever decides by it; raises as ``book`` does."""
        return self._found(digest)[1]

    def _found(self, digest: str) -> tuple[Book, Charter]:
        found = self._at_hand.get(digest)
        if found is None:
            book = book_of(folder_of(digest, self._books.read(digest)))
            found = book, charter_of(book)
            self.put(*found)
        return found
