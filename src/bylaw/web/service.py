"""A service that runs: who decides, who may ask, what is counted. Routes are given one to work with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bylaw.book.folder import read_folder
from bylaw.enforcement.standing import Access
from bylaw.engine.archive import Archive
from bylaw.runtime.offices import Reading
from bylaw.staff.workflow import Staff
from bylaw.web.callers import Identify
from bylaw.web.desk import Desk
from bylaw.web.gathering import Gatherer
from bylaw.web.metrics import Metrics
from bylaw.web.once import Once
from bylaw.web.rates import Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What routes work with.

    ``access`` tells what an account may do at an instant; any thread may ask.
    ``reading`` is the record and ``archive`` what it decided, read by any thread. ``clock`` tells the time. ``report`` is told of errors that nobody
    foresaw. ``book`` is the folder from which the book is read again. ``staff`` is who works here, and the log of what is
    read; ``once`` remembers what was answered to requests that may be sent again.
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
    once: Once = field(default_factory=Once)

    async def reload(self) -> str:
        """Read the book's folder again and put it into force; return its digest.

        Raises:
            Problems, InputError, NotFoundError, BusyError: it is no book. The one in force stays.
            ConflictError: it is another operator's.
        """
        made = await self.gatherer.between(lambda: self.desk.appoint(read_folder(self.book).files))
        return made.digest
