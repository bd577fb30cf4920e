"""What whoever is signed in may do about themselves: who they are, their sessions, showing a factor again."""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Response

from bylaw.web.api.asked_staff import CodeOnly, Shown, words
from bylaw.web.api.told_staff import Me, SessionView, me, session_view
from bylaw.web.bodies import taken
from bylaw.web.browsers import cookie
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.entering import present
from bylaw.web.exchange import Exchange
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_ID: Final = 256

Session = Annotated[str, Path(max_length=MAX_ID, description="its id")]


class Sessions(msgspec.Struct, frozen=True):
    """Open sessions, the oldest first."""

    sessions: tuple[SessionView, ...]


class Ended(msgspec.Struct, frozen=True):
    """How many sessions are over now."""

    ended: int


async def who(exchange: Asked, service: Serving) -> Response:
    """Return who is signed in."""
    here, roles = exchange.caller.here, service.roles
    return said(await service.porter.do(Kind.DESK, lambda: me(service.staff, here, roles)))


async def sign_out(exchange: Asked, service: Serving) -> Response:
    """End the session."""
    here = exchange.caller.here
    return parted(service, await _end(service, here.member.id, here.session.id))


async def sessions(exchange: Asked, service: Serving) -> Response:
    """Return the sessions of whoever is signed in."""
    find = partial(service.staff.sessions.of, exchange.caller.id)
    found = await service.porter.do(Kind.DESK, find)
    return said(Sessions(tuple(session_view(service.staff, one) for one in found)))


async def end_session(exchange: Asked, service: Serving, session: Session) -> Response:
    """End one of one's own sessions."""
    here = exchange.caller.here
    response = await _end(service, here.member.id, session)
    return parted(service, response) if session == here.session.id else response


async def end_sessions(exchange: Asked, service: Serving) -> Response:
    """End all of one's own sessions, this one too."""
    staff = exchange.caller.id
    ended = await service.gatherer.between(partial(service.staff.sessions.revoke, staff, staff))
    return parted(service, said(Ended(ended)))


async def prove_by_code(exchange: Asked, service: Serving) -> Response:
    """Show a code again."""
    body, here = await taken(exchange, CodeOnly), exchange.caller.here
    prove = partial(service.staff.sessions.prove_by_code, here, body.code)
    await service.porter.do(Kind.DOOR, prove)
    return await _proved(exchange, service)


async def prove_by_passkey(exchange: Asked, service: Serving) -> Response:
    """Show a passkey again."""
    body, here = await taken(exchange, Shown), exchange.caller.here
    prove = partial(service.staff.sessions.prove_by_passkey, here, service.site, body.ticket, words(body))
    await service.porter.do(Kind.DOOR, prove)
    return await _proved(exchange, service)


def parted(service: Service, response: Response) -> Response:
    """Return an answer that takes the session's token away."""
    browsers = service.browsers
    response.headers.append("set-cookie", browsers.set(browsers.session, "", 0))
    return response


def own(method: str, path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401 - fields of a route
    """Return what every member who is signed in may do."""
    given = {"tag": "me", "permission": None, "signed_in": True, **more}
    return Route(method=method, path=path, name=name, summary=summary, **given)


async def _end(service: Service, staff: str, session: str) -> Response:
    await service.gatherer.between(partial(service.staff.sessions.end, staff, session, staff))
    return said(Ended(1))


async def _proved(exchange: Exchange, service: Service) -> Response:
    here = await present(service, cookie(exchange, service.browsers.session))
    return said(session_view(service.staff, here.session))


_SHOWING: Final[dict[str, Any]] = {"answers": {JSON: SessionView}, "problems": (413, 415)}
_ENDING: Final[dict[str, Any]] = {"answers": {JSON: Ended}, "problems": (404,)}
ROUTES = (
    own("GET", "/v1/me", "me", "Who is signed in, and what they may", answers={JSON: Me}, endpoint=who),
    own("DELETE", "/v1/session", "sign_out", "Sign out", endpoint=sign_out, **_ENDING),
    own(
        "POST",
        "/v1/session/proof/code",
        "prove_with_code",
        "Show a one-time code again, for what asks for it",
        takes={JSON: CodeOnly},
        endpoint=prove_by_code,
        **_SHOWING,
    ),
    own(
        "POST",
        "/v1/session/proof/passkey",
        "prove_with_passkey",
        "Show a passkey again, for what asks for it",
        takes={JSON: Shown},
        endpoint=prove_by_passkey,
        **_SHOWING,
    ),
    own(
        "GET",
        "/v1/me/sessions",
        "my_sessions",
        "One's own sessions",
        answers={JSON: Sessions},
        endpoint=sessions,
    ),
    own(
        "DELETE",
        "/v1/me/sessions/{session}",
        "end_my_session",
        "End one of one's own sessions",
        endpoint=end_session,
        **_ENDING,
    ),
    own(
        "DELETE",
        "/v1/me/sessions",
        "end_my_sessions",
        "End all of one's own sessions, this one too",
        endpoint=end_sessions,
        **_ENDING,
    ),
)
