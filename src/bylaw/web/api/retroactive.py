"""A rule enforced on what is older than it: looked for, agreed to by a second person, carried out, stopped, taken back."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import NotFoundError
from bylaw.enforcement.retroactive import store
from bylaw.enforcement.retroactive.model import Plan, State
from bylaw.enforcement.retroactive.workflow import Look
from bylaw.engine.recording import instant
from bylaw.engine.retrospect import Asked as Wanted
from bylaw.engine.retrospect import Found
from bylaw.engine.stretch import Stretch
from bylaw.rules.rule import Mode, Rule
from bylaw.runtime.trials import Job, looked_back
from bylaw.web.api.trials import BacktestView, backtest_of
from bylaw.web.bodies import done, taken
from bylaw.web.callers import covers, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_ID: Final = 256
SAMPLE: Final = 50  # findings that are told

Name = Annotated[str, Path(max_length=MAX_ID, description="the plan's id")]


class LookBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of the book in force, and which rows of the record; 0: from the first, to the last."""

    rule: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
    first: Annotated[int, msgspec.Meta(ge=0)] = 0
    last: Annotated[int, msgspec.Meta(ge=0)] = 0


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """An event on which the rule would have stood, and what it asks for."""

    seq: int
    decision: str
    kind: str
    at: datetime
    clauses: tuple[str, ...]
    asked: tuple[Wanted, ...]


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it stands.

    ``stood``: events on which the rule stood already; ``unreadable``: that can be read no more; ``over``: there are more, which
    another plan may be about. ``upto`` of the ``findings`` were looked at, ``acted`` actions came of it, ``left`` asked for
    nothing new, ``undone`` were taken back. ``sample``: the first findings.
    """

    plan: str
    state: State
    rule: str
    book: str
    clauses: tuple[str, ...]
    first: int
    last: int
    at: datetime
    by: str
    approved_by: str | None
    events: int
    stood: int
    unreadable: int
    over: bool
    findings: int
    accounts: int
    effects: dict[str, int]
    upto: int
    acted: int
    left: int
    undone: int
    sample: tuple[FindingView, ...] = ()


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    """Plans, the latest first."""

    plans: tuple[PlanView, ...]


def rule_of(service: Service, name: str) -> Rule:
    """Return a rule of the book in force that is enforced.

    Raises:
        NotFoundError: ``rule.not_found``.
    """
    rules = {rule.id: rule for rule in service.desk.book.rules if rule.mode is Mode.ENFORCE}
    if name not in rules:
        hint = "a rule is enforced first, then on what is older"
        raise NotFoundError("rule.not_found", f"no rule `{name}` is enforced", hint=hint)
    return rules[name]


def look_back(service: Service, asked: LookBack, by: str) -> BacktestView:
    """Begin to look for what a rule would have asked for; a plan is made of it when it is done.

    Raises:
        NotFoundError: ``rule.not_found``.
        BusyError: ``draft.busy``.
    """
    rule, records = rule_of(service, asked.rule), service.reading.records
    stretch = Stretch(max(1, asked.first), min(asked.last or records.head, records.head))
    look = Look(rule.id, service.desk.book.digest, rule.clauses, stretch.first, stretch.last)
    job = Job(rule.id, 0, by, stretch.last, looked_back, (records.place.folder, rule.id, stretch))

    def note(found: Found) -> None:
        service.gatherer.within(lambda: service.desk.office.retroactive.plan(look, found, by))

    service.trials.start(job, note)
    return backtest_of(service)


def told(service: Service, plan: Plan, *, sample: int = 0) -> PlanView:
    """Return a plan as it is told, with its first findings."""
    one = plan.said
    findings = service.desk.office.retroactive.findings(plan)[:sample] if sample else ()
    return PlanView(
        plan=one.plan,
        state=plan.state,
        rule=one.rule,
        book=one.book,
        clauses=one.clauses,
        first=one.first,
        last=one.last,
        at=instant(plan.at),
        by=one.by,
        approved_by=plan.approved_by or None,
        events=one.events,
        stood=one.stood,
        unreadable=one.unreadable,
        over=one.over,
        findings=one.findings,
        accounts=one.accounts,
        effects=one.effects,
        upto=plan.upto,
        acted=plan.acted,
        left=plan.left,
        undone=plan.undone,
        sample=tuple(
            FindingView(
                seq=finding.seq,
                decision=finding.decision,
                kind=finding.kind,
                at=instant(finding.at),
                clauses=tuple(citation.clause for citation in finding.clauses),
                asked=finding.asked,
            )
            for finding in findings
        ),
    )


async def look(service: Serving, exchange: Asked) -> Response:
    """Begin to look back."""
    asked = await taken(exchange, LookBack)
    return said(look_back(service, asked, exchange.caller.id))


def plans(
    service: Serving,
    exchange: Asked,
    *,
    rule: Annotated[str, Query(max_length=MAX_ID, description="of this rule only")] = "",
) -> Response:
    """Return plans about clauses that whoever asks may look at."""
    with service.reading.records.reading() as core:
        found = store.plans(core, rule=rule)
    mine = (one for one in found if covers(exchange.caller, "action.read", one.said.clauses))
    return said(Plans(plans=tuple(told(service, one) for one in mine)))


def plan(service: Serving, exchange: Asked, plan: Name) -> Response:
    """Return a plan with a sample of what it is about."""
    found = service.desk.office.retroactive.find(plan)
    demand(exchange.caller, "action.read", found.said.clauses)
    return said(told(service, found, sample=SAMPLE))


async def approve(service: Serving, exchange: Asked, plan: Name) -> Response:
    """Agree to a plan that somebody else made; it is carried out from now on."""
    return await _stepped(service, exchange, plan, "action.approve", service.desk.office.retroactive.approve)


async def refuse(service: Serving, exchange: Asked, plan: Name) -> Response:
    """Refuse a plan."""
    return await _stepped(service, exchange, plan, "action.approve", service.desk.office.retroactive.refuse)


async def stop(service: Serving, exchange: Asked, plan: Name) -> Response:
    """Have no more of a plan carried out."""
    return await _stepped(service, exchange, plan, "action.undo", service.desk.office.retroactive.stop)


async def resume(service: Serving, exchange: Asked, plan: Name) -> Response:
    """Have the rest of a plan carried out."""
    return await _stepped(service, exchange, plan, "action.approve", service.desk.office.retroactive.resume)


async def undo(service: Serving, exchange: Asked, plan: Name) -> Response:
    """Have everything taken back that a plan did."""
    return await _stepped(service, exchange, plan, "action.undo", service.desk.office.retroactive.undo)


async def _stepped(
    service: Service, exchange: Asked, plan: str, permission: str, verb: Callable[[str, str], Plan]
) -> Response:
    caller = exchange.caller

    def work() -> PlanView:
        demand(caller, permission, service.desk.office.retroactive.find(plan).said.clauses)
        return told(service, verb(plan, caller.id))

    return await done(exchange, service, work)


def _verb(verb: str, permission: str, summary: str, endpoint: Callable[..., object]) -> Route:
    return Route(
        method="POST",
        path=f"/v1/retroactive/{{plan}}/{verb}",
        name=f"{verb}_retroactive",
        summary=summary,
        tag="retroactive",
        permission=permission,
        answers={JSON: PlanView},
        problems=(404, 409),
        endpoint=endpoint,
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/retroactive",
        name="look_back",
        summary="Look for what a rule would have asked for of what is older than it",
        doc=(
            "It runs beside deciding; `GET /v1/backtest` tells how far it is. What it finds becomes a plan, which does nothing "
            "until a second person agrees."
        ),
        tag="retroactive",
        permission="book.backtest",
        takes={JSON: LookBack},
        answers={JSON: BacktestView},
        problems=(404, 408, 413, 415),
        endpoint=look,
    ),
    Route(
        method="GET",
        path="/v1/retroactive",
        name="retroactive_plans",
        summary="Plans to enforce a rule on what is older than it",
        tag="retroactive",
        permission="action.read",
        answers={JSON: Plans},
        endpoint=plans,
    ),
    Route(
        method="GET",
        path="/v1/retroactive/{plan}",
        name="retroactive_plan",
        summary="A plan, how far it is, and a sample of what it is about",
        tag="retroactive",
        permission="action.read",
        answers={JSON: PlanView},
        problems=(404,),
        endpoint=plan,
    ),
    _verb("approve", "action.approve", "Agree to a plan that somebody else made", approve),
    _verb("refuse", "action.approve", "Refuse a plan", refuse),
    _verb("stop", "action.undo", "Have no more of a plan carried out", stop),
    _verb("resume", "action.approve", "Have the rest of a plan carried out", resume),
    _verb("undo", "action.undo", "Have everything taken back that a plan did", undo),
)
