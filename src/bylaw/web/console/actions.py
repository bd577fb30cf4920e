"""Actions: listed, looked at with their reason and what they rest on, agreed to, refused, taken back."""

from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.enforcement.machine import STEPS
from bylaw.enforcement.model import State
from bylaw.notices import store as notices
from bylaw.web.api.actions import Sought, answered, detail_of, page_of, taken_back
from bylaw.web.api.told_actions import MAX_ID, Reason
from bylaw.web.callers import covers
from bylaw.web.console.clauses import words_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.signing_in import Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other

LIST: Final = "/console/actions"
WAITING: Final = "/console/approvals"
SHOWN: Final = 50
SAID: Final = {
    "approved": "You agreed. What was waiting is under way.",
    "refused": "You refused. Nothing is done.",
    "undone": "It was taken back, and what had followed from it.",
}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]


class Undoing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why something is taken back."""

    reason: Reason


def actions(  # noqa: PLR0913 - what may be looked for
    exchange: Asked,
    service: Serving,
    *,
    state: Word = "",
    account: Word = "",
    rule: Word = "",
    decision: Word = "",
    cursor: Word = "",
) -> Response:
    """Return the page of actions."""
    states = (State(state),) if state in set(State) else ()
    sought = Sought(states, account, rule, decision)
    found = page_of(service, exchange.caller, sought, cursor, SHOWN)
    filters = {"state": state, "account": account, "rule": rule, "decision": decision}
    values = {
        "page": found,
        "filters": filters,
        "states": list(State),
        "name": naming(service, tongue_of(exchange)),
        "cursor": cursor,
    }
    return framed(exchange, service, "actions.html", values, current=LIST)


def waiting(exchange: Asked, service: Serving, done: Word = "") -> Response:
    """Return the page of what waits for a second person."""
    found = page_of(service, exchange.caller, Sought((State.AWAITING,)), "", SHOWN)
    details = [detail_of(service, exchange.caller, one.action) for one in found.actions]
    clauses = words_of(service, [clause for one in found.actions for clause in one.clauses])
    values = {
        "details": details,
        "more": found.next,
        "words": {one.clause: one for one in clauses},
        "may": {one.action: covers(exchange.caller, "action.approve", one.clauses) for one in found.actions},
        "name": naming(service, tongue_of(exchange)),
    }
    return framed(exchange, service, "approvals.html", values, current=WAITING, said=SAID.get(done, ""))


def action(exchange: Asked, service: Serving, action: Name, done: Word = "") -> Response:
    """Return the page of an action."""
    caller, detail = exchange.caller, detail_of(service, exchange.caller, action)
    view = detail.action
    with service.reading.records.reading() as core:
        told = notices.of_actions(core, [action])
    values = {
        "detail": detail,
        "one": view,
        "told": told,
        "clauses": words_of(service, view.clauses, view.at),
        "name": naming(service, tongue_of(exchange)),
        "may_answer": view.state is State.AWAITING and covers(caller, "action.approve", view.clauses),
        "may_undo": State.UNDONE in STEPS[view.state] and covers(caller, "action.undo", view.clauses),
    }
    return framed(exchange, service, "action.html", values, current=LIST, said=SAID.get(done, ""))


async def approve(exchange: Asked, service: Serving, action: Name) -> Response:
    """Agree to what waits."""
    return await _answer(exchange, service, action, agreed=True)


async def refuse(exchange: Asked, service: Serving, action: Name) -> Response:
    """Refuse what waits."""
    return await _answer(exchange, service, action, agreed=False)


async def undo(exchange: Asked, service: Serving, action: Name) -> Response:
    """Take an action back."""
    asked = await posted(exchange, service, Undoing)
    await service.gatherer.between(partial(taken_back, service, exchange.caller, action, asked.reason))
    return see_other(f"{LIST}/{action}", done="undone")


async def _answer(exchange: Asked, service: Serving, action: str, *, agreed: bool) -> Response:
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(answered, service, exchange.caller, action, agreed=agreed))
    return see_other(WAITING, done="approved" if agreed else "refused")


ROUTES = (
    show(LIST, "actions_page", "Actions, planned and done", actions, "action.read"),
    show(WAITING, "approvals_page", "What waits for a second person", waiting, "action.read"),
    show(f"{LIST}/{{action}}", "action_page", "An action", action, "action.read"),
    do(f"{LIST}/{{action}}/approve", "agree", "Agree to an action that waits", approve, "action.approve"),
    do(f"{LIST}/{{action}}/refuse", "disagree", "Refuse an action that waits", refuse, "action.approve"),
    do(f"{LIST}/{{action}}/undo", "take_back", "Take an action back", undo, "action.undo"),
)
