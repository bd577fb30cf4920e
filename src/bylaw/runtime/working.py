"""Work that goes on beside deciding: timers, notices, mail and webhooks, each kind in a thread of its own.

A slow mail server holds up mail and nothing else. What a worker records is committed in turn with the decider's batches;
what it changes at the gate is shown by the decider's thread.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from bylaw.base.errors import BylawError
from bylaw.book.book import Book
from bylaw.cases.carrying import Timers as OfCases
from bylaw.cases.carrying import Within
from bylaw.cases.timing import HANDLER as CASES
from bylaw.enforcement.carrying import Telling, Timers
from bylaw.enforcement.folding import HANDLER
from bylaw.enforcement.retroactive.store import HANDLER as RETROACTIVE
from bylaw.enforcement.retroactive.timers import Steps
from bylaw.notices.store import HANDED, MAIL, TIMER
from bylaw.notices.ways import Ways
from bylaw.notices.webhooks.announcing import DESTINATION
from bylaw.records.rounds import Handler, Rounds
from bylaw.runtime.offices import Office
from bylaw.runtime.profiles import Profiles

IDLE_SECONDS: Final = 0.25  # between two looks when there was nothing to do
FAILED_SECONDS: Final = 2.0  # after a round that could not be gone
STOP_SECONDS: Final = 20.0  # that a worker has to finish what it is at
TURNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("timers", (HANDLER, TIMER)),
    ("cases", (CASES,)),
    ("retroactive", (RETROACTIVE,)),
    ("mail", (MAIL,)),
    ("webhooks", (DESTINATION, HANDED)),
)

Show = Callable[[Collection[str]], object]
Report = Callable[[BaseException], None]


def ways_of(office: Office) -> Ways:
    """Return everything between the outbox and the world."""
    profiles = Profiles(office.records, office.archive)

    def current() -> Book:
        charter = office.decider.charter  # nothing for the moment in which a decider remembers anew
        digest = charter.basis.book if charter else office.archive.book_at(office.records.head)
        return office.shelf.book(digest)

    return Ways(office.records, office.vault, current, office.shelf.book, profiles.address_of)


@contextmanager
def working(
    office: Office, show: Show, report: Report, within: Within = lambda work: work()
) -> Iterator[None]:
    """Work until the block ends.

    ``show`` has accounts shown anew at the gate; ``within`` does something in the decider's thread, and waits for it;
    ``report`` is told what nobody foresaw.
    """
    ways = ways_of(office)
    handlers: Mapping[str, Handler] = {
        **ways.handlers,
        HANDLER: Timers(office.enforcement, show),
        CASES: OfCases(office.cases, within),
        RETROACTIVE: Steps(office.retroactive, within),
        DESTINATION: Telling(ways.handlers[DESTINATION], office.enforcement, office.records),
    }
    stop = threading.Event()
    threads = [
        threading.Thread(
            target=_work,
            name=f"outbox {name}",
            args=(Rounds(office.records, {one: handlers[one] for one in mine}, alone=False), stop, report),
            daemon=True,
        )
        for name, mine in TURNS
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(STOP_SECONDS)


def _work(rounds: Rounds, stop: threading.Event, report: Report) -> None:
    while not stop.is_set():
        try:
            wait = 0.0 if rounds.go() else IDLE_SECONDS
        except BylawError:  # the database is busy or away: it is tried again
            wait = FAILED_SECONDS
        except Exception as error:  # noqa: BLE001 - the worker must not end before the service does
            report(error)
            wait = FAILED_SECONDS
        if wait:
            stop.wait(wait)
