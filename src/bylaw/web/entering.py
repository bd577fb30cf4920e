"""Who is let through a door of the API: a program by its key, or a member of staff by the session in a cookie.

What a route needs stands in its row. A key is told apart on the loop, from memory; a session is looked up beside it.
"""

from functools import partial

from bylaw.base.errors import RefusedError
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.sessions import Present
from bylaw.web.browsers import cookie
from bylaw.web.callers import PERSON_RATE, Caller, admit, shown
from bylaw.web.exchange import Exchange
from bylaw.web.porter import Kind
from bylaw.web.routes import Route
from bylaw.web.service import Service


async def enter(exchange: Exchange, service: Service, route: Route) -> None:
    """See to it that whoever asks may; ``exchange.caller`` is who it is.

    Raises:
        RefusedError: ``web.who``, ``key.…``, ``staff.session``: nobody, or not any more; ``web.person``, a program where
            a person is wanted; ``web.forged``; ``web.may_not``; ``staff.second_factor``, ``staff.prove``: not yet.
        BusyError: ``web.busy``.
    """
    if route.guarded:
        service.browsers.refuse_forged(exchange)
    if route.permission is None and not route.signed_in:
        return
    header = b"" if route.page else exchange.header(b"authorization")
    token = "" if header else cookie(exchange, service.browsers.session)
    if token:
        await _enter_signed_in(exchange, service, route, token)
        return
    exchange.caller = service.identify(shown(header))
    if route.permission is None or PERMISSIONS[route.permission].fresh:
        hint = "sign in, and send the cookie of the session in the place of the key"
        raise RefusedError("web.person", "this takes a person who is signed in", hint=hint)
    admit(exchange.caller, route.permissions)


async def present(service: Service, token: str) -> Present:
    """Return who comes with the token of a session.

    Raises:
        RefusedError: ``staff.session``.
        BusyError: ``web.busy``.
    """
    return await service.porter.do(Kind.DESK, partial(service.staff.sessions.present, token))


async def _enter_signed_in(exchange: Exchange, service: Service, route: Route, token: str) -> None:
    service.browsers.refuse_forged(exchange)
    here, roles = await present(service, token), service.roles
    exchange.caller = Caller(here.member.id, here.grants(roles), PERSON_RATE, here)
    if route.permission is None:
        return
    if here.lacks_second(roles):
        hint = "add a phone or a passkey, then sign in with it"
        raise RefusedError("staff.second_factor", "your role asks for a second factor", hint=hint)
    admit(exchange.caller, route.permissions)
    if PERMISSIONS[route.permission].fresh:
        service.staff.sessions.demand_fresh(here.session)
