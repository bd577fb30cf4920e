"""The live stream: the latest decisions that say something, kept up by asking for the same rows again."""

from typing import Annotated, Final

from fastapi import Query, Response

from bylaw.finding.indexed import Bounds
from bylaw.finding.listing import latest
from bylaw.web.api.decisions import MAX_ID, line, sight_of
from bylaw.web.console.frame import framed, show
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.pages import link, page
from bylaw.web.service import Service

PAGE: Final = "/console/live"
SHOWN: Final = 50

Word = Annotated[str, Query(max_length=MAX_ID)]


def live(exchange: Asked, service: Serving, kind: Word = "", rule: Word = "") -> Response:
    """Return the page."""
    values = {
        **_values(exchange, service, kind, rule),
        "kinds": sorted(service.desk.book.kinds),
        "filters": {"kind": kind, "rule": rule},
        "again": link(f"{PAGE}/rows", kind=kind, rule=rule),
    }
    return framed(exchange, service, "live.html", values, current=PAGE)


def rows(exchange: Asked, service: Serving, kind: Word = "", rule: Word = "") -> Response:
    """Return the rows alone."""
    return page(exchange, service, "console/live_rows.html", _values(exchange, service, kind, rule))


def _values(exchange: Exchange, service: Service, kind: str, rule: str) -> dict[str, object]:
    sees = sight_of(service, exchange.caller, Bounds()).sees
    with service.reading.records.reading() as core:
        found = latest(core, sees, SHOWN, kind=kind, rule=rule)
    return {"lines": tuple(map(line, found))}


ROUTES = (
    show(PAGE, "live_page", "The latest decisions", live, "decision.read"),
    show(f"{PAGE}/rows", "live_rows", "The latest decisions, for a page to keep up", rows, "decision.read"),
)
