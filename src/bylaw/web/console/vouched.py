"""Identity providers at the console: a browser is sent to one, and comes back to ``/staff/back``.

It comes back from elsewhere, so without any cookie of ours: they are ``Strict``. The page it comes back to holds what it
brought in a form, and sends that on by itself; what it was sent for stands in a cookie beside the ticket.
"""

from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Query, Response

from bylaw.base.errors import RefusedError
from bylaw.book.sign_in import JOIN, RETURN
from bylaw.staff.wallet import Question
from bylaw.web.api.asked_staff import Short, Vouched
from bylaw.web.api.factors import take_identity
from bylaw.web.api.joining import ask_to_join, join_vouched
from bylaw.web.api.session import enter_vouched
from bylaw.web.api.vouching import TICKET_SECONDS, came_back, provider_named
from bylaw.web.browsers import cookie
from bylaw.web.console.frame import do
from bylaw.web.console.signing_in import HOME, door, let_in
from bylaw.web.cooked import Asked, Serving
from bylaw.web.entering import present
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.pages import page, see_other
from bylaw.web.porter import Kind
from bylaw.web.service import Service

ENTER: Final = "enter"
ADD: Final = "add"


class ToProvider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom somebody wants to go; ``link`` is the token of the link that they hold, if any."""

    provider: Annotated[str, msgspec.Meta(max_length=64)]
    link: Annotated[str, msgspec.Meta(max_length=256)] = ""
    next: Short = HOME


async def ask_to_enter(exchange: Asked, service: Serving) -> Response:
    """Send somebody to a provider, to be let in."""
    asked = await posted(exchange, service, ToProvider, anybody=True)
    question = service.staff.door.ask_provider(provider_named(service, asked.provider).asked)
    return _sent(exchange, service, asked, question, ENTER)


async def ask_to_add(exchange: Asked, service: Serving) -> Response:
    """Send a member to a provider, to add an account there."""
    asked, here = await posted(exchange, service, ToProvider), exchange.caller.here
    await service.porter.do(Kind.DESK, partial(service.staff.sessions.demand_own, here))
    question = service.staff.wallet.ask_provider(here.member, provider_named(service, asked.provider).asked)
    return _sent(exchange, service, asked, question, ADD)


async def ask_by_link(exchange: Asked, service: Serving) -> Response:
    """Send the holder of a link to a provider."""
    asked = await posted(exchange, service, ToProvider, anybody=True)
    question = await ask_to_join(service, asked.link, asked.provider)
    return _sent(exchange, service, asked, question, asked.link)


async def back(
    exchange: Asked,
    service: Serving,
    state: Annotated[str, Query(max_length=1_024)] = "",
    code: Annotated[str, Query(max_length=4_096)] = "",
) -> Response:
    """Return the page that sends on what a provider sent somebody back with."""
    return page(exchange, service, "console/back.html", {"state": state, "code": code})


async def go_on(exchange: Asked, service: Serving) -> Response:
    """Let in, join or add an account, with what a provider sent somebody back with."""
    came = await posted(exchange, service, Vouched, anybody=True)
    browsers = service.browsers
    response = await _ran(exchange, service, cookie(exchange, browsers.errand), came)
    response.headers.append("set-cookie", browsers.set(browsers.errand, "", 0))
    return came_back(service, response)


async def _ran(exchange: Exchange, service: Service, errand: str, came: Vouched) -> Response:
    if not errand:
        raise RefusedError(
            "staff.ticket", "this was begun in another browser, or too long ago", hint="begin again"
        )
    if errand == ENTER:
        return await let_in(exchange, service, await enter_vouched(exchange, service, came), HOME)
    if errand == ADD:
        here = await present(service, cookie(exchange, service.browsers.session))
        await take_identity(exchange, service, here, came)
        return see_other(f"{HOME}/me", done="provider")
    await join_vouched(exchange, service, errand, came)
    return see_other(f"{HOME}/sign-in", done="joined")


def _sent(
    exchange: Exchange, service: Service, asked: ToProvider, question: Question, errand: str
) -> Response:
    # Not a redirect: a form may lead to pages of ours only (`form-action 'self'`).
    response = page(
        exchange, service, "console/going.html", {"provider": asked.provider, "url": question.ask}
    )
    browsers = service.browsers
    for name, value in ((browsers.provider, question.ticket), (browsers.errand, errand)):
        response.headers.append("set-cookie", browsers.set(name, value, TICKET_SECONDS))
    response.headers["refresh"] = f"0; url={question.ask}"
    return response


ROUTES = (
    door(
        "POST", f"{HOME}/sign-in/provider", "enter_by_provider", "Go to a provider to sign in", ask_to_enter
    ),
    door("POST", f"{JOIN}provider", "join_by_provider", "Go to a provider to join", ask_by_link),
    door("GET", RETURN, "back_from_provider", "Come back from a provider", back),
    door("POST", RETURN, "let_in_by_provider", "Go on with what a provider said", go_on),
    do(f"{HOME}/me/provider", "add_by_provider", "Go to a provider to add an account", ask_to_add),
)
