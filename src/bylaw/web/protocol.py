"""HTTP as uvicorn parses it, with bounds of our own: on the size of a request's head, and on how long it may take.

uvicorn waits for the rest of a head, or of a body that nobody wants any more, for as long as it is kept dangling.
"""

import asyncio
from http import HTTPStatus
from typing import Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bylaw.base.errors import BusyError, BylawError, InputError
from bylaw.web.limits import HEAD_SECONDS, MAX_CONNECTIONS, MAX_HEAD, MAX_HEADERS, TAKE_SECONDS
from bylaw.web.problems import MEDIA, details_of

_SEPARATORS: Final = 4  # bytes between and after a header's name and value


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    _deadline: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None
    _in_head = True
    _whole = True  # the request has been read to its end
    _arrived = 0  # bytes since a head began, whole headers or not: the parser keeps parts of one
    _head = 0  # bytes of the head's whole headers
    _too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            self._refuse(BusyError("web.connections", "too many connections are open"))
        else:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._settle()
        self._take()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless a head grows beyond its bound."""
        if self._in_head:
            self._arrived += len(data)
            if self._deadline is None:
                self._expect()
        super().data_received(data)
        if self._in_head and self._arrived > MAX_HEAD and not self.transport.is_closing():
            self._refuse(_head_too_large())

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head, self._whole, self._head, self._too_large = True, False, 0, False
        if self._deadline is None:
            self._expect()

    def on_url(self, url: bytes) -> None:
        """Take a part of the path."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._count(len(name) + len(value) + _SEPARATORS)
        if len(self.headers) >= MAX_HEADERS:
            self._count(MAX_HEAD + 1)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request over."""
        self._in_head, self._arrived = False, 0
        self._settle()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._whole, self._in_head = True, True
        self._settle()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Answered; what of the body nobody has read must still come to its end."""
        super().on_response_complete()
        if not self._whole and not self.transport.is_closing():
            self._expect()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """Answer what is no HTTP, or too much of it."""
        error = InputError("web.bad_request", "the request is no HTTP/1.1")
        self._refuse(_head_too_large() if self._too_large else error)

    def pause_writing(self) -> None:
        """Wait for whoever asked to take what was answered, but not for ever."""
        super().pause_writing()
        self._untaken = self.loop.call_later(TAKE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on answering."""
        self._take()
        super().resume_writing()

    def _take(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD:
            self._too_large = True
            raise ValueError("the head is too large")

    def _expect(self) -> None:
        self._settle()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._late)

    def _settle(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, error: BylawError) -> None:
        details = details_of(error)
        body = msgspec.json.encode(details)
        phrase = HTTPStatus(details.status).phrase
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (details.status, phrase.encode(), MEDIA, len(body), body)
        )
        self.transport.close()


def _head_too_large() -> InputError:
    return InputError("web.head_too_large", f"the head of the request has more than {MAX_HEAD:,} bytes")
