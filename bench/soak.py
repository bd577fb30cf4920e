"""The service at half load for a quarter of an hour: what it remembers is bounded, so its memory must be.

First, streams at full speed fill what is bounded by counts (docs/serve.md says what that is); then half load shows
whether anything else grows.
"""

import os
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from bench.load import request, run
from bench.serve import HARBOUR, serving, streamed
from bylaw.book.book import load_book
from bylaw.simulation.stream import Plan, simulate

FILLING = int(os.environ.get("BENCH_FILLING", "1_500_000"))  # events
STREAM = 100_000  # of them in one request
MINUTES = int(os.environ.get("BENCH_MINUTES", "15"))
CONNECTIONS = 32
RATE = 1_500  # events a second: half of what is to be reached


def bench() -> None:
    print(f"\n{FILLING:,} events in streams, then {RATE:,} events a second over HTTP, plain book")
    print(f"  {'minutes':>8} {'events':>12} {'MiB resident':>14} {'p50 ms':>8} {'p99 ms':>8}")
    with serving(None) as served:
        lines, sent = traffic(), 0
        while sent < FILLING:
            _, answers = streamed(served, list(islice(lines, STREAM)))
            sent += answers
            print(f"  {'':8} {sent:12,} {resident(served.process.pid):14,.0f}", flush=True)
        posts = (request("POST", "/v1/events", served.key, line) for line in lines)
        for minute in range(1, MINUTES + 1):
            load = run(served.port, CONNECTIONS, islice(posts, RATE * 60), every=CONNECTIONS / RATE)
            sent += load.answers
            print(
                f"  {minute:8} {sent:12,} {resident(served.process.pid):14,.0f} "
                f"{load.at(0.5):8.2f} {load.at(0.99):8.2f}",
                flush=True,
            )


def traffic() -> Iterator[bytes]:
    """Yield one simulated day after the other, as lines."""
    codec = load_book(HARBOUR).codec
    for seed in count(1):
        for one in simulate(Plan(events=100_000, seed=seed)):
            yield codec.encode(one.event).replace(b'"id":"', b'"id":"%d-' % seed, 1)


def resident(process: int) -> float:
    """Return what a process holds in memory, in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
