"""A program that is killed at every boundary of what holds, destroys, ages out and restores, and looked at afterwards.

Run as ``python hold_crashes.py FOLDER SCENARIO``; prints one line of JSON for every boundary: what could be read when
the folder was opened again, and what it came to when the same was asked for once more. Each run is a fork of this
process in a copy of the folder.
"""

import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import MessageSent, PostCreated, RequestServed
from bylaw.records.checking import check
from bylaw.records.durable import Boundary, no_boundary
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.keeper import Selection
from bylaw.records.holds.model import Contents, Ground, Keys, Matter, State
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.retention import Retention
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Keeping, open_keeping, open_office
from bylaw.runtime.safekeeping import back_up, restore
from small_book import FILES, files

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = int(NOON.timestamp()) * 1_000_000
REVIEW = date(2027, 1, 1)
RETENTION = """
[retention.messages]
days = 30
events = ["message.sent"]

[retention.posts]
days = 60
events = ["post.created"]
then = "aggregate"
"""


def fill(data: Path) -> None:
    """Record six events, long ago."""
    init_data(data, "house")
    with open_office(data, clock=lambda: LONG_AGO) as office:
        office.appoint(files(operator_toml=FILES["operator.toml"] + RETENTION))
        pairs = enumerate((("ann", "bob"), ("bob", "ann"), ("cy", "bob")))
        events = [
            *(MessageSent(id=f"m{n}", at=NOON, actor=a, recipient=b, text="Hi") for n, (a, b) in pairs),
            *(PostCreated(id=f"p{n}", at=NOON, actor=a, text="AAA") for n, a in enumerate(("ann", "cy"))),
            RequestServed(id="r0", at=NOON, method="GET", status=200),
        ]
        office.decider.decide([Arrival(one, one.at) for one in events])


def number(kept: Keeping, event: str) -> int:
    """The number of an event's record."""
    row = kept.archive.find(event)
    assert row
    return row.seq


def hold(kept: Keeping, *events: str, person: str = "") -> str:
    seqs = [number(kept, event) for event in events]
    people = list(kept.vault.subjects(PEOPLE, [person] if person else []).values())
    selection = Selection(seqs=seqs, people=people)
    return kept.keeper.place(Matter.LITIGATION, REVIEW, selection, "why").id


def erase(kept: Keeping, person: str) -> None:
    subject = kept.vault.known(PEOPLE, person)
    if subject is not None:
        kept.destroy(Keys(alias_of(subject), BOTH), Ground.REQUEST)


def release_all(kept: Keeping) -> None:
    for one in kept.keeper.holds():
        kept.release(one.id, "settled")


class Scenario(NamedTuple):
    """What is there, what is done when the process is killed, and done again until it is done."""

    before: Callable[[Keeping], object]
    verb: Callable[[Keeping], object]


def _held_and_erased(kept: Keeping) -> None:
    hold(kept, "m1")
    erase(kept, "ann")


def _held_twice(kept: Keeping) -> None:
    hold(kept, "m0", "p0")
    hold(kept, person="bob")


def _suspended(kept: Keeping) -> None:
    _held_and_erased(kept)
    hold(kept, person="cy")
    erase(kept, "cy")


def _wither(kept: Keeping) -> None:
    kept.destroy(Contents(((2, 6),)), Ground.REQUEST)


def _place(kept: Keeping) -> None:
    if len(kept.keeper.holds()) == 1:
        hold(kept, "m1", "m2", person="bob")


SCENARIOS = {
    "place": Scenario(_held_and_erased, _place),
    "destroy": Scenario(_held_twice, lambda kept: erase(kept, "ann")),
    "release": Scenario(_suspended, release_all),
    "wither": Scenario(lambda kept: hold(kept, "m1"), _wither),
    "retain": Scenario(lambda kept: hold(kept, "m1"), lambda kept: kept.retain()),
    "restore": Scenario(_held_and_erased, lambda kept: kept.keeper.resume()),
}


def prepare(folder: Path, scenario: str) -> None:
    """Make what is there before: ``data``, and for a restore a backup that forgot what was done since."""
    fill(folder / "data")
    if scenario == "restore":
        back_up(folder / "data", folder / "backup")
    with open_keeping(folder / "data") as kept:
        SCENARIOS[scenario].before(kept)
        if scenario == "restore":
            kept.destroy(Contents(((4, 4),)), Ground.REQUEST)


def act(folder: Path, scenario: str, boundary: Boundary) -> dict[str, object]:
    """Do it, and look at what it came to."""
    data, restoring = folder / "data", scenario == "restore"
    if restoring:
        data = folder / "again"
        if not (data / "folder.json").exists():
            shutil.rmtree(data, ignore_errors=True)
            restore(folder / "backup", data, folder / "data", boundary=boundary)
    with open_keeping(data, replay=restoring, boundary=boundary) as kept:
        SCENARIOS[scenario].verb(kept)
        problems = (*check(kept.records, rebuild=True).problems, *kept.vault.check())
        return seen(kept) | {"wrong": [problem.code for problem in problems]}


def killed_at(folder: Path, scenario: str, wanted: int) -> str:
    """Do it in a fork that dies at the boundary of a number; return its name, or nothing if it got to its end."""
    name = folder / "boundary"
    child = os.fork()
    if not child:
        passed = itertools.count(1)

        def boundary(where: str) -> None:
            if next(passed) == wanted:
                name.write_text(where)
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            act(folder, scenario, boundary)
        finally:
            os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return name.read_text() if killed else ""


def seen(kept: Keeping) -> dict[str, object]:
    """What can be read, who is known, what is held, begun and counted."""
    return {
        "readable": [event for event in ("m0", "m1", "m2", "p0", "p1", "r0") if _is_readable(kept, event)],
        "known": [name for name in ("ann", "bob", "cy") if kept.vault.known(PEOPLE, name)],
        "holds": len(kept.keeper.holds()),
        "begun": sum(one.state is State.BEGUN for one in kept.keeper.unfinished()),
        "counts": Retention(kept.records, kept.vault, kept.keeper).aggregates(),
    }


def _is_readable(kept: Keeping, event: str) -> bool:
    copies, row = kept.keeper.copies, kept.records.row(number(kept, event))
    return (copies.original(row) or copies.read(row)) is not None


def matrix(start: Path, scenario: str) -> Iterator[dict[str, object]]:
    """Kill it at one boundary after the other."""
    prepare(start, scenario)
    restoring = scenario == "restore"
    for wanted in itertools.count(1):
        folder = start.with_name(f"{start.name}-{wanted}")
        shutil.copytree(start, folder, ignore=shutil.ignore_patterns("*-shm"))
        boundary = killed_at(folder, scenario, wanted)
        data, found = folder / ("again" if restoring else "data"), None
        if (data / "folder.json").exists():
            with open_keeping(data, replay=restoring) as kept:
                found = seen(kept)
        yield {"boundary": boundary, "found": found, "end": act(folder, scenario, no_boundary)}
        shutil.rmtree(folder)
        if not boundary:
            return


if __name__ == "__main__":
    for line in matrix(Path(sys.argv[1]), sys.argv[2]):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
