"""Drafts tried: on one event, and on what is recorded, beside deciding."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import Path, Response

from bylaw.base.errors import NotFoundError
from bylaw.drafts import model
from bylaw.drafts.checking import book_from
from bylaw.drafts.model import Draft
from bylaw.drafts.trials import Report, report_of
from bylaw.drafts.trying import Outcome, events_of, try_on
from bylaw.engine.backtest_counts import Result
from bylaw.engine.recording import KIND, read_body
from bylaw.engine.stretch import Stretch
from bylaw.records.books import book_digest
from bylaw.records.vault.uses import Destroyed
from bylaw.runtime.trials import Job, backtested
from bylaw.web.api.books import DIGEST
from bylaw.web.api.drafts import Name
from bylaw.web.api.told_drafts import Mistake, mistakes
from bylaw.web.bodies import taken
from bylaw.web.callers import Caller, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service


class TryDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event as JSON, or several, one a line, of which the last is tried; or the id of a decision on record."""

    events: str = ""
    decision: Annotated[str, msgspec.Meta(max_length=256)] = ""


class StartBacktest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of the record are decided again; 0: from the first, to the last."""

    first: Annotated[int, msgspec.Meta(ge=0)] = 0
    last: Annotated[int, msgspec.Meta(ge=0)] = 0


class BacktestView(msgspec.Struct, frozen=True, kw_only=True):
    """What is under way, or was last since the service started. ``about``: a draft, or a rule that is looked back for.

    ``share``: how much is done, of 1.
    """

    about: str | None = None
    version: int = 0
    busy: bool = False
    share: float = 0.0
    rows: int = 0
    last: int = 0
    stopped: bool = False
    failed: Mistake | None = None


def try_draft_on(service: Service, caller: Caller, draft: Draft, asked: TryDraft) -> Outcome:
    """Try a draft on an event; takes as long as it takes to read a book.

    Raises:
        Problems: the draft makes no book.
        InputError: what is pasted is no event.
        NotFoundError: ``decision.not_found``, or it can be read no more.
    """
    book = book_from(service.drafts.files(draft))
    if not asked.decision:
        return try_on(book, events_of(book, asked.events))
    row = service.archive.find(asked.decision)
    if row is None or row.kind != KIND:
        raise NotFoundError("decision.not_found", "there is no such decision")
    demand(caller, "decision.read", read_body(row).clauses)
    try:
        event = service.archive.recall(row).event
    except Destroyed:
        raise NotFoundError("decision.unreadable", "this decision can be read no more") from None
    return try_on(book, events_of(book, msgspec.json.encode(event).decode()))


def start_backtest(service: Service, draft: Draft, asked: StartBacktest, by: str) -> BacktestView:
    """Begin to decide what is recorded by the book that a draft makes; its report is noted when it is done.

    Raises:
        Problems: the draft makes no book.
        BusyError: ``draft.busy``.
    """
    files = service.drafts.files(draft)
    book_from(files)
    head = service.reading.records.head
    stretch = Stretch(max(1, asked.first), min(asked.last or head, head))
    book = book_digest(files)
    data = service.reading.records.place.folder
    job = Job(draft.id, draft.version, by, stretch.last, backtested, (data, dict(files), stretch))

    def note(result: Result) -> None:
        report = report_of(result, stretch.first, stretch.last)
        tried = model.Tried(
            draft=draft.id,
            version=draft.version,
            by=by,
            book=book,
            first=stretch.first,
            last=stretch.last,
            report="",
            events=result.events,
            otherwise=result.otherwise,
        )
        service.gatherer.within(lambda: service.drafts.tried(tried, msgspec.json.encode(report)))

    service.trials.start(job, note)
    return backtest_of(service)


def backtest_of(service: Service) -> BacktestView:
    """Return what is told of the back-test under way, or of the last one."""
    running, busy = service.trials.latest, service.trials.busy
    if running is None:
        return BacktestView()
    return BacktestView(
        about=running.job.about,
        version=running.job.version,
        busy=busy,
        share=running.share if busy else float(running.failed is None and not running.stopped),
        rows=running.rows,
        last=running.job.last,
        stopped=running.stopped,
        failed=mistakes([running.failed])[0] if running.failed else None,
    )


def report_read(service: Service, digest: str) -> Report:
    """Return a report; raises as ``Papers.read`` does."""
    return msgspec.json.decode(service.drafts.reports.read(digest), type=Report)


async def try_draft(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Try a draft on one event."""
    asked = await taken(exchange, TryDraft)
    found = service.drafts.find(draft)
    return said(await asyncio.to_thread(try_draft_on, service, exchange.caller, found, asked))


async def start(service: Serving, exchange: Asked, draft: Name) -> Response:
    """Begin a back-test."""
    asked = await taken(exchange, StartBacktest)
    found = service.drafts.find(draft)
    return said(await asyncio.to_thread(start_backtest, service, found, asked, exchange.caller.id))


def backtest(service: Serving) -> Response:
    """Return how far the back-test is."""
    return said(backtest_of(service))


def stop(service: Serving) -> Response:
    """Stop the back-test under way."""
    service.trials.stop()
    return said(backtest_of(service))


def report(service: Serving, digest: Annotated[str, Path(pattern=DIGEST)]) -> Response:
    """Return what a back-test came to."""
    return said(report_read(service, digest))


ROUTES = (
    Route(
        method="POST",
        path="/v1/drafts/{draft}/try",
        name="try_draft",
        summary="What a draft would decide of one event, and why",
        doc="Nothing is recorded. Rules that count see the events given before it, and nothing else.",
        tag="drafts",
        permission="book.backtest",
        takes={JSON: TryDraft},
        answers={JSON: Outcome},
        problems=(404, 408, 413, 415),
        endpoint=try_draft,
    ),
    Route(
        method="POST",
        path="/v1/drafts/{draft}/backtest",
        name="start_backtest",
        summary="Decide what is recorded by the book that a draft makes",
        doc="It runs beside deciding, one at a time; `GET /v1/backtest` tells how far it is, and the draft its report.",
        tag="drafts",
        permission="book.backtest",
        takes={JSON: StartBacktest},
        answers={JSON: BacktestView},
        problems=(404, 408, 413, 415),
        endpoint=start,
    ),
    Route(
        method="GET",
        path="/v1/backtest",
        name="backtest",
        summary="How far the back-test is",
        tag="drafts",
        permission="book.backtest",
        answers={JSON: BacktestView},
        endpoint=backtest,
    ),
    Route(
        method="POST",
        path="/v1/backtest/stop",
        name="stop_backtest",
        summary="Stop the back-test",
        tag="drafts",
        permission="book.backtest",
        answers={JSON: BacktestView},
        endpoint=stop,
    ),
    Route(
        method="GET",
        path="/v1/backtest/reports/{digest}",
        name="backtest_report",
        summary="What a back-test came to",
        tag="drafts",
        permission="book.read",
        answers={JSON: Report},
        problems=(404,),
        endpoint=report,
    ),
)
