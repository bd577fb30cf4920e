"""In the process of the one who decides: what a web process asks, answered as if it had been asked here."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Scope

from bylaw.base.errors import BylawError
from bylaw.web.api.deciding import Here, read
from bylaw.web.api.lines import Line as EventLine
from bylaw.web.callers import Caller, admit, shown
from bylaw.web.exchange import extra_headers
from bylaw.web.gathering import Said
from bylaw.web.problems import details_of, unforeseen
from bylaw.web.relay.frames import Answered, Asked, Block, Counted, OneEvent, Whole
from bylaw.web.relay.line import Line
from bylaw.web.service import Service

PERMISSION = "event.write"


class Hub:
    """Answers one web process. ``front`` answers whole requests."""

    def __init__(self, service: Service, front: ASGIApp) -> None:
        self._service = service
        self._front = front
        self._tasks: set[asyncio.Task[None]] = set()
        self.gone = asyncio.Event()
        self.line: Line[Asked, Answered] = Line(Asked, self._take, self.gone.set)  # type: ignore[arg-type]

    def _take(self, asked: Asked) -> None:
        if isinstance(asked, OneEvent):
            self._decide(asked)
        elif isinstance(asked, Block):
            self._begin(self._several(asked))
        elif isinstance(asked, Whole):
            self._begin(self._whole(asked))
        else:
            self._count(asked)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _count(self, asked: Counted) -> None:
        self._service.metrics.answered(asked.method, asked.route, asked.status, asked.seconds)

    # -- events: no task for each of them

    def _decide(self, asked: OneEvent) -> None:
        service, caller = self._service, ""
        try:
            found = self._caller(asked.key)
            caller = found.id
            service.rates.spend(found, 1)
            waiting = read(asked.line, service.desk.codec, service.clock())
            said = service.gatherer.hand_over([waiting._replace(warned=asked.warned)])
        except Exception as error:  # noqa: BLE001 - it is told
            self._refuse(asked, error, caller)
            return
        said.add_done_callback(lambda done: self._decided(asked, done, caller))

    def _decided(self, asked: OneEvent, done: "asyncio.Future[Any]", caller: str) -> None:
        error = done.exception()
        said: Said | BaseException = error if error is not None else done.result()[0]
        if isinstance(said, bytes):
            self.line.say(Answered(asked.number, 200, said, caller=caller))
        else:
            self._refuse(asked, said, caller)

    async def _several(self, asked: Block) -> None:
        caller = ""
        try:
            found = self._caller(asked.key)
            caller = found.id
            lines = [EventLine(number, content) for number, content in asked.lines]
            told = await Here(found, self._service).several(lines) if lines else b""
        except Exception as error:  # noqa: BLE001 - it is told
            self._refuse(asked, error, caller)
        else:
            self.line.say(Answered(asked.number, 200, told, caller=caller))

    def _caller(self, key: bytes) -> Caller:
        caller = self._service.identify(shown(key))
        admit(caller, (PERMISSION,))
        return caller

    def _refuse(self, asked: OneEvent | Block, error: BaseException, caller: str) -> None:
        known = error if isinstance(error, BylawError) else unforeseen()
        if known is not error:
            self._service.report(error)
        details = details_of(known, asked.request)
        body = msgspec.json.encode(details)
        self.line.say(Answered(asked.number, details.status, body, extra_headers(known), caller))

    # -- everything else

    async def _whole(self, asked: Whole) -> None:
        status, headers, body = 500, list[tuple[bytes, bytes]](), bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message["headers"])
            else:
                body.extend(message.get("body", b""))

        try:
            await self._front(_scope(asked), receive, send)
        finally:
            self.line.say(Answered(asked.number, status, bytes(body), headers))


def _scope(asked: Whole) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": asked.scheme,
        "path": asked.path,
        "raw_path": asked.raw_path,
        "query_string": asked.query,
        "root_path": "",
        "headers": asked.headers,
        "client": asked.client,
        "server": None,
        "state": {},
    }
