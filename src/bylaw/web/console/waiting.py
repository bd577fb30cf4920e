"""What waits for people: the figures in the rail, as far as whoever looks may see them."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import sqlalchemy as sa

from bylaw.appeals import store as appeals
from bylaw.appeals.machine import UNDECIDED
from bylaw.cases import store as cases
from bylaw.cases.store import QueueCount
from bylaw.drafts import store as drafts
from bylaw.enforcement import store as actions
from bylaw.enforcement.model import State
from bylaw.staff.permissions import may_somewhere
from bylaw.web.callers import Caller
from bylaw.web.service import Service

T = TypeVar("T")


def waiting(service: Service, caller: Caller) -> dict[str, int]:
    """Return what waits for whoever looks, by the names that the rail gives it."""
    found = {
        name: _seen(service, name, count)
        for name, (permission, count) in COUNTS.items()
        if may_somewhere(caller.grants, permission)
    }
    if may_somewhere(caller.grants, "case.read"):
        found["cases"] = sum(one.open + one.claimed for one in queues(service, caller))
    return found


def queues(service: Service, caller: Caller) -> list[QueueCount]:
    """Return the queues that somebody may look at, and in which something waits."""
    grants = [grant for grant in caller.grants if grant.permission == "case.read"]
    found: list[QueueCount] = _seen(service, "queues", cases.queues)
    return [
        one for one in found if any(grant.queues is None or one.queue in grant.queues for grant in grants)
    ]


def _seen(service: Service, name: str, look: Callable[[sa.Connection], T]) -> T:
    def read() -> T:
        with service.reading.records.reading() as core:
            return look(core)

    return service.glance.at(name, service.clock(), read)


def _awaiting(core: sa.Connection) -> int:
    return actions.count_of(core, State.AWAITING)


def _appeals(core: sa.Connection) -> int:
    return sum(count for state, count in appeals.counts(core).items() if state in UNDECIDED)


COUNTS: Final[Mapping[str, tuple[str, Callable[[sa.Connection], int]]]] = {
    "awaiting": ("action.read", _awaiting),
    "appeals": ("appeal.read", _appeals),
    "drafts": ("book.activate", drafts.asked),
}
