"""The whole path in memory: Harbour's book over simulated traffic, from lines to decisions and their bytes."""

from io import BytesIO
from itertools import islice
from pathlib import Path

from bench.measure import rate, show
from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import load_book
from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.source import STDIN, Reject, Source
from bylaw.runtime.deciding import Tally, decide_all
from bylaw.simulation.stream import Plan, simulate

HARBOUR = Path(__file__).parents[1] / "examples/harbour"
EVENTS = 40_000
WARM = 2_000  # events until the rules of most kinds are generated; they take time and do not count


def bench() -> None:
    book = load_book(HARBOUR)
    codec = book.codec
    lines = b"\n".join(codec.encode(h.event) for h in simulate(Plan(events=EVENTS)))

    def read() -> list[Event | Reject]:
        return list(read_events(Source(path=STDIN, stdin=BytesIO(lines)), "jsonl", codec))

    def everything() -> int:
        results = decide_all(book, read(), Tally())
        for _ in islice(results, WARM):
            pass
        return sum(1 for result in results if isinstance(result, Decision) and canonical_bytes(result))

    rows = [
        rate("read, decode, decide, write canonical bytes", everything),
        rate("read and decode alone: the limit", lambda: len(read())),
    ]
    show(
        f"Harbour's book ({len(book.rules)} rules, windows, all signals) over simulated traffic",
        rows,
        "events",
    )
