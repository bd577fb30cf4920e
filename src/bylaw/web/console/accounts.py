"""The page of an account: what it may do, what stands against it, its past, who stands beside it; and orders about it."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import partial
from math import cos, pi, sin
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from urllib.parse import quote

import msgspec
from fastapi import Path, Query, Response

from bylaw.accounts.details import details_of
from bylaw.base.errors import InputError
from bylaw.finding.links import Graph, links_of
from bylaw.finding.listing import place_of
from bylaw.finding.timeline import Moment
from bylaw.records.people import alias_of, named
from bylaw.runtime.profiles import Profile, Profiles
from bylaw.staff.permissions import ACTS, ORDERS, may_somewhere
from bylaw.staff.reading import MAX_ID as MAX_OBJECT
from bylaw.staff.reading import MAX_REASON, Purpose, What
from bylaw.web.api.accounts import account_of
from bylaw.web.api.orders import Days, Ordered, PostOrder, ordered
from bylaw.web.api.past import past_of
from bylaw.web.api.told_actions import MAX_ID, Tell, Text
from bylaw.web.callers import Caller, covers, demand
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.search import PAGE as SEARCH
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other
from bylaw.web.people import demand_known
from bylaw.web.service import Service

PAGE: Final = "/console/accounts"
SHOWN: Final = 80
DAY: Final = 86_400_000_000  # microseconds
MIDDLE: Final = 200  # of the picture of links, in its own units
RINGS: Final = (0, 95, 170)
ON_ACCOUNT: Final = ("strike", "rate_limit", "restrict", "suspend", "quarantine", "terminate", "none")
SAID: Final = {
    "ordered": "It is ordered.",
    "dropped": "It is recorded; some of it is not done, and the account's actions say why.",
}

T = TypeVar("T")
Account = Annotated[str, Path(min_length=1, max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]
Given = Annotated[str, msgspec.Meta(max_length=MAX_ID)]


class Ordering(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody orders about an account, as the form has it."""

    account: Given
    effect: Given
    clauses: Annotated[str, msgspec.Meta(max_length=4_000)]
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)]
    argument: Given = ""
    days: Days | None = None
    thing: Text = ""
    facts: Text = ""
    why: Text = ""


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a profile is read for."""

    account: Given
    purpose: Purpose
    case: Annotated[str, msgspec.Meta(max_length=MAX_OBJECT)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""


class Node(NamedTuple):
    """An account in the picture of links: where it stands, what it is called; empty: it was forgotten."""

    x: float
    y: float
    name: str
    steps: int


class Edge(NamedTuple):
    """A link in the picture."""

    one: Node
    other: Node
    width: float
    events: int


def account(
    exchange: Asked, service: Serving, account: Account, cursor: Word = "", done: Word = ""
) -> Response:
    """Return the page of an account or customer."""
    values = _values(service, exchange.caller, account, cursor)
    return framed(
        exchange,
        service,
        "account.html",
        {**values, **_words(service, exchange)},
        current=SEARCH,
        said=SAID.get(done, ""),
    )


async def order(exchange: Asked, service: Serving) -> Response:
    """Order something about an account."""
    asked = await posted(exchange, service, Ordering)
    wanted = _wanted(asked)
    answer = await service.gatherer.between(partial(ordered, service, exchange.caller, wanted))
    done = "dropped" if answer.dropped else "ordered"
    return see_other(f"{PAGE}/{quote(asked.account)}", done=done)


async def profile(exchange: Asked, service: Serving) -> Response:
    """Return the page with what an account told of itself; that it is read is recorded first."""
    asked = await posted(exchange, service, Reading)
    told = await service.gatherer.between(partial(_read, service, exchange.caller, asked))
    values = {
        **_values(service, exchange.caller, asked.account, ""),
        **_words(service, exchange),
        "profile": told,
    }
    return framed(exchange, service, "account.html", values, current=SEARCH)


def _read(service: Service, caller: Caller, asked: Reading) -> Profile:
    demand(caller, "content.read", ())
    subject = demand_known(service, asked.account)
    records = tuple(details_of(service.reading.records, alias_of(subject)))
    what = What(records=records, objects=(asked.case,) if asked.case else (), people=(alias_of(subject),))
    service.staff.reads.note(caller.id, what, asked.purpose, asked.reason)
    return Profiles(service.reading.records, service.archive).of(subject)


def _values(service: Service, caller: Caller, account: str, cursor: str) -> dict[str, Any]:
    subject = demand_known(service, account)
    past = past_of(service, caller, subject, place_of(cursor), SHOWN)
    nodes: list[Node] = []
    edges: list[Edge] = []
    if covers(caller, "decision.read", ()):
        with service.reading.records.reading() as core:
            nodes, edges = drawn(service, links_of(core, alias_of(subject)))
    view = account_of(service, caller, account)
    return {
        "view": view,
        "past": past,
        "days": alike(past.moments, _same_day),
        "strikes": alike(view.strikes, lambda one: one.clauses),
        "standing": alike(view.actions, lambda one: (one.effect, one.state, one.by)),
        "cursor": cursor,
        "nodes": nodes,
        "edges": edges,
        "size": 2 * MIDDLE,
        "effects": [one for one in ON_ACCOUNT if _may(caller, one)],
        "clauses": sorted(service.desk.book.library.clause_ids()),
        "may_read": covers(caller, "content.read", ()),
        "profile": None,
    }


def alike(things: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    """Return things that are alike together, each group where its first stands: a wave of the same is one line."""
    groups: dict[Hashable, list[T]] = {}
    for one in things:
        groups.setdefault(key(one), []).append(one)
    return list(groups.values())


def _same_day(one: Moment) -> Hashable:
    return one.at // DAY, one.what, one.title, one.state, one.clauses


def _words(service: Service, exchange: Exchange) -> dict[str, Any]:
    tongue = tongue_of(exchange)
    return {
        "name": naming(service, tongue),
        "purposes": [(one, tongue.say(one.replace("_", " "))) for one in Purpose],
    }


def _may(caller: Caller, effect: str) -> bool:
    return may_somewhere(caller.grants, ACTS) or may_somewhere(caller.grants, ORDERS[effect])


def drawn(service: Service, graph: Graph) -> tuple[list[Node], list[Edge]]:
    """Return the picture of links: the account in the middle, those beside it around it."""
    rings: dict[int, list[str]] = {}
    for person, steps in graph.steps.items():
        rings.setdefault(steps, []).append(person)
    nodes = {
        person: _node(service, person, steps, place, len(ring))
        for steps, ring in rings.items()
        for place, person in enumerate(ring)
    }
    most = max((link.events for link in graph.links), default=1)
    edges = [
        Edge(nodes[link.one], nodes[link.other], round(1 + 4 * link.events / most, 1), link.events)
        for link in graph.links
    ]
    return list(nodes.values()), edges


def _node(service: Service, person: str, steps: int, place: int, of: int) -> Node:
    angle, far = 2 * pi * (place + 0.5 * (steps - 1)) / of - pi / 2, RINGS[steps]
    x, y = MIDDLE + far * cos(angle), MIDDLE + far * sin(angle)
    return Node(round(x, 1), round(y, 1), named(service.reading.vault, person), steps)


def _wanted(asked: Ordering) -> PostOrder:
    """Return an order as the interface takes it.

    Raises:
        InputError: ``web.form``, something does not fit.
    """
    say = Tell(thing=asked.thing, facts=asked.facts, why=asked.why) if asked.thing and asked.facts else None
    one = {"effect": asked.effect, "argument": _argument(asked), "days": asked.days}
    clauses = tuple(dict.fromkeys(asked.clauses.replace(",", " ").split()))
    try:
        effect = msgspec.convert(one, Ordered)
        return PostOrder(
            orders=(effect,), clauses=clauses, reason=asked.reason, account=asked.account, say=say
        )
    except msgspec.ValidationError:
        raise InputError("web.form", "an effect or what goes with it is none that may stand there") from None


def _argument(asked: Ordering) -> object:
    given = asked.argument.strip()
    if not given:
        return None
    if asked.effect == "restrict":
        return _listed(given.split(","))
    return int(given) if given.isdigit() else given


def _listed(parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in parts if part.strip())


ROUTES = (
    do(
        f"{PAGE}/order",
        "order_here",
        "Order something about an account",
        order,
        ACTS,
        also=tuple(dict.fromkeys(one for one in ORDERS.values() if one != ACTS)),
    ),
    replace(
        do(f"{PAGE}/profile", "profile_page", "Read what an account told of itself", profile, "content.read"),
        statuses=(200,),
    ),
    replace(
        show(
            f"{PAGE}/{{account}}",
            "account_here",
            "An account: access, strikes, past, links",
            account,
            "account.read",
        ),
        slashes=True,
    ),
)
