"""Holds shown, and a restored backup told what it forgot."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.json import decode

from bylaw.cli.hold_place import records_in, told
from bylaw.cli.screen import out, print_json, table
from bylaw.records.folder import machine_clock, open_folder
from bylaw.records.holds import model, store
from bylaw.records.holds.model import Destruction, Hold, State
from bylaw.records.records import Records
from bylaw.runtime.offices import Reading, open_keeping, open_record


def print_holds(data: Path, *, every: bool, json: bool) -> None:
    """Print holds, and what is not destroyed yet."""
    with open_record(data, writing=False) as reading:
        with reading.records.reading() as core:
            holds = store.holds(core, active=not every)
            waiting = store.destructions(core, State.SUSPENDED, State.BEGUN)
        if json:
            ends = [{"destruction": one.id, "ground": one.ground, "state": one.state} for one in waiting]
            print_json({"holds": [told(hold) for hold in holds], "waiting": ends})
            return
        _print(reading, holds, waiting)


def replay_holds(data: Path, *, json: bool) -> None:
    """Tell a restored backup what it forgot, and print what that came to."""
    with Records.open(open_folder(data), writing=False) as records:
        before = records.head
    with open_keeping(data, replay=True) as kept:
        kinds = {model.RETURNED, model.REPLAYED, model.DONE}
        rows = list(kept.records.rows(before + 1, kinds=kinds))
        left = len([one for one in kept.keeper.unfinished() if one.state is State.BEGUN])
    again = sum(decode(row.body, type=model.Returned).again for row in rows if row.kind == model.RETURNED)
    keys = sum(
        decode(row.body, type=model.Replayed).resurrected for row in rows if row.kind == model.REPLAYED
    )
    finished = sum(row.kind == model.DONE for row in rows)
    if json:
        print_json({"facts": again, "keys": keys, "finished": finished, "unfinished": left})
        return
    if not rows and not left:
        out().print("the record knows all that was held and destroyed; nothing was to be done")
        return
    out().print(f"{again:,} facts about holds and destructions told again")
    out().print(f"{keys:,} keys had come back and were destroyed again: each is an incident to look into")
    out().print(
        f"{finished:,} destructions finished, {left:,} are not: a reader is in the way; try again later"
    )


def _print(reading: Reading, holds: Sequence[Hold], waiting: Sequence[Destruction]) -> None:
    if not holds and not waiting:
        out().print("no hold is in force, and nothing waits for one")
        return
    today = datetime.fromtimestamp(machine_clock() / 1e6, UTC).date().isoformat()
    rows = [
        (
            hold.id,
            hold.matter.replace("_", " "),
            _day(reading, hold.placed),
            f"{hold.review} (due)" if hold.review <= today and hold.released is None else hold.review,
            _day(reading, hold.released) if hold.released else "",
            f"{records_in(hold):,}",
            f"{len(hold.people):,}",
        )
        for hold in holds
    ]
    columns = ("hold", "for", "placed", "review", "released", "records", "people")
    out().print(table("Holds", columns, rows, numbers=2))
    if waiting:
        ends = [(one.id, one.ground.replace("_", " "), one.state) for one in waiting]
        out().print(table("Not destroyed yet", ("destruction", "because of", "state"), ends, numbers=0))


def _day(reading: Reading, seq: int) -> str:
    return datetime.fromtimestamp(reading.records.row(seq).at / 1e6, UTC).date().isoformat()
