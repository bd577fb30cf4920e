"""``/transparency``: the public account, for anybody, where the operator publishes it here."""

from typing import Annotated, Final

from fastapi import Path, Response

from bylaw.base.errors import NotFoundError
from bylaw.web.account import MAX_ASKED, ZIP, file_of, shown, viewed
from bylaw.web.callers import Caller
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.languages import tongue_of
from bylaw.web.pages import HTML, page
from bylaw.web.routes import JSON, Endpoint, Route
from bylaw.web.service import Service
from bylaw.web.site.arriving import RATE, network

COST: Final = 10  # requests that one account counts for
_FOR_A_WHILE: Final = (b"cache-control", b"public, max-age=300")

Name = Annotated[str, Path(max_length=MAX_ASKED)]


def latest(exchange: Asked, service: Serving) -> Response:
    """Return the account of the latest year; before the first day that can be published, a page that says so."""
    try:
        return _answer(exchange, service, "")
    except NotFoundError as error:
        if error.code != "transparency.no_period":
            raise
        return page(exchange, service, "site/no_account.html", {})


def of_period(exchange: Asked, service: Serving, period: Name) -> Response:
    """Return the account of a period, as a page or as a file."""
    return _answer(exchange, service, period)


def _answer(exchange: Exchange, service: Service, asked: str) -> Response:
    settings = service.desk.book.operator.transparency
    if settings is None or not settings.public:
        raise NotFoundError("transparency.private", "there is nothing here")
    service.rates.spend(Caller(f"page {network(service.browsers.source(exchange))}", (), RATE), COST)
    file = file_of(service, asked)
    if file is None:
        view, tongue = viewed(service, asked), tongue_of(exchange)
        file = page(exchange, service, "site/transparency.html", shown(view, tongue), tongue=tongue)
        if view.report is None:
            return file
    exchange.dress([_FOR_A_WHILE])
    return file


def _row(path: str, name: str, summary: str, endpoint: Endpoint) -> Route:
    return Route(
        method="GET",
        path=path,
        name=name,
        summary=summary,
        tag="pages",
        permission=None,
        answers={HTML: str, JSON: bytes, ZIP: bytes},
        problems=(404, 429, 503),
        page=True,
        endpoint=endpoint,
    )


ROUTES = (
    _row("/transparency", "transparency", "The public account of the latest year", latest),
    _row("/transparency/{period}", "transparency_of", "The public account of a period, its files", of_period),
)
