"""Runs into a data folder: every event is decided once, found again, and made again byte for byte."""

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bylaw.base.canonical import canonical_bytes
from bylaw.book.book import load_book
from bylaw.engine.decision import Decision
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.source import Source
from bylaw.runtime.deciding import Tally, decide_all
from bylaw.runtime.offices import open_record
from commandline import Bylaw

RUN = ("--format", "jsonl", "--json")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def posts(file: Path, first: int, last: int, text: str = "4111 1111 1111 1111") -> Path:
    at = "2026-02-01T10:{:02}:{:02}Z"
    lines = [
        {
            "kind": "post.created",
            "id": f"evt_{number}",
            "at": at.format(number // 60 % 60, number % 60),
            "actor": f"acc_{number % 7}",
            "text": text if number % 3 == 0 else "good morning",
        }
        for number in range(first, last + 1)
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return file


def counts(said: dict[str, Any]) -> tuple[int, int, int, int]:
    return said["events"], said["decisions"], said["duplicates"], said["rejected"]


def recorded(data: Path) -> list[Decision]:
    with open_record(data, writing=False) as reading:
        archive = reading.archive
        return [archive.recall(row).decision for row in reading.records.rows(kinds={"event.decided"})]


def test_a_source_that_is_given_again_is_decided_once(
    bylaw: Bylaw, book: Path, day: Path, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    run = ("run", "--book", book, "--source", day, *RUN, "--data", data)
    first = bylaw(*run, "--decisions", out)
    assert first.status == 0, first.err
    assert counts(first.json) == (3, 2, 1, 3)
    again = bylaw(*run)
    assert counts(again.json) == (0, 0, 4, 3)
    assert [canonical_bytes(decision) for decision in recorded(data) if not decision.silent] == (
        out.read_bytes().splitlines()
    )
    assert "operator" in (data / "folder.json").read_text()
    replayed = bylaw("replay", "--verify", "--data", data, "--json")
    assert (replayed.status, replayed.json["endings"]["same"]) == (0, 3)


def test_a_recorded_decision_is_told_by_its_id_or_its_events(
    bylaw: Bylaw, book: Path, day: Path, data: Path
) -> None:
    bylaw("run", "--book", book, "--source", day, *RUN, "--data", data)
    listed = bylaw("explain", "--data", data).out
    assert "house-rules/numbers/p1" in listed
    by_event = bylaw("explain", "--data", data, "evt_1", "--json").json
    assert by_event["event_id"] == "evt_1"
    assert by_event["id"] in listed
    told = bylaw("explain", "--data", data, by_event["id"]).out
    assert "You must not publish payment card numbers." in told
    assert "‹text, 19 characters›" in told
    assert "4111 1111" not in told
    missing = bylaw("explain", "--data", data, "evt_9")
    assert missing.status == 2
    assert "explain.not_found" in missing.err
    assert bylaw("explain", "--data", data, by_event["id"][:-1] + "x").status == 2


def test_another_operators_book_is_refused(bylaw: Bylaw, book: Path, day: Path, data: Path) -> None:
    run = ("run", "--book", book, "--source", day, *RUN, "--data", data)
    bylaw(*run)
    file = book / "operator.toml"
    file.write_text(file.read_text().replace("A small house", "Another house"))
    refused = bylaw(*run)
    assert refused.status == 2
    assert "decider.operator" in refused.err


def test_a_run_that_is_killed_and_run_again_has_decided_every_event_once(
    bylaw: Bylaw, book: Path, data: Path, tmp_path: Path
) -> None:
    file = posts(tmp_path / "posts.jsonl", 1, 3000)
    command = [sys.executable, "-c", "from bylaw.cli.main import main; main()"]
    process = subprocess.Popen(
        [*command, "run", "--book", str(book), "--source", "-", *RUN, "--data", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(b"".join(file.read_bytes().splitlines(keepends=True)[:1250]))
    process.stdin.flush()
    while (
        committed(data) < 1001
    ):  # the book and two batches; 250 events more were read, and nobody decides them
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()

    said = bylaw("run", "--book", book, "--source", file, *RUN, "--data", data).json
    assert counts(said) == (2000, 667, 1000, 0)
    records = read_events(Source(path=str(file)), "jsonl", load_book(book).codec)
    expected = [one for one in decide_all(load_book(book), records, Tally()) if isinstance(one, Decision)]
    found = recorded(data)
    assert [(one.event_id, one.rules) for one in found] == [(one.event_id, one.rules) for one in expected]
    assert bylaw("replay", "--verify", "--data", data, "--jobs", 1).status == 0


def committed(data: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{data / 'bylaw.db'}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])
    except sqlite3.OperationalError:  # the folder is still being made
        return 0


def test_decisions_of_two_books_in_one_record_are_made_again_each_by_its_own(
    bylaw: Bylaw, book: Path, data: Path, tmp_path: Path
) -> None:
    bylaw("run", "--book", book, "--source", posts(tmp_path / "a", 1, 700), *RUN, "--data", data)
    rules = book / "rules/numbers.yaml"
    rules.write_text(rules.read_text().replace("personal_data.cards > 0", "personal_data.cards > 1"))
    bylaw("run", "--book", book, "--source", posts(tmp_path / "b", 701, 1400), *RUN, "--data", data)
    books = {decision.book for decision in recorded(data)}
    assert len(books) == 2
    one = bylaw("replay", "--verify", "--data", data, "--jobs", 1, "--json")
    several = bylaw("replay", "--verify", "--data", data, "--jobs", 2, "--json")
    assert (one.status, several.status) == (0, 0), one.err + several.err
    assert one.json["endings"] == several.json["endings"]
    assert one.json["endings"]["same"] == 1400
    some = bylaw("replay", "--verify", "--data", data, "--from", 2, "--to", 101, "--json").json
    assert some["events"] == 100
    beyond = bylaw("replay", "--data", data, "--from", 5000)
    assert beyond.status == 2
    assert "replay.nothing" in beyond.err


def test_what_was_tampered_with_is_named_and_the_rest_is_replayed(
    bylaw: Bylaw, book: Path, data: Path, tmp_path: Path
) -> None:
    bylaw("run", "--book", book, "--source", posts(tmp_path / "a", 1, 300), *RUN, "--data", data)
    database = sqlite3.connect(data / "bylaw.db")
    for (guard,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {guard}")
    sealed = bytearray(database.execute("SELECT sealed FROM journal WHERE seq = 7").fetchone()[0])
    sealed[40] ^= 1
    database.execute("UPDATE journal SET sealed = ? WHERE seq = 7", (bytes(sealed),))
    database.execute("DELETE FROM journal WHERE seq = 9")
    database.commit()
    database.close()
    said = bylaw("replay", "--verify", "--data", data, "--json")
    assert said.status == 1
    assert said.json["endings"] == {
        "same": 298,
        "differs": 0,
        "damaged": 2,
        "unreadable": 0,
        "other semantics": 0,
    }
    assert [(one["seq"], one["fields"]) for one in said.json["examples"]] == [
        (7, ["records.altered"]),
        (9, ["records.gap"]),
    ]
    shown = bylaw("replay", "--data", data)
    assert shown.status == 0
    assert "records.altered" in shown.out
    tried = bylaw("backtest", "--data", data, "--book", book, "--json").json
    assert (tried["events"], tried["damaged"], tried["otherwise"]) == (298, 2, 0)


def test_an_empty_record_says_what_to_do(bylaw: Bylaw, book: Path, data: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.jsonl"
    nothing.write_text("")
    bylaw("run", "--book", book, "--source", nothing, *RUN, "--data", data)
    assert "No decisions here" in bylaw("explain", "--data", data).out
    assert "bylaw run --data" in bylaw("replay", "--verify", "--data", data).out
    tried = bylaw("backtest", "--data", data, "--book", book)
    assert (tried.status, "0 events" in tried.out) == (0, True), tried.err
    assert bylaw("explain", "--data", tmp_path / "none").status == 2
