"""The books: the one in force, those before it, and reading the folder again."""

from typing import Annotated

import msgspec
from fastapi import Path, Response

from bylaw.book.book import Book
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route

DIGEST = r"^sha256:[0-9a-f]{64}$"


class PolicyVersion(msgspec.Struct, frozen=True):
    """A version of a document. ``version`` is the day since when it is in force, empty where it says none."""

    document: str
    version: str
    title: str
    clauses: int


class RuleLine(msgspec.Struct, frozen=True):
    """A rule and what it is bound to."""

    rule: str
    mode: str
    clauses: tuple[str, ...]
    kinds: tuple[str, ...]


class BookView(msgspec.Struct, frozen=True):
    """A book: what it is named by, whose it is, and what is in it."""

    digest: str
    operator: str
    in_force: bool
    documents: tuple[PolicyVersion, ...]
    rules: tuple[RuleLine, ...]
    kinds: tuple[str, ...]


class Books(msgspec.Struct, frozen=True):
    """Digests of the books that ever decided."""

    books: tuple[str, ...]


class Activated(msgspec.Struct, frozen=True):
    """The book that is in force now. ``carried`` are files in which it is the console's, which the folder lacks."""

    digest: str
    carried: tuple[str, ...] = ()


async def in_force(service: Serving) -> Response:
    """Return the book by which events are decided."""
    return said(_view(service.desk.book, in_force=True))


def books(service: Serving) -> Response:
    """Return the digests of the books that ever decided."""
    return said(Books(tuple(service.reading.books.digests())))


def book(service: Serving, digest: Annotated[str, Path(pattern=DIGEST)]) -> Response:
    """Return a book that ever decided."""
    found = service.reading.shelf.book(digest)
    return said(_view(found, in_force=digest == service.desk.book.digest))


async def reload(service: Serving, exchange: Asked) -> Response:
    """Read the book's folder again, and put what it says into force from the next event on."""
    taken = await service.take_up(exchange.caller.id)
    return said(Activated(taken.digest, taken.carried))


def _view(book: Book, *, in_force: bool) -> BookView:
    return BookView(
        digest=book.digest,
        operator=book.operator.operator.name,
        in_force=in_force,
        documents=tuple(
            PolicyVersion(key, one.starts.isoformat() if one.starts else "", one.title, len(one.clauses))
            for key, versions in sorted(book.library.versions.items())
            for one in versions
        ),
        rules=tuple(RuleLine(rule.id, rule.mode.value, rule.clauses, rule.kinds) for rule in book.rules),
        kinds=tuple(sorted(book.kinds)),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/book",
        name="book_in_force",
        summary="The book by which events are decided",
        tag="books",
        permission="book.read",
        answers={JSON: BookView},
        endpoint=in_force,
    ),
    Route(
        method="GET",
        path="/v1/books",
        name="books",
        summary="The books that ever decided",
        tag="books",
        permission="book.read",
        answers={JSON: Books},
        endpoint=books,
    ),
    Route(
        method="GET",
        path="/v1/books/{digest}",
        name="book",
        summary="A book that ever decided",
        tag="books",
        permission="book.read",
        answers={JSON: BookView},
        problems=(404,),
        endpoint=book,
    ),
    Route(
        method="POST",
        path="/v1/book/reload",
        name="reload_book",
        summary="Read the book's folder again and put it into force",
        doc=(
            "A folder that is no book is refused with all that is wrong with it, and the book in force stays. What only the "
            "console changed is carried along; where both changed a file it is refused (`book.console_change`)."
        ),
        tag="books",
        permission="book.activate",
        answers={JSON: Activated},
        problems=(404, 409),
        endpoint=reload,
    ),
)
