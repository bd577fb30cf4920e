"""Actions: listed, told, acknowledged, agreed to, refused, taken back."""

from functools import partial
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError, NotFoundError
from bylaw.enforcement import store
from bylaw.enforcement.machine import STEPS
from bylaw.enforcement.model import State
from bylaw.enforcement.store import Stood
from bylaw.records.people import alias_of
from bylaw.records.vault.uses import Destroyed
from bylaw.web.api.told_actions import MAX_ID, MAX_PAGE, ActionView, Id, Reason, found, readable, told
from bylaw.web.bodies import done, taken
from bylaw.web.callers import Caller, covers, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.people import known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_AT_ONCE: Final = 500  # acknowledged in one request
MAX_DIGITS: Final = 19  # of a number that a database takes

Name = Annotated[str, Path(max_length=MAX_ID, description="the action's id")]


class Sought(NamedTuple):
    """Which actions are asked for; what is empty does not matter. ``account`` is the service's own id."""

    states: tuple[State, ...] = ()
    account: str = ""
    rule: str = ""
    decision: str = ""


class ActionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Actions, the newest first. ``next`` is the cursor of the page after this one, and nothing on the last.

    A page may hold less than was asked for, and still have a next one.
    """

    actions: tuple[ActionView, ...]
    next: str | None


class ActionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An action, and who agreed to it.

    ``reason`` is why a person decided so, for those who may agree to actions on its clauses; nothing for others, where
    rules decided, or when it can be read no more.
    """

    action: ActionView
    approvals: tuple[str, ...]
    reason: str | None


class Acknowledge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of actions that were carried out."""

    actions: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=MAX_AT_ONCE)]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where an action stands; no state: there is none of this id."""

    action: str
    state: State | None


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """How many were not acknowledged before, and where each stands now.

    What was taken back, or ended, before it was acknowledged keeps its state: its inverse is told by itself.
    """

    acknowledged: int
    actions: tuple[Standing, ...]


class UndoAction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is taken back."""

    reason: Reason


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back: the action, and what had followed from it."""

    undone: tuple[str, ...]


def actions(  # noqa: PLR0913 - what may be asked for
    service: Serving,
    exchange: Asked,
    *,
    state: Annotated[list[State] | None, Query(description="one or more")] = None,
    account: Annotated[str, Query(max_length=MAX_ID, description="by the service's own id")] = "",
    rule: Annotated[str, Query(max_length=MAX_ID, description="that asked for it")] = "",
    decision: Annotated[
        str, Query(max_length=MAX_ID, description="it is about: its id, or its event's")
    ] = "",
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return actions, the newest first: those on clauses that whoever asks may look at."""
    sought = Sought(tuple(state or ()), account, rule, decision)
    return said(page_of(service, exchange.caller, sought, cursor, limit))


def page_of(service: Service, caller: Caller, sought: Sought, cursor: str, limit: int) -> ActionPage:
    """Return a page of the actions that somebody seeks and may look at."""
    after = _after(cursor) if cursor else None
    subject = known(service, sought.account) if sought.account else None
    row = service.archive.find(sought.decision) if sought.decision else None
    if (sought.account and subject is None) or (sought.decision and row is None):
        return ActionPage(actions=(), next=None)
    with service.reading.records.reading() as core:
        page = store.actions(
            core,
            states=sought.states,
            person=alias_of(subject) if subject else "",
            rule=sought.rule,
            source=row.seq if row else 0,
            after=after,
            limit=limit,
        )
    views = tuple(told(service, stood) for stood in readable(caller, page))
    following = f"{page[-1].seq}.{page[-1].action.action}" if len(page) == limit else None
    return ActionPage(actions=views, next=following)


def action(service: Serving, exchange: Asked, action: Name) -> Response:
    """Return an action."""
    return said(detail_of(service, exchange.caller, action))


def detail_of(service: Service, caller: Caller, action: str) -> ActionDetail:
    """Return an action to somebody who may look at it.

    Raises:
        NotFoundError: ``action.unknown``.
        RefusedError: ``web.may_not_here``.
    """
    stood = found(service, action)
    demand(caller, "action.read", stood.action.clauses)
    with service.reading.records.reading() as core:
        agreed = tuple(store.approvals(core, action))
    knows = covers(caller, "action.approve", stood.action.clauses)
    reason = _reason(service, action) if knows else None
    return ActionDetail(action=told(service, stood), approvals=agreed, reason=reason)


async def acknowledge(service: Serving, exchange: Asked) -> Response:
    """Note that actions were carried out."""
    asked = await taken(exchange, Acknowledge)
    caller = exchange.caller

    def work() -> Acknowledged:
        enforcement, names = service.desk.office.enforcement, tuple(dict.fromkeys(asked.actions))
        before = {name: stood for name in names if (stood := _sought(service, name)) is not None}
        for stood in before.values():
            demand(caller, "action.acknowledge", stood.action.clauses)
        new = [n for n, stood in before.items() if State.ACKNOWLEDGED in STEPS[stood.state]]
        count = enforcement.acknowledge(new, caller.id)
        states = {name: stood.state for name, stood in before.items()} | dict.fromkeys(
            new, State.ACKNOWLEDGED
        )
        standing = tuple(Standing(action=name, state=states.get(name)) for name in names)
        return Acknowledged(acknowledged=count, actions=standing)

    return await done(exchange, service, work, asked)


async def approve(service: Serving, exchange: Asked, action: Name) -> Response:
    """Agree to an action that waits for people."""
    return await done(exchange, service, partial(answered, service, exchange.caller, action, agreed=True))


async def refuse(service: Serving, exchange: Asked, action: Name) -> Response:
    """Refuse an action that waits for people."""
    return await done(exchange, service, partial(answered, service, exchange.caller, action, agreed=False))


def answered(service: Service, caller: Caller, action: str, *, agreed: bool) -> ActionView:
    """Agree to an action that waits for people, or refuse it, for somebody who may; in the decider's thread."""
    demand(caller, "action.approve", found(service, action).action.clauses)
    enforcement = service.desk.office.enforcement
    (enforcement.approve if agreed else enforcement.refuse)(action, caller.id)
    return told(service, found(service, action))


async def undo(service: Serving, exchange: Asked, action: Name) -> Response:
    """Take an action back by its inverse, and what followed from it."""
    asked = await taken(exchange, UndoAction)
    return await done(
        exchange, service, partial(taken_back, service, exchange.caller, action, asked.reason), asked
    )


def taken_back(service: Service, caller: Caller, action: str, reason: str) -> Undone:
    """Take an action back for somebody who may; in the decider's thread."""
    demand(caller, "action.undo", found(service, action).action.clauses)
    reversal = service.desk.office.enforcement.undo(action, caller.id, reason)
    return Undone(undone=tuple(reversal.undone))


def _after(cursor: str) -> tuple[int, str]:
    seq, _, name = cursor.partition(".")
    if not (seq.isascii() and seq.isdigit() and len(seq) < MAX_DIGITS and name):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return int(seq), name


def _sought(service: Service, name: str) -> Stood | None:
    try:
        return found(service, name)
    except NotFoundError:
        return None


def _reason(service: Service, action: str) -> str | None:
    try:
        return service.desk.office.enforcement.reason(action) or None
    except Destroyed:
        return None


ROUTES = (
    Route(
        method="GET",
        path="/v1/actions",
        name="actions",
        summary="Actions, the newest first",
        tag="actions",
        permission="action.read",
        answers={JSON: ActionPage},
        endpoint=actions,
    ),
    Route(
        method="POST",
        path="/v1/actions/acknowledge",
        name="acknowledge",
        summary="Say that actions were carried out",
        doc=(
            "For the service that carries actions out: until it says so, an action is told again and again, and fails in "
            "sight in the end. Saying it twice does no harm."
        ),
        tag="actions",
        permission="action.acknowledge",
        takes={JSON: Acknowledge},
        answers={JSON: Acknowledged},
        problems=(408, 409, 413, 415),
        endpoint=acknowledge,
    ),
    Route(
        method="GET",
        path="/v1/actions/{action}",
        name="action",
        summary="An action, and who agreed to it",
        tag="actions",
        permission="action.read",
        answers={JSON: ActionDetail},
        problems=(404,),
        endpoint=action,
    ),
    Route(
        method="POST",
        path="/v1/actions/{action}/approve",
        name="approve",
        summary="Agree to an action that cannot be undone",
        doc="It takes two people: whoever ordered it is one of them, a rule is nobody.",
        tag="actions",
        permission="action.approve",
        answers={JSON: ActionView},
        problems=(404, 409),
        endpoint=approve,
    ),
    Route(
        method="POST",
        path="/v1/actions/{action}/refuse",
        name="refuse",
        summary="Refuse an action that waits for people",
        tag="actions",
        permission="action.approve",
        answers={JSON: ActionView},
        problems=(404, 409),
        endpoint=refuse,
    ),
    Route(
        method="POST",
        path="/v1/actions/{action}/undo",
        name="undo",
        summary="Take an action back",
        doc="A strike that is taken back takes along the sanctions that would not have come about without it.",
        tag="actions",
        permission="action.undo",
        takes={JSON: UndoAction},
        answers={JSON: Undone},
        problems=(404, 408, 409, 413, 415),
        endpoint=undo,
    ),
)
