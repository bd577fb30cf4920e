"""Signing in over HTTP.

The token of a session is drawn anew whenever somebody is let in, goes into a cookie and nowhere else, and is never taken
from whoever asks; a session that the browser came with ends then. Whoever is not let in learns nothing.
"""

from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import Path, Response

from bylaw.base.errors import RefusedError
from bylaw.staff.entry import CodeWanted, Outcome
from bylaw.staff.wallet import Answer
from bylaw.web.api.asked_staff import Code, GoTo, Password, Question, Shown, Vouched, question, words
from bylaw.web.api.told_staff import SessionView, session_view
from bylaw.web.api.vouching import came_back, fetched, named_providers, provider_named, sent_away
from bylaw.web.bodies import taken
from bylaw.web.browsers import cookie
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.entering import present
from bylaw.web.exchange import Exchange
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is let in, and the cookie is set; or a code is wanted, and comes back with the ticket."""

    signed_in: bool
    ticket: str | None
    session: SessionView | None


class Providers(msgspec.Struct, frozen=True):
    """Names of the identity providers that vouch for staff."""

    providers: tuple[str, ...]


async def with_password(exchange: Asked, service: Serving) -> Response:
    """Let somebody in by a password."""
    body, source = await taken(exchange, Password), service.browsers.source(exchange)
    enter = partial(service.staff.door.with_password, body.address, body.password, source)
    return await _let_in(exchange, service, await service.porter.do(Kind.DOOR, enter))


async def with_code(exchange: Asked, service: Serving) -> Response:
    """Let somebody in whose first factor was right."""
    body, source = await taken(exchange, Code), service.browsers.source(exchange)
    enter = partial(service.staff.door.with_code, body.ticket, body.code, source)
    return await _let_in(exchange, service, await service.porter.do(Kind.DOOR, enter))


async def ask_passkey(service: Serving) -> Response:
    """Return what makes a browser show a passkey."""
    return said(question(service.staff.door.ask_passkey(service.site)))


async def with_passkey(exchange: Asked, service: Serving) -> Response:
    """Let somebody in by a passkey."""
    body, source = await taken(exchange, Shown), service.browsers.source(exchange)
    enter = partial(service.staff.door.with_passkey, service.site, body.ticket, words(body), source)
    return await _let_in(exchange, service, await service.porter.do(Kind.DOOR, enter))


async def providers(service: Serving) -> Response:
    """Return who vouches for staff."""
    return said(Providers(named_providers(service)))


async def ask_provider(
    service: Serving, provider: Annotated[str, Path(max_length=64, description="its name")]
) -> Response:
    """Return where to go to be vouched for."""
    asked = service.staff.door.ask_provider(provider_named(service, provider).asked)
    return sent_away(service, asked.ticket, asked.ask)


async def with_provider(exchange: Asked, service: Serving) -> Response:
    """Let somebody in for whom a provider vouches."""
    outcome = await enter_vouched(exchange, service, await taken(exchange, Vouched))
    return came_back(service, await _let_in(exchange, service, outcome))


async def enter_vouched(exchange: Exchange, service: Service, came: Vouched) -> Outcome:
    """Let somebody in with what a provider sent the browser back with; raises as the provider's answer does not hold."""
    source, ticket = service.browsers.source(exchange), cookie(exchange, service.browsers.provider)
    found = await fetched(service, source, service.staff.door.asked(ticket), came)
    answer = Answer(came.state, found.id_token)
    enter = partial(service.staff.door.with_provider, found.provider, ticket, answer, found.keys, source)
    return await service.porter.do(Kind.DOOR, enter)


async def _let_in(exchange: Exchange, service: Service, outcome: Outcome) -> Response:
    if isinstance(outcome, CodeWanted):
        return said(SignIn(signed_in=False, ticket=outcome.ticket, session=None))
    await end_earlier(exchange, service)
    exchange.caller = exchange.caller._replace(id=outcome.session.staff)
    view = session_view(service.staff, outcome.session)
    response, browsers = said(SignIn(signed_in=True, ticket=None, session=view)), service.browsers
    response.headers.append("set-cookie", browsers.set(browsers.session, outcome.token))
    return response


async def end_earlier(exchange: Exchange, service: Service) -> None:
    """End the session that a browser came with, as somebody is let in anew: it is nobody else's to go on with."""
    token = cookie(exchange, service.browsers.session)
    if not token:
        return
    try:
        here = await present(service, token)
    except RefusedError:
        return
    end = partial(service.staff.sessions.end, here.member.id, here.session.id, here.member.id)
    await service.gatherer.between(end)


def _door(path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401 - fields of a route
    """Return a way in: whoever comes is nobody yet, and no page of somebody else may send them."""
    given = {"method": "POST", "answers": {JSON: SignIn}, "problems": (413, 415), **more}
    return Route(
        path=f"/v1/session{path}",
        name=name,
        summary=summary,
        tag="session",
        permission=None,
        guarded=True,
        **given,
    )


ROUTES = (
    _door(
        "/password",
        "sign_in_with_password",
        "Sign in with a password",
        doc="Answers with a ticket where a one-time code is wanted too.",
        takes={JSON: Password},
        endpoint=with_password,
    ),
    _door(
        "/code",
        "sign_in_with_code",
        "Sign in with a one-time code, after the password or the provider",
        takes={JSON: Code},
        endpoint=with_code,
    ),
    _door(
        "/passkey/ask",
        "ask_for_passkey",
        "What to ask a browser for, to sign in with a passkey",
        answers={JSON: Question},
        problems=(),
        endpoint=ask_passkey,
    ),
    _door(
        "/passkey",
        "sign_in_with_passkey",
        "Sign in with a passkey",
        takes={JSON: Shown},
        endpoint=with_passkey,
    ),
    _door(
        "/providers",
        "identity_providers",
        "Who vouches for staff",
        method="GET",
        answers={JSON: Providers},
        problems=(),
        endpoint=providers,
    ),
    _door(
        "/providers/{provider}/ask",
        "ask_identity_provider",
        "Where to send the browser, to sign in with an identity provider",
        doc="Sets a cookie with which only this browser can bring the answer back.",
        answers={JSON: GoTo},
        problems=(404,),
        endpoint=ask_provider,
    ),
    _door(
        "/provider",
        "sign_in_with_provider",
        "Sign in with what an identity provider sent the browser back with",
        takes={JSON: Vouched},
        problems=(404, 413, 415),
        endpoint=with_provider,
    ),
)
