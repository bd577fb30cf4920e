"""Objections: listed, looked at, read, answered with a question, decided by people; limits taken back."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.appeals.model import Appeal, State
from bylaw.base.errors import InputError
from bylaw.web.api.told_actions import MAX_ID, MAX_PAGE
from bylaw.web.api.told_appeals import (
    OCTETS,
    AppealLetters,
    AppealPage,
    AppealView,
    Ask,
    Decide,
    Lift,
    Limits,
    asked_about,
    decided,
    found_of,
    handed_over,
    letter_of,
    lifted,
    noted,
    page_of,
    view_of,
)
from bylaw.web.bodies import done, taken
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.exchange import Exchange
from bylaw.web.people import known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_DIGITS: Final = 19  # of a number that a database takes

Name = Annotated[str, Path(max_length=MAX_ID, description="the objection's id")]


def appeals(
    service: Serving,
    exchange: Asked,
    *,
    state: Annotated[list[State] | None, Query(description="one or more")] = None,
    account: Annotated[str, Query(max_length=MAX_ID, description="by the service's own id")] = "",
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return objections, the newest first: those that whoever asks may look at."""
    before = before_of(cursor) if cursor else None
    subject = known(service, account) if account else None
    if account and subject is None:
        return said(AppealPage(appeals=(), next=None))
    states = tuple(state or ())
    return said(page_of(service, exchange.caller, states, person=subject, before=before, limit=limit))


def appeal(service: Serving, exchange: Asked, appeal: Name) -> Response:
    """Return an objection."""
    return said(view_of(service, found_of(service, exchange.caller, appeal)))


async def read(service: Serving, exchange: Asked, appeal: Name) -> Response:
    """Return what was written; who read it is recorded first."""
    caller = exchange.caller

    def work() -> AppealLetters:
        found, room = found_of(service, caller, appeal), service.desk.office.appeals
        seq = noted(service, caller, found)
        reply = room.reply(found)
        return AppealLetters(
            letters=tuple(map(letter_of, room.letters(appeal))),
            reply=letter_of(reply) if reply else None,
            noted=seq,
        )

    return await done(exchange, service, work)


async def file(
    service: Serving,
    exchange: Asked,
    appeal: Name,
    file: Annotated[str, Path(max_length=MAX_ID, description="the attachment's id")],
) -> Response:
    """Return an attachment."""
    handed: Response = await service.gatherer.between(partial(handed_over, service, exchange, appeal, file))
    return handed


async def ask(service: Serving, exchange: Asked, appeal: Name) -> Response:
    """Put a question to whoever objects."""
    asked = await taken(exchange, Ask)
    return await _changed(
        service, exchange, partial(asked_about, service, exchange.caller, appeal, asked.text), asked
    )


async def decide(service: Serving, exchange: Asked, appeal: Name) -> Response:
    """Decide an objection."""
    asked = await taken(exchange, Decide)
    return await _changed(service, exchange, partial(decided, service, exchange.caller, appeal, asked), asked)


async def lift(
    service: Serving,
    exchange: Asked,
    account: Annotated[str, Path(max_length=MAX_ID, description="by the service's own id")],
) -> Response:
    """Take objections of an account again."""
    asked = await taken(exchange, Lift)

    def work() -> Limits:
        lifted(service, exchange.caller, account, asked.reason)
        return Limits(account=account, until=None)

    return await done(exchange, service, work, asked)


async def _changed(
    service: Service, exchange: Exchange, change: Callable[[], Appeal], asked: msgspec.Struct
) -> Response:
    return await done(exchange, service, lambda: view_of(service, change()), asked)


def before_of(cursor: str) -> int:
    """Return before which fact a page begins; raises ``InputError`` if the cursor is none."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < MAX_DIGITS):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return int(cursor)


ROUTES = (
    Route(
        method="GET",
        path="/v1/appeals",
        name="appeals",
        summary="Objections, the newest first",
        tag="appeals",
        permission="appeal.read",
        answers={JSON: AppealPage},
        endpoint=appeals,
    ),
    Route(
        method="GET",
        path="/v1/appeals/{appeal}",
        name="appeal",
        summary="An objection as it stands",
        tag="appeals",
        permission="appeal.read",
        answers={JSON: AppealView},
        problems=(404,),
        endpoint=appeal,
    ),
    Route(
        method="POST",
        path="/v1/appeals/{appeal}/read",
        name="read_appeal",
        summary="What was written in an objection",
        doc="That it was read, and by whom, is recorded before it is answered.",
        tag="appeals",
        permission="appeal.read",
        answers={JSON: AppealLetters},
        problems=(404, 409),
        endpoint=read,
    ),
    Route(
        method="GET",
        path="/v1/appeals/{appeal}/files/{file}",
        name="appeal_file",
        summary="An attachment, for download",
        doc="That it was read, and by whom, is recorded before it is answered.",
        tag="appeals",
        permission="appeal.read",
        answers={OCTETS: str},
        problems=(404,),
        endpoint=file,
    ),
    Route(
        method="POST",
        path="/v1/appeals/{appeal}/ask",
        name="ask_appellant",
        summary="Put a question to whoever objects",
        doc="Only people may; whoever objects is told, and answers on their page.",
        tag="appeals",
        permission="appeal.decide",
        takes={JSON: Ask},
        answers={JSON: AppealView},
        problems=(404, 408, 409, 413, 415),
        endpoint=ask,
    ),
    Route(
        method="POST",
        path="/v1/appeals/{appeal}/decide",
        name="decide_appeal",
        summary="Decide an objection",
        doc=(
            "Only people may, and nobody who decided, ordered or approved what is objected to. A reversal takes back all "
            "that still stands; whoever objected is told why, and where else to turn."
        ),
        tag="appeals",
        permission="appeal.decide",
        takes={JSON: Decide},
        answers={JSON: AppealView},
        problems=(404, 408, 409, 413, 415),
        endpoint=decide,
    ),
    Route(
        method="POST",
        path="/v1/accounts/{account}/appeals/lift",
        name="lift_limit",
        summary="Take objections of an account again, before the limit ends by itself",
        tag="appeals",
        permission="appeal.decide",
        slashes=True,
        takes={JSON: Lift},
        answers={JSON: Limits},
        problems=(404, 408, 409, 413, 415),
        endpoint=lift,
    ),
)
