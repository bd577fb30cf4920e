"""An author who was warned rephrases, or insists: then the thing passes, and the record says that it was so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import PostCreated
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office, open_record
from commandline import Bylaw
from service import BOOK, RULES, Service, post, served

MORE = """\
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.text.contains("psst")
    then: [warn, {label: whispered}]
"""
FILES = {**BOOK, "rules/words.yaml": RULES + MORE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    with served(folder, FILES) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def said(client: httpx2.Client, event: dict[str, Any], warned: str = "") -> Any:
    return client.post("/v1/events", json=event, params={"warned": warned} if warned else {}).json()


def test_who_insists_within_the_hour_passes_and_the_record_says_so(client: httpx2.Client) -> None:
    first = said(client, post("evt_w1", "psst, you"))
    assert first["outcome"] == "warn"
    insisted = said(client, post("evt_w2", "psst, you"), first["decision"])
    assert insisted["outcome"] == "allow"
    assert [one["clause"] for one in insisted["clauses"]] == ["house/words/p1"]
    assert [one["effect"] for one in insisted["effects"]] == ["label"]
    assert insisted["dropped"] == [
        {
            "effect": "warn",
            "argument": None,
            "rules": ["whisper"],
            "why": "its author was warned of this, and insists",
        }
    ]
    again = said(client, post("evt_w2", "psst, you"))
    assert again == {**insisted, "duplicate": True}  # whatever it is sent with
    assert client.get(f"/v1/decisions/{insisted['decision']}").json()["answer"] == insisted


def test_a_warning_passes_for_nothing_more_and_for_nobody_else(client: httpx2.Client) -> None:
    warned = said(client, post("evt_x1", "psst"))["decision"]
    more = said(client, post("evt_x2", "psst AAA"), warned)  # breaks another rule, too
    assert (more["outcome"], more["dropped"]) == ("warn", [])
    assert said(client, post("evt_x3", "psst AAA"), more["decision"])["outcome"] == "allow"
    assert said(client, post("evt_x4", "psst", actor="acc_other"), warned)["outcome"] == "warn"
    assert said(client, post("evt_x5", "AAA"), warned)["outcome"] == "hold"
    for unknown in ("dec_0000", "evt_x0", "dec_" + "f" * 30, "%00"):
        assert said(client, post(f"evt_y{unknown}", "psst"), unknown)["outcome"] == "warn"
    insisted = said(client, post("evt_x6", "psst"), "evt_x1")["decision"]
    assert said(client, post("evt_x7", "psst"), insisted)["outcome"] == "warn"  # which warned of nothing


def test_a_warning_passes_for_an_hour(tmp_path: Path) -> None:
    init_data(tmp_path / "data", "house")
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def outcome(name: str, minutes: int) -> list[str]:
        event = PostCreated(id=name, at=start, actor="ann", text="psst")
        [answer] = office.decider.decide([Arrival(event, start + timedelta(minutes=minutes), "evt_1")])
        assert answer.decision is not None
        return [planned.effect for planned in answer.decision.effects]

    with open_office(tmp_path / "data") as office:
        office.appoint({name: text.encode() for name, text in FILES.items()})
        assert outcome("evt_1", 0) == ["warn", "label"]
        assert outcome("evt_2", 60) == ["label"]
        assert outcome("evt_3", 61) == ["warn", "label"]


def test_it_is_derived_again_bit_for_bit(folder: Path, bylaw: Bylaw) -> None:
    files = folder / "again"
    with served(files, FILES) as running, running.client() as client:
        warned = said(client, post("evt_1", "psst"))["decision"]
        assert said(client, post("evt_2", "psst"), warned)["outcome"] == "allow"
    assert bylaw("replay", "--verify", "--data", files / "data", "--jobs", 1).status == 0
    told = bylaw("backtest", "--data", files / "data", "--book", files / "book", "--json", "--jobs", 1)
    assert told.status == 0, told.err
    with open_record(files / "data", writing=False) as record:
        rows = record.records.rows(kinds={"event.decided"})
        assert [record.archive.recall(row).caution.warned for row in rows] == [
            frozenset(),
            frozenset({"whisper"}),
        ]
