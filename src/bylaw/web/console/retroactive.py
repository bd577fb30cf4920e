"""Retroactive enforcement at the console: plans, what they are about, and a second person who agrees."""

from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.enforcement.retroactive import store
from bylaw.enforcement.retroactive.model import Plan, State
from bylaw.web.api.retroactive import SAMPLE, LookBack, look_back, rule_of, told
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.api.trials import backtest_of
from bylaw.web.callers import covers, demand
from bylaw.web.console.clauses import words_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.rules import LIST as RULES
from bylaw.web.console.signing_in import Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import page, see_other
from bylaw.web.service import Service

LIST: Final = "/console/retroactive"
MOVING: Final = frozenset({State.CARRYING, State.UNDOING})

Name = Annotated[str, Path(max_length=MAX_ID)]


class Looking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rule, and how many of the latest rows; 0: all."""

    rule: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
    latest: Annotated[int, msgspec.Meta(ge=0)] = 0


def plans(exchange: Asked, service: Serving, rule: Annotated[str, Query(max_length=MAX_ID)] = "") -> Response:
    """Return the page of plans, and of the look back that is under way."""
    with service.reading.records.reading() as core:
        found = store.plans(core, rule=rule)
    mine = [one for one in found if covers(exchange.caller, "action.read", one.said.clauses)]
    values = {
        "plans": [told(service, one) for one in mine],
        "rule": rule,
        "running": backtest_of(service),
        "name": naming(service, tongue_of(exchange)),
    }
    return framed(exchange, service, "retroactive.html", values, current=RULES)


async def look(exchange: Asked, service: Serving) -> Response:
    """Begin to look back."""
    asked = await posted(exchange, service, Looking)
    rule_of(service, asked.rule)
    head = service.reading.records.head
    first = max(1, head - asked.latest + 1) if asked.latest else 1
    look_back(service, LookBack(rule=asked.rule, first=first), exchange.caller.id)
    return see_other(LIST, rule=asked.rule)


def looking(exchange: Asked, service: Serving) -> Response:
    """Return the part of the page that tells how far the look back is."""
    values = {"running": backtest_of(service), "at": LIST}
    return page(exchange, service, "console/backtest_progress.html", values)


def plan(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Return the page of a plan."""
    found, caller = service.desk.office.retroactive.find(plan), exchange.caller
    clauses = found.said.clauses
    demand(caller, "action.read", clauses)
    view = told(service, found, sample=SAMPLE)
    values = {
        "one": view,
        "clauses": words_of(service, clauses),
        "moving": found.state in MOVING,
        "name": naming(service, tongue_of(exchange)),
        "may_answer": covers(caller, "action.approve", clauses) and caller.id != found.said.by,
        "may_approve": covers(caller, "action.approve", clauses),
        "may_undo": covers(caller, "action.undo", clauses),
    }
    return framed(exchange, service, "retroactive_plan.html", values, current=RULES)


def going(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Return the part of the page that tells how far a plan is."""
    found = service.desk.office.retroactive.find(plan)
    demand(exchange.caller, "action.read", found.said.clauses)
    values = {"one": told(service, found), "moving": found.state in MOVING}
    return page(exchange, service, "console/retroactive_progress.html", values)


async def approve(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Agree to a plan."""
    return await _stepped(exchange, service, plan, "approve", "action.approve")


async def refuse(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Refuse a plan."""
    return await _stepped(exchange, service, plan, "refuse", "action.approve")


async def stop(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Stop a plan."""
    return await _stepped(exchange, service, plan, "stop", "action.undo")


async def resume(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Go on with a plan."""
    return await _stepped(exchange, service, plan, "resume", "action.approve")


async def undo(exchange: Asked, service: Serving, plan: Name) -> Response:
    """Take back what a plan did."""
    return await _stepped(exchange, service, plan, "undo", "action.undo")


async def _stepped(exchange: Exchange, service: Service, plan: str, verb: str, permission: str) -> Response:
    await posted(exchange, service, Nothing)
    caller, retroactive = exchange.caller, service.desk.office.retroactive

    def work() -> Plan:
        demand(caller, permission, retroactive.find(plan).said.clauses)
        done: Plan = getattr(retroactive, verb)(plan, caller.id)
        return done

    await service.gatherer.between(work)
    return see_other(f"{LIST}/{plan}")


ROUTES = (
    show(LIST, "retroactive_page", "Rules enforced on what is older than they are", plans, "action.read"),
    do(LIST, "look_back_page", "Look back for a rule", look, "book.backtest"),
    show(f"{LIST}/looking", "looking_part", "How far the look back is", looking, "action.read"),
    show(f"{LIST}/{{plan}}", "plan_page", "A plan", plan, "action.read"),
    show(f"{LIST}/{{plan}}/progress", "plan_part", "How far a plan is", going, "action.read"),
    do(f"{LIST}/{{plan}}/approve", "approve_plan", "Agree to a plan", approve, "action.approve"),
    do(f"{LIST}/{{plan}}/refuse", "refuse_plan", "Refuse a plan", refuse, "action.approve"),
    do(f"{LIST}/{{plan}}/stop", "stop_plan", "Stop a plan", stop, "action.undo"),
    do(f"{LIST}/{{plan}}/resume", "resume_plan", "Go on with a plan", resume, "action.approve"),
    do(f"{LIST}/{{plan}}/undo", "undo_plan", "Take back what a plan did", undo, "action.undo"),
)
