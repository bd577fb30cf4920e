"""Joining by a link: its holder chooses a password, a passkey or a provider, and signs in next."""

from typing import Annotated, Final

import msgspec
from fastapi import Path, Response

from bylaw.base.errors import BylawError
from bylaw.book.sign_in import JOIN
from bylaw.web.api.asked_staff import Short
from bylaw.web.api.joining import join, whom
from bylaw.web.console.signing_in import HOME, door
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.pages import page, see_other
from bylaw.web.problems import details_of
from bylaw.web.service import Service

MAX_LINK: Final = 256


class Joining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link, and the password that its holder chose."""

    link: Annotated[str, msgspec.Meta(max_length=MAX_LINK)]
    password: Short = ""


async def look(
    exchange: Asked, service: Serving, token: Annotated[str, Path(max_length=MAX_LINK)]
) -> Response:
    """Return the page that a link leads to."""
    return await _page(exchange, service, token)


async def choose(exchange: Asked, service: Serving) -> Response:
    """Join with a password."""
    asked = await posted(exchange, service, Joining, anybody=True)
    try:
        await join(service, asked.link, asked.password)
    except BylawError as error:
        if error.code == "staff.link":
            raise
        return await _page(exchange, service, asked.link, error)
    return see_other(f"{HOME}/sign-in", done="joined")


async def _page(exchange: Exchange, service: Service, link: str, error: BylawError | None = None) -> Response:
    problem = details_of(error, exchange.request) if error else None
    values = {"whom": await whom(service, link), "link": link, "problem": problem}
    return page(exchange, service, "console/join.html", values, status=problem.status if problem else 200)


ROUTES = (
    door("GET", JOIN + "{token}", "join_page", "Join by a link", look),
    door("POST", JOIN.removesuffix("/"), "join_with_words", "Join with a password", choose),
)
