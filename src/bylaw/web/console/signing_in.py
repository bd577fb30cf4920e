"""Signing in and out at the console, and showing a second factor again. Passkeys are shown by the script of the pages."""

from functools import partial
from typing import Annotated

import msgspec
from fastapi import Query, Response

from bylaw.base.errors import BylawError, RefusedError
from bylaw.staff.entry import CodeWanted, Outcome
from bylaw.web.api.asked_staff import Short, Ticket
from bylaw.web.api.own import parted
from bylaw.web.api.session import end_earlier
from bylaw.web.console.frame import do, show
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.languages import COOKIE, LANGUAGES
from bylaw.web.pages import HTML, page, see_other
from bylaw.web.porter import Kind
from bylaw.web.problems import details_of
from bylaw.web.routes import Endpoint, Route
from bylaw.web.service import Service

HOME = "/console"
YEAR = 365 * 86_400  # seconds


class Entering(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the first form holds."""

    address: Short
    password: Short
    next: Short = HOME


class EnteringCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the second form holds."""

    ticket: Ticket
    code: Short
    next: Short = HOME


class Proving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code, shown again."""

    code: Short
    next: Short = HOME


class Speaking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The language that somebody wants."""

    language: str


Next = Annotated[str, Query(alias="next", max_length=1_024)]


async def sign_in(
    exchange: Asked, service: Serving, to: Next = HOME, done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """Return the page where staff sign in."""
    return asking(exchange, service, to, done=done)


async def with_password(exchange: Asked, service: Serving) -> Response:
    """Let somebody in by a password, or ask for a code."""
    asked = await posted(exchange, service, Entering, anybody=True)
    source = service.browsers.source(exchange)
    enter = partial(service.staff.door.with_password, asked.address, asked.password, source)
    try:
        outcome = await service.porter.do(Kind.DOOR, enter)
    except RefusedError as error:
        return asking(exchange, service, asked.next, error=error, entered=asked.address)
    return await let_in(exchange, service, outcome, asked.next)


async def with_code(exchange: Asked, service: Serving) -> Response:
    """Let somebody in whose first factor was right."""
    asked = await posted(exchange, service, EnteringCode, anybody=True)
    source = service.browsers.source(exchange)
    enter = partial(service.staff.door.with_code, asked.ticket, asked.code, source)
    try:
        outcome = await service.porter.do(Kind.DOOR, enter)
    except RefusedError as error:
        return asking(exchange, service, asked.next, error=error, ticket=asked.ticket)
    return await let_in(exchange, service, outcome, asked.next)


async def show_proof(exchange: Asked, service: Serving, to: Next = HOME) -> Response:
    """Return the page where a second factor is shown."""
    values = {"problem": None, "next": within(to)}
    return page(exchange, service, "console/prove.html", values)


async def prove(exchange: Asked, service: Serving) -> Response:
    """Note that a second factor was shown just now."""
    asked, here = await posted(exchange, service, Proving), exchange.caller.here
    try:
        await service.porter.do(Kind.DOOR, partial(service.staff.sessions.prove_by_code, here, asked.code))
    except RefusedError as error:
        details = details_of(error, exchange.request)
        values = {"problem": details, "next": within(asked.next)}
        return page(exchange, service, "console/prove.html", values, status=details.status)
    return see_other(within(asked.next))


async def sign_out(exchange: Asked, service: Serving) -> Response:
    """End the session."""
    await posted(exchange, service, Nothing)
    here = exchange.caller.here
    end = partial(service.staff.sessions.end, here.member.id, here.session.id, here.member.id)
    await service.gatherer.between(end)
    return parted(service, see_other(f"{HOME}/sign-in"))


async def speak(exchange: Asked, service: Serving) -> Response:
    """Keep the language that somebody wants in their browser."""
    asked = await posted(exchange, service, Speaking, anybody=True)
    before = exchange.header(b"referer").decode("ascii", "replace").partition("://")[2].partition("/")[2]
    response = see_other(within(f"/{before}"))
    if asked.language in LANGUAGES:
        response.headers.append("set-cookie", service.browsers.set(COOKIE, asked.language, YEAR))
    return response


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that only asks for what its address says."""


def within(path: str) -> str:
    """Return a path of the console as it is, and the overview for any other: nobody is led away from here."""
    return path if path == HOME or path.startswith((f"{HOME}/", f"{HOME}?")) else HOME


def asking(  # noqa: PLR0913 - what the page shows
    exchange: Exchange,
    service: Service,
    to: str,
    *,
    error: BylawError | None = None,
    ticket: str = "",
    entered: str = "",
    done: str = "",
) -> Response:
    """Return the page where staff sign in.

    Args:
        exchange: what was asked.
        service: that is asked.
        to: where they want to go.
        error: why they were not let in.
        ticket: of the step before, where a code is wanted.
        entered: the address that they wrote.
        done: what was done before, ``joined`` or ``changed``.
    """
    problem = details_of(error, exchange.request) if error else None
    values = {"problem": problem, "next": within(to), "ticket": ticket, "entered": entered, "done": done}
    status = problem.status if problem else 200
    return page(exchange, service, "console/sign_in.html", values, status=status)


async def let_in(exchange: Exchange, service: Service, outcome: Outcome, to: str) -> Response:
    """Return the answer to who was let in, or who is asked for a code; a session that came along ends."""
    if isinstance(outcome, CodeWanted):
        return asking(exchange, service, to, ticket=outcome.ticket)
    await end_earlier(exchange, service)
    response, browsers = see_other(within(to)), service.browsers
    response.headers.append("set-cookie", browsers.set(browsers.session, outcome.token))
    return response


def door(method: str, path: str, name: str, summary: str, endpoint: Endpoint) -> Route:
    """Return the row of a page for who is nobody yet."""
    return Route(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag="pages",
        permission=None,
        guarded=True,
        answers={HTML: str},
        page=True,
        endpoint=endpoint,
    )


ROUTES = (
    door("GET", f"{HOME}/sign-in", "sign_in_page", "Sign in", sign_in),
    door("POST", f"{HOME}/sign-in", "enter_password", "Sign in with a password", with_password),
    door("POST", f"{HOME}/sign-in/code", "enter_code", "Sign in with a code", with_code),
    door("POST", f"{HOME}/language", "speak", "Choose a language", speak),
    show(f"{HOME}/prove", "prove_again", "Where a second factor is shown again", show_proof),
    do(f"{HOME}/prove", "prove_page", "Show a second factor again", prove),
    do(f"{HOME}/sign-out", "leave", "Sign out", sign_out),
)
