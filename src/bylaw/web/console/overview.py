"""The overview: what is going on, and what waits for people."""

from fastapi import Response

from bylaw.web.console.frame import framed, show
from bylaw.web.cooked import Asked, Serving, said


def overview(exchange: Asked, service: Serving) -> Response:
    """Return the overview."""
    return framed(exchange, service, "overview.html", {}, current="/console")


def figures(exchange: Asked, service: Serving) -> Response:  # noqa: ARG001 - who asks decides what is told
    """Return the live figures of the frame."""
    return said({"waiting": str(service.gatherer.waiting)})


ROUTES = (
    show("/console", "overview", "What is going on, and what waits", overview),
    show("/console/live.json", "live_figures", "The figures that pages keep up", figures),
)
