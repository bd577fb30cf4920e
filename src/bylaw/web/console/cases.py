"""A case: what it is about, the clause beside it, the verdict; the next one follows at once."""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import RefusedError
from bylaw.cases import store
from bylaw.cases.model import MAX_WORDS, Skip, State
from bylaw.cases.store import CaseAt
from bylaw.cases.verdicts import BLIND
from bylaw.notices.model import GROUNDS
from bylaw.staff.model import State as Standing
from bylaw.web.api.case_detail import CaseContent, content_of, detail_of
from bylaw.web.api.cases import assigned, escalated, next_for
from bylaw.web.api.quality import care_for, kept
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.api.told_actions import found as action_found
from bylaw.web.api.told_actions import told as action_told
from bylaw.web.api.told_cases import LEADS, case_for, covers_case
from bylaw.web.api.verdicts import decided, withdrawn
from bylaw.web.callers import Caller
from bylaw.web.console.clauses import words_of
from bylaw.web.console.deciding import CaseForm, effects_for, verdict_from
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import name_of, naming
from bylaw.web.console.queues import CASES, PLACE
from bylaw.web.console.signing_in import Nothing
from bylaw.web.console.things import thing_of
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other
from bylaw.web.service import Service

MAX_READ: Final = 10_000  # readings remembered, so that a page that is looked at again is not one more
SAID: Final = {
    "last": "Decided. Nothing more waits in this queue for you now.",
    "kept": "Others will be tested with this item.",
    "noted": "The note is kept.",
    "withdrawn": "The verdict is withdrawn, and the case is yours again.",
}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_WORDS)]


class LeaveForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a case is left."""

    skip: Skip | None = None
    note: Text = ""


class EscalateForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To which queue a case is handed on."""

    queue: str = ""
    note: Text = ""


class NoteForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is noted."""

    text: Text


class AssignForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose a case is."""

    to: str = ""


async def case(
    exchange: Asked, service: Serving, case: Name, *, show: Word = "", done: Word = "", before: Word = ""
) -> Response:
    """Return the page of a case. What it is about is shown to who has it, or asks for it, and that is recorded."""
    caller, found = exchange.caller, case_for(service, exchange.caller, case)
    mine = found.state is State.CLAIMED and found.by == caller.id
    content = None
    if covers_case(caller, "content.read", found) and (mine or show):
        content = await _content(service, caller, found)
    values = _values(exchange, service, found, content)
    values |= {"mine": mine, "undo": _undoable(service, caller, before)}
    return framed(exchange, service, "case.html", values, current=PLACE, said=SAID.get(done, ""))


async def decide(exchange: Asked, service: Serving, case: Name) -> Response:
    """Give a verdict, and go on to the next case."""
    asked, caller = await posted(exchange, service, CaseForm), exchange.caller
    meant = verdict_from(asked)

    def work() -> CaseAt | None:
        queue = service.desk.office.cases.find(case).queue
        decided(service, caller, case, meant)
        try:
            return None if asked.stay else next_for(service, caller, (queue,))
        except RefusedError:  # it is time for a break
            return None

    following = await service.gatherer.between(work)
    if following is None:
        return see_other(f"{CASES}/{case}", done="" if asked.stay else "last")
    return see_other(f"{CASES}/{following.case}", before=case)


async def withdraw(exchange: Asked, service: Serving, case: Name) -> Response:
    """Take a verdict back."""
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(withdrawn, service, exchange.caller, case))
    return see_other(f"{CASES}/{case}", done="withdrawn")


async def claim(exchange: Asked, service: Serving, case: Name) -> Response:
    """Take a case."""
    await posted(exchange, service, Nothing)
    caller = exchange.caller

    def work() -> None:
        case_for(service, caller, case, "case.decide")
        service.desk.office.cases.claim(case, caller.id)

    await service.gatherer.between(work)
    return see_other(f"{CASES}/{case}")


async def leave(exchange: Asked, service: Serving, case: Name) -> Response:
    """Give a case back, and go on to the next."""
    asked, caller = await posted(exchange, service, LeaveForm), exchange.caller

    def work() -> tuple[str, CaseAt | None]:
        queue = case_for(service, caller, case, "case.decide").queue
        service.desk.office.cases.leave(case, caller.id, asked.skip, asked.note)
        return queue, next_for(service, caller, (queue,)) if asked.skip else None

    queue, following = await service.gatherer.between(work)
    if following is not None:
        return see_other(f"{CASES}/{following.case}")
    return see_other(f"{PLACE}/{queue}", done="left")


async def escalate(exchange: Asked, service: Serving, case: Name) -> Response:
    """Hand a case on to another queue."""
    asked, caller = await posted(exchange, service, EscalateForm), exchange.caller

    def work() -> str:
        queue = case_for(service, caller, case, "case.decide").queue
        escalated(service, caller, case, asked.queue, asked.note)
        return queue

    queue = await service.gatherer.between(work)
    return see_other(f"{PLACE}/{queue}")


async def note(exchange: Asked, service: Serving, case: Name) -> Response:
    """Keep a note."""
    asked, caller = await posted(exchange, service, NoteForm), exchange.caller

    def work() -> None:
        case_for(service, caller, case, "case.decide")
        service.desk.office.cases.note(case, caller.id, asked.text)

    await service.gatherer.between(work)
    return see_other(f"{CASES}/{case}", done="noted")


async def assign(exchange: Asked, service: Serving, case: Name) -> Response:
    """Give a case to somebody."""
    asked, caller = await posted(exchange, service, AssignForm), exchange.caller

    def work() -> None:
        case_for(service, caller, case, LEADS)
        assigned(service, caller, case, asked.to)

    await service.gatherer.between(work)
    return see_other(f"{CASES}/{case}")


async def keep(exchange: Asked, service: Serving, case: Name) -> Response:
    """Keep what a case was about as an item whose right verdict is known."""
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(kept, service, exchange.caller, case))
    return see_other(f"{CASES}/{case}", done="kept")


# --


async def _content(service: Service, caller: Caller, found: CaseAt) -> CaseContent:
    """Return what a case is about; a page that is looked at again is the same reading."""
    with service.reading.records.reading() as core:
        sources = tuple(item.source for item in store.items(core, found.case) if item.source)
    seen = service.readings
    known = seen.get((caller.id, found.case)) == sources
    content: CaseContent = await service.gatherer.between(
        partial(content_of, service, caller, found.case, noting=not known)
    )
    if len(seen) >= MAX_READ:
        seen.clear()
    seen[caller.id, found.case] = sources
    return content


def _values(exchange: Asked, service: Service, found: CaseAt, content: CaseContent | None) -> dict[str, Any]:
    caller, tongue, book = exchange.caller, tongue_of(exchange), service.desk.book.operator
    detail = detail_of(service, caller, found)
    events = {one.source: one.event for one in content.items} if content else {}
    settings = book.queues.get(found.queue)
    may_decide, leads = (covers_case(caller, one, found) for one in ("case.decide", LEADS))
    name = naming(service, tongue)
    return {
        "detail": detail,
        "one": detail.case,
        "things": [thing_of(service, item, events) for item in detail.items],
        "shown": content is not None,
        "clauses": words_of(service, found.clauses),
        "guidance": {clause: book.cases.guidance_for(clause) for clause in found.clauses},
        "actions": [action_told(service, action_found(service, one)) for one in detail.actions],
        "care": care_for(service, caller),
        "name": name,
        "effects": [] if found.what in BLIND else effects_for(service, caller, found.queue),
        "grounds": [(ground, row.doc) for ground, row in GROUNDS.items()],
        "queues": [(one, one) for one in sorted(book.queues) if one != found.queue],
        "escalates_to": settings.escalates_to if settings else "",
        "may_decide": may_decide,
        "may_read": covers_case(caller, "content.read", found),
        "may_lead": leads,
        "staff": _at_work(service) if leads else [],
        "leaves_in": _leaves_in(service, caller, found),
    }


def _at_work(service: Service) -> list[tuple[str, str]]:
    """Return whom a case can be given to: ids and names of members who have joined, and have not left."""
    members = (one for one in service.staff.roster.members() if one.state is Standing.ACTIVE)
    return [(one.id, name_of(service, one)) for one in members]


def _undoable(service: Service, caller: Caller, before: str) -> tuple[str, int] | None:
    """Return the case decided just before, and in how long its verdict leaves; nothing, if it has left."""
    if not before:
        return None
    left = _leaves_in(service, caller, case_for(service, caller, before))
    return (before, left) if left else None


def _leaves_in(service: Service, caller: Caller, found: CaseAt) -> int:
    """Return in how many microseconds somebody's own verdict leaves; 0 if it is none of theirs, or has left."""
    if found.state is not State.DECIDED or found.by != caller.id:
        return 0
    with service.reading.records.reading() as core:
        leaves = store.leaves(core, found.verdict)
    return max(0, leaves - service.desk.office.records.clock())


ROUTES = (
    show(f"{CASES}/{{case}}", "case_page", "A case, and the verdict on it", case, "case.read"),
    do(f"{CASES}/{{case}}/decide", "decide_here", "Give a verdict, and go on", decide, "case.decide"),
    do(f"{CASES}/{{case}}/withdraw", "withdraw_here", "Take a verdict back", withdraw, "case.decide"),
    do(f"{CASES}/{{case}}/claim", "claim_here", "Take a case", claim, "case.decide"),
    do(f"{CASES}/{{case}}/leave", "leave_here", "Give a case back, or skip it", leave, "case.decide"),
    do(f"{CASES}/{{case}}/escalate", "escalate_here", "Hand a case on", escalate, "case.decide"),
    do(f"{CASES}/{{case}}/notes", "note_here", "Keep a note with a case", note, "case.decide"),
    do(f"{CASES}/{{case}}/assign", "assign_here", "Give a case to somebody", assign, LEADS),
    do(f"{CASES}/{{case}}/golden", "keep_golden_here", "Test others with this item", keep, LEADS),
)
