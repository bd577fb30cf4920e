"""Keys of the API: listed, made, shown once, revoked."""

from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.staff.keys import MAX_RATE, Made
from bylaw.staff.permissions import PERMISSIONS, may_somewhere
from bylaw.staff.roles import MAX_NARROWED
from bylaw.web.api.asked_staff import Short
from bylaw.web.api.told_staff import key_view
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.people import PLACE as PEOPLE
from bylaw.web.console.people import Names
from bylaw.web.console.signing_in import HOME, Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import DAY, tongue_of
from bylaw.web.pages import see_other

PLACE: Final = f"{HOME}/keys"
YEAR_DAYS: Final = 365
MAX_DAYS: Final = 3_650
USUAL_RATE: Final = 600


class Making(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made. ``days`` until its end, 0: none; ``rate``: requests a minute, 0: any."""

    name: Short = ""
    permissions: Annotated[tuple[Short, ...], msgspec.Meta(max_length=len(PERMISSIONS))] = ()
    queues: Names = ()
    clauses: Short = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=MAX_DAYS)] = YEAR_DAYS
    rate: Annotated[int, msgspec.Meta(ge=0, le=MAX_RATE)] = 0


def keys(exchange: Asked, service: Serving, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    """Return the page of the keys."""
    ring, here = service.staff.keys, exchange.caller.here
    found, used = ring.keys(), ring.used()
    values = {
        "keys": [key_view(one, used) for one in reversed(found)],
        "scopes": [(name, one.doc) for name, one in PERMISSIONS.items() if not one.fresh],
        "queues": sorted(service.desk.book.operator.queues),
        "name": naming(service, tongue_of(exchange)),
        "may": may_somewhere(exchange.caller.grants, "key.manage"),
        "may_see_people": may_somewhere(exchange.caller.grants, "staff.read"),
        "fresh": service.staff.sessions.is_fresh(here.session),
        "clock": service.clock(),
        "usual_days": YEAR_DAYS,
        "usual_rate": USUAL_RATE,
    }
    said = "The key lets nobody in any more." if done == "revoked" else ""
    return framed(exchange, service, "keys.html", values, current=PEOPLE, said=said)


async def make(exchange: Asked, service: Serving) -> Response:
    """Make a key, and show its token this once."""
    asked, by, ring = await posted(exchange, service, Making), exchange.caller.id, service.staff.keys
    clauses = tuple(asked.clauses.replace(",", " ").split()[: MAX_NARROWED + 1])

    def work() -> Made:
        expires = service.staff.means.now() + asked.days * DAY if asked.days else 0
        narrowed = {"queues": asked.queues, "clauses": clauses}
        return ring.create(asked.name, asked.permissions, **narrowed, expires=expires, rate=asked.rate, by=by)

    made = await service.gatherer.between(work)
    values = {"key": key_view(made.key, {}), "token_shown": made.token}
    return framed(exchange, service, "key.html", values, current=PEOPLE)


async def revoke(exchange: Asked, service: Serving, key: Annotated[str, Path(max_length=256)]) -> Response:
    """Let nobody in by a key any more."""
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(service.staff.keys.revoke, key, exchange.caller.id))
    return see_other(PLACE, done="revoked")


ROUTES = (
    show(PLACE, "keys_page", "Keys of the API", keys, "audit.read"),
    do(PLACE, "make_key", "Make a key", make, "key.manage"),
    do(PLACE + "/{key}/revoke", "revoke_here", "Let nobody in by a key any more", revoke, "key.manage"),
)
