"""Decisions, read again: one with all that led to it, or the latest, page by page."""

from datetime import UTC, datetime
from functools import cache, partial
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError, NotFoundError
from bylaw.enforcement.store import resolved_of
from bylaw.engine.decision import Decision
from bylaw.engine.outcome import Outcome, outcome_of
from bylaw.engine.recording import KIND, Body, instant, microseconds, read_body
from bylaw.finding.indexed import Bounds
from bylaw.finding.listing import Found, Listing, Sight, place_of
from bylaw.finding.query import MAX_QUERY, query_of, quoted
from bylaw.finding.query import Query as FindQuery
from bylaw.records.fact import Row
from bylaw.records.people import alias_of, named
from bylaw.web.api.answers import EventAnswer, Words, answer_of
from bylaw.web.callers import Caller, covers, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.people import known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_ID: Final = 256
MAX_PAGE: Final = 200


class Sought(NamedTuple):
    """Which decisions are asked for. ``query`` is written in the language of rules; ``until`` is not included."""

    query: str = ""
    kind: str = ""
    rule: str = ""
    clause: str = ""
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def filters(self) -> list[str]:
        """What is asked for beside the query, as conditions."""
        given = ((self.kind, _KIND), (self.rule, _RULE), (self.clause, _CLAUSE), (self.account, _ACCOUNT))
        return [text.format(quoted(value)) for value, text in given if value]

    @property
    def bounds(self) -> Bounds:
        """Between which instants events lie."""
        everything = Bounds()
        return Bounds(_instant(self.since, everything.since), _instant(self.until, everything.until))


_KIND: Final = "decision.kind == {}"
_RULE: Final = "({0} in decision.rules || {0} in decision.shadow)"
_CLAUSE: Final = "decision.clauses.under({})"
_ACCOUNT: Final = "{} in decision.accounts"


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
    row = row_of(service, exchange.caller, decision)
    return said(view_of(service, row, service.archive.recall(row).decision))


def row_of(service: Service, caller: Caller, decision: str) -> Row:
    """Return the fact of a decision that somebody may look at.

    Raises:
        NotFoundError: ``decision.not_found``.
        RefusedError: ``web.may_not_here``.
    """
    row = service.archive.find(decision)
    if row is None or row.kind != KIND:
        raise NotFoundError("decision.not_found", "there is no such decision")
    demand(caller, "decision.read", read_body(row).clauses)
    return row


def view_of(service: Service, row: Row, recalled: Decision) -> DecisionView:
    """Return a decision as it is told, with the words of its clauses."""
    book, words = service.reading.shelf.book(recalled.book), Words()
    cited = tuple(words.of(citation, book) for citation in recalled.clauses)
    resolved = resolved_of(service.reading.records, row.seq)
    answer = answer_of(recalled, row.seq, cited, duplicate=False, resolved=resolved)
    return DecisionView(answer=answer, decision=recalled, recorded=instant(row.at))


def decisions(  # noqa: PLR0913 - what may be asked for
    service: Serving,
    exchange: Asked,
    *,
    q: Annotated[
        str,
        Query(
            max_length=MAX_QUERY,
            description='in the language of rules, over `decision`: `decision.outcome == "hold" && decision.degraded`',
        ),
    ] = "",
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
    sought = Sought(q, kind, rule, clause, account, since, until)
    return said(page_of(service, exchange.caller, sought, cursor, limit))


def page_of(
    service: Service,
    caller: Caller,
    sought: Sought,
    cursor: str,
    limit: int,
    query: FindQuery | None = None,
) -> DecisionPage:
    """Return a page of decisions that somebody may look at; ``query`` is what is sought, where it was read already.

    Raises:
        Problems: the query is none.
        InputError: ``web.cursor``; ``find.content``, it asks for what is in events.
    """
    query = query or query_for(service, sought)
    if query.content:
        hint = "say what you read it for: POST /v1/find"
        raise InputError("find.content", "this looks into events, which are sealed", hint=hint)
    after = place_of(cursor)
    with service.reading.records.reading() as core:
        page = Listing(query, sight_of(service, caller, sought.bounds)).page(core, after, limit)
    return DecisionPage(decisions=tuple(map(line, page.found)), next=str(page.next) if page.next else None)


def query_for(service: Service, sought: Sought) -> FindQuery:
    """Return what somebody asks for, read by the book in force; raises ``Problems``."""
    charter = service.reading.shelf.charter(service.desk.book.digest)

    def alias(account: str) -> str:
        subject = known(service, account)
        return alias_of(subject) if subject else ""

    return query_of(
        sought.query, charter, now=microseconds(service.clock()), alias=alias, filters=sought.filters
    )


def sight_of(service: Service, caller: Caller, bounds: Bounds) -> Sight:
    """Return how far somebody sees: decisions on clauses that they may look at."""

    def sees(told: Body) -> bool:
        return covers(caller, "decision.read", told.clauses)

    return Sight(cache(partial(named, service.reading.vault)), sees, bounds)


def _instant(at: datetime | None, otherwise: int) -> int:
    if at is None:
        return otherwise
    return microseconds(at if at.tzinfo else at.replace(tzinfo=UTC))


def line(found: Found) -> DecisionLine:
    """Return a decision as lists tell it."""
    told = found.body
    return DecisionLine(
        decision=told.decision,
        seq=found.seq,
        at=instant(told.at),
        recorded=instant(found.recorded),
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
