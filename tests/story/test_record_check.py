"""``bylaw check --data``: what was recorded is what it was, or what differs is named."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import PostCreated
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from commandline import Bylaw
from small_book import files

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    init_data(folder, "house")
    with open_office(folder) as office:
        office.appoint(files())
        posts = [PostCreated(id=f"p{number}", at=NOON, actor="ann", text="AAA") for number in range(9)]
        office.decider.decide([Arrival(post, post.at) for post in posts])
    return folder


def test_a_sound_record_is_told_by_its_root(bylaw: Bylaw, data: Path) -> None:
    said = bylaw("check", "--data", data, "--rebuild")
    assert said.status == 0
    assert said.out.startswith("sound 37 rows, ledger ")
    assert "every table was folded anew and is the same" in said.out
    assert json.loads(bylaw("check", "--data", data, "--json").out)["ok"]


def test_a_changed_row_is_named(bylaw: Bylaw, data: Path) -> None:
    with closing(sqlite3.connect(data / "bylaw.db")) as database, database:
        database.execute("DROP TRIGGER journal_stands")
        database.execute(
            "UPDATE journal SET body = CAST(replace(body, 'post', 'past') AS BLOB) WHERE seq = 4"
        )
    said = bylaw("check", "--data", data)
    assert said.status == 1
    assert "row 4" in said.err
    assert "journal_stands" in said.err


def test_a_changed_file_of_a_kept_book_is_named(bylaw: Bylaw, data: Path) -> None:
    (rules,) = (data / "books").glob("*/rules/words.yaml")
    rules.write_bytes(rules.read_bytes() + b"#")
    said = bylaw("check", "--data", data, "--json")
    assert said.status == 1
    assert [problem["code"] for problem in json.loads(said.out)["problems"]] == ["record.book_changed"]
