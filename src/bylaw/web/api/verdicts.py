"""Verdicts: on one case or on all of a filter, with a preview; withdrawn before they leave."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.canonical import digest_of
from bylaw.base.errors import BylawError, ConflictError, InputError, RefusedError
from bylaw.cases import store
from bylaw.cases.many import Bulk, together
from bylaw.cases.model import MAX_BULK, MAX_ITEMS, MAX_ORDERS, Ordered, Outcome
from bylaw.cases.store import CaseAt
from bylaw.cases.verdicts import Verdict
from bylaw.engine.recording import instant
from bylaw.staff.permissions import ACTS, ORDERS, may
from bylaw.web.api.orders import TAKES, Days, Feature, Features, Number
from bylaw.web.api.told_actions import MAX_ID, Clauses, Id, Reason, Tell, Withhold, say_of
from bylaw.web.api.told_cases import Filter, case_for, covers_case, found_by
from bylaw.web.bodies import done, done_in_turns, taken
from bylaw.web.callers import Caller
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_SHOWN: Final = 50  # cases that a preview names
MAX_UNDONE: Final = 100
UNDOES: Final = "action.undo"

Name = Annotated[str, Path(max_length=MAX_ID, description="the case's id")]
Batch = Annotated[str, Path(max_length=MAX_ID, description="what verdicts share that were given in one go")]


class VerdictOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done.

    ``argument`` and ``days`` as in an order about an account. ``items`` are the things, by the numbers of their facts;
    what is done to content without any is done to every thing in the case.
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
    items: Annotated[tuple[int, ...], msgspec.Meta(max_length=MAX_ITEMS)] = ()


class PostVerdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verdict: it cites a clause and says why.

    ``restore`` takes back what rules did about the things of the case; ``undo`` names further actions. ``say`` or
    ``withheld`` is needed where an account must be told.
    """

    outcome: Outcome
    clauses: Annotated[Clauses, msgspec.Meta(min_length=1)]
    reason: Reason
    orders: Annotated[tuple[VerdictOrder, ...], msgspec.Meta(max_length=MAX_ORDERS)] = ()
    undo: Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_UNDONE)] = ()
    restore: bool = False
    say: Tell | None = None
    withheld: Withhold | None = None


class PostBulk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One verdict on every case of a filter, at most 500. ``set``: of the preview, so that no other cases are decided."""

    filter: Filter
    verdict: PostVerdict
    set: Annotated[str, msgspec.Meta(max_length=MAX_ID)] = ""


class VerdictAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that was given: until ``leaves`` it can be withdrawn, and nothing is done."""

    case: str
    verdict: str
    leaves: datetime


class BulkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What deciding many came to, or would. ``set`` names these very cases; ``leaves``: when the first verdict does.

    ``decided`` are those of ``batch``, to be withdrawn together; ``left`` were not decided, by the reason's code:
    ``case.taken``, ``case.order``, ``case.barred``, ``case.moved`` (handed on meanwhile, or about more than one may
    decide), or what is wrong with this verdict on that case.
    """

    preview: bool
    set: str
    cases: int
    decided: int
    accounts: int
    items: int
    more: bool
    first: tuple[str, ...]
    batch: str | None
    leaves: datetime | None
    left: dict[str, str]


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts that somebody gave in one go: how many have not left, and when the first of them does."""

    batch: str
    cases: int
    leaves: datetime


class Batches(msgspec.Struct, frozen=True, kw_only=True):
    """One's own verdicts on many cases that can be withdrawn still, the newest first."""

    batches: tuple[BatchView, ...]


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """How many verdicts were withdrawn."""

    withdrawn: int


async def decide(service: Serving, exchange: Asked, case: Name) -> Response:
    """Give a verdict."""
    asked = await taken(exchange, PostVerdict)
    return await done(exchange, service, partial(decided, service, exchange.caller, case, asked), asked)


async def withdraw(service: Serving, exchange: Asked, case: Name) -> Response:
    """Take a verdict back that has not left."""
    return await done(exchange, service, partial(withdrawn, service, exchange.caller, case))


async def bulk(
    service: Serving,
    exchange: Asked,
    *,
    preview: Annotated[bool, Query(description="only tell what would be decided")] = False,
) -> Response:
    """Give one verdict on many cases."""
    asked = await taken(exchange, PostBulk)
    work = partial(decided_all, service, exchange.caller, asked, preview=preview)
    return await done_in_turns(exchange, service, work, asked)


def batches(service: Serving, exchange: Asked) -> Response:
    """Return what one decided in one go and can withdraw still."""
    views = (
        BatchView(batch=one.batch, cases=one.cases, leaves=instant(one.leaves))
        for one in leaving(service, exchange.caller)
    )
    return said(Batches(batches=tuple(views)))


async def withdraw_batch(service: Serving, exchange: Asked, batch: Batch) -> Response:
    """Take back what of many verdicts has not left."""
    return await done_in_turns(exchange, service, partial(withdrawn_all, service, exchange.caller, batch))


# -- for pages too; on one case in the decider's thread, on many between its batches


def decided(service: Service, caller: Caller, case: str, asked: PostVerdict) -> VerdictAnswer:
    """Give a verdict on a case."""
    found = case_for(service, caller, case, "case.decide")
    _demand_orders(caller, [found], asked)
    given = service.desk.office.cases.decide(case, caller.id, verdict_of(asked))
    return VerdictAnswer(case=case, verdict=given.verdict, leaves=instant(given.leaves))


def withdrawn(service: Service, caller: Caller, case: str) -> Withdrawn:
    """Take a verdict back."""
    case_for(service, caller, case, "case.decide")
    service.desk.office.cases.withdraw(case, caller.id)
    return Withdrawn(withdrawn=1)


def leaving(service: Service, caller: Caller) -> list[store.Batch]:
    """Return what somebody decided in one go and has not left."""
    with service.reading.records.reading() as core:
        return store.batches(core, caller.id, service.desk.office.records.clock())


async def withdrawn_all(service: Service, caller: Caller, batch: str) -> Withdrawn:
    """Take back one's own verdicts of a batch; who fails halfway may ask again for the rest."""
    steps, count = service.desk.office.cases.withdrawing_all(batch, caller.id), 0
    while some := await service.gatherer.between(lambda: next(steps, 0)):
        count += some
    return Withdrawn(withdrawn=count)


async def decided_all(service: Service, caller: Caller, asked: PostBulk, *, preview: bool) -> BulkAnswer:
    """Give one verdict on every case of a filter, or tell which these are.

    Raises:
        ConflictError: ``case.changed``, they are not those of the preview.
        InputError: ``case.bulk``, there is none.
    """
    if not asked.filter.waiting:
        raise InputError("case.bulk", "these are decided already")
    found, after = await asyncio.to_thread(found_by, service, caller, asked.filter, limit=MAX_BULK)
    mine = [one for one in found if covers_case(caller, "case.decide", one)][:MAX_BULK]
    _demand_orders(caller, mine, asked.verdict)
    cases = [one.case for one in mine]
    name = digest_of(sorted(cases)).removeprefix("sha256:")[:32]
    made = Bulk("", {}, {})
    if not preview:
        if asked.set != name:
            hint = "ask for a preview, and give its `set`"
            raise ConflictError("case.changed", "these are not the cases of the preview", hint=hint)
        made = await _decided_in_steps(service, caller, mine, asked.verdict)
    return BulkAnswer(
        preview=preview,
        set=name,
        cases=len(mine),
        decided=len(made.given),
        accounts=len({one.person for one in mine} - {""}),
        items=sum(one.items for one in mine),
        more=after is not None or len(found) > MAX_BULK,
        first=tuple(cases[:MAX_SHOWN]),
        batch=made.batch or None,
        leaves=min((instant(one.leaves) for one in made.given.values()), default=None),
        left=made.left,
    )


async def _decided_in_steps(
    service: Service, caller: Caller, listed: Sequence[CaseAt], asked: PostVerdict
) -> Bulk:
    """Decide; events are decided between two steps, and others work. Once a step is done, what fails is told as left."""
    queues = {one.case: one.queue for one in listed}

    def may(case: CaseAt) -> bool:
        return case.queue == queues[case.case] and covers_case(caller, "case.decide", case)

    made: list[Bulk] = []
    steps = service.desk.office.cases.deciding_all(queues, caller.id, verdict_of(asked), may=may)
    try:
        while (step := await service.gatherer.between(lambda: next(steps, None))) is not None:
            made.append(step)
    except BylawError as error:
        if not made:
            raise
        seen = {case for step in made for case in (*step.given, *step.left)}
        made.append(Bulk("", {}, dict.fromkeys(queues.keys() - seen, error.code)))
    return together(made)


def verdict_of(asked: PostVerdict) -> Verdict:
    """Return a verdict as the room of cases takes it.

    Raises:
        InputError: ``action.argument``, an effect lacks its argument, or has one too many.
    """
    _refuse_arguments(asked.orders)
    return Verdict(
        outcome=asked.outcome,
        clauses=asked.clauses,
        reason=asked.reason,
        orders=tuple(
            Ordered(effect=one.effect, argument=one.argument, days=one.days, items=one.items)
            for one in asked.orders
        ),
        undo=asked.undo,
        restore=asked.restore,
        say=say_of(asked.say, asked.withheld),
    )


def _refuse_arguments(orders: Iterable[VerdictOrder]) -> None:
    for one in orders:
        wanted = TAKES.get(one.effect)
        if wanted and not isinstance(one.argument, wanted):
            kind = {int: "a number", tuple: "a list of features", str: "a text"}[wanted]
            raise InputError("action.argument", f"`{one.effect}` takes {kind} as `argument`")
        odd = one.argument is not None and (one.effect != "strike" or not isinstance(one.argument, int))
        if not wanted and odd:
            raise InputError("action.argument", f"`{one.effect}` takes no such `argument`")


def _demand_orders(caller: Caller, cases: Iterable[CaseAt], asked: PostVerdict) -> None:
    """See to it that whoever decides may do each of these things, in the queue of each case, on these clauses."""
    wanted = {ORDERS[one.effect]: ACTS for one in asked.orders} | ({UNDOES: UNDOES} if asked.undo else {})
    for queue in {case.queue for case in cases}:
        for permission, instead in wanted.items():
            if not any(
                all(may(caller.grants, one, queue, clause) for clause in asked.clauses)
                for one in (permission, instead)
            ):
                hint = "hand the case on to somebody who may"
                raise RefusedError("web.may_not_here", f"this verdict takes `{permission}`", hint=hint)


ROUTES = (
    Route(
        method="POST",
        path="/v1/cases/bulk",
        name="decide_cases",
        summary="Give one verdict on every case of a filter",
        doc=(
            "With `preview=true` it is only told which cases these are; the `set` that is answered then must be given, so "
            "that no others are decided. Cases that somebody else has are left. It is done in steps of 50, each durable by "
            "itself: what an interruption leaves is told by `GET /v1/cases/batches`."
        ),
        tag="cases",
        permission="case.decide",
        takes={JSON: PostBulk},
        answers={JSON: BulkAnswer},
        problems=(408, 409, 413, 415),
        endpoint=bulk,
    ),
    Route(
        method="GET",
        path="/v1/cases/batches",
        name="case_batches",
        summary="What one decided in one go, and can withdraw still",
        tag="cases",
        permission="case.decide",
        answers={JSON: Batches},
        endpoint=batches,
    ),
    Route(
        method="POST",
        path="/v1/cases/batches/{batch}/withdraw",
        name="withdraw_cases",
        summary="Take back what of many verdicts has not left",
        tag="cases",
        permission="case.decide",
        answers={JSON: Withdrawn},
        problems=(404, 409),
        endpoint=withdraw_batch,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/decide",
        name="decide_case",
        summary="Give a verdict",
        doc=(
            "It needs a clause and a reason, and may have several things done; each takes the permission that it takes by "
            "itself. Nothing leaves before the time to withdraw it is over."
        ),
        tag="cases",
        permission="case.decide",
        takes={JSON: PostVerdict},
        answers={JSON: VerdictAnswer},
        problems=(404, 408, 409, 413, 415),
        endpoint=decide,
    ),
    Route(
        method="POST",
        path="/v1/cases/{case}/withdraw",
        name="withdraw_case",
        summary="Take a verdict back that has not left",
        tag="cases",
        permission="case.decide",
        answers={JSON: Withdrawn},
        problems=(404, 409),
        endpoint=withdraw,
    ),
)
