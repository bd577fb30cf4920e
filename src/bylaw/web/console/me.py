"""What is one's own: name, roles, sessions, what lets one in. Whoever changes what lets them in has shown it just before."""

from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Query, Response
from fastapi.concurrency import run_in_threadpool

from bylaw.base.errors import BylawError, InputError, RefusedError, Where
from bylaw.staff.codes import phone_uri
from bylaw.staff.model import Kind as FactorKind
from bylaw.web.api.asked_staff import Short, Ticket
from bylaw.web.api.factors import change_password, make_offer, new_paper, take_away
from bylaw.web.api.own import parted
from bylaw.web.api.told_staff import factor_view, me, session_view
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.signing_in import HOME, Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.pages import see_other
from bylaw.web.porter import Kind
from bylaw.web.problems import details_of
from bylaw.web.qr import qr_picture
from bylaw.web.service import Service

PLACE: Final = f"{HOME}/me"
DONE: Final = {
    "ended": "The session is over.",
    "passkey": "The passkey lets you in from now on.",
    "provider": "The account lets you in from now on.",
}
KINDS: Final = {
    FactorKind.PASSWORD: "password",
    FactorKind.PHONE: "phone",
    FactorKind.RECOVERY: "codes on paper",
    FactorKind.PASSKEY: "passkey",
    FactorKind.PROVIDER: "identity provider",
}


class Session(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session that is to end."""

    session: Short


class Factor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is not to let one in any more."""

    factor: Short


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password, twice: nobody sees what they write."""

    password: Short
    again: Short


class PhoneCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first code of a phone, and what the phone was given."""

    ticket: Ticket
    code: Short
    secret: Short


def own_page(exchange: Asked, service: Serving, done: Annotated[str, Query(max_length=16)] = "") -> Response:
    """Return the page of whoever is signed in."""
    return _page(exchange, service, said=DONE.get(done, ""))


async def end(exchange: Asked, service: Serving) -> Response:
    """End one of one's own sessions."""
    asked, here = await posted(exchange, service, Session), exchange.caller.here
    ending = partial(service.staff.sessions.end, here.member.id, asked.session, here.member.id)
    await service.gatherer.between(ending)
    if asked.session == here.session.id:
        return parted(service, see_other(f"{HOME}/sign-in"))
    return see_other(PLACE, done="ended")


async def end_all(exchange: Asked, service: Serving) -> Response:
    """End all of one's own sessions, this one too."""
    await posted(exchange, service, Nothing)
    staff = exchange.caller.id
    await service.gatherer.between(partial(service.staff.sessions.revoke, staff, staff))
    return parted(service, see_other(f"{HOME}/sign-in"))


async def set_password(exchange: Asked, service: Serving) -> Response:
    """Replace one's password."""
    asked = await posted(exchange, service, NewPassword)
    if asked.password != asked.again:
        wrong = InputError("staff.password", "the two are not alike", where=Where("again"))
        return await run_in_threadpool(_page, exchange, service, error=wrong)
    try:
        await change_password(service, exchange.caller.here, asked.password)
    except InputError as error:
        return await run_in_threadpool(_page, exchange, service, error=error)
    return parted(service, see_other(f"{HOME}/sign-in", done="changed"))


async def offer_phone(exchange: Asked, service: Serving) -> Response:
    """Return the page with a secret for a phone."""
    offer = await make_offer(service, exchange.caller.here)
    return _offered(exchange, service, PhoneCode(ticket=offer.ticket, code="", secret=offer.secret))


async def add_phone(exchange: Asked, service: Serving) -> Response:
    """Take a phone whose code is right."""
    asked, here = await posted(exchange, service, PhoneCode), exchange.caller.here
    add = partial(service.staff.sessions.add_phone, here, asked.ticket, asked.code)
    try:
        paper = await service.porter.do(Kind.DOOR, add)
    except RefusedError as error:
        if error.code != "staff.code":
            raise
        return _offered(exchange, service, asked, error)
    return framed(exchange, service, "paper.html", {"paper": paper})


async def renew_paper(exchange: Asked, service: Serving) -> Response:
    """Make new codes on paper."""
    await posted(exchange, service, Nothing)
    paper = await new_paper(service, exchange.caller.here)
    return framed(exchange, service, "paper.html", {"paper": paper})


async def remove(exchange: Asked, service: Serving) -> Response:
    """Take away what lets one in."""
    asked = await posted(exchange, service, Factor)
    await take_away(service, exchange.caller.here, asked.factor)
    return parted(service, see_other(f"{HOME}/sign-in", done="changed"))


def _page(
    exchange: Exchange, service: Service, *, said: str = "", error: BylawError | None = None
) -> Response:
    staff, here = service.staff, exchange.caller.here
    problem = details_of(error, exchange.request) if error else None
    values = {
        "me": me(staff, here, service.roles),
        "sessions": [session_view(staff, one) for one in staff.sessions.of(here.member.id)],
        "factors": [factor_view(held) for held in staff.wallet.held(here.member.id)],
        "kinds": KINDS,
        "problem": problem,
    }
    return framed(
        exchange,
        service,
        "me.html",
        values,
        current=PLACE,
        said=said,
        status=problem.status if problem else 200,
    )


def _offered(
    exchange: Exchange, service: Service, offer: PhoneCode, error: BylawError | None = None
) -> Response:
    issuer = service.desk.book.operator.operator.name
    uri = phone_uri(offer.secret, exchange.caller.here.member.outside, issuer)
    values = {
        "offer": offer,
        "uri": uri,
        "picture": partial(qr_picture, uri),
        "problem": details_of(error, exchange.request) if error else None,
    }
    return framed(exchange, service, "phone.html", values, current=PLACE, status=403 if error else 200)


ROUTES = (
    show(PLACE, "my_page", "Who one is, one's sessions, what lets one in", own_page),
    do(f"{PLACE}/sessions/end", "end_session_of_mine", "End one of one's sessions", end),
    do(f"{PLACE}/sessions/end-all", "end_my_sessions_here", "End all of one's sessions", end_all),
    do(f"{PLACE}/password", "change_my_password", "Replace one's password", set_password),
    show(f"{PLACE}/phone", "phone_page", "A secret for a phone", offer_phone),
    do(f"{PLACE}/phone", "take_my_phone", "Take a phone whose code is right", add_phone),
    do(f"{PLACE}/paper", "new_paper", "New codes on paper", renew_paper),
    do(f"{PLACE}/factors/remove", "drop_my_factor", "Take away what lets one in", remove),
)
