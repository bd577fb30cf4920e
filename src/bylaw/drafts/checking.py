"""Whether texts make a book, and every mistake in them. Pure but for the time it takes: a third of a second for a large book."""

from typing import NamedTuple

from bylaw.base.errors import Problem, Problems
from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of
from bylaw.drafts.patches import Files


class Checked(NamedTuple):
    """A book, or nothing where there are errors; and all that is wrong, warnings included, by file and line."""

    book: Book | None
    problems: tuple[Problem, ...]


def check(files: Files) -> Checked:
    """Read files as a book."""
    try:
        book = book_of(folder_of("", files))
    except Problems as error:
        return Checked(None, error.problems)
    return Checked(book, book.warnings)


def book_from(files: Files) -> Book:
    """Return the book that files make.

    Raises:
        Problems: every error in them; warnings are left out.
    """
    made = check(files)
    if made.book is None:
        raise Problems(one for one in made.problems if one.severity == "error")
    return made.book
