"""Drafts tried at the console: on one event, and on what is recorded, with progress and a report."""

import asyncio
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import BylawError
from bylaw.drafts.model import Draft
from bylaw.web.api.books import DIGEST
from bylaw.web.api.trials import (
    StartBacktest,
    TryDraft,
    backtest_of,
    report_read,
    start_backtest,
    try_draft_on,
)
from bylaw.web.console.clauses import words_of
from bylaw.web.console.drafts import LIST, Name, shown
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.signing_in import Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.pages import page, see_other
from bylaw.web.problems import details_of
from bylaw.web.service import Service

SAMPLE: Final = '{"kind": "post.created", "at": "2026-01-01T12:00:00Z", "actor": "acc_1", "text": "What somebody writes."}'


class Trying(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event, or a decision on record."""

    events: str = ""
    decision: Annotated[str, msgspec.Meta(max_length=256)] = ""


class Starting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows are decided again: all, or the last so many."""

    latest: Annotated[int, msgspec.Meta(ge=0)] = 0


def trying(
    exchange: Asked, service: Serving, draft: Name, decision: Annotated[str, Query(max_length=256)] = ""
) -> Response:
    """Return the page on which an event is tried."""
    values: dict[str, Any] = {"events": "" if decision else SAMPLE, "decision": decision}
    return _tried(exchange, service, service.drafts.find(draft), {**values, "made": None, "problem": None})


async def try_it(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Try an event, and show what each rule asked and heard."""
    asked = await posted(exchange, service, Trying)
    found, caller = service.drafts.find(draft), exchange.caller
    values: dict[str, Any] = {
        "events": asked.events,
        "decision": asked.decision,
        "made": None,
        "problem": None,
    }
    meant = TryDraft(events=asked.events, decision=asked.decision)
    try:
        values["made"] = await asyncio.to_thread(try_draft_on, service, caller, found, meant)
    except BylawError as error:
        values["problem"] = details_of(error)
        return _tried(exchange, service, found, values, values["problem"].status)
    return _tried(exchange, service, found, values)


def backtest(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Return the page of a draft's back-tests."""
    found = service.drafts.find(draft)
    values = {"head": service.reading.records.head, "running": backtest_of(service)}
    shared = shown(exchange, service, found)
    return framed(exchange, service, "draft_backtest.html", {**values, **shared}, current=LIST)


def progress(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Return the part of the page that tells how far the back-test is."""
    values = {"running": backtest_of(service), "at": f"{LIST}/{draft}"}
    return page(exchange, service, "console/backtest_progress.html", values)


async def start(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Begin a back-test."""
    asked = await posted(exchange, service, Starting)
    found, by = service.drafts.find(draft), exchange.caller.id
    head = service.reading.records.head
    meant = StartBacktest(first=max(1, head - asked.latest + 1) if asked.latest else 1)
    await asyncio.to_thread(start_backtest, service, found, meant, by)
    return see_other(f"{LIST}/{draft}/backtest")


async def stop(exchange: Asked, service: Serving, draft: Name) -> Response:
    """Stop the back-test."""
    await posted(exchange, service, Nothing)
    service.trials.stop()
    return see_other(f"{LIST}/{draft}/backtest")


def report(
    exchange: Asked, service: Serving, draft: Name, digest: Annotated[str, Path(pattern=DIGEST)]
) -> Response:
    """Return the page of what a back-test came to."""
    told = report_read(service, digest)
    clauses = {line.name for line in told.clauses} | {line.name for line in told.clause_scores}
    words = {one.clause: one.text for one in words_of(service, clauses)}
    values = {
        "report": told,
        "words": words,
        "widest": max((one.gained + one.lost + one.same for one in told.rules), default=1) or 1,
        **shown(exchange, service, service.drafts.find(draft)),
    }
    return framed(exchange, service, "draft_report.html", values, current=LIST)


def _tried(
    exchange: Asked, service: Service, found: Draft, values: dict[str, Any], status: int = 200
) -> Response:
    shared = shown(exchange, service, found)
    return framed(exchange, service, "draft_try.html", {**values, **shared}, current=LIST, status=status)


ROUTES = (
    show(f"{LIST}/{{draft}}/try", "try_page", "Try a draft on an event", trying, "book.backtest"),
    do(f"{LIST}/{{draft}}/try", "tried_page", "What came of trying an event", try_it, "book.backtest"),
    show(f"{LIST}/{{draft}}/backtest", "backtest_page", "Back-tests of a draft", backtest, "book.backtest"),
    do(f"{LIST}/{{draft}}/backtest", "start_page", "Begin a back-test", start, "book.backtest"),
    show(
        f"{LIST}/{{draft}}/backtest/progress",
        "progress_part",
        "How far the back-test is",
        progress,
        "book.backtest",
    ),
    do(f"{LIST}/{{draft}}/backtest/stop", "stop_page", "Stop the back-test", stop, "book.backtest"),
    show(
        f"{LIST}/{{draft}}/reports/{{digest}}", "report_page", "What a back-test came to", report, "book.read"
    ),
)
