"""What drafts and folders say, read by their digests: books that decided, and what only drafts hold."""

from typing import Final

from bylaw.base.errors import NotFoundError
from bylaw.drafts.files import NOTHING, Changes, Clash, clashes
from bylaw.drafts.model import Draft
from bylaw.drafts.patches import Files
from bylaw.records.books import Books

AT_HAND: Final = 4  # books, of at most so many bytes each, which any page of a draft asks for
LIGHT: Final = 4 << 20


class Texts:
    """Reads and keeps. ``books`` are those that decided; ``contents`` are changed files, and whole books that never did."""

    def __init__(self, books: Books, contents: Books) -> None:
        self._books = books
        self._contents = contents
        self._at_hand: dict[str, Files] = {}

    def book(self, digest: str) -> Files:
        """Return the files of a book, or of a folder as it was read; nothing for no digest.

        Raises:
            NotFoundError, IntegrityError: it was never kept, or is not what it was.
        """
        if not digest:
            return {}
        found = self._at_hand.get(digest)
        if found is None:
            found = self._read(digest)
            if sum(map(len, found.values())) <= LIGHT:
                while len(self._at_hand) >= AT_HAND:
                    self._at_hand.pop(next(iter(self._at_hand), ""), None)
                self._at_hand[digest] = found
        return found

    def _read(self, digest: str) -> Files:
        try:
            return self._books.read(digest)
        except NotFoundError:
            return self._contents.read(digest)

    def keep(self, files: Files) -> str:
        """Keep files; return their digest, empty for none. Durable on return."""
        return self._contents.keep(files) if files else ""

    def changes(self, draft: Draft) -> Changes:
        """Return what a draft changes."""
        if not draft.content and not draft.removed:
            return NOTHING
        new = self._contents.read(draft.content) if draft.content else {}
        return Changes(new, frozenset(draft.removed))

    def clashes(self, draft: Draft, now: Files) -> tuple[Clash, ...]:
        """Return the files that a draft changes and somebody else changed meanwhile. ``now``: the book in force."""
        made = self.book(draft.made) if draft.made else None
        return clashes(self.changes(draft), self.book(draft.base), now, made)

    def without(self, draft: Draft, now: Files) -> dict[str, bytes]:
        """Return the book in force as it would be without what a draft made of it."""
        if not draft.made:
            return dict(now)
        base, made = self.book(draft.base), self.book(draft.made)
        own = {path for path in draft.reached if now.get(path) == made.get(path)}
        kept = {path: data for path, data in now.items() if path not in own}
        return kept | {path: base[path] for path in own if path in base}
