"""The decider's desk: what is done in its thread, one thing at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from bylaw.base.errors import (
    BusyError,
    BylawError,
    ConflictError,
    InputError,
    IntegrityError,
    NotFoundError,
    UpstreamError,
    Where,
)
from bylaw.book.book import Book
from bylaw.book.operator import roles
from bylaw.enforcement.model import Resolved
from bylaw.enforcement.store import resolved_of
from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.decision import Decision
from bylaw.engine.duplicates import Seen
from bylaw.events.decode import CLOCK_SKEW, Codec
from bylaw.records.fact import Fact
from bylaw.runtime.deciding import CHECKPOINT_EVERY
from bylaw.runtime.offices import Office
from bylaw.staff.roles import Role, known_roles
from bylaw.web.api.answers import EventAnswer, Words, answer_of
from bylaw.web.gathering import Said, Waiting
from bylaw.web.problems import unforeseen

NOWHERE = Where()


@dataclass(slots=True)
class Desk:
    """Decides events and puts books into force. ``report`` is told of what nobody foresaw.

    ``damaged`` is the code of what was last found to contradict itself in the record; a person must look.
    """

    office: Office
    report: Callable[[BaseException], None]
    book: Book = field(init=False)
    codec: Codec = field(init=False)
    roles: Mapping[str, Role] = field(init=False)
    damaged: str = field(default="", init=False)
    _words: Words = field(default_factory=Words, init=False)
    _attested: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Begin with the book in force.

        Raises:
            NotFoundError: none is.
        """
        charter = self.office.decider.charter
        if charter is None:
            raise NotFoundError("web.no_book", "no book is in force", hint="name one with --book")
        self._take_up(self.office.shelf.book(charter.basis.book))
        self._attested = self.office.records.head

    def appoint(self, files: Mapping[str, bytes], book: Book, also: Sequence[Fact] = ()) -> Book:
        """Put a book into force that files make, from the next event on, and record facts with it.

        Raises as ``Office.appoint`` does.
        """
        charter = self.office.appoint(files, book, also)
        self._take_up(self.office.shelf.book(charter.basis.book))
        return self.book

    def decide(self, events: Sequence[Waiting]) -> list[Said]:
        """Return what is said of events; durable by then.

        One that fails does not take its neighbours along.

        Raises:
            BusyError, UpstreamError: nothing could be recorded.
        """
        current = [self._current(waiting) for waiting in events]
        arrivals = [one for one in current if isinstance(one, Arrival)]
        said = iter(map(self._said, self._answers(arrivals)))
        every = [one if isinstance(one, BylawError) else next(said) for one in current]
        if self.office.records.head - self._attested >= CHECKPOINT_EVERY:
            self.office.attest()
            self._attested = self.office.records.head
        return every

    def _answers(self, arrivals: Sequence[Arrival]) -> list[Answer | BylawError]:
        if not arrivals:
            return []
        try:
            return list(self.office.decider.decide(arrivals))
        except (BusyError, UpstreamError):
            raise
        except Exception as error:  # noqa: BLE001 - one of them is at fault, and the others are not
            if len(arrivals) == 1:
                return [self._fault(error)]
            half = len(arrivals) // 2
            return [*self._answers(arrivals[:half]), *self._answers(arrivals[half:])]

    def _fault(self, error: Exception) -> BylawError:
        if isinstance(error, IntegrityError):
            self.damaged = error.code
        if not isinstance(error, InputError):
            self.report(error)
        return error if isinstance(error, BylawError) else unforeseen()

    def _current(self, waiting: Waiting) -> Arrival | BylawError:
        """Return the event as the book in force reads it: it may have been read by the one before."""
        if waiting.codec is self.codec:
            return Arrival(waiting.event, waiting.arrived, waiting.warned)
        try:
            event = self.codec.decode(waiting.line, where=NOWHERE, latest=waiting.arrived + CLOCK_SKEW)
        except InputError as error:
            return error
        return Arrival(event, waiting.arrived, waiting.warned)

    def _said(self, answer: Answer | BylawError) -> Said:
        if isinstance(answer, BylawError):
            return answer
        if answer.seen is Seen.CONFLICT:
            hint = "an id names one event for good: give a change an id of its own"
            return ConflictError("event.conflict", "its id was used for another event", hint=hint)
        if answer.decision is None:
            return NotFoundError("event.forgotten", "it was decided; what was decided can be read no more")
        try:
            return msgspec.json.encode(self._told(answer.decision, answer))
        except Exception as error:  # noqa: BLE001 - it is decided; what cannot be told is told so, and the rest is told
            return self._fault(error)

    def _told(self, decision: Decision, answer: Answer) -> EventAnswer:
        book = self.book if decision.book == self.book.digest else self.office.shelf.book(decision.book)
        cited = tuple(self._words.of(citation, book) for citation in decision.clauses)
        return answer_of(
            decision,
            answer.seq,
            cited,
            duplicate=answer.seen is Seen.SAME,
            resolved=self._resolved(decision, answer),
        )

    def _resolved(self, decision: Decision, answer: Answer) -> Resolved | None:
        if not decision.effects:
            return None
        if answer.seen is Seen.NEW:
            return self.office.enforcement.following.latest.get(decision.id)
        return resolved_of(self.office.records, answer.seq)

    def _take_up(self, book: Book) -> None:
        self.book, self.codec, self.roles = book, book.codec, known_roles(roles(book.operator))
