"""From a decision, or what another room has for people, to the fact that raises a case. Pure but for ``Raising``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.book.casework import Casework, Route, WorkQueue
from bylaw.book.operator import Operator
from bylaw.cases.model import HOUR, MAX_PEOPLE, RAISED, WHOLE, Factors, Raised, What
from bylaw.records.fact import Fact

DEGRADED: Final = 500  # thousandths of confidence in a decision that was made without something that failed
_QUEUE: Final = WorkQueue(purpose="", staffed_by="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a book says about cases."""

    casework: Casework = field(default_factory=Casework)
    queues: Mapping[str, WorkQueue] = field(default_factory=dict)
    routing: tuple[Route, ...] = ()

    def queue(self, name: str) -> WorkQueue:
        """Return a queue; one that the book does not know has no settings."""
        return self.queues.get(name, _QUEUE)

    def times(self, queue: str, at: int) -> tuple[int, int]:
        """Return until when a case of a queue is to be decided, and when somebody is to be warned."""
        told, usual = self.queue(queue), self.casework
        hours = told.sla_hours or usual.sla_hours
        warn = min(told.warn_hours or usual.warn_hours, hours)
        return at + hours * HOUR, at + (hours - warn) * HOUR


def settings_of(operator: Operator) -> Settings:
    """Return what a book says."""
    return Settings(casework=operator.cases, queues=operator.queues, routing=operator.routing)


def routed(settings: Settings, raised: Raised) -> Raised:
    """Return what is raised, in the queue that routing chooses, with that queue's times and severity."""
    queue = next(
        (
            route.queue
            for route in settings.routing
            if route.takes(
                clauses=raised.clauses,
                rules=raised.rules,
                event=raised.event,
                what=raised.what,
                asked=raised.queue,
            )
        ),
        raised.queue,
    )
    until, warn = settings.times(queue, raised.at)
    return msgspec.structs.replace(
        raised,
        queue=queue,
        people=tuple(dict.fromkeys(one for one in (raised.person, *raised.people) if one))[:MAX_PEOPLE],
        until=until,
        warn=warn,
        severe=settings.queue(queue).severe,
        asked=raised.queue if queue != raised.queue else "",
    )


def weighed(settings: Settings, clauses: Iterable[str], event: str, *, degraded: bool = False) -> Factors:
    """Return the factors of something, as far as the book tells them."""
    casework = settings.casework
    return Factors(
        severity=casework.severity_of(clauses),
        confidence=DEGRADED if degraded else WHOLE,
        reach=casework.reach.get(event, casework.usual_reach),
    )


def raising(  # noqa: PLR0913 - what a case is made of
    settings: Settings,
    what: What,
    at: int,
    *,
    queue: str,
    about: str = "",
    seq: int = 0,
    decision: str = "",
    person: str = "",
    people: Sequence[str] = (),
    clauses: Sequence[str] = (),
    rules: Sequence[str] = (),
    event: str = "",
    barred: Sequence[str] = (),
) -> Raised:
    """Return what raises a case for another room; ``fact`` makes it the fact to commit.

    Args:
        settings: of the book in force.
        what: why it is looked at. With ``about`` it is a case of its own, and ``machine.case_of`` is its id; without
            it joins what waits in the same queue about the same account.
        at: now.
        queue: where it goes, unless routing chooses another.
        about: the id of an appeal, a screening …: its ``raised`` fact is the only one.
        seq: the number of the decided event that it is about; 0: none.
        decision: the id of that decision.
        person: the account concerned, by its random id.
        people: others whom it concerns.
        clauses: on which it is.
        rules: that led to it; their figures count what is found.
        event: the kind of that event.
        barred: members of staff who must not decide it; with ``about`` only.
    """
    raised = Raised(
        what=what,
        queue=queue,
        at=at,
        seq=seq,
        decision=decision,
        about=about,
        person=person,
        people=tuple(people),
        clauses=tuple(clauses),
        rules=tuple(rules),
        event=event,
        factors=weighed(settings, clauses, event),
        barred=tuple(sorted(set(barred))),
    )
    return routed(settings, raised)


def fact(raised: Raised) -> Fact:
    """Return the fact that raises a case."""
    return Fact(RAISED, canonical_bytes(raised))


SettingsOf = Callable[[str], Settings]  # by the digest of a book
