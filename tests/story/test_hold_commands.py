"""Holds, erasure and retention from the command line, as an operator uses them."""

import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import MessageSent, PostCreated
from bylaw.records.vault import file
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from commandline import Bylaw, Said
from small_book import FILES, files

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = int(NOON.timestamp()) * 1_000_000
RETENTION = '\n[retention.messages]\ndays = 30\nevents = ["message.sent"]\nthen = "aggregate"\n'
WHY = ("--for", "litigation", "--review", "2027-01-01", "--reason", "Doe v. House")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four messages and two posts of three people, recorded long ago: rows 2 to 7."""
    folder = tmp_path / "data"
    init_data(folder, "house")
    with open_office(folder, clock=lambda: LONG_AGO) as office:
        office.appoint(files(operator_toml=FILES["operator.toml"] + RETENTION))
        messages = [
            MessageSent(id=f"m{number}", at=NOON, actor=actor, recipient="bob", text=f"Hello {number}")
            for number, actor in enumerate(("ann", "ann", "cy", "bob"))
        ]
        posts = [
            PostCreated(id=f"p{number}", at=NOON + timedelta(days=number), actor="cy", text="AAA")
            for number in range(2)
        ]
        office.decider.decide([Arrival(one, one.at) for one in (*messages, *posts)])
    return folder


@pytest.fixture
def on(bylaw: Bylaw, data: Path) -> Bylaw:
    """Run ``bylaw`` with arguments, on this data folder."""

    def run(*arguments: object) -> Said:
        return bylaw(*arguments, "--data", data)

    return run


def readable(on: Bylaw) -> int:
    return int(on("replay", "--jobs", 1, "--json").json["endings"]["same"])


def erase(on: Bylaw, *people: str) -> Said:
    named = [word for one in people for word in ("--person", one)]
    return on("erase", *named, "--yes", "--json")


def test_a_person_is_erased_and_the_command_says_so(on: Bylaw) -> None:
    assert readable(on) == 6
    said = on("erase", "--person", "ann", "--yes")
    assert said.status == 0, said.err
    assert "2 records name them" in said.out
    assert "destroyed" in said.out
    assert "ann" not in said.out + said.err
    assert readable(on) == 4
    assert on("check", "--rebuild").status == 0


def test_a_plan_destroys_nothing_and_without_anybody_to_ask_nothing_is_destroyed(on: Bylaw) -> None:
    planned = on("erase", "--person", "ann", "--plan", "--json")
    assert planned.json == {"people": [{"records": 2, "kept": 0, "holds": []}]}
    refused = on("erase", "--person", "ann")
    assert refused.status == 2
    assert "erase.unconfirmed" in refused.err
    assert readable(on) == 6


def test_held_records_outlive_the_person_until_the_release(on: Bylaw) -> None:
    hold = on("hold", "place", *WHY, "--record", "2", "--json").json
    assert (hold["records"], hold["people"], hold["for"]) == (1, 0, "litigation")
    said = on("erase", "--person", "ann", "--yes")
    assert f"1 record of these kept by {hold['hold']}" in said.out
    assert readable(on) == 5
    released = on("hold", "release", hold["hold"], "--reason", "settled", "--json").json
    assert (released["destroyed"], released["unfinished"]) == (1, 0)
    assert readable(on) == 4


def test_who_is_held_as_a_whole_waits_for_the_release(on: Bylaw) -> None:
    placed = on("hold", "place", *WHY, "--person", "ann")
    assert "every record of 1 person, also to come" in placed.out
    (hold,) = on("hold", "list", "--json").json["holds"]
    (told,) = erase(on, "ann").json["people"]
    assert (told["state"], told["kept"], told["holds"]) == ("suspended", 2, [hold["hold"]])
    assert told["destruction"] in on("hold", "list").out
    assert f"waits for the release of {hold['hold']}" in on("erase", "--person", "ann", "--yes").out
    assert readable(on) == 6
    assert "1 done" in on("hold", "release", hold["hold"], "--reason", "settled").out
    assert readable(on) == 4


@pytest.mark.parametrize(
    ("wanted", "records"),
    [
        (("--kind", "message.sent"), 4),
        (("--kind", "message.sent", "--kind", "post.created"), 6),
        (("--clause", "house/words/p1"), 2),
        (("--person", "ann", "--kind", "message.sent"), 2),
        (("--person", "bob", "--kind", "message.sent"), 4),
        (("--since", "2026-03-02"), 1),
        (("--until", "2026-03-02", "--kind", "post.created"), 1),
        (("--record", "2-3", "--record", "7"), 3),
        (("--clause", "house/words/p1", "--record", "2"), 3),
    ],
)
def test_records_are_held_by_what_they_are(on: Bylaw, wanted: tuple[str, ...], records: int) -> None:
    said = on("hold", "place", *WHY, *wanted, "--json")
    assert said.status == 0, said.err
    assert (said.json["records"], said.json["people"]) == (records, 0)


def test_what_is_gone_is_not_sought_and_what_is_named_comes_too_late(on: Bylaw) -> None:
    erase(on, "ann")
    assert on("hold", "place", *WHY, "--kind", "message.sent", "--json").json["records"] == 2
    named = on("hold", "place", *WHY, "--record", "2")
    assert (named.status, "holds.too_late" in named.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("place", *WHY), "holds.nothing"),
        (("place", *WHY, "--person", "nobody@example.org"), "person.unknown"),
        (("place", *WHY, "--record", "seven"), "hold.record"),
        (("place", *WHY, "--record", "9-3"), "hold.record"),
        (("place", *WHY, "--record", "99"), "records.no_row"),
        (("place", *WHY, "--kind", "no.such"), "hold.nothing_found"),
        (("place", *WHY[2:], "--for", "litigaton", "--record", "2"), "hold.matter"),
        (("place", *WHY[:4], "--reason", " ", "--record", "2"), "holds.reason"),
        (("release", "hold_0", "--reason", "why"), "holds.released"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(on: Bylaw, arguments: tuple[str, ...], code: str) -> None:
    said = on("hold", *arguments)
    assert said.status == 2
    assert code in said.err
    assert "nobody@example.org" not in said.out + said.err
    assert on("hold", "list").out.startswith("no hold is in force")


def test_an_erasure_names_no_id_in_its_errors(on: Bylaw) -> None:
    said = on("erase", "--person", "bob", "--person", "nobody@example.org", "--yes")
    assert (said.status, "person.unknown" in said.err, "number 2" in said.err) == (2, True, True)
    assert "nobody@example.org" not in said.out + said.err
    for words, code in ((("--space", "hold"), "person.space"), (("--ground", "spite"), "erase.ground")):
        assert code in on("erase", "--person", "bob", "--yes", *words).err
    assert readable(on) == 6


def test_an_erased_person_cannot_be_erased_twice(on: Bylaw) -> None:
    assert erase(on, "ann").status == 0
    assert "person.unknown" in erase(on, "ann").err


def test_a_reader_in_the_way_delays_the_end_and_not_the_forgetting(
    on: Bylaw, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "BUSY_MS", 1)
    with closing(sqlite3.connect(data / "vault.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM keys").fetchone()
        said = on("erase", "--person", "ann", "--yes")
        assert said.status == 1
        assert "unreadable from now on" in said.out
        assert "bylaw hold replay" in said.out
        assert [one["state"] for one in on("hold", "list", "--json").json["waiting"]] == ["begun"]
        assert readable(on) == 4
        assert on("hold", "replay", "--json").json["unfinished"] == 1
    assert on("hold", "replay", "--json").json["finished"] == 1
    assert on("hold", "list").out.startswith("no hold is in force, and nothing waits")


def test_the_list_shows_what_is_in_force_what_was_released_and_what_is_due(on: Bylaw) -> None:
    review = ("--for", "billing_dispute", "--review", "2026-01-01", "--reason", "an invoice")
    first = on("hold", "place", *review, "--record", "2", "--json").json["hold"]
    second = on("hold", "place", *WHY, "--record", "3", "--json").json["hold"]
    listed = on("hold", "list").out
    assert "2026-01-01 (due)" in listed
    assert "billing dispute" in listed
    on("hold", "release", second, "--reason", "settled")
    assert second not in on("hold", "list").out
    every = on("hold", "list", "--all", "--json").json["holds"]
    assert [one["hold"] for one in every] == [first, second]
    assert every[1]["released"]


def test_a_reason_can_come_from_standard_input_and_stands_nowhere_in_the_open(
    on: Bylaw, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Doe v. House, 26-cv-0815"))
    assert on("hold", "place", *WHY[:4], "--reason", "-", "--record", "2").status == 0
    assert not any(b"0815" in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_contents_age_out_by_the_book_in_force(on: Bylaw) -> None:
    hold = on("hold", "place", *WHY, "--record", "2", "--json").json["hold"]
    said = on("retain")
    assert said.status == 0, said.err
    (line,) = (line for line in said.out.splitlines() if "message.sent" in line)
    assert line.split()[-3:] == ["30", "3", "1"]
    assert readable(on) == 3
    assert on("retain", "--json").json == {
        "schedules": [{"schedule": "messages", "days": 30, "aged": 0, "held": 1}],
        "days": 0,
    }
    on("hold", "release", hold, "--reason", "settled")
    assert on("retain", "--json").json["schedules"][0]["aged"] == 1
    assert readable(on) == 2


def test_without_a_schedule_retain_says_what_to_write(bylaw: Bylaw, tmp_path: Path) -> None:
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as office:
        office.appoint(files())
    assert "[retention." in bylaw("retain", "--data", tmp_path / "data").out


def test_who_decides_is_not_disturbed(on: Bylaw, data: Path) -> None:
    with open_office(data):
        for words in (("erase", "--person", "ann", "--yes"), ("retain",), ("hold", "replay")):
            said = on(*words)
            assert (said.status, "records.locked" in said.err) == (2, True)
        assert on("hold", "list").status == 0


def test_a_restored_backup_is_told_again_and_the_command_says_what(
    bylaw: Bylaw, on: Bylaw, data: Path, tmp_path: Path
) -> None:
    on("db", "backup", "--to", tmp_path / "backup")
    on("hold", "place", *WHY, "--record", "4")
    erase(on, "ann")
    again = tmp_path / "again"
    bylaw("db", "restore", "--data", again, "--from", tmp_path / "backup", "--keys", data)
    for words in (("replay",), ("hold", "list"), ("erase", "--person", "bob", "--yes")):
        said = bylaw(*words, "--data", again)
        assert said.status == 2
        assert "restored" in said.err
        assert "bylaw hold replay" in said.err
    told = bylaw("hold", "replay", "--data", again, "--json").json
    assert (told["facts"], told["keys"], told["unfinished"]) == (2, 1, 0)
    assert bylaw("replay", "--data", again, "--jobs", 1, "--json").json["endings"]["same"] == 4
    assert len(bylaw("hold", "list", "--data", again, "--json").json["holds"]) == 1
    assert "nothing was to be done" in bylaw("hold", "replay", "--data", again).out
