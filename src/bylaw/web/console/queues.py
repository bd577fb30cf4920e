"""Queues: what waits in each, the cases of one in the order of work, one verdict on many."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Query, Response
from pydantic import BeforeValidator

from bylaw.base.errors import RefusedError
from bylaw.cases import quality
from bylaw.cases.model import Outcome, What
from bylaw.cases.store import QueueCount
from bylaw.web.api.cases import next_for
from bylaw.web.api.quality import care_for, rested
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.api.told_cases import Filter, cursor_of, found_by, queues_for, spelled, told, workable
from bylaw.web.api.verdicts import PostBulk, decided_all, leaving, withdrawn_all
from bylaw.web.callers import Caller
from bylaw.web.console.deciding import CaseForm, effects_for, verdict_from
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.signing_in import Nothing
from bylaw.web.console.waiting import queues as waiting
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other
from bylaw.web.service import Service

PLACE: Final = "/console/queues"
CASES: Final = "/console/cases"
SHOWN: Final = 50
MAX_REASONS: Final = 5  # why cases were left, that are told
TYPES: Final = (What.REVIEW, What.COMPLAINT, What.SCREENING, What.APPEAL)
SAID: Final = {
    "nothing": "Nothing waits here for you.",
    "left": "The case is back in its queue.",
    "withdrawn": "The verdicts are withdrawn, and nothing was done.",
    "rest": "Enjoy your break.",
}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]
Blank = BeforeValidator(lambda said: said or 0)  # a field of the filters that nobody filled in
Late = Annotated[int, Blank, Query(ge=0, le=2)]
Count = Annotated[int, Blank, Query(ge=0, le=100_000)]


class NextForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which queue somebody takes the next case; from none in particular."""

    queue: str = ""


class BulkForm(CaseForm, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One verdict on all cases of a filter. ``set``: those of the preview, once it was seen."""

    rule: str = ""
    clause_filter: str = ""
    what: What | None = None
    account: str = ""
    late: int = 0
    older_hours: int = 0
    set: str = ""

    def filters(self) -> dict[str, object]:
        """Return the filters as they stand in the address of the queue."""
        return {
            "what": self.what or "",
            "clause": self.clause_filter,
            "rule": self.rule,
            "account": self.account,
            "late": self.late or "",
            "older_hours": self.older_hours or "",
        }

    def filter(self, queue: str) -> Filter:
        """Return which cases are meant."""
        return Filter(
            queue=queue,
            what=self.what,
            clause=self.clause_filter,
            rule=self.rule,
            account=self.account,
            late=self.late,
            older_hours=self.older_hours,
        )


def queues(exchange: Asked, service: Serving, done: Word = "") -> Response:
    """Return the page of queues."""
    caller, book = exchange.caller, service.desk.book.operator
    counts = {one.queue: one for one in waiting(service, caller)}
    allowed = queues_for(caller, "case.read")
    names = sorted({name for name in book.queues if allowed is None or name in allowed} | counts.keys())
    with service.reading.records.reading() as core:
        times = {name: quality.times(core, name) for name in names}
    values = {
        "rows": [(name, book.queues.get(name), counts.get(name, _none(name)), times[name]) for name in names],
        "casework": book.cases,
        "care": care_for(service, caller),
        "mine": set(workable(service, caller)),
    }
    return framed(exchange, service, "queues.html", values, current=PLACE, said=SAID.get(done, ""))


def queue(  # noqa: PLR0913 - what may be looked for
    exchange: Asked,
    service: Serving,
    queue: Name,
    *,
    what: Word = "",
    clause: Word = "",
    rule: Word = "",
    account: Word = "",
    late: Late = 0,
    older_hours: Count = 0,
    cursor: Annotated[str, Query(max_length=MAX_ID)] = "",
    done: Word = "",
    left: Word = "",
) -> Response:
    """Return the page of a queue. ``left``: what one verdict on many left, as ``_left`` spells it."""
    caller, settings = exchange.caller, service.desk.book.operator.queues.get(queue)
    asked = Filter(
        queue=queue,
        what=What(what) if what in set(TYPES) else None,
        clause=clause,
        rule=rule,
        account=account,
        late=late,
        older_hours=older_hours,
    )
    found, after = found_by(service, caller, asked, cursor_of(cursor), SHOWN)
    filters = {
        "what": what,
        "clause": clause,
        "rule": rule,
        "account": account,
        "late": late or "",
        "older_hours": older_hours or "",
    }
    values = {
        "queue": queue,
        "settings": settings,
        "cases": [told(service, caller, one) for one in found],
        "filters": filters,
        "cursor": cursor,
        "next": spelled(after),
        "types": TYPES,
        "outcomes": list(Outcome),
        "name": naming(service, tongue_of(exchange)),
        "may_decide": queue in workable(service, caller),
        "effects": effects_for(service, caller, queue),
        "clauses": sorted({clause for one in found for clause in one.clauses}),
        "leaving": _leaving(service, caller),
        "left": [(code, count) for code, _, count in (one.partition(":") for one in left.split(","))],
    }
    return framed(exchange, service, "queue.html", values, current=PLACE, said=SAID.get(done, ""))


async def take_next(exchange: Asked, service: Serving) -> Response:
    """Hand out the case that comes first."""
    asked = await posted(exchange, service, NextForm)
    wanted = (asked.queue,) if asked.queue else ()
    found = await service.gatherer.between(partial(next_for, service, exchange.caller, wanted))
    if found is None:
        return see_other(f"{PLACE}/{asked.queue}" if asked.queue else PLACE, done="nothing")
    return see_other(f"{CASES}/{found.case}")


async def bulk(exchange: Asked, service: Serving, queue: Name) -> Response:
    """Show what one verdict would decide; once that was seen, give it."""
    asked = await posted(exchange, service, BulkForm)
    meant = PostBulk(filter=asked.filter(queue), verdict=verdict_from(asked), set=asked.set)
    answer = await decided_all(service, exchange.caller, meant, preview=not asked.set)
    if not answer.preview:
        return see_other(f"{PLACE}/{queue}", **asked.filters(), left=_left(answer.left))
    values = {
        "queue": queue,
        "answer": answer,
        "asked": asked,
        "fields": [
            (name, one)
            for name, value in msgspec.to_builtins(asked).items()
            for one in (value if isinstance(value, list | tuple) else [value])
            if one not in (None, "", False, 0) and name != "set"
        ],
    }
    return framed(exchange, service, "bulk.html", values, current=PLACE)


async def withdraw_batch(exchange: Asked, service: Serving, queue: Name, batch: Name) -> Response:
    """Take back what of many verdicts has not left."""
    await posted(exchange, service, Nothing)
    done = await withdrawn_all(service, exchange.caller, batch)
    if not done.withdrawn:
        raise RefusedError("case.order", "the verdicts have left already", hint="undo the actions")
    return see_other(f"{PLACE}/{queue}", done="withdrawn")


async def rest(exchange: Asked, service: Serving) -> Response:
    """Begin a break."""
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(rested, service, exchange.caller))
    return see_other(PLACE, done="rest")


def _leaving(service: Service, caller: Caller) -> list[tuple[str, int, int]]:
    """Return what somebody decided in one go: which, how many cases, in how many microseconds the first leaves."""
    now = service.desk.office.records.clock()
    return [(one.batch, one.cases, max(0, one.leaves - now)) for one in leaving(service, caller)]


def _left(left: Mapping[str, str]) -> str:
    """Return why cases were not decided, and how many for each reason, as it stands in an address."""
    return ",".join(f"{code}:{count}" for code, count in Counter(left.values()).most_common(MAX_REASONS))


def _none(queue: str) -> QueueCount:
    return QueueCount(queue, 0, 0, 0, 0, 0)


ROUTES = (
    show(PLACE, "queues_page", "Queues, and what waits in them", queues, "case.read"),
    do(f"{PLACE}/next", "take_next_here", "Take the case that comes first", take_next, "case.decide"),
    do(f"{PLACE}/rest", "rest_here", "Begin a break", rest, "case.decide"),
    show(f"{PLACE}/{{queue}}", "queue_page", "A queue, in the order of work", queue, "case.read"),
    do(f"{PLACE}/{{queue}}/bulk", "decide_many_here", "Give one verdict on many cases", bulk, "case.decide"),
    do(
        f"{PLACE}/{{queue}}/batches/{{batch}}/withdraw",
        "withdraw_many_here",
        "Take back what of many verdicts has not left",
        withdraw_batch,
        "case.decide",
    ),
)
