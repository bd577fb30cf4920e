"""Counts and times of the service, as Prometheus reads them. One registry a service: nothing is global."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

MEDIA: Final = b"text/plain; version=1.0.0; charset=utf-8"
SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
EVENTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


CACHED_SECONDS: Final = 5.0  # for which what costs a query is not asked again


class Family(NamedTuple):
    """Gauges of one name: by the values of a label, or, without a label, one under an empty value."""

    name: str
    doc: str
    values: Mapping[str, float]
    label: str = ""


class Asked(Collector):
    """Gauges that cost a query: read when somebody looks, and once in a few seconds at most. Any thread may call."""

    def __init__(self, read: Callable[[], Iterable[Family]], clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[Family, ...] = ()
        self._since = float("-inf")

    def describe(self) -> Iterator[Metric]:
        """Name nothing: to register costs no query."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        with self._lock:
            if self._clock() - self._since >= CACHED_SECONDS:
                self._known, self._since = tuple(self._read()), self._clock()
            known = self._known
        for family in known:
            made = GaugeMetricFamily(
                f"bylaw_{family.name}", family.doc, labels=[family.label] if family.label else []
            )
            for value, number in family.values.items():
                made.add_metric([value] if family.label else [], number)
            yield made


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
        self._received = Counter(
            "bylaw_incoming",
            "Calls of other services, by what became of them.",
            ("source", "outcome"),
            registry=self._registry,
        )
        self._requests_of: dict[tuple[str, str, int], Counter] = {}
        self._seconds_of: dict[str, Histogram] = {}

    def gauge(self, name: str, doc: str, value: Callable[[], float]) -> None:
        """Have a number read whenever somebody asks."""
        Gauge(f"bylaw_{name}", doc, registry=self._registry).set_function(value)

    def asked(self, read: Callable[[], Iterable[Family]], clock: Callable[[], float]) -> None:
        """Have gauges read that cost a query. ``clock`` counts seconds and never runs backwards."""
        self._registry.register(Asked(read, clock))

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

    def received(self, source: str, outcome: str) -> None:
        """Count a call of another service. ``source`` is a name of the book; ``outcome`` a code, or what was done."""
        self._received.labels(source, outcome).inc()

    def failed(self) -> None:
        """Count an error that nobody foresaw."""
        self._failures.inc()

    def told(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
