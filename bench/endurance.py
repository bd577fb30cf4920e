"""Whether memory stays flat: Harbour's book over millions of simulated events. Takes minutes; not in CI."""

import os
import resource
import time

from bench.run import HARBOUR
from bylaw.book.book import load_book
from bylaw.runtime import Tally, decide_all
from bylaw.simulation.stream import Plan, simulate

EVENTS = int(os.environ.get("BENCH_EVENTS", "10_000_000"))
DAYS = 10  # over which they spread; windows and acquaintance slide on
STEPS = 10


def bench() -> None:
    book = load_book(HARBOUR)
    traffic = (happening.event for happening in simulate(Plan(events=EVENTS, days=DAYS)))
    print(f"\nMemory over {EVENTS:,} events of {DAYS} days")
    print(f"  {'events':>12} {'events/s':>10} {'MiB now':>10} {'MiB at most':>12}")
    began = time.perf_counter()
    for number, _ in enumerate(decide_all(book, traffic, Tally()), start=1):
        if number % (EVENTS // STEPS) == 0:
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            rate = number / (time.perf_counter() - began)
            print(f"  {number:12,} {rate:10,.0f} {_resident():10,.0f} {most:12,.0f}", flush=True)


def _resident() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file of ours
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
