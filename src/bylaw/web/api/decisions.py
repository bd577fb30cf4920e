"""Decisions, read again: one with all that led to it, or the latest, page by page."""

from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError, NotFoundError
from bylaw.book.sanctions import is_below
from bylaw.enforcement.store import resolved_of
from bylaw.engine.decision import Decision
from bylaw.engine.outcome import Outcome, outcome_of
from bylaw.engine.recording import KIND, Body, instant, microseconds, read_body
from bylaw.records.fact import Row
from bylaw.records.people import alias_of
from bylaw.records.store import PAGE
from bylaw.web.api.answers import EventAnswer, Words, answer_of
from bylaw.web.callers import covers, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.people import known
from bylaw.web.routes import JSON, Route

MAX_ID: Final = 256
MAX_PAGE: Final = 200
LAST: Final = 1 << 62  # microseconds: later than anything
MAX_LOOKED_AT: Final = 20_000  # facts that one page looks at, however few of them it shows


class Sought(NamedTuple):
    """Which decisions are asked for; instants in microseconds since 1970, ``until`` not included."""

    kind: str
    rule: str
    clause: str
    person: str
    since: int
    until: int

    def takes(self, told: Body) -> bool:
        """Tell whether a decision is one of them."""
        return (
            (not self.kind or told.kind == self.kind)
            and (not self.rule or self.rule in told.rules or self.rule in told.shadow)
            and (not self.clause or any(is_below(one, self.clause) for one in told.clauses))
            and (not self.person or self.person in told.people)
            and self.since <= told.at < self.until
        )


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: what was answered, and all that led to it. ``recorded`` is when."""

    answer: EventAnswer
    decision: Decision
    recorded: datetime


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in a list; nothing in it is personal. ``at`` is when the event happened, ``seq`` where it is recorded."""

    decision: str
    seq: int
    at: datetime
    recorded: datetime
    kind: str
    outcome: Outcome
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    shadow: tuple[str, ...]
    effects: tuple[str, ...]
    degraded: bool


class DecisionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions that say something, the newest first.

    ``next`` is the cursor of the page after this one, and nothing on the last. A page may hold less than was asked for,
    or nothing, and still have a next one.
    """

    decisions: tuple[DecisionLine, ...]
    next: str | None


def decision(
    service: Serving,
    exchange: Asked,
    decision: Annotated[str, Path(max_length=MAX_ID, description="of a decision, or of its event")],
) -> Response:
    """Return a decision by its id or by the id of its event."""
    row = service.archive.find(decision)
    if row is None or row.kind != KIND:
        raise NotFoundError("decision.not_found", "there is no such decision")
    demand(exchange.caller, "decision.read", read_body(row).clauses)
    recalled = service.archive.recall(row).decision
    book = service.reading.shelf.book(recalled.book)
    words = Words()
    cited = tuple(words.of(citation, book) for citation in recalled.clauses)
    answer = answer_of(
        recalled, row.seq, cited, duplicate=False, resolved=resolved_of(service.reading.records, row.seq)
    )
    return said(DecisionView(answer=answer, decision=recalled, recorded=instant(row.at)))


def decisions(  # noqa: PLR0913 - what may be asked for
    service: Serving,
    exchange: Asked,
    *,
    kind: Annotated[str, Query(max_length=MAX_ID, description="of event")] = "",
    rule: Annotated[str, Query(max_length=MAX_ID, description="enforced, or in shadow")] = "",
    clause: Annotated[
        str, Query(max_length=MAX_ID, description="or what it begins with, up to a slash")
    ] = "",
    account: Annotated[str, Query(max_length=MAX_ID, description="that the event names")] = "",
    since: Annotated[datetime | None, Query(description="of the event")] = None,
    until: Annotated[datetime | None, Query(description="of the event")] = None,
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return decisions that say something, the newest first: those on clauses that whoever asks may look at."""
    subject = known(service, account) if account else None
    if account and subject is None:
        return said(DecisionPage(decisions=(), next=None))
    person = alias_of(subject) if subject else ""
    sought = Sought(kind, rule, clause, person, _instant(since, 0), _instant(until, LAST))
    caller, head = exchange.caller, service.reading.records.head
    last = min(_seq(cursor) - 1, head) if cursor else head
    found: list[DecisionLine] = []
    least = max(1, last - MAX_LOOKED_AT + 1)
    while last >= least and len(found) < limit:
        first = max(least, last - PAGE + 1)
        for row in reversed(service.reading.records.page(first, last, {KIND})):
            told = read_body(row)
            if not told.silent and sought.takes(told) and covers(caller, "decision.read", told.clauses):
                found.append(_line(row, told))
                if len(found) == limit:
                    first = row.seq
                    break
        last = first - 1
    return said(DecisionPage(decisions=tuple(found), next=str(last + 1) if last > 0 else None))


def _seq(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit()):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return int(cursor)


def _instant(at: datetime | None, otherwise: int) -> int:
    if at is None:
        return otherwise
    return microseconds(at if at.tzinfo else at.replace(tzinfo=UTC))


def _line(row: Row, told: Body) -> DecisionLine:
    return DecisionLine(
        decision=told.decision,
        seq=row.seq,
        at=instant(told.at),
        recorded=instant(row.at),
        kind=told.kind,
        outcome=outcome_of(told.effects),
        clauses=told.clauses,
        rules=told.rules,
        shadow=told.shadow,
        effects=told.effects,
        degraded=told.degraded,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/decisions",
        name="decisions",
        summary="Decisions that say something, the newest first",
        tag="decisions",
        permission="decision.read",
        answers={JSON: DecisionPage},
        endpoint=decisions,
    ),
    Route(
        method="GET",
        path="/v1/decisions/{decision}",
        name="decision",
        summary="A decision, and all that led to it",
        doc="Found by its own id or by the id of its event. What was destroyed can be told no more (403).",
        tag="decisions",
        permission="decision.read",
        answers={JSON: DecisionView},
        problems=(404,),
        endpoint=decision,
    ),
)
