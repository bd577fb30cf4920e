"""The public account at the console: what is, or would be, published."""

from typing import Annotated, Final

from fastapi import Path, Response

from bylaw.base.errors import NotFoundError
from bylaw.web.account import MAX_ASKED, file_of, shown, viewed
from bylaw.web.console.frame import framed, show
from bylaw.web.cooked import Asked, Serving
from bylaw.web.languages import tongue_of

PLACE: Final = "/console/transparency"

Name = Annotated[str, Path(max_length=MAX_ASKED)]


def account(exchange: Asked, service: Serving) -> Response:
    """Return the account of the latest year; before the first day that can be counted, a page that says so."""
    try:
        return of_period(exchange, service, "")
    except NotFoundError as error:
        if error.code != "transparency.no_period":
            raise
        return framed(exchange, service, "no_account.html", {}, current=PLACE)


def of_period(exchange: Asked, service: Serving, period: Name) -> Response:
    """Return the account of a period, as a page or as a file."""
    file = file_of(service, period)
    if file is not None:
        return file
    settings = service.desk.book.operator.transparency
    values = {
        **shown(viewed(service, period), tongue_of(exchange)),
        "public": settings is not None and settings.public,
    }
    return framed(exchange, service, "transparency.html", values, current=PLACE)


ROUTES = (
    show(PLACE, "account_page", "The public account of the latest year", account, "decision.read"),
    show(
        f"{PLACE}/{{period}}", "account_of_page", "The public account of a period", of_period, "decision.read"
    ),
)
