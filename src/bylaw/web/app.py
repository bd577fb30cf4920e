"""The application: FastAPI's routes made from the table, and its errors told as ours."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import msgspec
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from bylaw import __version__
from bylaw.base.errors import BylawError, InputError, NotFoundError, Problem, Problems, Where
from bylaw.web.api import (
    access,
    accounts,
    actions,
    appeals,
    audit,
    books,
    bounces,
    cases,
    decisions,
    drafts,
    events,
    factors,
    filters,
    find,
    health,
    incoming,
    joining,
    keys,
    members,
    notices,
    orders,
    outbox,
    own,
    past,
    quality,
    retroactive,
    search,
    session,
    staff,
    terms,
    trials,
    verdicts,
)
from bylaw.web.console import ROUTES as CONSOLE
from bylaw.web.cooked import EXCHANGE, SERVICE, Asked, Serving
from bylaw.web.described import described, operation, responses, types_of
from bylaw.web.entering import enter
from bylaw.web.exchange import MethodError, extra_headers
from bylaw.web.front import Front
from bylaw.web.pages import trouble
from bylaw.web.problems import MEDIA, details_of
from bylaw.web.request_log import Entry
from bylaw.web.routes import Route
from bylaw.web.service import Service
from bylaw.web.site.member import ROUTES as MEMBER
from bylaw.web.site.transparency import ROUTES as ACCOUNT
from bylaw.web.static import ROUTES as ASSETS

ROUTES: Final = (
    *events.ROUTES,
    *incoming.ROUTES,
    *bounces.ROUTES,
    *access.ROUTES,
    *search.ROUTES,
    *decisions.ROUTES,
    *find.ROUTES,
    *filters.ROUTES,
    *past.ROUTES,
    *actions.ROUTES,
    *orders.ROUTES,
    *accounts.ROUTES,
    *notices.ROUTES,
    *verdicts.ROUTES,
    *cases.ROUTES,
    *quality.ROUTES,
    *appeals.ROUTES,
    *outbox.ROUTES,
    *books.ROUTES,
    *terms.ROUTES,
    *drafts.ROUTES,
    *trials.ROUTES,
    *retroactive.ROUTES,
    *session.ROUTES,
    *joining.ROUTES,
    *own.ROUTES,
    *factors.ROUTES,
    *members.ROUTES,
    *staff.ROUTES,
    *keys.ROUTES,
    *audit.ROUTES,
    *health.ROUTES,
    *ASSETS,
    *CONSOLE,
    *ACCOUNT,
    *MEMBER,
)
API: Final = tuple(route for route in ROUTES if not route.page)
PLACES: Final = (
    "/console",
    "/staff",
    "/your",
    "/transparency",
)  # under which what is missing is told by a page
DESCRIPTION: Final = "/openapi.json"


def application(service: Service, log: Callable[[Entry], None], *, encrypted: bool = False) -> Front:
    """Return what answers every request to a service."""
    return Front(service, _fastapi(), ROUTES, log, encrypted=encrypted)


def _fastapi() -> FastAPI:
    app = FastAPI(
        title="Bylaw",
        summary="Events in, decisions out; every decision cites its clause.",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    types = types_of(API, ())
    for route in ROUTES:
        if route.endpoint:
            app.add_api_route(
                route.pattern,
                route.endpoint,
                methods=[route.method],
                name=route.name,
                operation_id=route.name,
                summary=route.summary,
                description=route.doc,
                tags=[route.tag],
                response_model=None,
                response_class=Response,
                responses=None if route.page else responses(route, types),
                dependencies=[Depends(_entering(route))],
                openapi_extra=None if route.page else operation(route, types),
                include_in_schema=not route.page,
            )
    app.add_api_route(DESCRIPTION, _describing(app), include_in_schema=False)
    app.add_exception_handler(RequestValidationError, _told)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(BylawError, _told)
    return app


def _entering(route: Route) -> Callable[..., Any]:
    async def entering(exchange: Asked, service: Serving) -> None:
        exchange.is_page = route.page
        await enter(exchange, service, route)
        service.rates.spend(exchange.caller, 1)

    return entering


def _describing(app: FastAPI) -> Callable[..., Any]:
    @lru_cache(1)
    def description(kinds: tuple[type, ...], cookie: str) -> bytes:
        return msgspec.json.encode(described(app, API, types_of(API, kinds), cookie))

    async def describe(service: Serving) -> Response:
        kinds = tuple(kind.struct for kind in service.desk.book.kinds.values())
        return Response(description(kinds, service.browsers.session), media_type="application/json")

    return describe


def _told(request: Request, error: Exception) -> Response:
    known, exchange = _known(error, request), request.scope[EXCHANGE]
    if exchange.is_page or exchange.path.startswith(PLACES):
        return trouble(exchange, request.scope[SERVICE], known)
    details = details_of(known, exchange.request)
    headers = {name.decode(): value.decode() for name, value in extra_headers(known)}
    return Response(msgspec.json.encode(details), details.status, headers, MEDIA.decode())


def _known(error: Exception, request: Request) -> BylawError:
    if isinstance(error, BylawError):
        return error
    if isinstance(error, RequestValidationError):
        return Problems(_parameter(one) for one in error.errors())
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return NotFoundError(
            "web.no_route", "there is nothing here", hint=f"{DESCRIPTION} tells what there is"
        )
    if status == 405:
        return MethodError(", ".join(_methods(request)))
    return InputError("web.bad_request", "the request is not as it must be")


def _methods(request: Request) -> list[str]:
    """Return the methods that a path takes: several routes may share one."""
    matching = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in route.methods} - {"HEAD"})


def _parameter(found: dict[str, Any]) -> Problem:
    place = ".".join(str(part) for part in found["loc"][:2])
    return Problem(
        code="web.parameter", message=found["msg"][:1].lower() + found["msg"][1:], where=Where(place)
    )
