"""Settings: what the book says about the operator, what is watched where, brakes and quotas, and what is stuck."""

from collections import Counter
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import Query, Response

from bylaw.book.monitoring import Surface
from bylaw.book.operator import Operator
from bylaw.engine.recording import microseconds
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import Entry
from bylaw.records.status import status
from bylaw.staff.permissions import may_somewhere
from bylaw.web.api.outbox import revived
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.signing_in import HOME
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.pages import see_other
from bylaw.web.service import Service

PLACE: Final = f"{HOME}/settings"
STUCK: Final = 1_000  # entries of the outbox that are looked at
SHOWN: Final = 20
CHANGE: Final = f"{HOME}/drafts?file=operator.toml"

Number = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]


class Reviving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dead letter: the fact that sent it, and which of what that sent."""

    seq: Number
    n: Number


class Watched(NamedTuple):
    """A surface: whether it is watched everywhere but where a region says otherwise."""

    name: str
    surface: Surface
    regions: list[tuple[str, bool]]


class Quota(NamedTuple):
    """How often an effect may be planned in a day, and how often it was today."""

    effect: str
    most: int
    planned: int


def settings(exchange: Asked, service: Serving, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    """Return the page of the settings."""
    book, grants = service.desk.book, exchange.caller.grants
    values = {
        "book": book,
        "says": book.operator,
        "watched": _watched(book.operator),
        "quotas": _quotas(service),
        "braked": sorted(service.desk.office.decider.braked),
        "change": CHANGE,
        "may_revive": may_somewhere(grants, "outbox.manage"),
        **_outbox(service, shown=may_somewhere(grants, "outbox.read")),
    }
    said = "It will be tried anew." if done == "revived" else ""
    return framed(exchange, service, "settings.html", values, current=PLACE, said=said)


async def revive(exchange: Asked, service: Serving) -> Response:
    """Let a dead letter be tried anew."""
    asked = await posted(exchange, service, Reviving)
    await service.gatherer.between(lambda: revived(service, asked.seq, asked.n))
    return see_other(PLACE, done="revived")


def _watched(says: Operator) -> list[Watched]:
    """Return the surfaces; regions are those that any of them names, so that they stand below each other."""
    named = sorted({region for one in says.monitoring.values() for region in one.regions})
    return [
        Watched(name, one, [(region, one.regions.get(region, one.everywhere)) for region in named])
        for name, one in sorted(says.monitoring.items())
    ]


def _quotas(service: Service) -> list[Quota]:
    planned = service.desk.office.decider.planned
    quotas = sorted(service.desk.book.operator.quotas.items())
    return [Quota(effect, most, planned.get(effect, 0)) for effect, most in quotas]


def _outbox(service: Service, *, shown: bool) -> dict[str, object]:
    if not shown:
        return {"figures": None, "dead": [], "failing": []}
    records = service.reading.records
    stuck = Delivery(records).stuck(STUCK)
    return {
        "figures": status(records, microseconds(service.clock())),
        "dead": [one for one in stuck if one.dead][:SHOWN],
        "failing": Counter((_way(one), one.code) for one in stuck if not one.dead).most_common(SHOWN),
    }


def _way(one: Entry) -> str:
    """Return by which way something leaves; to whom is behind it."""
    return one.destination.partition("/")[0].partition(":")[0]


ROUTES = (
    show(
        PLACE,
        "settings_page",
        "What the book says about the operator, and how the service is",
        settings,
        "book.read",
    ),
    do(f"{PLACE}/revive", "revive_here", "Let a dead letter be tried anew", revive, "outbox.manage"),
)
