"""Whether the service lives, whether it can decide, and what it has counted."""

import msgspec
from fastapi import Response

from bylaw.base.errors import BusyError
from bylaw.web.cooked import Serving, said
from bylaw.web.metrics import MEDIA
from bylaw.web.routes import JSON, TEXT, Route


class Health(msgspec.Struct, frozen=True):
    """The service is there. ``waiting``: events that wait to be decided."""

    status: str
    waiting: int


async def live(service: Serving) -> Response:
    """Tell that the process answers."""
    return said(Health("live", service.gatherer.waiting))


async def ready(service: Serving) -> Response:
    """Tell whether events are decided."""
    if service.gatherer.failing:
        raise BusyError(
            "web.resting", "what was to be recorded could not be", hint="look at disk and database"
        )
    if service.desk.damaged:
        hint = "stop it, and run `bylaw check --data`"
        raise BusyError("web.damaged", f"the record contradicts itself: `{service.desk.damaged}`", hint=hint)
    if service.gatherer.closing:
        raise BusyError("web.stopping", "the service is being stopped")
    return said(Health("ready", service.gatherer.waiting))


def metrics(service: Serving) -> Response:
    """Return counts and times."""
    return Response(service.metrics.told(), media_type=MEDIA.decode())


ROUTES = (
    Route(
        method="GET",
        path="/health/live",
        name="live",
        summary="Does the process answer?",
        tag="health",
        permission=None,
        answers={JSON: Health},
        endpoint=live,
    ),
    Route(
        method="GET",
        path="/health/ready",
        name="ready",
        summary="Are events decided?",
        tag="health",
        permission=None,
        answers={JSON: Health},
        problems=(503,),
        endpoint=ready,
    ),
    Route(
        method="GET",
        path="/metrics",
        name="metrics",
        summary="Counts and times, for Prometheus",
        tag="health",
        permission="metrics.read",
        answers={TEXT: str},
        endpoint=metrics,
    ),
)
