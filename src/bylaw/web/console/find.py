"""Finding what a word names: what the bar above every page asks."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Query, Response

from bylaw.web.api.hits import READS, Hit, What
from bylaw.web.api.search import Finder
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.console.frame import framed, show
from bylaw.web.cooked import Asked, Serving
from bylaw.web.pages import see_other

SHOWN: Final = 25
PAGES: Final = {
    What.ACCOUNT: "/console/accounts/",
    What.DECISION: "/console/decisions/",
    What.ACTION: "/console/actions/",
}
OWN: Final = {"case_": "/console/cases/", "appeal_": "/console/appeals/", "draft_": "/console/drafts/"}


def find(exchange: Asked, service: Serving, q: Annotated[str, Query(max_length=MAX_ID)] = "") -> Response:
    """Return what a word names; where it is one thing, go there."""
    word = q.strip()
    for beginning, path in OWN.items():
        if word.startswith(beginning):
            return see_other(path + quote(word, safe=""))
    finder = Finder(service, exchange.caller)
    hits, trails = finder.named(word) if word else ([], [])
    named = [hit for hit in hits if finder.shows(hit) and _page(hit)]
    if len(named) == 1:
        return see_other(_page(named[0]))
    for trail in trails:
        hits += finder.belonging(finder.follow(trail, None, SHOWN), None)
    shown = {(hit.type, hit.id): hit for hit in hits if finder.shows(hit)}
    values = {"q": word, "hits": [(hit, _page(hit)) for hit in shown.values()]}
    return framed(exchange, service, "find.html", values)


def _page(hit: Hit) -> str:
    path = PAGES.get(hit.type, "")
    return path + quote(hit.id, safe="") if path and hit.url else ""


_FIRST, *_OTHERS = READS.values()
ROUTES = (show("/console/find", "find_page", "What a word names", find, _FIRST, also=tuple(_OTHERS)),)
