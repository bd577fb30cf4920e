"""What people order: something done about an account, or everything of a rule taken back."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError, NotFoundError
from bylaw.enforcement.model import Argument, Standard
from bylaw.enforcement.ordering import Order
from bylaw.enforcement.undoing import Reversal, of_rule, together
from bylaw.engine.recording import KIND, microseconds, read_body
from bylaw.events.people import answerable
from bylaw.records.fact import Row
from bylaw.records.people import alias_of
from bylaw.staff.permissions import ACTS, ORDERS, may_somewhere
from bylaw.web.api.told_actions import (
    MAX_ID,
    MAX_LISTED,
    ActionView,
    Clauses,
    Id,
    Reason,
    Tell,
    Withhold,
    found,
    say_of,
    told,
)
from bylaw.web.bodies import done, done_in_turns, taken
from bylaw.web.callers import Caller, admit, covers, demand
from bylaw.web.cooked import Asked, Serving
from bylaw.web.people import demand_known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_ORDERS: Final = 10  # in one request
MAX_FEATURES: Final = 50
AT_ONCE: Final = 100  # actions of a rule that are taken back between two batches of the decider
MAX_ARGUMENT: Final = 1_000_000
Days = Annotated[int, msgspec.Meta(ge=1, le=3_660)]
Feature = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
Features = Annotated[tuple[Feature, ...], msgspec.Meta(min_length=1, max_length=MAX_FEATURES)]
Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_ARGUMENT)]
TAKES: Final = {
    "suspend": int,
    "rate_limit": int,
    "restrict": tuple,
    "label": str,
}  # what goes with an effect

Rule = Annotated[str, Path(max_length=MAX_ID, description="the rule's id")]


class Ordered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done.

    ``argument``: days of a suspension, times an hour of a rate limit, features of a restriction, a label's name, the
    weight of a strike. After ``days``, or at ``until``, it ends by itself; a suspension until then has no ``argument``.
    """

    effect: Literal[
        "refuse",
        "remove",
        "hold",
        "reduce",
        "warn",
        "label",
        "claim",
        "strike",
        "rate_limit",
        "restrict",
        "suspend",
        "terminate",
        "quarantine",
        "none",
    ]
    argument: Feature | Number | Features | None = None
    days: Days | None = None
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class PostOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order about an account, a decision, or both.

    Without ``account`` it is the one that answers for the event of the decision. ``say`` or ``withheld`` is needed
    unless nothing is done that an account is told of. ``standard``: whether it is proven or apparent. The effect
    ``none`` records the choice not to enforce these clauses against the account.
    """

    orders: Annotated[tuple[Ordered, ...], msgspec.Meta(min_length=1, max_length=MAX_ORDERS)]
    clauses: Clauses
    reason: Reason
    account: Id = ""
    decision: Id = ""
    say: Tell | None = None
    withheld: Withhold | None = None
    standard: Standard = Standard.APPARENT


class NotDone(msgspec.Struct, frozen=True, kw_only=True):
    """What was ordered and is not done, and why."""

    effect: str
    argument: Argument
    why: str


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is done, sanctions that strikes led to included, and what is not."""

    actions: tuple[ActionView, ...]
    dropped: tuple[NotDone, ...]


class UndoRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Since when, and why."""

    since: Annotated[datetime, msgspec.Meta(tz=True)]
    reason: Reason


class RuleUndone(msgspec.Struct, frozen=True, kw_only=True):
    """What taking back a rule came to, or would.

    ``undone`` counts actions taken back, sanctions that had followed from strikes included (a preview counts them among
    ``kept``); ``kept``: other rules asked for them too. ``accounts``: how many it is about. ``actions``: the first of
    those taken back.
    """

    rule: str
    preview: bool
    undone: int
    kept: int
    accounts: int
    actions: tuple[str, ...]


async def order(service: Serving, exchange: Asked) -> Response:
    """Do what somebody decided, or record that nothing is to be done."""
    asked = await taken(exchange, PostOrder)
    return await done(exchange, service, partial(ordered, service, exchange.caller, asked), asked)


def ordered(service: Service, caller: Caller, asked: PostOrder) -> OrderAnswer:
    """Do what somebody decided, in the decider's thread.

    Raises:
        InputError: ``action.argument``, ``action.clause``, ``action.about``; of ``Enforcement.order``.
        RefusedError: they may not.
        NotFoundError: there is no such account or decision.
    """
    _refuse(asked.orders)
    _demand_permissions(caller, asked)
    _demand_clauses(service, asked)
    row = _decided(service, asked.decision) if asked.decision else None
    resolved = service.desk.office.enforcement.order(
        [_order(one) for one in asked.orders],
        person=_person(service, asked.account, row),
        by=caller.id,
        clauses=asked.clauses,
        reason=asked.reason,
        say=say_of(asked.say, asked.withheld),
        source=row.seq if row else 0,
        standard=asked.standard,
    )
    return OrderAnswer(
        actions=tuple(told(service, found(service, one.action)) for one in resolved.actions),
        dropped=tuple(
            NotDone(effect=one.effect, argument=one.argument, why=one.why) for one in resolved.dropped
        ),
    )


async def undo_rule(
    service: Serving,
    exchange: Asked,
    rule: Rule,
    *,
    preview: Annotated[bool, Query(description="only count what would be taken back")] = False,
) -> Response:
    """Take back everything that a rule did since an instant."""
    asked = await taken(exchange, UndoRule)
    work = partial(rule_undone, service, exchange.caller, rule, asked, preview=preview)
    return await done_in_turns(exchange, service, work, asked)


async def rule_undone(
    service: Service, caller: Caller, rule: str, asked: UndoRule, *, preview: bool = False
) -> RuleUndone:
    """Take back everything that a rule did since an instant, or count it; events are decided meanwhile.

    Raises:
        RefusedError: whoever asks may not, on one of the clauses.
    """
    since, last = microseconds(asked.since), service.reading.records.head
    would = await asyncio.to_thread(of_rule, service.reading.records, rule, since, last)
    every = [*would.mine, *would.kept]
    demand(caller, "action.undo", {clause for stood in every for clause in stood.action.clauses})
    done = Reversal([stood.action.action for stood in would.mine], [s.action.action for s in would.kept])
    if not preview:
        done = await _undone(service, rule, since, caller.id, asked.reason, last)
    return RuleUndone(
        rule=rule,
        preview=preview,
        undone=len(done.undone),
        kept=len(done.kept),
        accounts=len({stood.action.person for stood in would.mine} - {""}),
        actions=tuple(done.undone[:MAX_LISTED]),
    )


async def _undone(service: Service, rule: str, since: int, by: str, reason: str, last: int) -> Reversal:
    """Take a rule back; events are decided between two steps."""
    enforcement = service.desk.office.enforcement
    steps = enforcement.undoing_rule(rule, since, by, reason, last=last, at_once=AT_ONCE)
    done = []
    while (step := await service.gatherer.between(lambda: next(steps, None))) is not None:
        done.append(step)
    return together(done)


def _order(asked: Ordered) -> Order:
    until = microseconds(asked.until) if asked.until is not None else None
    return Order(effect=asked.effect, argument=asked.argument, days=asked.days, until=until)


def _refuse(orders: Iterable[Ordered]) -> None:
    for one in orders:
        takes = TAKES.get(one.effect)
        if one.effect == "suspend" and one.argument is None and one.until is not None:
            continue
        if takes and not isinstance(one.argument, takes):
            kind = {int: "a number", tuple: "a list of features", str: "a text"}[takes]
            raise InputError("action.argument", f"`{one.effect}` takes {kind} as `argument`")
        if not takes and one.argument is not None and one.effect != "strike":
            raise InputError("action.argument", f"`{one.effect}` takes no `argument`")
        if one.effect == "strike" and not isinstance(one.argument, int | None):
            raise InputError("action.argument", "`strike` takes a number as `argument`, or none")


def _demand_permissions(caller: Caller, asked: PostOrder) -> None:
    """See to it that whoever asks may order each of these effects on these clauses."""
    if covers(caller, ACTS, asked.clauses):
        return
    for permission in dict.fromkeys(ORDERS[one.effect] for one in asked.orders):
        if not may_somewhere(caller.grants, permission):
            admit(caller, (permission, ACTS))
        demand(caller, permission, asked.clauses)


def _demand_clauses(service: Service, asked: PostOrder) -> None:
    """See to it that what is cited is in force, or, for a choice not to enforce, that something below it is."""
    library, now = service.desk.book.library, service.clock()
    prefixes = all(one.effect == "none" for one in asked.orders)
    for clause in asked.clauses:
        below = prefixes and any(one.startswith(f"{clause}/") for one in library.clause_ids())
        if not below and library.cite(clause, now) is None:
            hint = "`bylaw policy show` tells the clauses of a document"
            raise InputError("action.clause", "a clause that is cited is not in force", hint=hint)


def _decided(service: Service, decision: str) -> Row:
    row = service.archive.find(decision)
    if row is None or row.kind != KIND:
        raise NotFoundError("decision.not_found", "there is no such decision")
    return row


def _person(service: Service, account: str, row: Row | None) -> str:
    """Return the random id of the account that an order is about."""
    if row is None:
        if not account:
            raise InputError("action.about", "name an account, a decision, or both")
        return alias_of(demand_known(service, account))
    if account:
        alias = alias_of(demand_known(service, account))
        if alias not in read_body(row).people:
            raise InputError("action.about", "the decision is not about this account")
        return alias
    doer, _ = answerable(service.archive.recall(row).event)
    if doer is None:
        raise InputError("action.about", "the decision is about nobody: name an account")
    return alias_of(demand_known(service, doer))


ROUTES = (
    Route(
        method="POST",
        path="/v1/actions",
        name="order",
        summary="Have something done about an account",
        doc=(
            "Each effect takes a permission of its own, or `account.act` for all. What cannot be undone waits for a second "
            "person. What changes access shows at `/v1/access` before this is "
            "answered. With an `Idempotency-Key` it is done once."
        ),
        tag="actions",
        permission=ACTS,
        also=tuple(dict.fromkeys(one for one in ORDERS.values() if one != ACTS)),
        takes={JSON: PostOrder},
        answers={JSON: OrderAnswer},
        problems=(404, 408, 409, 413, 415),
        endpoint=order,
    ),
    Route(
        method="POST",
        path="/v1/rules/{rule}/undo",
        name="undo_rule",
        summary="Take back everything that a rule did",
        doc=(
            "What other rules asked for as well stays. With `preview=true` it is only counted. It goes step by step between "
            "events that are decided; whoever was cut off asks again, and it goes on."
        ),
        tag="actions",
        permission="action.undo",
        takes={JSON: UndoRule},
        answers={JSON: RuleUndone},
        problems=(408, 409, 413, 415),
        endpoint=undo_rule,
    ),
)
