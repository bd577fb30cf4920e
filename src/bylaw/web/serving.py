"""A service on a socket: started, run, and stopped without losing anything.

Stopping: no connection is taken any more, streams end where they are, what was handed over is decided and answered.
A second signal ends the process at once, which loses nothing that was answered.
"""

import asyncio
import gc
import ipaddress
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, TextIO

import uvloop

from bylaw.base.errors import BusyError, BylawError, InputError, RefusedError
from bylaw.runtime.accounting import Accounting
from bylaw.runtime.gauging import Gauging
from bylaw.runtime.offices import Office
from bylaw.runtime.resting import StoppedError, resting
from bylaw.runtime.trials import Trials
from bylaw.runtime.working import working
from bylaw.staff.workflow import Staff
from bylaw.web.app import application
from bylaw.web.callers import Identify
from bylaw.web.desk import Desk
from bylaw.web.front import Front
from bylaw.web.gathering import Gatherer
from bylaw.web.metrics import Metrics
from bylaw.web.pages import prepare
from bylaw.web.porter import Porter
from bylaw.web.rates import Rates
from bylaw.web.relay.hub import Hub
from bylaw.web.relay.keeping import Outposts
from bylaw.web.request_log import RequestLog
from bylaw.web.server import Server, Tls
from bylaw.web.service import Service
from bylaw.web.standing import figures

GARBAGE: Final = 10_000  # objects that are made between two looks for garbage among the young


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where a service listens, how what passes is kept from others, and from where its book comes.

    ``behind_proxy``: something in front of it speaks TLS. ``quiet``: only requests that failed are logged.
    ``web``: how many processes speak HTTP; one is the one that decides. ``writes_book``: what the console changes of the book
    is written into its folder.
    """

    book: Path
    host: str = "127.0.0.1"
    port: int = 8080
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    quiet: bool = False
    web: int = 1
    writes_book: bool = False

    @property
    def tls(self) -> Tls:
        """How what passes is kept from others."""
        certificate, key = (str(one) if one else None for one in (self.certificate, self.key))
        return Tls(certificate, key, self.behind_proxy)

    @property
    def encrypted(self) -> bool:
        """Whether whoever asks comes by TLS."""
        return self.tls.encrypted

    def refuse_plain(self) -> None:
        """See to it that nothing passes in the open between machines.

        Raises:
            RefusedError: ``web.plain``.
        """
        if not self.encrypted and not _is_loopback(self.host):
            raise RefusedError(
                "web.plain",
                f"`{self.host}` can be reached by other machines, and nothing would be encrypted",
                hint="give --certificate and --key, or --behind-proxy if something in front speaks TLS",
            )

    def listen(self) -> socket.socket:
        """Return a socket that is bound, and not yet listening.

        Raises:
            InputError: there is no such address.
            BusyError: somebody else listens there.
        """
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
        except socket.gaierror as error:
            raise InputError("web.host", f"there is no host `{self.host}`") from error
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError as error:
            bound.close()
            hint = "stop it, or name another --port"
            raise BusyError(
                "web.port", f"port {self.port} of `{self.host}` is not free", hint=hint
            ) from error
        return bound


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Control:
    """A service that runs. Any thread may call."""

    url: str
    _stop: Callable[[], None]
    _service: Service
    _loop: asyncio.AbstractEventLoop

    def stop(self) -> None:
        """Stop it, as the first signal does."""
        self._loop.call_soon_threadsafe(self._stop)

    def reload(self) -> str:
        """Read the book again, as ``Service.reload`` does, and wait for it; not on the loop."""
        return asyncio.run_coroutine_threadsafe(self._service.reload(), self._loop).result()


def serve(  # noqa: PLR0913 - what a service is made of
    office: Office,
    staff: Staff,
    identify: Identify,
    settings: Settings,
    log: TextIO,
    *,
    ready: Callable[[Control], None] = lambda _: None,
    signals: bool = True,
) -> None:
    """Serve until told to stop; on return everything that was answered is durable, and nothing waits.

    Args:
        office: of the operator, with a book in force.
        staff: who works for the operator.
        identify: tells whose key is shown.
        settings: where, and how.
        log: gets a line for each request.
        ready: called once requests are answered.
        signals: SIGTERM and SIGINT stop it, SIGHUP has the book read again; in the main thread only.

    Raises:
        RefusedError, InputError, BusyError: the address is none to serve at.
    """
    settings.refuse_plain()
    bound = settings.listen()
    requests = RequestLog(log, quiet=settings.quiet)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_Run(office, staff, identify, settings, requests, ready, signals).run(bound))
        finally:
            requests.close()
            bound.close()


@dataclass(slots=True)
class _Run:
    office: Office
    staff: Staff
    identify: Identify
    settings: Settings
    log: RequestLog
    ready: Callable[[Control], None]
    signals: bool

    async def run(self, bound: socket.socket) -> None:
        """Serve on a socket."""
        service = self._service(_url(bound, self.settings))
        gauging, stopped = Gauging(self.office, service.report), threading.Event()
        front = application(service, self.log.answered, encrypted=self.settings.encrypted)
        server = self._server(service, front)
        service.gatherer.start()
        service.porter.start()
        if self.signals:  # the process is this service's
            self._mind_signals(server, service)
            _spare_garbage_collector()
            gauging.start()
            threading.Thread(target=_prepare_pages, args=(stopped,), name="pages", daemon=True).start()
        try:
            show = partial(_show, self.office, service, asyncio.get_running_loop())
            with working(self.office, show, service.report, service.gatherer.within):
                await server.serve([bound])
        finally:
            stopped.set()
            await asyncio.to_thread(gauging.close)
            await asyncio.to_thread(service.verification.close)
            await asyncio.to_thread(service.trials.close)
            await asyncio.to_thread(service.accounting.close)
            service.porter.close()
            await service.gatherer.close()

    def _server(self, service: Service, front: Front) -> Server | Outposts:
        def told() -> None:
            self.ready(Control(service.url, server.stop, service, loop))

        settings, loop = self.settings, asyncio.get_running_loop()
        server: Server | Outposts
        if settings.web == 1:
            server = Server(front, settings.tls, told)
        else:
            server = Outposts(
                settings.web,
                lambda: Hub(service, front),
                settings.tls,
                quiet=settings.quiet,
                note=self.log.note,
                told=told,
            )
        return server

    def _mind_signals(self, server: Server | Outposts, service: Service) -> None:
        loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()

        async def reload() -> None:
            try:
                self.log.note({"book": await service.reload()})
            except BylawError as error:
                self.log.note({"book": "", "problem": str(error)})

        def reread() -> None:
            task = loop.create_task(reload())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        loop.add_signal_handler(signal.SIGHUP, reread)

    def _service(self, url: str) -> Service:
        metrics = Metrics()

        def report(error: BaseException) -> None:
            metrics.failed()
            self.log.unforeseen(error)

        desk = Desk(self.office, report)
        gatherer = Gatherer(desk.decide, metrics.decided)
        metrics.gauge("events_waiting", "Events that wait to be decided.", lambda: gatherer.waiting)
        metrics.asked(lambda: figures(self.office.records), time.monotonic)
        metrics.gauge("record_head", "Facts in the record.", lambda: self.office.records.head)
        return Service(
            desk=desk,
            gatherer=gatherer,
            reading=self.office,
            archive=self.office.archive,
            access=self.office.enforcement.following.gate.access,
            identify=self.identify,
            rates=Rates(time.monotonic),
            metrics=metrics,
            clock=lambda: datetime.now(UTC),  # noqa: TID251 - events arrive here
            report=report,
            book=self.settings.book,
            staff=self.staff,
            porter=Porter(self.staff.tidy, report),
            url=url,
            encrypted=self.settings.encrypted,
            behind_proxy=self.settings.behind_proxy,
            accounting=Accounting(self.office.records, report),
            trials=Trials(report),
            writes_book=self.settings.writes_book,
        )


def _spare_garbage_collector() -> None:
    # COST: each look through all that was loaded, which stays, takes 0.1 s, while the decider waits; 4 % of all in all.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])


def _prepare_pages(stopped: threading.Event) -> None:
    with suppress(StoppedError):
        prepare(resting(stopped))


def _show(office: Office, service: Service, loop: asyncio.AbstractEventLoop, people: Collection[str]) -> None:
    """Have the decider's thread show at the gate what a worker changed; from any thread."""
    refresh = partial(office.enforcement.following.refresh, people)
    asyncio.run_coroutine_threadsafe(service.gatherer.between(refresh), loop)


def _url(bound: socket.socket, settings: Settings) -> str:
    host, port = bound.getsockname()[:2]
    scheme = "https" if settings.certificate else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
