"""Recorded decisions made again, from sealed rows and from decoded events, and tried by the same book anew.

The traffic is the simulated day, 44 % of it events with text; the books are those of ``bench.record``. One process:
replay shares rows out over cores without anything in common.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.measure import Rate, rate, show
from bench.record import BATCH, PLAIN, ROOT
from bylaw.book.folder import read_folder
from bylaw.engine.archive import Damage
from bylaw.engine.backtest import Backtest
from bylaw.engine.decider import Arrival
from bylaw.engine.recalling import Recalled
from bylaw.engine.replay import Ending, Replay
from bylaw.engine.stretch import Stretch
from bylaw.engine.verdicts import Verdicts
from bylaw.events.event import Event
from bylaw.events.kinds import text_of
from bylaw.records.fact import Row
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Reading, open_office, open_record
from bylaw.simulation.stream import Plan, simulate

EVENTS = 20_000

Decoded = Sequence[tuple[Row, Recalled]]


def bench() -> None:
    events = [labelled.event for labelled in simulate(Plan(events=EVENTS))]
    for name, files in (("plain", PLAIN), ("Harbour", read_folder(ROOT / "examples/harbour").files)):
        with tempfile.TemporaryDirectory(prefix="bylaw-bench-") as folder:
            data = Path(folder) / "data"
            _record(data, files, events)
            with open_record(data, writing=False) as reading:
                title = f"Replay of {EVENTS:,} decisions, {name} book, batches of {BATCH} when they were made"
                show(title, _rates(reading), "events")


def _record(data: Path, files: Mapping[str, bytes], events: Sequence[Event]) -> None:
    init_data(data, "bench")
    with open_office(data) as office:
        office.appoint(files)
        for start in range(0, len(events), BATCH):
            office.decider.decide([Arrival(event, event.at) for event in events[start : start + BATCH]])


def _rates(reading: Reading) -> list[Rate]:
    archive, head = reading.archive, reading.records.head
    replay = Replay(archive, reading.keys)
    rows = [row for row in archive.decided(1, head) if not isinstance(row, Damage)]
    decoded = [(row, archive.recall(row)) for row in rows]
    silent = [one for one in decoded if one[1].silent]
    wordless = [one for one in silent if not text_of(one[1].event)]

    def from_rows() -> int:
        if any(one.ending is not Ending.SAME for one in replay.replay_all(1, head)):
            raise AssertionError("a decision is not the same")
        return EVENTS

    def recalled() -> int:
        with archive.steady():
            for row in rows:
                archive.recall(row)
        return EVENTS

    def again(some: Decoded) -> Callable[[], int]:
        source = archive.source(1)

        def work() -> int:
            if any(replay.again(source, recalled, row) for row, recalled in some):
                raise AssertionError("a decision is not the same")
            return len(some)

        return work

    def tried() -> int:
        backtest = Backtest(archive, reading.keys, archive.source(1).charter, Verdicts())
        return sum(part for part in backtest.run(Stretch(1, head)) if isinstance(part, int))

    return [
        rate("from sealed rows", from_rows),
        rate("decoded", again(decoded)),
        rate("– those that said nothing", again(silent)),
        rate("– those without a text that said nothing", again(wordless)),
        rate("back-test: windows made anew, decided, compared", tried),
        rate("unsealed and decoded, nothing decided", recalled),
        rate("rows read and verified: the limit", lambda: sum(1 for _ in archive.decided(1, head))),
    ]
