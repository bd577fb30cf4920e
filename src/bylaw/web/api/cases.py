"""Cases: listed, looked at, read, handed out, left, assigned, handed on, noted."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.cases import store
from bylaw.cases.model import MAX_WORDS, Skip, What
from bylaw.cases.store import CaseAt
from bylaw.cases.verdicts import BLIND
from bylaw.cases.workflow import Cases
from bylaw.web.api.case_detail import CaseContent, CaseDetail, content_of, detail_of
from bylaw.web.api.told_actions import MAX_ID, MAX_PAGE
from bylaw.web.api.told_cases import (
    CasePage,
    CaseView,
    Filter,
    QueueView,
    case_for,
    covers_case,
    cursor_of,
    demand_queue,
    found_by,
    queue_of,
    queues_for,
    spelled,
    told,
    workable,
)
from bylaw.web.bodies import done, taken
from bylaw.web.callers import Caller
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.exchange import Exchange
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_QUEUES: Final = 100

Name = Annotated[str, Path(max_length=MAX_ID, description="the case's id")]
Word = Annotated[str, msgspec.Meta(max_length=MAX_ID)]
Note = Annotated[str, msgspec.Meta(max_length=MAX_WORDS, description="in your own words; it is sealed")]


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, by queue."""

    queues: tuple[QueueView, ...]


class TakeNext(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which queues; none: from all from which one may decide."""

    queues: Annotated[tuple[Word, ...], msgspec.Meta(max_length=MAX_QUEUES)] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The case that is to be looked at now; nothing, if none waits."""

    case: CaseView | None


class Leave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a case is left; with ``skip`` it comes to others only."""

    skip: Skip | None = None
    note: Note = ""


class Assign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose it is: a member of staff by id; empty: everybody's again."""

    to: Word = ""


class Escalate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To which queue; empty: to the one that the book names."""

    queue: Word = ""
    note: Note = ""


class AddNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is noted."""

    text: Annotated[Note, msgspec.Meta(min_length=1)]


def queues(service: Serving, exchange: Asked) -> Response:
    """Return what waits in the queues that whoever asks may look at."""
    allowed = queues_for(exchange.caller, "case.read")
    with service.reading.records.reading() as core:
        found = [one for one in store.queues(core) if allowed is None or one.queue in allowed]
    return said(Queues(queues=tuple(map(queue_of, found))))


def cases(  # noqa: PLR0913 - what may be asked for
    service: Serving,
    exchange: Asked,
    *,
    queue: Annotated[str, Query(max_length=MAX_ID)] = "",
    waiting: Annotated[bool, Query(description="false: those that were decided")] = True,
    what: Annotated[What | None, Query(description="why it is looked at")] = None,
    clause: Annotated[
        str, Query(max_length=MAX_ID, description="or what it begins with, up to a slash")
    ] = "",
    rule: Annotated[str, Query(max_length=MAX_ID)] = "",
    account: Annotated[str, Query(max_length=MAX_ID, description="by the service's own id")] = "",
    by: Annotated[str, Query(max_length=MAX_ID, description="who has it, or decided it")] = "",
    late: Annotated[int, Query(ge=0, le=2, description="1: nearly, 2: over")] = 0,
    older_hours: Annotated[int, Query(ge=0, le=100_000)] = 0,
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return cases in the order of work: those that whoever asks may look at."""
    asked = Filter(
        queue=queue,
        what=what if what not in BLIND else None,
        clause=clause,
        rule=rule,
        account=account,
        by=by,
        late=late,
        older_hours=older_hours,
        waiting=waiting,
    )
    found, after = found_by(service, exchange.caller, asked, cursor_of(cursor), limit)
    views = tuple(told(service, exchange.caller, one) for one in found)
    return said(CasePage(cases=views, next=spelled(after)))


def case(service: Serving, exchange: Asked, case: Name) -> Response:
    """Return a case."""
    return said(detail_of(service, exchange.caller, case_for(service, exchange.caller, case)))


async def read(service: Serving, exchange: Asked, case: Name) -> Response:
    """Return what a case is about; who read it is recorded first."""
    return await done(exchange, service, partial(content_of, service, exchange.caller, case))


async def take_next(service: Serving, exchange: Asked) -> Response:
    """Hand out the case that comes first."""
    asked = await taken(exchange, TakeNext)
    caller = exchange.caller

    def work() -> Taken:
        found = next_for(service, caller, asked.queues)
        return Taken(case=told(service, caller, found) if found else None)

    return await done(exchange, service, work, asked)


async def claim(service: Serving, exchange: Asked, case: Name) -> Response:
    """Take a case, or keep it for longer."""
    return await _changed(service, exchange, case, lambda: _room(service).claim(case, exchange.caller.id))


async def leave(service: Serving, exchange: Asked, case: Name) -> Response:
    """Give a case back."""
    asked = await taken(exchange, Leave)
    work = partial(_leave, service, exchange.caller, case, asked)
    return await _changed(service, exchange, case, work, asked=asked)


async def assign(service: Serving, exchange: Asked, case: Name) -> Response:
    """Give a case to somebody."""
    asked = await taken(exchange, Assign)
    work = partial(assigned, service, exchange.caller, case, asked.to)
    return await _changed(service, exchange, case, work, "case.assign", asked)


async def escalate(service: Serving, exchange: Asked, case: Name) -> Response:
    """Hand a case on to another queue."""
    asked = await taken(exchange, Escalate)
    work = partial(escalated, service, exchange.caller, case, asked.queue, asked.note)
    return await _changed(service, exchange, case, work, asked=asked)


async def note(service: Serving, exchange: Asked, case: Name) -> Response:
    """Keep a note with a case."""
    asked = await taken(exchange, AddNote)
    work = partial(_room(service).note, case, exchange.caller.id, asked.text)
    return await _changed(service, exchange, case, work, asked=asked)


# -- for pages too


def next_for(service: Service, caller: Caller, wanted: tuple[str, ...] = ()) -> CaseAt | None:
    """Hand out the case that comes first for somebody; in the decider's thread."""
    mine = workable(service, caller, wanted)
    return _room(service).next_for(caller.id, mine, lambda one: covers_case(caller, "case.decide", one))


def assigned(service: Service, caller: Caller, case: str, to: str) -> None:
    """Give a case to a member of staff; in the decider's thread. Raises ``NotFoundError`` if there is none."""
    if to:
        service.staff.roster.member(to)
    _room(service).assign(case, caller.id, to)


def escalated(service: Service, caller: Caller, case: str, queue: str, note: str) -> None:
    """Hand a case on; in the decider's thread."""
    if queue:
        demand_queue(service, queue)
    _room(service).escalate(case, caller.id, queue, note)


def _leave(service: Service, caller: Caller, case: str, asked: Leave) -> None:
    _room(service).leave(case, caller.id, asked.skip, asked.note)


def _room(service: Service) -> Cases:
    return service.desk.office.cases


async def _changed(
    service: Service,
    exchange: Exchange,
    case: str,
    change: Callable[[], object],
    permission: str = "case.decide",
    asked: msgspec.Struct | None = None,
) -> Response:
    """Do something with a case in the decider's thread, and answer it as it stands then."""
    caller = exchange.caller

    def work() -> CaseView:
        case_for(service, caller, case, permission)
        change()
        return told(service, caller, service.desk.office.cases.find(case))

    return await done(exchange, service, work, asked)


ROUTES = (
    Route(
        method="GET",
        path="/v1/queues",
        name="queues",
        summary="What waits, by queue",
        tag="cases",
        permission="case.read",
        answers={JSON: Queues},
        endpoint=queues,
    ),
    Route(
        method="GET",
        path="/v1/cases",
        name="cases",
        summary="Cases, in the order of work",
        tag="cases",
        permission="case.read",
        answers={JSON: CasePage},
        endpoint=cases,
    ),
    Route(
        method="POST",
        path="/v1/cases/next",
        name="next_case",
        summary="Take the case that comes first",
        doc="Two people never get the same. The case at hand comes again until it is decided, left, or its lease is over.",
        tag="cases",
        permission="case.decide",
        takes={JSON: TakeNext},
        answers={JSON: Taken},
        problems=(408, 409, 413, 415),
        endpoint=take_next,
    ),
    Route(
        method="GET",
        path="/v1/cases/{case}",
        name="case",
        summary="A case, and all that stands beside it",
        tag="cases",
        permission="case.read",
        answers={JSON: CaseDetail},
        problems=(404,),
        endpoint=case,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/read",
        name="read_case",
        summary="Read what a case is about",
        doc="It is private content: who read it is recorded before it is answered.",
        tag="cases",
        permission="content.read",
        answers={JSON: CaseContent},
        problems=(404,),
        endpoint=read,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/claim",
        name="claim_case",
        summary="Take a case, or keep it for longer",
        tag="cases",
        permission="case.decide",
        answers={JSON: CaseView},
        problems=(404, 409),
        endpoint=claim,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/leave",
        name="leave_case",
        summary="Give a case back",
        tag="cases",
        permission="case.decide",
        takes={JSON: Leave},
        answers={JSON: CaseView},
        problems=(404, 408, 409, 413, 415),
        endpoint=leave,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/assign",
        name="assign_case",
        summary="Give a case to somebody",
        tag="cases",
        permission="case.assign",
        takes={JSON: Assign},
        answers={JSON: CaseView},
        problems=(404, 408, 409, 413, 415),
        endpoint=assign,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/escalate",
        name="escalate_case",
        summary="Hand a case on to another queue",
        tag="cases",
        permission="case.decide",
        takes={JSON: Escalate},
        answers={JSON: CaseView},
        problems=(404, 408, 409, 413, 415),
        endpoint=escalate,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/notes",
        name="note_case",
        summary="Keep a note with a case",
        tag="cases",
        permission="case.decide",
        takes={JSON: AddNote},
        answers={JSON: CaseView},
        problems=(404, 408, 409, 413, 415),
        endpoint=note,
    ),
)
