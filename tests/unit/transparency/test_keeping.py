"""Days that were counted once are kept, and what does not fit the ledger is counted anew."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from bylaw.enforcement.model import Action
from bylaw.transparency.folding import fold
from bylaw.transparency.keeping import Days, together
from bylaw.transparency.model import DAY
from bylaw.transparency.origins import InFacts
from bylaw.transparency.published import EPOCH, Extent
from bylaw.transparency.sources import Counted
from transparency_facts import START, Ledger, ledgers

TODAY = EPOCH + timedelta(days=START // DAY)


def leaf_of(ledger: Ledger, seq: int) -> bytes:
    return b"".join(row.leaf for row in ledger.rows if row.seq == seq)


def by_day(ledger: Ledger) -> dict[date, Counted]:
    """The account of each day."""
    origins, found = InFacts(lambda: ledger.rows), {}
    for number in sorted({row.at // DAY for row in ledger.rows}):
        rows = [row for row in ledger.rows if row.at // DAY == number]
        extent = Extent(rows[0].seq, rows[-1].seq, len(rows))
        found[EPOCH + timedelta(days=number)] = Counted(fold(rows, origins), extent)
    return found


@given(ledgers())
def test_days_that_were_kept_add_up_to_the_whole(ledger: Ledger) -> None:
    with TemporaryDirectory() as folder:
        days = Days(Path(folder), lambda seq: leaf_of(ledger, seq))
        for day, counted in by_day(ledger).items():
            days.save(day, counted)
        found = [days.load(day) for day in by_day(ledger)]
    whole = together(one for one in found if one is not None)
    assert whole.account == fold(ledger.rows, InFacts(lambda: ledger.rows))
    assert whole.extent == Extent(1, len(ledger.rows), len(ledger.rows))


def test_a_day_of_another_ledger_a_damaged_one_and_one_that_is_not_there_are_not_believed(
    tmp_path: Path,
) -> None:
    mine, other = Ledger(), Ledger()
    for ledger, effect in ((mine, "remove"), (other, "hold")):
        ledger.decide([Action(action="a", effect=effect, person="p", clauses=("c",))], clauses=["c"])
    days = Days(tmp_path, lambda seq: leaf_of(mine, seq))
    assert days.load(TODAY) is None
    assert days.missing([TODAY]) == [TODAY]
    days.save(TODAY, by_day(mine)[TODAY])
    assert days.load(TODAY) == by_day(mine)[TODAY]
    assert days.missing([TODAY]) == []
    assert Days(tmp_path, lambda seq: leaf_of(other, seq)).load(TODAY) is None
    assert Days(tmp_path, lambda _: b"").load(TODAY) is None
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-3])
    assert days.load(TODAY) is None


def test_a_day_on_which_nothing_happened_is_kept_too(tmp_path: Path) -> None:
    days = Days(tmp_path, lambda _: b"")
    empty = Counted(fold([], InFacts(list)), Extent())
    days.save(TODAY, empty)
    assert days.load(TODAY) == empty
    assert together([empty, empty]) == empty
