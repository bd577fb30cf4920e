"""Notices: what people are told, what became of it, and withholding it on a ground."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError
from bylaw.book.templates import Kind
from bylaw.engine.recording import instant
from bylaw.notices import store
from bylaw.notices.model import Ground, Notice, Planned, State
from bylaw.notices.workflow import Notices
from bylaw.records.people import alias_of, named
from bylaw.web.api.told_actions import MAX_ID, MAX_PAGE, Withhold
from bylaw.web.bodies import done, taken
from bylaw.web.callers import covers, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.exchange import Exchange
from bylaw.web.people import known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_DIGITS: Final = 19  # of a number that a database takes

Name = Annotated[str, Path(max_length=MAX_ID, description="the notice's id")]


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as it stands: whom it is for, of which action it tells, what became of it.

    ``due``: when it is told at the latest. ``ground``: why it is withheld. ``code``: what a mail server said. ``clauses``
    are those that it cites; what it says is sealed.
    """

    notice: str
    account: str | None
    action: str
    decision: str
    told: Kind
    state: State
    due: datetime
    clauses: tuple[str, ...]
    message: str | None
    ground: Ground | None
    code: str


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """Notices, the newest first. ``next`` is the cursor of the page after this one, and nothing on the last.

    A page may hold less than was asked for, and still have a next one.
    """

    notices: tuple[NoticeView, ...]
    next: str | None


def notices(
    service: Serving,
    exchange: Asked,
    *,
    state: Annotated[list[State] | None, Query(description="one or more")] = None,
    account: Annotated[str, Query(max_length=MAX_ID, description="by the service's own id")] = "",
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return notices, the newest first: those on clauses that whoever asks may look at."""
    before = _before(cursor) if cursor else None
    subject = known(service, account) if account else None
    if account and subject is None:
        return said(NoticePage(notices=(), next=None))
    with service.reading.records.reading() as core:
        page = store.latest(core, *(state or ()), person=subject, before=before, limit=limit)
    views = [_told(service, notice) for notice in page]
    readable = tuple(view for view in views if covers(exchange.caller, "notice.read", view.clauses))
    return said(NoticePage(notices=readable, next=str(page[-1].planned) if len(page) == limit else None))


def notice(service: Serving, exchange: Asked, notice: Name) -> Response:
    """Return a notice."""
    with service.reading.records.reading() as core:
        view = _told(service, store.notice(core, notice))
    demand(exchange.caller, "notice.read", view.clauses)
    return said(view)


async def suppress(service: Serving, exchange: Asked, notice: Name) -> Response:
    """Withhold a notice that is planned."""
    asked = await taken(exchange, Withhold)

    def work(notices: Notices) -> None:
        notices.suppress(notice, asked.ground, asked.reason, asked.reference)

    return await _changed(service, exchange, notice, work, asked)


async def release(service: Serving, exchange: Asked, notice: Name) -> Response:
    """Have a withheld notice told after all."""
    return await _changed(service, exchange, notice, lambda notices: notices.release(notice))


async def repeat(service: Serving, exchange: Asked, notice: Name) -> Response:
    """Have a notice told again that bounced or failed."""
    return await _changed(service, exchange, notice, lambda notices: notices.repeat(notice))


async def _changed(
    service: Service,
    exchange: Exchange,
    name: str,
    change: Callable[[Notices], None],
    asked: msgspec.Struct | None = None,
) -> Response:
    def work() -> NoticeView:
        notices = Notices(service.desk.office.records, service.desk.office.vault)
        before = _told(service, notices.notice(name))
        demand(exchange.caller, "notice.suppress", before.clauses)
        change(notices)
        return _told(service, notices.notice(name))

    return await done(exchange, service, work, asked)


def clauses_of(service: Service, notice: Notice) -> tuple[str, ...]:
    """Return the clauses that a notice cites."""
    return msgspec.json.decode(service.reading.records.row(notice.planned).body, type=Planned).clauses


def _told(service: Service, notice: Notice) -> NoticeView:
    return NoticeView(
        notice=notice.id,
        account=named(service.reading.vault, alias_of(notice.person)) or None,
        action=notice.action,
        decision=notice.decision,
        told=notice.told,
        state=notice.state,
        due=instant(notice.due),
        clauses=clauses_of(service, notice),
        message=notice.message or None,
        ground=notice.ground,
        code=notice.code,
    )


def _before(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < MAX_DIGITS):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return int(cursor)


ROUTES = (
    Route(
        method="GET",
        path="/v1/notices",
        name="notices",
        summary="Notices, the newest first",
        tag="notices",
        permission="notice.read",
        answers={JSON: NoticePage},
        endpoint=notices,
    ),
    Route(
        method="GET",
        path="/v1/notices/{notice}",
        name="notice",
        summary="A notice, and what became of it",
        tag="notices",
        permission="notice.read",
        answers={JSON: NoticeView},
        problems=(404,),
        endpoint=notice,
    ),
    Route(
        method="POST",
        path="/v1/notices/{notice}/suppress",
        name="suppress_notice",
        summary="Withhold a notice, on a ground",
        doc="Only one that is planned. Some grounds rest on an order or a demand, which `reference` names.",
        tag="notices",
        permission="notice.suppress",
        takes={JSON: Withhold},
        answers={JSON: NoticeView},
        problems=(404, 408, 409, 413, 415),
        endpoint=suppress,
    ),
    Route(
        method="POST",
        path="/v1/notices/{notice}/release",
        name="release_notice",
        summary="Have a withheld notice told after all",
        tag="notices",
        permission="notice.suppress",
        answers={JSON: NoticeView},
        problems=(404, 409),
        endpoint=release,
    ),
    Route(
        method="POST",
        path="/v1/notices/{notice}/repeat",
        name="repeat_notice",
        summary="Have a notice told again that bounced or failed",
        tag="notices",
        permission="notice.suppress",
        answers={JSON: NoticeView},
        problems=(404, 409),
        endpoint=repeat,
    ),
)
