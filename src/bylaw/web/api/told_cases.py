"""Cases as they are told, and who may see and decide which: by queue and clause."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

import msgspec

from bylaw.base.errors import InputError, NotFoundError, RefusedError
from bylaw.cases import store
from bylaw.cases.machine import Weight
from bylaw.cases.model import Outcome, State, What
from bylaw.cases.stepping import no_case
from bylaw.cases.store import CaseAt, Cursor, Item, QueueCount, Sought
from bylaw.cases.verdicts import BLIND
from bylaw.engine.recording import instant
from bylaw.records.people import alias_of, named
from bylaw.staff.permissions import may
from bylaw.web.api.told_actions import MAX_ID
from bylaw.web.callers import Caller
from bylaw.web.people import known
from bylaw.web.service import Service

LEADS: Final = "case.assign"  # who may knows which cases test others
MAX_LOOKED_AT: Final = 5  # pages that are looked through for what somebody may see
MAX_DIGITS: Final = 19
HOUR: Final = 3_600_000_000  # microseconds

Word = Annotated[str, msgspec.Meta(max_length=MAX_ID)]


class FactorsView(msgspec.Struct, frozen=True, kw_only=True):
    """What priority is made of, each from 0 to 1.

    ``severity`` is the worst clause's, ``confidence`` how far its rules were right before, ``reach`` how many it may
    reach, ``reporter`` how far those who reported were right (1: nobody reported).
    """

    severity: float
    confidence: float
    reach: float
    reporter: float


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands.

    ``by``: who has it until ``until``, whose it is, or who decided it. ``late``: 1 nearly, 2 over. ``severe``: hard to
    bear. ``priority`` is the product of its factors. Second looks and items with a known verdict look like reviews.
    """

    case: str
    queue: str
    state: State
    what: What
    account: str | None
    customer: str | None
    by: str
    until: datetime | None
    priority: float
    factors: FactorsView
    items: int
    reports: int
    raised: datetime
    latest: datetime
    due: datetime | None
    late: int
    severe: bool
    verdict: str | None
    outcome: Outcome | None
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    about: str | None


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a case is about: a decided event, by the number of its fact (0: none)."""

    source: int
    decision: str | None
    what: What
    event: str
    at: datetime
    clauses: tuple[str, ...]
    rules: tuple[str, ...]


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in a queue. ``oldest``: when the one was raised that waits longest."""

    queue: str
    open: int
    claimed: int
    warned: int
    breached: int
    oldest: datetime | None


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Cases in the order of work. ``next`` is the cursor of the page after this one, and nothing on the last.

    A page may hold less than was asked for, and still have a next one.
    """

    cases: tuple[CaseView, ...]
    next: str | None


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cases. ``late``: nearly (1) or over (2); ``older_hours``: raised before so long ago."""

    queue: Word = ""
    what: What | None = None
    clause: Word = ""
    rule: Word = ""
    account: Word = ""
    by: Word = ""
    late: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0
    older_hours: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    waiting: bool = True


def covers_case(caller: Caller, permission: str, case: CaseAt) -> bool:
    """Tell whether somebody may do something with a case: in its queue, on each of its clauses."""
    return all(may(caller.grants, permission, case.queue, clause) for clause in case.clauses or (None,))


def demand_case(caller: Caller, permission: str, case: CaseAt) -> None:
    """See to it that ``covers_case`` says yes.

    Raises:
        RefusedError: ``web.may_not_here``.
    """
    if not covers_case(caller, permission, case):
        hint = "somebody must do it whose role or key is for this queue and these clauses"
        raise RefusedError("web.may_not_here", f"`{permission}` is not given for this case", hint=hint)


def case_for(service: Service, caller: Caller, case: str, permission: str = "case.read") -> CaseAt:
    """Return a case that somebody may look at, and do something with.

    Raises:
        NotFoundError: there is none, or it is none of theirs.
        RefusedError: ``web.may_not_here``.
    """
    with service.reading.records.reading() as core:
        found = store.case_of(core, case)
    if not covers_case(caller, "case.read", found):
        raise no_case(case)
    if permission != "case.read":
        demand_case(caller, permission, found)
    return found


def queues_for(caller: Caller, permission: str) -> frozenset[str] | None:
    """Return the queues in which somebody may do something; none: in all."""
    grants = [grant for grant in caller.grants if grant.permission == permission]
    if any(grant.queues is None for grant in grants):
        return None
    return frozenset(queue for grant in grants for queue in grant.queues or ())


def sought_of(service: Service, caller: Caller, asked: Filter) -> Sought | None:
    """Return what a filter looks for among what somebody may see; nothing, if that can be nothing."""
    subject = known(service, asked.account) if asked.account else None
    allowed = queues_for(caller, "case.read")
    if (asked.account and subject is None) or (
        asked.queue and allowed is not None and asked.queue not in allowed
    ):
        return None
    queues = (asked.queue,) if asked.queue else tuple(sorted(allowed or ()))
    if not queues and allowed is not None:
        return None
    now = service.desk.office.records.clock()
    return Sought(
        queues=queues,
        waiting=asked.waiting,
        what=asked.what,
        clause=asked.clause,
        rule=asked.rule,
        person=alias_of(subject) if subject else "",
        by=asked.by,
        late=asked.late,
        before=now - asked.older_hours * HOUR if asked.older_hours else 0,
    )


def found_by(
    service: Service, caller: Caller, asked: Filter, after: Cursor | None = None, limit: int = store.PAGE
) -> tuple[list[CaseAt], Cursor | None]:
    """Return cases of a filter that somebody may look at, in the order of work, and where to go on."""
    sought, found = sought_of(service, caller, asked), list[CaseAt]()
    if sought is None:
        return [], None
    with service.reading.records.reading() as core:
        for _ in range(MAX_LOOKED_AT):
            page = store.find(core, sought, after=after, limit=limit)
            found += [one for one in page if covers_case(caller, "case.read", one)]
            after = page[-1].cursor if len(page) == limit else None
            if after is None or len(found) >= limit:
                break
    return found, after


def cursor_of(text: str) -> Cursor | None:
    """Return the place that a cursor names; nothing for an empty one.

    Raises:
        InputError: ``web.cursor``.
    """
    if not text:
        return None
    rank, _, rest = text.partition(".")
    raised, _, case = rest.partition(".")
    if not (_is_number(rank.removeprefix("-")) and _is_number(raised) and case):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return int(rank), int(raised), case


def spelled(cursor: Cursor | None) -> str | None:
    """Return a cursor as it stands in an address."""
    return None if cursor is None else ".".join(map(str, cursor))


def told(service: Service, caller: Caller, case: CaseAt) -> CaseView:
    """Return a case as it is told to somebody."""
    vault, secret = service.reading.vault, is_secret(caller, case)
    return CaseView(
        case=case.case,
        queue=case.queue,
        state=case.state,
        what=What.REVIEW if secret else case.what,
        account=named(vault, case.person) or None,
        customer=named(vault, case.customer) or None,
        by=case.by,
        until=instant(case.until) if case.until else None,
        priority=round(case.weight.priority / 1_000_000, 6),
        factors=factors_of(case.weight),
        items=case.items,
        reports=case.reports,
        raised=instant(case.raised),
        latest=instant(case.latest),
        due=instant(case.due) if case.due else None,
        late=case.late,
        severe=case.severe,
        verdict=case.verdict or None,
        outcome=case.outcome,
        clauses=case.clauses,
        rules=case.rules,
        about=None if secret else case.about or None,
    )


def is_secret(caller: Caller, case: CaseAt) -> bool:
    """Tell whether somebody must not learn that a case compares verdicts."""
    return case.what in BLIND and not covers_case(caller, LEADS, case)


def factors_of(weight: Weight) -> FactorsView:
    """Return what a priority is made of."""
    severity, confidence, reach, reporter = (one / 1000 for one in weight)
    return FactorsView(severity=severity, confidence=confidence, reach=reach, reporter=reporter)


def item_of(item: Item) -> ItemView:
    """Return a thing in a case as it is told."""
    return ItemView(
        source=item.source,
        decision=item.decision or None,
        what=What.REVIEW if item.what in BLIND else item.what,
        event=item.event,
        at=instant(item.at),
        clauses=item.clauses,
        rules=item.rules,
    )


def queue_of(count: QueueCount) -> QueueView:
    """Return a queue as it is told."""
    return QueueView(
        queue=count.queue,
        open=count.open,
        claimed=count.claimed,
        warned=count.warned,
        breached=count.breached,
        oldest=instant(count.oldest) if count.oldest else None,
    )


def demand_queue(service: Service, queue: str) -> None:
    """See to it that there is a queue; raises ``NotFoundError``."""
    if queue not in service.desk.book.operator.queues:
        raise NotFoundError("case.queue", f"there is no queue `{queue}`")


def workable(service: Service, caller: Caller, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the queues from which somebody may get cases: those wanted, or all that are theirs."""
    allowed = queues_for(caller, "case.decide")
    with service.reading.records.reading() as core:
        there = {one.queue for one in store.queues(core)} | set(service.desk.book.operator.queues)
    asked = set(wanted) or there
    return tuple(sorted(queue for queue in asked & there if allowed is None or queue in allowed))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < MAX_DIGITS
