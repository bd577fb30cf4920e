"""Whether memory stays flat: Harbour's book over millions of simulated events. Takes half an hour; not in CI.

Ids, actors, pairs and texts are new all the time; after ``BENCH_EVENTS`` events over ``BENCH_DAYS`` days every
bound of ``Limits`` has been reached that such traffic can reach.
"""

import os
import resource
import time

from bench.run import HARBOUR
from bylaw.book.book import load_book
from bylaw.runtime.deciding import Tally, decide_all
from bylaw.simulation.stream import Plan, simulate

EVENTS = int(os.environ.get("BENCH_EVENTS", "10_000_000"))
DAYS = float(os.environ.get("BENCH_DAYS", "10"))  # over which they spread; windows slide on
STEP = 500_000  # events from one row to the next


def bench() -> None:
    book = load_book(HARBOUR)
    tally = Tally()
    traffic = (happening.event for happening in simulate(Plan(events=EVENTS, days=DAYS)))
    print(f"\nMemory over {EVENTS:,} events of {DAYS:g} days: {_resident():,.0f} MiB with the book loaded")
    print(f"  {'events':>12} {'decisions':>12} {'MiB':>8} {'at most':>8} {'events a CPU second':>20}")
    began, before = time.process_time(), 0
    for number, _ in enumerate(decide_all(book, traffic, tally), start=1):
        if number % min(STEP, EVENTS) == 0:
            rate = (number - before) / (time.process_time() - began)
            row = f"{number:12,} {tally.decisions:12,} {_resident():8,.0f} {_most():8,.0f} {rate:20,.0f}"
            print(f"  {row}", flush=True)
            began, before = time.process_time(), number


def _resident() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file of ours
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def _most() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
