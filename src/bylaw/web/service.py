"""A service that runs: who decides, who may ask, what is counted. Routes are given one to work with."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ada_url import URL

from bylaw.base.errors import BusyError, RefusedError
from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of, read_folder
from bylaw.drafts.workflow import Drafts
from bylaw.drafts.writing import Written, write_back
from bylaw.enforcement.standing import Access
from bylaw.engine.archive import Archive
from bylaw.runtime.accounting import Accounting
from bylaw.runtime.offices import Reading
from bylaw.runtime.trials import Trials
from bylaw.staff.passkeys import Site
from bylaw.staff.roles import Role
from bylaw.staff.workflow import Staff
from bylaw.web.browsers import LOOPBACK, Browsers
from bylaw.web.callers import Identify
from bylaw.web.desk import Desk
from bylaw.web.fetching import Fetcher
from bylaw.web.gathering import Gatherer
from bylaw.web.glance import Glance
from bylaw.web.metrics import Metrics
from bylaw.web.once import Once
from bylaw.web.porter import Porter
from bylaw.web.rates import Rates
from bylaw.web.receiving import Receiver
from bylaw.web.verifying import Verification


class TakenUp(NamedTuple):
    """The book in force, and the files in which it is the console's and not the folder's."""

    digest: str
    carried: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What routes work with.

    ``access`` tells what an account may do at an instant; any thread may ask.
    ``reading`` is the record and ``archive`` what it decided, read by any thread. ``clock`` tells the time. ``report`` is told of errors that nobody
    foresaw. ``book`` is the folder from which the book is read again. ``staff`` is who works here, and the log of what is
    read; ``once`` remembers what was answered to requests that may be sent again, ``glance`` what many pages show alike. ``porter`` lets staff in, ``fetcher``
    asks their identity providers. ``readings``: what of which case somebody reads is recorded already, so that looking again is no new one. ``verification`` computes the ledger again, when somebody asks. ``receivers`` are what takes calls of other services, by name, with the book's digest. ``trials`` are back-tests; ``accounting`` counts what is published; ``writes_book``: what the console changes is written into ``book``. ``url`` is where the service listens; ``encrypted``, ``behind_proxy``: as in ``Browsers``.
    """

    desk: Desk
    gatherer: Gatherer
    reading: Reading
    archive: Archive
    access: Callable[[str, int], Access]
    identify: Identify
    rates: Rates
    metrics: Metrics
    clock: Callable[[], datetime]
    report: Callable[[BaseException], None]
    book: Path
    staff: Staff
    porter: Porter
    url: str
    encrypted: bool
    behind_proxy: bool
    trials: Trials
    accounting: Accounting
    writes_book: bool = False
    once: Once = field(default_factory=Once)
    glance: Glance = field(default_factory=Glance)
    fetcher: Fetcher = field(default_factory=Fetcher)
    verification: Verification = field(default_factory=Verification)
    receivers: dict[str, tuple[str, Receiver]] = field(default_factory=dict)
    readings: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles of staff: those built in, and those of the book in force."""
        return self.desk.roles

    @property
    def browsers(self) -> Browsers:
        """How staff's browsers come: from the pages that the book in force names, or else from this machine."""
        return Browsers(self._origins, self.encrypted, self.behind_proxy)

    @property
    def site(self) -> Site:
        """What passkeys are bound to.

        Raises:
            RefusedError: ``staff.no_site``.
        """
        if not self._origins:
            hint = "set `site` in [staff] of operator.toml"
            raise RefusedError("staff.no_site", "the book does not say where staff work", hint=hint)
        origin = self._origins[0]
        return Site(URL(origin).hostname, self.desk.book.operator.operator.name, (origin,))

    @property
    def _origins(self) -> tuple[str, ...]:
        if site := self.desk.book.operator.staff.site:
            return (site,)
        listens = URL(self.url)
        port = f":{listens.port}" if listens.port else ""
        names = [f"{listens.protocol}//{name}{port}" for name in LOOPBACK]
        return tuple(names) if listens.hostname in LOOPBACK else ()

    @property
    def drafts(self) -> Drafts:
        """Books in the making. Looking may be done by any thread, writing in the decider's."""
        return self.desk.office.drafts

    async def reload(self) -> str:
        """Read the book's folder again and put it into force; return its digest."""
        return (await self.take_up()).digest

    async def take_up(self, by: str = "") -> TakenUp:
        """Read the book's folder again and put it into force, with what only the console changed.

        Raises:
            Problems, InputError, NotFoundError, BusyError: it is no book. The one in force stays.
            ConflictError: it is another operator's; ``book.console_change``, folder and console changed the same file.
        """
        # Read beside the decider's thread: events go on being decided by the book in force meanwhile.
        folder = await asyncio.to_thread(read_folder, self.book)
        taking = await asyncio.to_thread(self.drafts.take, folder.files, by)
        book = await asyncio.to_thread(book_of, folder_of(folder.name, taking.files))

        def appoint() -> Book:
            if self.drafts.in_force() != taking.over:
                hint = "read the folder once more"
                raise BusyError("book.changing", "another book came into force meanwhile", hint=hint)
            return self.desk.appoint(taking.files, book, taking.facts)

        made = await self.gatherer.between(appoint)
        return TakenUp(made.digest, taking.carried)

    async def write_back(self) -> Written:
        """Write what only the console changed into the book's folder, if that is wished, and read it again."""
        if not self.writes_book:
            return Written((), ())
        last, now = await asyncio.to_thread(lambda: (self.drafts.folder(), self.drafts.now()))
        written = await asyncio.to_thread(write_back, self.book, last, now)
        if written.written:
            await self.take_up()
        return written
