"""Contents age out by the schedule of the operator's book; that they were recorded stays, and proofs of it."""

from collections import Counter
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.replay import Ending, Replay
from bylaw.events.event import Event
from bylaw.events.vocabulary import MessageSent, PostCreated, RequestServed
from bylaw.records.ageing import Schedule
from bylaw.records.checking import check
from bylaw.records.holds.keeper import Selection
from bylaw.records.holds.model import Matter
from bylaw.records.ledger.signing import checkpoint, prove
from bylaw.records.retention import BATCH, Retention
from bylaw.records.vault.sealing import DAYS
from bylaw.records.vault.uses import Destroyed
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Keeping, Office, open_keeping, open_office
from bylaw.runtime.safekeeping import back_up, restore
from small_book import FILES, files

FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS_LATER = [int((FIRST_DAY + timedelta(days=days)).timestamp()) * 1_000_000 for days in range(100)]
RETENTION = """
[retention.messages]
days = 30
events = ["message.sent"]
source = "our privacy policy"

[retention.posts]
days = 60
events = ["post.created"]
then = "aggregate"
"""
BOOK = files(operator_toml=FILES["operator.toml"] + RETENTION)


def message(number: int, actor: str = "ann") -> MessageSent:
    return MessageSent(id=f"m{number}", at=FIRST_DAY, actor=actor, recipient="bob", text=f"Hello {number}")


def post(number: int, text: str = "AAA") -> PostCreated:
    return PostCreated(id=f"p{number}", at=FIRST_DAY, actor="cy", text=text)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    with on_day(tmp_path / "data", 0) as office:
        office.appoint(BOOK)
    return tmp_path / "data"


def on_day(data: Path, number: int) -> AbstractContextManager[Office]:
    return open_office(data, clock=lambda: DAYS_LATER[number])


def decide(office: Office, *events: Event) -> list[Answer]:
    return office.decider.decide([Arrival(event, event.at) for event in events])


def read(kept: Keeping, seq: int) -> Event | None:
    try:
        return kept.archive.recall(kept.records.row(seq)).event
    except Destroyed:
        return None


def test_contents_go_on_their_day_and_no_day_before(data: Path) -> None:
    with on_day(data, 0) as office:
        one, other = decide(office, message(1), post(1))
    with on_day(data, 29) as office:
        assert office.retain().aged == Counter()
        assert read(office, one.seq) == message(1)
    with on_day(data, 30) as office:
        assert office.retain().aged == Counter(messages=1)
        assert read(office, one.seq) is None
        assert read(office, other.seq) == post(1)
        assert office.retain().aged == Counter()
    with on_day(data, 61) as office:
        assert office.retain().aged == Counter(posts=1)
        assert read(office, other.seq) is None


def test_aggregates_count_by_day_kind_and_clause_and_only_where_the_schedule_says_so(data: Path) -> None:
    with on_day(data, 0) as office:
        decide(office, message(1), post(1), post(2), post(3, "calm"))
    with on_day(data, 61) as office:
        office.retain()
        decide(office, post(4))
    with on_day(data, 99) as office:
        office.retain()
        retention = Retention(office.records, office.vault, office.keeper)
        assert retention.aggregates() == {
            "2026-03-01": {"post.created": {"house/words/p1": 2, "": 1}},
        }


def test_a_run_that_was_cut_off_goes_on_and_counts_nothing_twice(data: Path) -> None:
    many = 2 * BATCH
    with on_day(data, 0) as office:
        for first in range(0, many, 500):
            decide(office, *(post(number, "calm") for number in range(first, first + 500)))
    seen: list[int] = []

    def cut_off(through: int, _: int) -> None:
        seen.append(through)
        if seen.count(2 * BATCH) == 2:  # messages are done, and the first batch of posts
            raise KeyboardInterrupt

    with on_day(data, 99) as office, pytest.raises(KeyboardInterrupt):
        office.retain(cut_off)
    with on_day(data, 99) as office:
        gone = sum(row.withered is not None for row in office.records.rows())
        assert 0 < gone <= BATCH
        assert office.retain().aged == Counter(posts=many - gone)
        assert Retention(office.records, office.vault, office.keeper).aggregates() == {
            "2026-03-01": {"post.created": {"": many}}
        }


def test_what_a_hold_keeps_goes_after_its_release(data: Path) -> None:
    with on_day(data, 0) as office:
        kept, gone, theirs = decide(office, message(1), message(2), message(3, "cy"))
        people = [office.vault.subjects("account", ["cy"])["cy"]]
        selections = (Selection(seqs=[kept.seq]), Selection(people=people))
        holds = [
            office.keeper.place(Matter.LITIGATION, date(2027, 1, 1), one, "Doe v. House").id
            for one in selections
        ]
    with on_day(data, 40) as office:
        run = office.retain()
        assert (run.aged, run.held) == (Counter(messages=1), Counter(messages=2, posts=0))
        assert [read(office, one.seq) for one in (kept, gone, theirs)] == [message(1), None, message(3, "cy")]
        office.release(holds[0], "settled")
        run = office.retain()
        assert (run.aged, run.held) == (Counter(messages=1), Counter(messages=1, posts=0))
        office.release(holds[1], "settled")
        assert office.retain().held == Counter(messages=0, posts=0)
        assert read(office, kept.seq) is None
        assert read(office, theirs.seq) is None
        assert check(office.records, rebuild=True).problems == ()


def test_proofs_stay_and_replay_counts_what_aged_out_as_unreadable(data: Path) -> None:
    with on_day(data, 0) as office:
        gone, stays = decide(office, message(1), post(1))
        leaf = office.records.row(gone.seq).leaf
    with on_day(data, 40) as office:
        before = checkpoint(office.records, office.log_key)
        office.retain()
        checkpoint(office.records, office.log_key)
        proof, row = prove(office.records, gone.seq, office.log_key.public)
        assert (row.leaf, row.sealed) == (leaf, None)
        assert len(row.withered or b"") == 32
        assert bytes(proof)
        assert before
        assert check(office.records, rebuild=True).problems == ()
        replay = Replay(office.archive, office.keys)
        endings = {one.seq: replay.replay(office.records.row(one.seq)).ending for one in (gone, stays)}
        assert endings == {gone.seq: Ending.UNREADABLE, stays.seq: Ending.SAME}


def test_a_kind_that_gets_a_schedule_later_is_looked_at_from_the_beginning(data: Path) -> None:
    with on_day(data, 0) as office:
        one, other = decide(office, message(1), post(1))
    with open_keeping(data) as kept:
        retention = Retention(kept.records, kept.vault, kept.keeper)
        first = Schedule(name="all", events=frozenset({"message.sent"}), days=1)
        assert retention.apply([first], DAYS_LATER[9]).aged == Counter(all=1)
        second = Schedule(name="all", events=frozenset({"message.sent", "post.created"}), days=1)
        assert retention.apply([second], DAYS_LATER[9]).aged == Counter(all=1)
        assert (read(kept, one.seq), read(kept, other.seq)) == (None, None)


def test_keys_of_days_go_with_the_last_content_under_them(data: Path) -> None:
    served = RequestServed(id="r1", at=FIRST_DAY, method="GET", path="/", status=200)
    everything = Schedule(name="all", events=frozenset({"request.served"}), days=10)
    with on_day(data, 0) as office:
        (one,) = decide(office, served)
    with open_keeping(data, clock=lambda: DAYS_LATER[20]) as kept:
        assert kept.records.row(one.seq).subject == kept.vault.known(DAYS, "2026-03-01")
        retention = Retention(kept.records, kept.vault, kept.keeper)
        assert retention.apply([everything], DAYS_LATER[5]).days == 0
        assert retention.apply([everything], DAYS_LATER[20]).days == 1
        assert kept.vault.known(DAYS, "2026-03-01") is None


def test_a_restored_backup_lets_the_same_go_again(data: Path, tmp_path: Path) -> None:
    with on_day(data, 0) as office:
        (one,) = decide(office, message(1))
    back_up(data, tmp_path / "backup")
    with on_day(data, 40) as office:
        office.retain()
    restore(tmp_path / "backup", tmp_path / "again", data)
    with open_keeping(tmp_path / "again", replay=True, clock=lambda: DAYS_LATER[41]) as kept:
        assert read(kept, one.seq) == message(1)
        assert kept.retain().aged == Counter(messages=1)
        assert read(kept, one.seq) is None


def test_without_a_schedule_nothing_ages(data: Path) -> None:
    with on_day(data, 0) as office:
        office.appoint(files())
        (one,) = decide(office, message(1))
    with on_day(data, 99) as office:
        assert office.retain().aged == Counter()
        assert read(office, one.seq) == message(1)
