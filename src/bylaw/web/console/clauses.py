"""Clauses beside what rests on them: their words in the version in force, then or now."""

import textwrap
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from bylaw.book.book import Book
from bylaw.web.service import Service

SHORT: Final = 60  # characters of a clause in a line


class Words(NamedTuple):
    """A clause as it reads. ``version`` is since when, as a date; empty where no version has it."""

    clause: str
    title: str
    text: str
    version: str

    @property
    def short(self) -> str:
        """Its own words, as far as a line takes, and where it stands; for charts and lists."""
        own = self.text.rpartition("… ")[2]
        place = self.clause.rpartition("/")[2]
        return f"{textwrap.shorten(own, SHORT, placeholder='…')} ({place})" if own else self.clause

    @property
    def path(self) -> str:
        """Where its document is read, at this clause."""
        return f"/console/policies/{self.clause.partition('/')[0]}#{self.clause}"


def words_of(
    service: Service, clauses: Iterable[str], at: datetime | None = None, book: Book | None = None
) -> list[Words]:
    """Return clauses with their words: in force at an instant, or now; by a book, or the one in force."""
    library = (book or service.desk.book).library
    moment = at or service.clock()
    found = []
    for clause in dict.fromkeys(clauses):
        there = library.cite(clause, moment)
        if there is None:
            found.append(Words(clause, "", "", ""))
        else:
            document = there.document
            version = document.starts.isoformat() if document.starts else ""
            found.append(Words(clause, document.title, document.in_full(clause), version))
    return found
