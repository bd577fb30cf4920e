"""Books over time: which was in force when and why, putting an earlier one back, and what the folder lacks."""

import asyncio
from typing import Annotated, Final

import msgspec
from fastapi import Query, Response

from bylaw.drafts import model, store
from bylaw.drafts.patches import differing, patch
from bylaw.web.api.asked_drafts import MAX_DIGEST
from bylaw.web.api.drafts import PATCH, attached
from bylaw.web.api.told_drafts import Term, term
from bylaw.web.bodies import taken
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_TERMS: Final = 200


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Books that were in force, the latest first. ``next`` is what to ask for to see those before."""

    terms: tuple[Term, ...]
    next: int | None


class RestoreBook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; and which book, if it is not the one before the book in force."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=model.MAX_REASON)]
    book: Annotated[str, msgspec.Meta(max_length=MAX_DIGEST)] = ""


class RestoredBook(msgspec.Struct, frozen=True, kw_only=True):
    """The book in force now, the one before, and drafts that are in force no more."""

    book: str
    before: str
    undone: tuple[str, ...]


class FolderView(msgspec.Struct, frozen=True, kw_only=True):
    """How the book in force stands to its folder. ``ahead``: files that only the console changed; the folder lacks that.

    ``writes``: the service writes such changes into the folder.
    """

    in_force: str
    ahead: tuple[str, ...]
    writes: bool


async def restored(service: Service, by: str, reason: str, book: str = "") -> model.Restored:
    """Put an earlier book back into force; raises as ``Drafts.restorable`` and ``Drafts.restore`` do."""
    drafts = service.drafts
    found = drafts.restorable(book)
    loaded = await asyncio.to_thread(service.reading.shelf.book, found.book)
    appoint = service.desk.appoint
    made = await service.gatherer.between(lambda: drafts.restore(found, loaded, by, reason, appoint))
    await service.write_back()
    return made


def folder_of_book(service: Service) -> FolderView:
    """Return how the book in force stands to its folder as it was read last."""
    drafts = service.drafts
    ahead = differing(drafts.folder(), drafts.now())
    return FolderView(in_force=drafts.in_force(), ahead=ahead, writes=service.writes_book)


def terms(
    service: Serving,
    *,
    before: Annotated[int | None, Query(ge=1, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_TERMS)] = 50,
) -> Response:
    """Return the books that were in force."""
    with service.reading.records.reading() as core:
        found = store.terms(core, limit=limit, before=before)
    following = found[-1].seq if len(found) == limit else None
    return said(Terms(terms=tuple(map(term, found)), next=following))


async def restore(service: Serving, exchange: Asked) -> Response:
    """Put a book back into force that was so before."""
    asked = await taken(exchange, RestoreBook)
    made = await restored(service, exchange.caller.id, asked.reason, asked.book)
    undone = tuple(one.draft for one in made.drafts if not one.stage)
    return said(RestoredBook(book=made.book, before=made.before, undone=undone))


def folder(service: Serving) -> Response:
    """Tell which files only the console changed."""
    return said(folder_of_book(service))


def book_patch(service: Serving) -> Response:
    """Return what the console changed, as ``git apply`` takes it in the folder."""
    made = patch(service.drafts.folder(), service.drafts.now())
    return Response(made, media_type=PATCH, headers=attached("book.patch"))


ROUTES = (
    Route(
        method="GET",
        path="/v1/book/terms",
        name="book_terms",
        summary="Which book was in force when, and why",
        tag="books",
        permission="book.read",
        answers={JSON: Terms},
        endpoint=terms,
    ),
    Route(
        method="POST",
        path="/v1/book/restore",
        name="restore_book",
        summary="Put a book back into force that was so before",
        doc="It had been agreed to when it came into force, so one person may: a mistake is taken back at once.",
        tag="books",
        permission="book.activate",
        takes={JSON: RestoreBook},
        answers={JSON: RestoredBook},
        problems=(404, 408, 409, 413, 415),
        endpoint=restore,
    ),
    Route(
        method="GET",
        path="/v1/book/folder",
        name="book_folder",
        summary="What the book's folder lacks of the book in force",
        tag="books",
        permission="book.read",
        answers={JSON: FolderView},
        endpoint=folder,
    ),
    Route(
        method="GET",
        path="/v1/book/patch",
        name="book_patch",
        summary="What the console changed, for git",
        tag="books",
        permission="book.read",
        answers={PATCH: str},
        endpoint=book_patch,
    ),
)
