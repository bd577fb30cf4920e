"""Counts and times of the service, as Prometheus reads them. One registry a service: nothing is global."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA: Final = b"text/plain; version=1.0.0; charset=utf-8"
SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
EVENTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """What is counted. Labels are patterns of paths and statuses, never what somebody sent."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "bylaw_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "bylaw_request_seconds",
            "From the head of a request to the end of its answer.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._batches = Histogram(
            "bylaw_batch_events",
            "Events decided in one commit.",
            buckets=EVENTS,
            registry=self._registry,
        )
        self._failures = Counter(
            "bylaw_unforeseen",
            "Errors that nobody foresaw: look into the log.",
            registry=self._registry,
        )
        self._requests_of: dict[tuple[str, str, int], Counter] = {}
        self._seconds_of: dict[str, Histogram] = {}

    def gauge(self, name: str, doc: str, value: Callable[[], float]) -> None:
        """Have a number read whenever somebody asks."""
        Gauge(f"bylaw_{name}", doc, registry=self._registry).set_function(value)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = method, route, status
        count = self._requests_of.get(key)
        if count is None:
            count = self._requests_of[key] = self._requests.labels(method, route, str(status))
        count.inc()
        timer = self._seconds_of.get(route)
        if timer is None:
            timer = self._seconds_of[route] = self._seconds.labels(route)
        timer.observe(seconds)

    def decided(self, events: int) -> None:
        """Count a batch."""
        self._batches.observe(events)

    def failed(self) -> None:
        """Count an error that nobody foresaw."""
        self._failures.inc()

    def told(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
