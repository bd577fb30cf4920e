"""One call over HTTP/1.1; nothing of the answer but its status is kept.

No redirect is followed, no cookie is kept. Of the answer only the head is read, up to a limit: whoever is called can
neither hold us up nor fill our memory.
"""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from ada_url import URL

from bylaw.base.errors import UpstreamError
from bylaw.notices.webhooks.reaching import Line, Reach, Resolve, machine_resolve

MAX_HEAD: Final = 16 << 10  # bytes of an answer
MAX_INTERIM: Final = 4  # answers (1xx) before the answer
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |\r?\n|$)")  # noqa: TID251 - RFC 9112, 4
_RETRY: Final = re.compile(rb"(?im)^retry-after:[ \t]*(\d{1,9})[ \t]*\r?$")  # noqa: TID251 - RFC 9110, 10.2.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is to be posted. ``allow``: networks that may be called although they are not open to all."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    allow: tuple[str, ...] = ()
    seconds: float = 15


class Answer(NamedTuple):
    """The status, and after how many seconds to call again, if it says so."""

    status: int
    retry_after: int | None


class Poster:
    """Makes calls; one for any number of threads."""

    def __init__(
        self,
        resolve: Resolve = machine_resolve,
        context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reach = Reach(resolve, context, monotonic)

    def post(self, call: Call) -> Answer:
        """Make a call.

        Raises:
            UpstreamError: as for ``Reach.open``; ``webhook.answer``, what comes back is none.
        """
        url = URL(call.url)
        with self._reach.open(url, call.allow, call.seconds) as line:
            line.send(request(url, "POST", call.headers, call.body))
            return _answer(line)


def request(url: URL, method: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a request as it is sent; the other side closes the connection after its answer.

    Raises:
        UpstreamError: ``webhook.headers``, one of them holds a line break.
    """
    every = {
        "Host": url.host,
        "User-Agent": "bylaw",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [
        f"{method} {url.pathname}{url.search} HTTP/1.1",
        *(f"{name}: {value}" for name, value in every.items()),
    ]
    if any("\r" in line or "\n" in line for line in lines):
        raise UpstreamError("webhook.headers", "a header holds a line break")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _answer(line: Line) -> Answer:
    data = b""
    for _ in range(MAX_INTERIM):
        while b"\r\n\r\n" not in data:
            more = line.receive()
            if not more or len(data) > MAX_HEAD:
                raise UpstreamError("webhook.answer", "what came back is no answer")
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        status = _STATUS.match(head)
        if status is None:
            raise UpstreamError("webhook.answer", "what came back is no answer")
        if int(status[1]) >= 200:
            retry = _RETRY.search(head)
            return Answer(int(status[1]), int(retry[1]) if retry else None)
    raise UpstreamError("webhook.answer", "the answer never came to an end")
