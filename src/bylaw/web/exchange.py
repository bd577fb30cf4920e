"""One request and its answer: what is read is bounded in bytes and in time, what is answered is counted."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from starlette.types import Message, Receive, Scope, Send

from bylaw.base.errors import BusyError, BylawError, InputError, RefusedError
from bylaw.web.callers import NOBODY
from bylaw.web.limits import BODY_SECONDS, LINE_SECONDS, RETRY_SECONDS
from bylaw.web.problems import MEDIA, ToldError, details_of, status_of

JSON: Final = b"application/json"

Headers = list[tuple[bytes, bytes]]


class GoneError(Exception):
    """Whoever asked has gone away."""


class Exchange:
    """A request. ``route`` is the pattern of its path, for logs and counts; paths name people.

    ``is_page``: a page is asked for, and what goes wrong is told by one.

    Args:
        scope, receive, send: as in ASGI.
        request: the request's id.
        headers: sent with every answer.
    """

    __slots__ = (
        "_headers",
        "_send",
        "_stopping",
        "_waiting",
        "caller",
        "is_page",
        "pass_on",
        "request",
        "route",
        "scope",
        "sent",
        "status",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, request: str, headers: Headers) -> None:
        self.scope = scope
        self.request = request
        self.route = ""
        self.caller = NOBODY
        self.is_page = False
        self.status = 0
        self.sent = 0
        self.pass_on = receive
        self._send = send
        self._headers = headers
        self._waiting: asyncio.Timeout | None = None
        self._stopping = False

    @property
    def method(self) -> str:
        """``GET``, ``POST`` …."""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path, decoded."""
        return str(self.scope["path"])

    def header(self, name: bytes) -> bytes:
        """Return a header by its name in small letters; empty if there is none."""
        for key, value in self.scope["headers"]:
            if key == name:
                return bytes(value)
        return b""

    @property
    def media(self) -> bytes:
        """The media type of the body, without parameters."""
        return self.header(b"content-type").partition(b";")[0].strip().lower()

    # -- reading

    async def body(self, limit: int) -> bytes:
        """Return the whole body.

        Raises:
            InputError: ``web.too_large``, it has more than ``limit`` bytes; ``web.slow``, it does not come.
        """
        length = self.header(b"content-length")
        if length.isdigit() and int(length) > limit:
            raise too_large(limit)
        read, size = [], 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in self._chunks():
                    size += len(chunk)
                    if size > limit:
                        raise too_large(limit)
                    read.append(chunk)
        except TimeoutError:
            raise InputError("web.slow", f"the body took more than {BODY_SECONDS:.0f} seconds") from None
        return read[0] if len(read) == 1 else b"".join(read)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body in pieces as they come.

        Raises:
            InputError: ``web.slow``, the next does not come.
            BusyError: ``web.stopping``, the service stops.
        """
        more = True
        while more:
            message = await self._next()
            more = message.get("more_body", False)
            yield message.get("body", b"")

    def stop(self) -> None:
        """Let ``pieces`` end as soon as it waits for the next."""
        self._stopping = True
        if self._waiting is not None:
            self._waiting.reschedule(0)

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(0 if self._stopping else LINE_SECONDS) as self._waiting:
                return await self.receive()
        except TimeoutError:
            if self._stopping:
                hint = "send it again"
                raise BusyError("web.stopping", "the service is being stopped", hint=hint) from None
            message, hint = f"nothing came for {LINE_SECONDS:.0f} seconds", "end a stream, and begin another"
            raise InputError("web.slow", message, hint=hint) from None
        finally:
            self._waiting = None

    async def _chunks(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self.receive()
            more = message.get("more_body", False)
            yield message.get("body", b"")

    async def receive(self) -> Message:
        """Return the next message of the request.

        Raises:
            GoneError: whoever asked has gone.
        """
        message = await self.pass_on()
        if message["type"] == "http.disconnect":
            raise GoneError
        return message

    # -- answering

    async def send(self, message: Message) -> None:
        """Send a message of the answer, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
        else:
            self.sent += len(message.get("body", b""))
        await self._send(message)

    def dress(self, headers: Headers) -> None:
        """Have the answer carry headers in the place of those of the same names that every answer has."""
        names = {name for name, _ in headers}
        self._headers = [*(pair for pair in self._headers if pair[0] not in names), *headers]

    async def answer(
        self, body: bytes, *, status: int = 200, media: bytes = JSON, headers: Headers | None = None
    ) -> None:
        """Send a whole answer."""
        self.status, self.sent = status, len(body)
        length = b"%d" % len(body)
        every = [(b"content-type", media), (b"content-length", length), *(headers or ()), *self._headers]
        await self._send({"type": "http.response.start", "status": status, "headers": every})
        await self._send({"type": "http.response.body", "body": body})

    async def repeat(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer that another process made."""
        self.status, self.sent = status, len(body)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def problem(self, error: BylawError) -> None:
        """Send an answer that is no success."""
        details = details_of(error, self.request)
        await self.answer(
            msgspec.json.encode(details), status=details.status, media=MEDIA, headers=extra_headers(error)
        )

    async def begin(self, media: bytes) -> None:
        """Begin an answer that is sent in pieces."""
        await self.send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", media)]})

    async def piece(self, body: bytes, *, last: bool = False) -> None:
        """Send a piece of an answer that was begun, as soon as those before it are taken."""
        await self.send({"type": "http.response.body", "body": body, "more_body": not last})


def extra_headers(error: BylawError) -> Headers:
    """Return what a status asks for in headers: when to come again, how to say who one is."""
    if isinstance(error, ToldError):
        return error.headers
    status = status_of(error)
    if status == 401:
        return [(b"www-authenticate", b"Bearer")]
    if isinstance(error, MethodError):
        return [(b"allow", error.allowed.encode())]
    if status in {429, 503}:
        return [(b"retry-after", b"%d" % max(RETRY_SECONDS, getattr(error, "seconds", 0)))]
    return []


def too_large(limit: int) -> InputError:
    """Return the error for a body of more than ``limit`` bytes."""
    return InputError("web.too_large", f"the body has more than {limit:,} bytes", hint="send it in parts")


class RateError(BusyError):
    """Too often; ``seconds`` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("web.rate", "this is asked more often than it may be", hint=f"wait {seconds} s")
        self.seconds = seconds


class MethodError(RefusedError):
    """This path takes other methods."""

    def __init__(self, allowed: str) -> None:
        super().__init__("web.method", "this cannot be done here", hint=f"it takes {allowed}")
        self.allowed = allowed
