"""The page of a decision: clauses, what was compared, what is done; and its event, whose reading is recorded first."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Response

from bylaw.cases import store as cases
from bylaw.enforcement import store as actions
from bylaw.engine.outcome import outcome_of
from bylaw.engine.recording import instant, read_body
from bylaw.records.fact import Row
from bylaw.records.people import named
from bylaw.records.vault.uses import Destroyed
from bylaw.staff.permissions import may_somewhere
from bylaw.staff.reading import MAX_ID as MAX_OBJECT
from bylaw.staff.reading import MAX_REASON, Purpose, What
from bylaw.web.api.decisions import DecisionView, row_of, view_of
from bylaw.web.api.told_actions import MAX_ID, readable, told
from bylaw.web.api.told_cases import covers_case
from bylaw.web.callers import Caller, covers, demand
from bylaw.web.console.clauses import words_of
from bylaw.web.console.events import Field, fields_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.search import PAGE as SEARCH
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.service import Service

PAGE: Final = "/console/decisions"

Name = Annotated[str, Path(max_length=MAX_ID)]


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an event is read for."""

    purpose: Purpose
    case: Annotated[str, msgspec.Meta(max_length=MAX_OBJECT)] = ""
    reason: Annotated[str, msgspec.Meta(max_length=MAX_REASON)] = ""


def decision(exchange: Asked, service: Serving, decision: Name) -> Response:
    """Return the page of a decision."""
    row = row_of(service, exchange.caller, decision)
    return framed(exchange, service, "decision.html", _values(exchange, service, row), current=SEARCH)


async def event(exchange: Asked, service: Serving, decision: Name) -> Response:
    """Return the page of a decision with its event; that it is read is recorded first."""
    asked = await posted(exchange, service, Reading)
    work = partial(_read, service, exchange.caller, decision, asked)
    row, fields = await service.gatherer.between(work)
    values = {**_values(exchange, service, row), "fields": fields, "noted": True}
    return framed(exchange, service, "decision.html", values, current=SEARCH)


def _read(service: Service, caller: Caller, decision: str, asked: Reading) -> tuple[Row, list[Field] | None]:
    """Return the fact, and what its event says; nothing, where that can be read no more."""
    row = row_of(service, caller, decision)
    demand(caller, "content.read", read_body(row).clauses)
    what = What(records=(row.seq,), objects=(asked.case,) if asked.case else ())
    service.staff.reads.note(caller.id, what, asked.purpose, asked.reason)
    try:
        recalled = service.archive.recall(row)
    except Destroyed:
        return row, None
    return row, list(fields_of(recalled.event, service.desk.book.kinds.get(recalled.told.kind)))


def _values(exchange: Exchange, service: Service, row: Row) -> dict[str, Any]:
    caller, body, tongue = exchange.caller, read_body(row), tongue_of(exchange)
    with service.reading.records.reading() as core:
        done = readable(caller, actions.actions(core, source=row.seq))
        looked = [one for one in cases.of_event(core, row.seq) if covers_case(caller, "case.read", one)]
    people = [named(service.reading.vault, alias) for alias in body.people]
    return {
        "body": body,
        "seq": row.seq,
        "at": instant(body.at),
        "recorded": instant(row.at),
        "outcome": outcome_of(body.effects),
        "view": _view(service, row),
        "clauses": words_of(service, body.clauses, instant(body.at)),
        "actions": [told(service, one) for one in done],
        "cases": looked,
        "accounts": [one for one in people if one] if may_somewhere(caller.grants, "account.read") else [],
        "name": naming(service, tongue),
        "may_read": covers(caller, "content.read", body.clauses),
        "purposes": [(one, tongue.say(one.replace("_", " "))) for one in Purpose],
        "fields": None,
        "noted": False,
    }


def _view(service: Service, row: Row) -> DecisionView | None:
    """Return a decision with all that led to it; nothing, where that can be read no more."""
    try:
        return view_of(service, row, service.archive.recall(row).decision)
    except Destroyed:
        return None


ROUTES = (
    show(
        f"{PAGE}/{{decision}}",
        "decision_page",
        "A decision, and all that led to it",
        decision,
        "decision.read",
    ),
    replace(
        do(f"{PAGE}/{{decision}}/event", "read_event", "Read the event of a decision", event, "content.read"),
        statuses=(200,),
    ),
)
