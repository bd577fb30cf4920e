"""The work of ``bylaw replay``, shared out over cores, and what it came to."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bylaw.base.errors import InputError
from bylaw.cli.processes import processes_for, shared_out
from bylaw.cli.screen import counting, out, print_json, table
from bylaw.engine.replay import Ending, Replay
from bylaw.engine.replay_counts import Counts
from bylaw.engine.stretch import Stretch
from bylaw.runtime.offices import open_record

PIECE: Final = 2_000  # rows that a process replays at once: small, so that all are done at the same time

_MEANINGS: Final = {
    Ending.SAME: "the same bytes",
    Ending.DIFFERS: "other bytes than were recorded",
    Ending.DAMAGED: "what is recorded is not what was written: run `bylaw check`",
    Ending.UNREADABLE: "a key was destroyed, or the content aged out",
    Ending.OTHER_SEMANTICS: "made by a program with other semantics; replay it with that one",
}


def stretch(data: Path, first: int, last: int | None) -> Stretch:
    """Return the rows that are asked for and there.

    Raises:
        InputError: there are none between them.
    """
    with open_record(data, writing=False) as reading:
        head = reading.records.head
    end = head if last is None else min(last, head)
    if end < first and not (first == 1 and last is None):
        raise InputError(
            "replay.nothing", f"the record has no rows from {first:,} to {end:,}", hint=f"it ends at {head:,}"
        )
    return Stretch(first, end)


def replay_record(data: Path, whole: Stretch, jobs: int) -> tuple[Counts, float]:
    """Replay a stretch of a record; return the counts and the seconds it took."""
    count, started, counts = processes_for(whole.rows, jobs), time.perf_counter(), Counts()
    shares = [(data, whole, number, count) for number in range(count)]
    with counting("replaying", whole.rows) as done:
        for part, rows in shared_out(replay_share, shares):
            counts.merge(part)
            done(rows)
    return counts, time.perf_counter() - started


def replay_share(data: Path, whole: Stretch, number: int, count: int) -> Iterator[tuple[Counts, int]]:
    """Replay every ``count``-th piece of a stretch, beginning with piece ``number``; yield counts and rows of each."""
    with open_record(data, writing=False) as reading:
        replay = Replay(reading.archive, reading.keys)
        for first in range(whole.first + number * PIECE, whole.last + 1, count * PIECE):
            piece, counts = Stretch(first, min(first + PIECE - 1, whole.last)), Counts()
            for replayed in replay.replay_all(*piece):
                counts.add(replayed)
            yield counts, piece.rows


def print_counts(counts: Counts, seconds: float, *, json: bool) -> None:
    """Print what a replay came to."""
    rate = round(counts.events / seconds) if seconds else 0
    if json:
        print_json(
            {
                "events": counts.events,
                "sound": counts.sound,
                "endings": {str(ending): counts.endings[ending] for ending in Ending},
                "fields": dict(counts.fields.most_common()),
                "examples": [one._asdict() for one in counts.examples],
                "seconds": round(seconds, 3),
                "events_per_second": rate,
            }
        )
        return
    if not counts.events:
        out().print(
            "[yellow]Nothing is decided here yet.[/] `bylaw run --data` decides the events of a source."
        )
        return
    rows = [(str(e), _MEANINGS[e], f"{counts.endings[e]:,}") for e in Ending if counts.endings[e]]
    out().print(table("Decisions made again", ("", "", "events"), rows))
    if counts.fields:
        named = [(field, f"{count:,}") for field, count in counts.fields.most_common()]
        out().print(table("What is not the same", ("", "decisions"), named))
    if counts.examples:
        examples = [
            (f"{e.seq:,}", e.decision or "–", str(e.ending), ", ".join(e.fields)) for e in counts.examples
        ]
        title = f"The first {len(examples)} of them"
        out().print(table(title, ("row", "decision", "", "what"), examples, numbers=0))
    out().print(f"[bold]{counts.events:,}[/] decisions in {seconds:.1f} s, {rate:,} a second", soft_wrap=True)
