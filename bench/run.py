"""The whole path in memory: Harbour's book over its sample day, from events to decisions."""

import subprocess
import sys
from pathlib import Path

from bench.measure import rate, show
from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import NOWHERE
from bylaw.book.book import load_book
from bylaw.runtime import Tally, decide_all

HARBOUR = Path(__file__).parents[1] / "examples/harbour"


def bench() -> None:
    book = load_book(HARBOUR)
    made = subprocess.run(
        [sys.executable, HARBOUR / "traffic/make_sample_day.py"], check=True, capture_output=True
    )
    lines = made.stdout.splitlines()
    codec = book.codec
    day = [codec.decode(line, where=NOWHERE) for line in lines]

    def decode() -> int:
        for line in lines:
            codec.decode(line, where=NOWHERE)
        return len(lines)

    def decide() -> int:
        return sum(1 for _ in decide_all(book, day, Tally()))

    def everything() -> int:
        results = decide_all(book, (codec.decode(line, where=NOWHERE) for line in lines), Tally())
        return sum(1 for result in results if canonical_bytes(result))

    rows = [
        rate("decide", decide),
        rate("decode, decide, write canonical bytes", everything),
        rate("decode alone: the limit", decode),
    ]
    show(
        f"Harbour's book ({len(book.rules)} rules) over its sample day ({len(day):,} events)", rows, "events"
    )
