"""What the tables of cases tell. Each question goes by an index; a page is bounded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.cases.judging import GIVEN
from bylaw.cases.machine import Weight
from bylaw.cases.model import HOUR, Outcome, State, What
from bylaw.cases.stepping import no_case
from bylaw.cases.tables import BARRED, CASES, CLAUSES, HISTORY, ITEMS, PEOPLE, PLACES, RULES, VERDICTS
from bylaw.enforcement import store as actions
from bylaw.enforcement.store import Stood

PAGE: Final = 50
FEW: Final = 2_000  # cases that a clause or rule leads to, few enough to be put in order
LONGEST: Final = 2 * HOUR  # a verdict has left by then: the book allows an hour
MAX_LINKS: Final = 20
MAX_HISTORY: Final = 200

Cursor = tuple[int, int, str]  # rank, raised, case


class CaseAt(NamedTuple):
    """A case as it stands. Instants in microseconds since 1970; people by their random ids."""

    case: str
    queue: str
    state: State
    what: What
    person: str
    customer: str
    about: str
    by: str
    until: int
    weight: Weight
    items: int
    reports: int
    seq: int
    raised: int
    latest: int
    due: int
    late: int
    severe: bool
    verdict: str
    outcome: Outcome | None
    moved: int
    clauses: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def cursor(self) -> Cursor:
        """Its place in the order of work."""
        return -self.weight.priority, self.raised, self.case


class Item(NamedTuple):
    """One thing that a case is about. ``seq`` is the number of the fact that raised it, ``source`` that of the event's."""

    seq: int
    source: int
    decision: str
    what: What
    about: str
    event: str
    at: int
    clauses: tuple[str, ...]
    rules: tuple[str, ...]


class Sought(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which cases somebody wants to see. ``waiting``: nobody decided them. ``before``: raised before an instant."""

    queues: tuple[str, ...] = ()
    waiting: bool = True
    what: What | None = None
    clause: str = ""
    rule: str = ""
    person: str = ""
    by: str = ""
    late: int = 0
    before: int = 0


class QueueCount(NamedTuple):
    """What waits in a queue. ``oldest`` is when the one was raised that waits longest."""

    queue: str
    open: int
    claimed: int
    warned: int
    breached: int
    oldest: int


class Batch(NamedTuple):
    """Verdicts given in one go that have not left: how many, and when the first of them does."""

    batch: str
    cases: int
    leaves: int


class Link(NamedTuple):
    """An account that has to do with a case's: how, and how many cases about it wait."""

    person: str
    why: str  # named, names, customer
    cases: int


class Entry(NamedTuple):
    """A line of a case's history: the fact, and who did it."""

    seq: int
    kind: str
    by: str
    at: int


def case_of(core: sa.Connection, case: str) -> CaseAt:
    """Return a case.

    Raises:
        NotFoundError: ``case.unknown``.
    """
    found = core.execute(sa.select(CASES).where(CASES.c.case == case)).first()
    if found is None:
        raise no_case(case)
    return told(found)


def cases(core: sa.Connection, names: Iterable[str]) -> dict[str, CaseAt]:
    """Return some cases by their ids, in no order; one that there is not is left out."""
    query = sa.select(CASES).where(CASES.c.case.in_(list(names)))
    return {row.case: told(row) for row in core.execute(query)}


def find(
    core: sa.Connection, sought: Sought, *, after: Cursor | None = None, limit: int = PAGE
) -> list[CaseAt]:
    """Return cases in the order of work: by priority, then by age."""
    table = CASES.c
    query = sa.select(CASES).where(table.waiting == int(sought.waiting), *_conditions(core, sought))
    if after is not None:
        query = query.where(sa.tuple_(table.rank, table.raised, table.case) > sa.tuple_(*after))
    if len(sought.queues) > 1:
        query = query.where(table.queue.in_(sought.queues))
    elif sought.queues:
        query = query.where(table.queue == sought.queues[0])
    query = query.order_by(table.rank, table.raised, table.case).limit(limit)
    return [told(row) for row in core.execute(query)]


def _conditions(core: sa.Connection, sought: Sought) -> list[sa.ColumnElement[bool]]:
    table = CASES.c
    wanted: list[tuple[object, sa.ColumnElement[bool]]] = [
        (sought.what, table.what == sought.what),
        (sought.late, table.late >= sought.late),
        (sought.before, table.raised < sought.before),
    ]
    found = [condition for said, condition in wanted if said]
    for column, name in (
        (CLAUSES.c.clause, sought.clause),
        (RULES.c.rule, sought.rule),
        (table.person, sought.person),
        (table.by, sought.by),
    ):
        if name:
            found.append(_named(core, column, name))
    return found


def _named(core: sa.Connection, column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Return the condition that a case is on a clause, of a rule, about or with somebody.

    Few are named one by one, so that they are looked up; of many the first are found soon in the order of work.
    """
    names, mine = column.table, column == name
    some = list(core.scalars(sa.select(names.c.case).where(mine).limit(FEW)))
    if len(some) < FEW:
        return CASES.c.case.in_(some)
    return mine if names is CASES else sa.exists().where(mine, names.c.case == CASES.c.case)


def queues(core: sa.Connection) -> list[QueueCount]:
    """Return what waits, by queue; a queue in which nothing does is left out."""
    table = CASES.c

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(condition)

    query = sa.select(
        table.queue,
        count(table.state == State.OPEN),
        count(table.state == State.CLAIMED),
        count(table.late == 1),
        count(table.late == 2),
        sa.func.min(table.raised),
    )
    rows = core.execute(query.where(table.waiting == 1).group_by(table.queue).order_by(table.queue))
    return [QueueCount(*row) for row in rows.all()]


def items(core: sa.Connection, case: str, limit: int = PAGE) -> list[Item]:
    """Return what a case is about, the newest first."""
    query = sa.select(ITEMS).where(ITEMS.c.case == case).order_by(ITEMS.c.seq.desc()).limit(limit)
    return [
        Item(
            row.seq,
            row.source,
            row.decision,
            What(row.what),
            row.about,
            row.event,
            row.at,
            listed(row.clauses),
            listed(row.rules),
        )
        for row in core.execute(query)
    ]


def of_event(core: sa.Connection, source: int) -> list[CaseAt]:
    """Return the cases about a decided event, by the number of its fact."""
    query = sa.select(CASES).join(ITEMS, ITEMS.c.case == CASES.c.case).where(ITEMS.c.source == source)
    return [told(row) for row in core.execute(query.order_by(CASES.c.seq).limit(PAGE))]


def of_person(core: sa.Connection, person: str, limit: int = PAGE) -> list[CaseAt]:
    """Return the cases about an account, those that wait first, then the newest."""
    query = sa.select(CASES).where(CASES.c.person == person)
    query = query.order_by(CASES.c.waiting.desc(), CASES.c.seq.desc()).limit(limit)
    return [told(row) for row in core.execute(query)]


def history(core: sa.Connection, case: str) -> list[Entry]:
    """Return what was done with a case, the oldest first."""
    query = sa.select(HISTORY).where(HISTORY.c.case == case).order_by(HISTORY.c.seq).limit(MAX_HISTORY)
    return [Entry(row.seq, row.kind, row.by, row.at) for row in core.execute(query)]


def linked(core: sa.Connection, case: CaseAt) -> list[Link]:
    """Return accounts that have to do with a case's.

    Those that its events name, those whose events name it, those of the same customer: at most ``MAX_LINKS``.
    """
    named = core.scalars(sa.select(PEOPLE.c.person).where(PEOPLE.c.case == case.case).limit(MAX_LINKS))
    why = {person: "named" for person in named if person != case.person}
    if case.person:
        theirs = (
            sa.select(CASES.c.person)
            .join(PEOPLE, PEOPLE.c.case == CASES.c.case)
            .where(PEOPLE.c.person == case.person, CASES.c.person.not_in(["", case.person]))
        )
        for person in core.scalars(theirs.distinct().limit(MAX_LINKS)):
            why.setdefault(person, "names")
    if case.customer:
        query = sa.select(CASES.c.person).where(CASES.c.customer == case.customer)
        query = query.where(CASES.c.person.not_in(["", case.person]))
        for person in core.scalars(query.distinct().limit(MAX_LINKS)):
            why.setdefault(person, "customer")
    waiting = _waiting(core, why)
    links = [Link(person, how, waiting.get(person, 0)) for person, how in why.items()]
    return sorted(links, key=lambda link: (-link.cases, link.person))[:MAX_LINKS]


def _waiting(core: sa.Connection, people: Iterable[str]) -> Mapping[str, int]:
    query = sa.select(CASES.c.person, sa.func.count()).where(
        CASES.c.person.in_(list(people)), CASES.c.waiting == 1
    )
    return {row[0]: row[1] for row in core.execute(query.group_by(CASES.c.person)).all()}


def standing(core: sa.Connection, case: CaseAt, some: Sequence[Item]) -> list[Stood]:
    """Return what was done about the things of a case, and about its account, the newest first."""
    found: dict[str, Stood] = {}
    if case.person:
        found = {stood.action.action: stood for stood in actions.actions(core, person=case.person)}
    for item in some:
        if item.source and not case.person:
            found |= {stood.action.action: stood for stood in actions.actions(core, source=item.source)}
    return sorted(found.values(), key=lambda stood: -stood.seq)


def leaves(core: sa.Connection, verdict: str) -> int:
    """Return when a verdict leaves; 0 if there is none."""
    return core.scalar(sa.select(VERDICTS.c.leaves).where(VERDICTS.c.verdict == verdict)) or 0


def batches(core: sa.Connection, by: str, now: int) -> list[Batch]:
    """Return what somebody decided in one go and has not left, the newest first."""
    table = VERDICTS.c
    waiting = (table.by == by, table.at > now - LONGEST, table.leaves > now, table.state == GIVEN)
    query = sa.select(table.batch, sa.func.count(), sa.func.min(table.leaves)).where(*waiting)
    query = query.where(table.batch != "").group_by(table.batch).order_by(sa.func.max(table.seq).desc())
    return [Batch(*row) for row in core.execute(query).all()]


def barred(core: sa.Connection, names: Iterable[str], staff: str) -> set[str]:
    """Return those of some cases that somebody must not decide."""
    query = sa.select(BARRED.c.case).where(BARRED.c.case.in_(list(names)), BARRED.c.staff == staff)
    return set(core.scalars(query))


def joined(core: sa.Connection, place: str) -> str:
    """Return the case that waits at a place; empty if none does."""
    return core.scalar(sa.select(PLACES.c.case).where(PLACES.c.place == place)) or ""


def told(row: Any) -> CaseAt:  # noqa: ANN401 - a row of the table
    """Return the case that a row of the table tells of."""
    return CaseAt(
        row.case,
        row.queue,
        State(row.state),
        What(row.what),
        row.person,
        row.customer,
        row.about,
        row.by,
        row.until,
        Weight(row.severity, row.confidence, row.reach, row.reporter),
        row.items,
        row.reports,
        row.seq,
        row.raised,
        row.latest,
        row.due,
        row.late,
        bool(row.severe),
        row.verdict,
        Outcome(row.outcome) if row.outcome else None,
        row.moved,
        listed(row.clauses),
        listed(row.rules),
    )


def listed(text: str) -> tuple[str, ...]:
    """Return the names that a column holds."""
    return msgspec.json.decode(text, type=tuple[str, ...])
