"""Quality of verdicts and rules, items that test people, and what spares whoever looks at hard things."""

from functools import partial
from typing import Annotated, Final

from fastapi import Path, Query, Response

from bylaw.cases import quality
from bylaw.staff.permissions import may_somewhere
from bylaw.web.api.quality import Prefer, care_for, preferred, quality_for
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.api.told_cases import LEADS
from bylaw.web.console.clauses import words_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.signing_in import Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other

PLACE: Final = "/console/quality"
CARE: Final = "/console/care"
ENOUGH: Final = 10  # second looks, for a κ that says something
SAID: Final = {
    "kept": "This is how you see things from now on.",
    "dropped": "The item tests nobody any more.",
}

Golden = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]


class CareForm(Prefer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How somebody wants to see things: a box that is not ticked is not sent."""

    blur: bool = False
    grey: bool = False
    mute: bool = False
    severe: bool = False


def quality_page(exchange: Asked, service: Serving, done: Word = "") -> Response:
    """Return the page of quality."""
    found, leads = quality_for(service, exchange.caller), may_somewhere(exchange.caller.grants, LEADS)
    with service.reading.records.reading() as core:
        known = quality.known(core) if leads else []
    clauses = words_of(service, [one.name for one in found.clauses])
    values = {
        "found": found,
        "known": known,
        "leads": leads,
        "words": {one.clause: one for one in clauses},
        "name": naming(service, tongue_of(exchange)),
        "enough": ENOUGH,
        "tested": {one.subject: one for one in found.golden},
    }
    return framed(exchange, service, "quality.html", values, current=PLACE, said=SAID.get(done, ""))


async def drop(exchange: Asked, service: Serving, golden: Golden) -> Response:
    """Use an item no more."""
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(service.desk.office.cases.drop_golden, golden, exchange.caller.id))
    return see_other(PLACE, done="dropped")


def care(exchange: Asked, service: Serving, done: Word = "") -> Response:
    """Return the page of how things are shown to whoever is signed in."""
    book = service.desk.book.operator.cases.care
    values = {"care": care_for(service, exchange.caller), "book": book}
    return framed(exchange, service, "care.html", values, current="/console/queues", said=SAID.get(done, ""))


async def prefer(exchange: Asked, service: Serving) -> Response:
    """Keep how somebody wants to see things."""
    asked = await posted(exchange, service, CareForm)
    await service.gatherer.between(partial(preferred, service, exchange.caller, asked))
    return see_other(CARE, done="kept")


ROUTES = (
    show(PLACE, "quality_page", "How good verdicts and rules are", quality_page, "case.read"),
    do(f"{PLACE}/{{golden}}/drop", "drop_golden_here", "Test nobody with an item any more", drop, LEADS),
    show(CARE, "care_page", "How things are shown to oneself", care, "case.decide"),
    do(CARE, "prefer_here", "Say how one wants to see things", prefer, "case.decide"),
)
