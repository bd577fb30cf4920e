"""The whole path in memory: Harbour's book over its sample day, from events to decisions."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from bench.measure import rate, show
from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import load_book
from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.source import STDIN, Reject, Source
from bylaw.runtime import Tally, decide_all

HARBOUR = Path(__file__).parents[1] / "examples/harbour"


def bench() -> None:
    book = load_book(HARBOUR)
    made = subprocess.run(
        [sys.executable, HARBOUR / "traffic/make_sample_day.py"], check=True, capture_output=True
    )
    codec = book.codec

    def read() -> list[Event | Reject]:
        return list(read_events(Source(path=STDIN, stdin=BytesIO(made.stdout)), "jsonl", codec))

    day = read()

    def decode() -> int:
        return len(read())

    def decide() -> int:
        return sum(1 for _ in decide_all(book, day, Tally()))

    def everything() -> int:
        decisions = (d for d in decide_all(book, read(), Tally()) if isinstance(d, Decision))
        return sum(1 for decision in decisions if canonical_bytes(decision))

    rows = [
        rate("decide", decide),
        rate("read, decode, decide, write canonical bytes", everything),
        rate("read and decode alone: the limit", decode),
    ]
    show(
        f"Harbour's book ({len(book.rules)} rules) over its sample day ({len(day):,} events)", rows, "events"
    )
