"""What waits to be delivered: how much, what is stuck, and trying a dead letter anew."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import NotFoundError
from bylaw.engine.recording import instant, microseconds
from bylaw.records import outbox
from bylaw.records.delivery import Delivery
from bylaw.records.outbox import Entry
from bylaw.web.api.told_actions import MAX_PAGE
from bylaw.web.bodies import done
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

Number = Annotated[int, Path(ge=0, le=(1 << 63) - 1)]


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """What failed at least once.

    ``seq`` is the number of the fact that sent it, ``n`` which of what that fact sent. ``dead``: it is not tried any more
    until somebody revives it. ``ready``: when it is tried next. ``code``: why it failed last.
    """

    seq: int
    n: int
    destination: str
    due: datetime
    ready: datetime
    attempts: int
    dead: bool
    code: str


class Outbox(msgspec.Struct, frozen=True, kw_only=True):
    """What waits. ``late`` is for how many seconds the oldest due entry has waited; ``stuck``: the dead ones first."""

    waiting: int
    due: int
    leased: int
    failing: int
    dead: int
    late: float
    stuck: tuple[Stuck, ...]


class Revived(msgspec.Struct, frozen=True, kw_only=True):
    """It is tried anew."""

    seq: int
    n: int


def get_outbox(service: Serving, limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100) -> Response:
    """Return what waits to be delivered."""
    delivery = Delivery(service.reading.records)
    counts = delivery.counts(microseconds(service.clock()))
    view = Outbox(
        waiting=counts.waiting,
        due=counts.due,
        leased=counts.leased,
        failing=counts.failing,
        dead=counts.dead,
        late=counts.late / outbox.SECOND,
        stuck=tuple(map(_stuck, delivery.stuck(limit))),
    )
    return said(view)


async def revive(service: Serving, exchange: Asked, seq: Number, n: Number) -> Response:
    """Let a dead letter be tried anew."""
    return await done(exchange, service, lambda: revived(service, seq, n))


def revived(service: Service, seq: int, n: int) -> Revived:
    """Let a dead letter be tried anew, in the decider's thread.

    Raises:
        NotFoundError: ``outbox.not_dead``.
    """
    if not Delivery(service.desk.office.records).revive(seq, n, microseconds(service.clock())):
        raise NotFoundError("outbox.not_dead", "no dead letter has this number")
    return Revived(seq=seq, n=n)


def _stuck(entry: Entry) -> Stuck:
    return Stuck(
        seq=entry.seq,
        n=entry.n,
        destination=entry.destination,
        due=instant(entry.due),
        ready=instant(entry.ready),
        attempts=entry.attempts,
        dead=bool(entry.dead),
        code=entry.code,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/outbox",
        name="outbox",
        summary="What waits to be delivered, and what is stuck",
        tag="outbox",
        permission="outbox.read",
        answers={JSON: Outbox},
        endpoint=get_outbox,
    ),
    Route(
        method="POST",
        path="/v1/outbox/{seq}/{n}/revive",
        name="revive",
        summary="Let a dead letter be tried anew",
        tag="outbox",
        permission="outbox.manage",
        answers={JSON: Revived},
        problems=(404,),
        endpoint=revive,
    ),
)
