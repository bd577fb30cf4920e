"""A web process: it speaks HTTP, with all bounds on what is read and waited for; another process answers.

Run by ``keeping``: ``python -m bylaw.web.relay.outpost SETTINGS``, with the socket to listen at and the line to the one
who decides already open.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

import msgspec
import uvloop

from bylaw.web.api.events import NDJSON, answer_events
from bylaw.web.api.lines import Line as EventLine
from bylaw.web.callers import Caller
from bylaw.web.exchange import Exchange
from bylaw.web.front import Door
from bylaw.web.limits import MAX_BODY, MAX_FORM, MAX_FORMS
from bylaw.web.problems import ProblemDetails, ToldError
from bylaw.web.relay.frames import Answered, Asked, Block, Counted, OneEvent, Whole
from bylaw.web.relay.line import Line
from bylaw.web.request_log import Entry, RequestLog
from bylaw.web.server import Server, Tls

EVENTS: Final = "/v1/events"
FORMS: Final = "/your/"  # pages whose forms bring files
LOST: Final = 3  # the status of a web process that nobody answers


class Given(msgspec.Struct, frozen=True):
    """What a web process is started with: numbers of open files, and how it is to speak."""

    listening: int
    line: int
    tls: Tls
    quiet: bool


class Outpost(Door):
    """The ASGI application of a web process."""

    def __init__(
        self, log: Callable[[Entry], None], report: Callable[[BaseException], None], *, encrypted: bool
    ) -> None:
        super().__init__(self._count, report, encrypted=encrypted)
        self._log = log
        self._numbers = count()
        self._forms = asyncio.Semaphore(MAX_FORMS)
        self.over = False  # all is answered: the line may go
        self._awaited: dict[int, asyncio.Future[Answered]] = {}
        self.line: Line[Answered, Asked] = Line(Answered, self._take, self._lost)

    async def carry_out(self, exchange: Exchange) -> None:
        """See ``Door``."""
        key = exchange.header(b"authorization")
        if exchange.path == EVENTS and exchange.method == "POST" and key:
            exchange.route, there = EVENTS, _There(self, exchange, key)
            if exchange.media == NDJSON:
                await there.several(())  # whoever may not is told so before the answer begins
            await answer_events(exchange, there, self.report)
        else:
            await self._pass_on(exchange)

    async def ask(self, asked: Callable[[int], Asked]) -> Answered:
        """Return what the one who decides answers."""
        number = next(self._numbers)
        answered: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._awaited[number] = answered
        self.line.say(asked(number))
        try:
            return await answered
        finally:
            self._awaited.pop(number, None)

    async def _pass_on(self, exchange: Exchange) -> None:
        scope, body = exchange.scope, await self._body(exchange)
        answered = await self.ask(
            lambda number: Whole(
                number,
                exchange.method,
                exchange.path,
                scope.get("raw_path", b""),
                scope.get("query_string", b""),
                [(bytes(name), bytes(value)) for name, value in scope["headers"]],
                scope.get("client"),
                scope["scheme"],
                body,
            )
        )
        await exchange.repeat(answered.status, answered.headers, answered.body)

    async def _body(self, exchange: Exchange) -> bytes:
        """Return the body of a request; of forms that bring files only a few are read at once."""
        if not exchange.path.startswith(FORMS):
            return await exchange.body(MAX_BODY)
        async with self._forms:
            return await exchange.body(MAX_FORM)

    def _take(self, answered: Answered) -> None:
        awaited = self._awaited.get(answered.number)
        if awaited is not None and not awaited.done():  # else whoever asked has gone
            awaited.set_result(answered)

    def _lost(self) -> None:
        if not self.over:
            os._exit(LOST)  # nobody decides any more: whoever asked must not wait

    def _count(self, entry: Entry) -> None:
        if entry.route == EVENTS:  # else it was counted and logged where it was answered
            self.line.say(Counted(entry.method, entry.route, entry.status, entry.ms / 1000))
            self._log(entry)


class _There:
    """The decider of another process."""

    def __init__(self, outpost: Outpost, exchange: Exchange, key: bytes) -> None:
        self._outpost = outpost
        self._exchange = exchange
        self._key = key

    async def one(self, line: bytes, warned: str) -> bytes:
        """See ``Decides``."""
        request = self._exchange.request
        return self._said(
            await self._outpost.ask(lambda number: OneEvent(number, request, self._key, line, warned))
        )

    async def several(self, lines: Sequence[EventLine]) -> bytes:
        """See ``Decides``."""
        request, plain = self._exchange.request, [(line.number, line.content) for line in lines]
        return self._said(await self._outpost.ask(lambda number: Block(number, request, self._key, plain)))

    def _said(self, answered: Answered) -> bytes:
        self._exchange.caller = Caller(answered.caller, ())
        if answered.status != 200:
            raise ToldError(msgspec.json.decode(answered.body, type=ProblemDetails), answered.headers)
        return answered.body


async def _run(given: Given, log: RequestLog) -> None:
    loop = asyncio.get_running_loop()
    outpost = Outpost(log.answered, log.unforeseen, encrypted=given.tls.encrypted)
    await loop.create_connection(lambda: outpost.line, sock=socket.socket(fileno=given.line))
    server = Server(outpost, given.tls)
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process: the first tells the others
    await server.serve([socket.socket(fileno=given.listening)])
    outpost.over = True
    outpost.line.close()


def main(settings: str) -> None:
    """Run a web process until it is told to stop, or the one who decides is gone."""
    given = msgspec.json.decode(settings, type=Given)
    log = RequestLog(sys.stderr, quiet=given.quiet)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(given, log))
    log.close()


if __name__ == "__main__":
    main(sys.argv[1])
