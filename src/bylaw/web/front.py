"""Where every request comes in: it gets an id, an end, headers, a count and a line in the log.

Raw routes are answered from here; FastAPI answers the others.
"""

import asyncio
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from bylaw.base.errors import BusyError, BylawError
from bylaw.base.ids import time_ordered_id
from bylaw.web.cooked import EXCHANGE, SERVICE
from bylaw.web.entering import enter
from bylaw.web.exchange import Exchange, GoneError, Headers, MethodError
from bylaw.web.limits import MAX_REQUESTS
from bylaw.web.problems import unforeseen
from bylaw.web.request_log import Entry
from bylaw.web.routes import Route
from bylaw.web.service import Service

SAFE: Final[Headers] = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
STRICT_TRANSPORT: Final = (b"strict-transport-security", b"max-age=31536000")
NO_ROUTE: Final = "(none)"
WENT: Final = 499  # in counts and logs: whoever asked had gone


class Door(ABC):
    """Where requests come in, whoever answers them.

    Args:
        told: called with each request that was answered.
        report: called with errors that nobody foresaw.
        encrypted: browsers are told to come by TLS only.
    """

    def __init__(
        self, told: Callable[[Entry], None], report: Callable[[BaseException], None], *, encrypted: bool
    ) -> None:
        self.report = report
        self._told = told
        self._safe = [*SAFE, STRICT_TRANSPORT] if encrypted else SAFE
        self._under_way: set[Exchange] = set()

    def stop(self) -> None:
        """Let streams end: what they handed over is told, and no more is read."""
        for exchange in self._under_way:
            exchange.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        began, at = time.perf_counter(), time.time()  # noqa: TID251 - the log says when
        request = time_ordered_id("req", int(at * 1000), os.urandom(9))
        exchange = Exchange(scope, receive, send, request, [*self._safe, (b"x-request-id", request.encode())])
        self._under_way.add(exchange)
        try:
            await self._answer(exchange)
        finally:
            self._under_way.discard(exchange)
            self._tell(exchange, at, time.perf_counter() - began)

    @abstractmethod
    async def carry_out(self, exchange: Exchange) -> None:
        """Answer, or raise what is wrong."""

    def _tell(self, exchange: Exchange, at: float, seconds: float) -> None:
        route = exchange.route or getattr(exchange.scope.get("route"), "path", NO_ROUTE)
        self._told(
            Entry(
                at=at,
                request=exchange.request,
                method=exchange.method,
                route=route,
                status=exchange.status,
                ms=seconds * 1000,
                sent=exchange.sent,
                key=exchange.caller.id,
            )
        )

    def _refuse_crowd(self) -> None:
        if len(self._under_way) > MAX_REQUESTS:
            raise BusyError("web.busy", "too many requests are under way", hint="send it again")

    async def _answer(self, exchange: Exchange) -> None:
        try:
            self._refuse_crowd()
            await self.carry_out(exchange)
        except (GoneError, asyncio.CancelledError):
            exchange.status = WENT
            raise
        except Exception as error:
            known = error if isinstance(error, BylawError) else unforeseen()
            if known is not error:
                self.report(error)
            if exchange.status:
                raise  # the answer has begun: the connection is closed
            await exchange.problem(known)


class Front(Door):
    """The ASGI application of the service.

    Args:
        service: what routes work with.
        app: answers what is not raw.
        routes: all of them.
        log: called with each request that was answered.
        encrypted: browsers are told to come by TLS only.
    """

    def __init__(
        self,
        service: Service,
        app: ASGIApp,
        routes: Iterable[Route],
        log: Callable[[Entry], None],
        *,
        encrypted: bool = False,
    ) -> None:
        raw = [route for route in routes if route.raw]
        self._service = service
        self._app = app
        self._log = log
        self._whole = {route.path: route for route in raw if route.stem == route.path}
        self._stems = [route for route in raw if route.stem != route.path]
        super().__init__(self._count, service.report, encrypted=encrypted)

    async def carry_out(self, exchange: Exchange) -> None:
        """See ``Door``."""
        route = self._raw(exchange.method, exchange.path)
        if route is not None and route.raw:
            exchange.route = route.path
            await enter(exchange, self._service, route)
            await route.raw(exchange, self._service)
        else:
            exchange.scope[EXCHANGE], exchange.scope[SERVICE] = exchange, self._service
            await self._app(exchange.scope, exchange.pass_on, exchange.send)

    def _count(self, entry: Entry) -> None:
        self._service.metrics.answered(entry.method, entry.route, entry.status, entry.ms / 1000)
        self._log(entry)

    def _raw(self, method: str, path: str) -> Route | None:
        found = self._whole.get(path) or next((r for r in self._stems if path.startswith(r.stem)), None)
        if found is not None and found.method != method:
            raise MethodError(found.method)
        return found
