"""How people work: ``[queues]``, ``[cases]`` and ``[[routing]]`` of operator.toml, and what is wrong with them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Literal

import msgspec

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.sanctions import is_below

Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Share = Annotated[int, msgspec.Meta(ge=0, le=1_000)]  # thousandths
Hours = Annotated[int, msgspec.Meta(ge=1, le=8_784)]
Place = Callable[[tuple[str, ...]], Where]


class WorkQueue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where work for people waits, and which role does it.

    ``sla_hours``: a case is to be decided so long after it was raised; ``warn_hours`` before that somebody is warned.
    ``escalates_to``: where a case goes that is late, or harder than this queue can tell. ``hidden``: effects that no
    verdict here may ask for. ``severe``: what is seen here is hard to bear.
    """

    purpose: str
    staffed_by: str
    sla_hours: Hours | None = None
    warn_hours: Hours | None = None
    escalates_to: str = ""
    hidden: tuple[str, ...] = ()
    severe: bool = False


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cases go to a queue: all that is said must hold; the first route that does wins."""

    queue: str
    clause: str = ""  # it, or one below it
    rule: str = ""
    event: str = ""  # its kind
    what: Literal["review", "complaint", "screening", "appeal"] | None = None
    asked: str = ""  # the queue that a rule asked for

    def takes(
        self, *, clauses: Iterable[str], rules: Collection[str], event: str, what: str, asked: str
    ) -> bool:
        """Tell whether a case goes this way."""
        return (
            (not self.what or self.what == what)
            and (not self.event or self.event == event)
            and (not self.asked or self.asked == asked)
            and (not self.rule or self.rule in rules)
            and (not self.clause or any(is_below(one, self.clause) for one in clauses))
        )


class Care(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What spares reviewers: how things are shown at first, how many severe cases a day, breaks, rotation.

    After ``break_after`` severe cases comes a break of ``break_minutes``; after ``rotate_after`` cases of one severe
    queue comes one of another queue, where there is any.
    """

    blur: bool = True
    grey: bool = True
    mute: bool = True
    severe_per_day: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 60
    break_after: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 20
    break_minutes: Annotated[int, msgspec.Meta(ge=1, le=480)] = 10
    rotate_after: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 10


class Casework(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How cases are worked on.

    ``severity`` and ``reach`` say in thousandths how bad a breach of a clause is (or of one below it), and how far
    events of a kind reach; ``sample_percent`` of verdicts are looked at by a second person, ``golden_percent`` of
    what is handed out are items whose right verdict is known. ``guidance`` tells reviewers how to judge by a clause, and
    those below it.
    """

    lease_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 15
    undo_seconds: Annotated[int, msgspec.Meta(ge=0, le=3_600)] = 20
    sla_hours: Hours = 72
    warn_hours: Hours = 12
    sample_percent: Percent = 2
    golden_percent: Percent = 0
    usual_severity: Share = 500
    usual_reach: Share = 500
    severity: dict[str, Share] = {}
    reach: dict[str, Share] = {}
    guidance: dict[str, str] = {}
    care: Care = Care()

    def severity_of(self, clauses: Iterable[str]) -> int:
        """Return how bad a breach of clauses is: the worst of what is said of them, each by its longest name."""
        return max((self._of(clause) for clause in clauses), default=self.usual_severity)

    def guidance_for(self, clause: str) -> tuple[str, ...]:
        """Return what reviewers are told of a clause: of itself first, then of what it stands below."""
        named = sorted(
            (prefix for prefix in self.guidance if is_below(clause, prefix)), key=len, reverse=True
        )
        return tuple(self.guidance[prefix] for prefix in named)

    def _of(self, clause: str) -> int:
        named = [prefix for prefix in self.severity if is_below(clause, prefix)]
        return self.severity[max(named, key=len)] if named else self.usual_severity


def check_casework(
    casework: Casework,
    queues: Mapping[str, WorkQueue],
    routing: Iterable[Route],
    known: Mapping[str, Collection[str]],
    place: Place,
) -> Iterable[Problem]:
    """Yield what names nothing. ``known``: names of ``effects``, ``kinds``."""
    for name, queue in queues.items():
        yield from _check_queue(name, queue, queues, known["effects"], place)
    for route in routing:
        if route.queue not in queues:
            yield _unknown("queue", route.queue, queues, place(("routing", "queue")))
        if route.event and route.event not in known["kinds"]:
            yield _unknown("kind of event", route.event, known["kinds"], place(("routing", "event")))
    for kind in casework.reach:
        if kind not in known["kinds"]:
            yield _unknown("kind of event", kind, known["kinds"], place(("cases.reach", kind)))
    if casework.warn_hours > casework.sla_hours:
        yield _problem(
            "`warn_hours` is more than `sla_hours`", place(("cases", "warn_hours")), "warn before it is late"
        )


def unknown_casework(
    casework: Casework, routing: Iterable[Route], clauses: Collection[str]
) -> Iterable[tuple[tuple[str, ...], str]]:
    """Yield clauses that are named and stand nowhere in the documents: where it is written, and the name."""
    named = [
        *((("cases.severity", clause), clause) for clause in casework.severity),
        *((("cases.guidance", clause), clause) for clause in casework.guidance),
        *((("routing", "clause"), route.clause) for route in routing if route.clause),
    ]
    for keys, name in named:
        if not any(is_below(clause, name) for clause in clauses):
            yield keys, name


def _check_queue(
    name: str, queue: WorkQueue, queues: Mapping[str, WorkQueue], effects: Collection[str], place: Place
) -> Iterable[Problem]:
    where = place(("queues", name))
    if queue.escalates_to and (queue.escalates_to not in queues or queue.escalates_to == name):
        yield _unknown("other queue", queue.escalates_to, queues.keys() - {name}, where)
    for effect in queue.hidden:
        if effect not in effects:
            yield _unknown("effect", effect, effects, where)
    if queue.sla_hours and queue.warn_hours and queue.warn_hours > queue.sla_hours:
        yield _problem(
            f"`{name}` warns after it is late", where, "`warn_hours` is before the end of `sla_hours`"
        )


def _unknown(what: str, name: str, known: Collection[str], where: Where) -> Problem:
    return _problem(f"`{name}` is no {what}", where, did_you_mean(name, known) or "")


def _problem(message: str, where: Where, hint: str) -> Problem:
    return Problem(code="operator.casework", message=message, where=where, hint=hint)
