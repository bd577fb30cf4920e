"""The service at half load for a quarter of an hour: what it remembers is bounded, so its memory must be."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bench.load import request, run
from bench.serve import HARBOUR, Served, serving
from bylaw.book.book import load_book
from bylaw.simulation.stream import Plan, simulate

MINUTES = 15
CONNECTIONS = 32
RATE = 1_500  # events a second: half of what is to be reached


def bench() -> None:
    print(f"\n{RATE:,} events a second over HTTP, plain book")
    print(f"  {'minutes':>8} {'events':>12} {'MiB resident':>14} {'p50 ms':>8} {'p99 ms':>8}")
    with serving(None) as served:
        posts, sent = requests(served), 0
        for minute in range(1, MINUTES + 1):
            some = (next(posts) for _ in range(RATE * 60))
            load = run(served.port, CONNECTIONS, some, every=CONNECTIONS / RATE)
            sent += load.answers
            print(
                f"  {minute:8} {sent:12,} {resident(served.process.pid):14,.0f} "
                f"{load.at(0.5):8.2f} {load.at(0.99):8.2f}",
                flush=True,
            )


def requests(served: Served) -> Iterator[bytes]:
    """Yield one simulated day after the other."""
    codec = load_book(HARBOUR).codec
    for seed in count(1):
        for one in simulate(Plan(events=100_000, seed=seed)):
            line = codec.encode(one.event).replace(b'"id":"', b'"id":"%d-' % seed, 1)
            yield request("POST", "/v1/events", served.key, line)


def resident(process: int) -> float:
    """Return what a process holds in memory, in MiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
