"""The page of somebody concerned, by the private link of a notice: look, object, answer, mark as mended."""

from asyncio import to_thread
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Path, Query, Response

from bylaw.appeals.model import File
from bylaw.base.errors import ConflictError, InputError, NotFoundError
from bylaw.book.appealing import Appeals as Settings
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.limits import FORM_EXTRA
from bylaw.web.multipart import parts_of
from bylaw.web.pages import HTML, link, page
from bylaw.web.problems import status_of
from bylaw.web.routes import Endpoint, Route
from bylaw.web.service import Service
from bylaw.web.site.arriving import (
    FORM_COST,
    PRIVATE,
    address,
    let_in,
    refuse_elsewhere,
    tongue_for,
)
from bylaw.web.site.showing import told_on, values_for

TEMPLATE: Final = "site/your.html"
KIB: Final = 1 << 10
MAX_TOKEN: Final = 100  # characters that are looked at
SAID: Final = {
    "lodged": "We have your objection. Somebody who took no part in the decision will look at it.",
    "answered": "We have what you wrote.",
    "mended": "Thank you. Somebody will look at it.",
}
WRONG: Final = {  # by code: what is wrong with a form, for whoever sent it
    "appeal.text": "Write something, in at most {characters} characters.",
    "appeal.files": "At most {most} files can come with a text.",
    "appeal.file_size": "A file may have at most {kibibytes} KiB, and must not be empty.",
    "appeal.file_type": "A file is of none of the types that we take: text, PDF, PNG or JPEG.",
    "appeal.file_name": "Give each file a plain name that ends in what it is, such as letter.pdf.",
    "appeal.texts": "You have written {texts} times about this, and we take no more. Somebody will look at it.",
    "appeal.order": "This is decided, and nothing more is taken about it here.",
    "appeal.crossed": "Something was written meanwhile. Look at it, then send yours again.",
    "appeal.lodged": "You have objected already.",
    "appeal.twice": "You have objected already.",
    "appeal.late": "The time in which you could object is over.",
    "appeal.limited": "We take no objections from you now.",
    "appeal.mended": "You have told us already that it is mended.",
}
OTHERWISE: Final = "This could not be taken. Look at the page again."

Token = Annotated[str, Path(max_length=MAX_TOKEN)]
Word = Annotated[str, Query(max_length=32)]


def look(exchange: Asked, service: Serving, token: Token, language: Word = "", done: Word = "") -> Response:
    """Return the page of a notice."""
    notice = let_in(exchange, service, token)
    return _page(exchange, service, token, notice, language, said=SAID.get(done, ""))


async def lodge(exchange: Asked, service: Serving, token: Token, language: Word = "") -> Response:
    """Object."""

    def work(notice: str, text: str, files: list[File]) -> None:
        service.desk.office.appeals.lodge(notice, text, files)

    return await _posted(exchange, service, token, language, work, "lodged")


async def answer(exchange: Asked, service: Serving, token: Token, language: Word = "") -> Response:
    """Say something more about one's objection."""

    def work(notice: str, text: str, files: list[File]) -> None:
        room = service.desk.office.appeals
        found = room.to_notice(notice)
        if found is None:
            raise NotFoundError("appeal.unknown", "there is no objection to this")
        room.answer(found.id, text, files)

    return await _posted(exchange, service, token, language, work, "answered")


async def mend(exchange: Asked, service: Serving, token: Token, language: Word = "") -> Response:
    """Mark what a notice told of as mended."""

    def work(notice: str, text: str, _files: list[File]) -> None:
        service.desk.office.appeals.mend(notice, text)

    return await _posted(exchange, service, token, language, work, "mended")


async def _posted(
    exchange: Exchange,
    service: Service,
    token: str,
    language: str,
    work: Callable[[str, str, list[File]], None],
    done: str,
) -> Response:
    """Do what a form asks, and lead back to the page; what is wrong is told there, beside what was written."""
    notice = let_in(exchange, service, token, FORM_COST)
    refuse_elsewhere(exchange, service)
    text, files = await _read(exchange, service.desk.book.operator.appeals)
    try:
        await service.gatherer.between(partial(work, notice, text, files))
    except (InputError, ConflictError) as error:
        kept: dict[str, Any] = {"kept": {done: text}, "wrong": error.code, "status": status_of(error)}
        return await to_thread(partial(_page, exchange, service, token, notice, language, **kept))
    exchange.dress(PRIVATE)
    where = link(address(token), language=language, done=done)
    return Response(status_code=303, headers={"location": f"{where}#said"})


async def _read(exchange: Exchange, settings: Settings) -> tuple[str, list[File]]:
    """Return the text and the files of a form."""
    most = settings.attachments.most * settings.attachments.kibibytes * KIB + FORM_EXTRA
    parts = parts_of(await exchange.body(most), exchange.header(b"content-type"))
    text = next((part.text for part in parts if part.name == "text" and part.file is None), "")
    return text, [File(part.file, part.content) for part in parts if part.file is not None]


def _page(  # noqa: PLR0913 - what the page is made of
    exchange: Exchange,
    service: Service,
    token: str,
    notice: str,
    language: str,
    *,
    status: int = 200,
    said: str = "",
    wrong: str = "",
    **more: Any,  # noqa: ANN401 - values of the template
) -> Response:
    told = told_on(service, notice)
    tongue = tongue_for(exchange, service, told.grounds.notice.person, language)
    values = {
        **values_for(service, told, tongue, address(token)),
        "asked": language,
        "done": tongue.say(said) if said else "",
        "kept": {},
        **more,
        "wrong": tongue.say(WRONG.get(wrong, OTHERWISE), **_bounds(service)) if wrong else "",
    }
    try:
        return page(exchange, service, TEMPLATE, values, status=status, tongue=tongue)
    finally:
        exchange.dress(PRIVATE)


def _bounds(service: Service) -> dict[str, int]:
    settings = service.desk.book.operator.appeals
    return {
        "characters": settings.characters,
        "texts": settings.texts,
        "most": settings.attachments.most,
        "kibibytes": settings.attachments.kibibytes,
    }


def _route(method: str, path: str, name: str, summary: str, endpoint: Endpoint) -> Route:
    return Route(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag="pages",
        permission=None,
        answers={HTML: str},
        statuses=(200,) if method == "GET" else (303,),
        problems=(404,),
        page=True,
        endpoint=endpoint,
    )


ROUTES = (
    _route("GET", "/your/{token}", "your_page", "The page of somebody concerned", look),
    _route("POST", "/your/{token}/appeal", "your_appeal", "Object to what a notice told", lodge),
    _route("POST", "/your/{token}/answer", "your_answer", "Say something more about one's objection", answer),
    _route("POST", "/your/{token}/mended", "your_mended", "Mark what a notice told of as mended", mend),
)
