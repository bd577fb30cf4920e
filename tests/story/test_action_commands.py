"""What is done about accounts, seen and changed from the command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import PostCreated
from bylaw.records.folder import Lock
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office
from commandline import Bylaw
from small_book import FILES, files

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [hold, {strike: 1}]}
  - {id: worst, clause: house/words/p1, on: post.created, when: event.text == "AAAA", then: [terminate]}
"""
LADDER = '\n[[ladder]]\nstrikes = 2\nthen = "suspend"\ndays = 3660\n\n[strikes]\nexpire_days = 3660\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Ann shouted twice and is suspended; what Bob did waits for two people."""
    folder = tmp_path / "data"
    init_data(folder, "house")
    with open_office(folder) as office:
        office.appoint(files(operator_toml=FILES["operator.toml"] + LADDER, rules__words_yaml=RULES))
        for number, (actor, text) in enumerate((("ann", "AAA"), ("ann", "AAA"), ("bob", "AAAA"))):
            at = NOON + timedelta(seconds=number)
            event = PostCreated(id=f"p{number}", at=at, actor=actor, text=text)
            office.decider.decide([Arrival(event, at)])
    return folder


def test_actions_are_listed_and_told(bylaw: Bylaw, data: Path) -> None:
    said = bylaw("action", "list", "--data", data)
    assert said.status == 0
    assert "suspend 3660" in said.out
    listed = bylaw("action", "list", "--data", data, "--account", "ann", "--json").json
    assert sorted(one["effect"] for one in listed) == ["hold", "hold", "strike", "strike", "suspend"]
    waiting = bylaw("action", "list", "--data", data, "--state", "awaiting", "--json").json
    assert [(one["effect"], one["account"]) for one in waiting] == [("terminate", "bob")]
    told = bylaw("action", "show", "--data", data, waiting[0]["action"])
    assert "house/words/p1" in told.out
    assert bylaw("action", "list", "--data", data, "--account", "nobody").out == "no action\n"
    wrong = bylaw("action", "list", "--data", data, "--state", "awaitin")
    assert wrong.status == 2
    assert "awaiting" in wrong.err


def test_an_account_is_told_with_what_stands_against_it(bylaw: Bylaw, data: Path) -> None:
    said = bylaw("account", "show", "ann", "--data", data)
    assert "closed until 2036" in said.out
    assert "strikes that count: 2" in said.out
    told = bylaw("account", "show", "ann", "--data", data, "--json").json
    assert (told["access"]["allowed"], told["weight"], len(told["actions"])) == (False, 2, 5)
    nobody = bylaw("account", "show", "secret-name", "--data", data)
    assert nobody.status == 2
    assert "secret-name" not in nobody.err


def test_the_console_is_one_of_two_people(bylaw: Bylaw, data: Path) -> None:
    [waiting] = bylaw("action", "list", "--data", data, "--state", "awaiting", "--json").json
    name = waiting["action"]
    invited = bylaw(
        "staff", "invite", "--data", data, "--email", "ada@house.example", "--name", "Ada", "--role", "lead"
    ).out.split()[0]
    agreed = bylaw("action", "approve", "--data", data, name)
    assert "somebody else must agree, too" in agreed.out
    assert "another one" in bylaw("action", "approve", "--data", data, name).err
    assert "no active member" in bylaw("action", "approve", "--data", data, name, "--by", invited).err
    refused = bylaw("action", "refuse", "--data", data, name, "--json").json
    assert refused == {"action": name, "state": "refused"}


def test_an_action_is_taken_back_with_what_followed_from_it(bylaw: Bylaw, data: Path) -> None:
    listed = bylaw("action", "list", "--data", data, "--account", "ann", "--json").json
    strike = next(one["action"] for one in listed if one["effect"] == "strike")
    assert bylaw("action", "undo", "--data", data, strike, "--reason", " ").status == 2
    said = bylaw("action", "undo", "--data", data, strike, "--reason", "It was a song.")
    assert "and 1 that had followed from it" in said.out
    assert bylaw("account", "show", "ann", "--data", data).out.startswith("open\n")


def test_a_rule_is_counted_and_taken_back(bylaw: Bylaw, data: Path) -> None:
    asked = ("undo", "--data", data, "--rule", "shouting", "--since", "2026-03-01")
    counted = bylaw(*asked, "--dry-run", "--json").json
    assert counted == {"rule": "shouting", "dry_run": True, "undone": 4, "kept": 1, "accounts": 1}
    assert bylaw(*asked).status == 2  # without a reason
    said = bylaw(*asked, "--reason", "It read songs.")
    assert "5 actions taken back; 0 stay" in said.out
    assert bylaw("account", "show", "ann", "--data", data).out.startswith("open\n")


def test_beside_a_service_people_look_and_are_sent_to_its_api_to_act(bylaw: Bylaw, data: Path) -> None:
    lock = Lock.take(data)
    try:
        assert bylaw("action", "list", "--data", data).status == 0
        assert bylaw("account", "show", "ann", "--data", data).status == 0
        refused = bylaw(
            "undo", "--data", data, "--rule", "shouting", "--since", "2026-03-01", "--reason", "x"
        )
        assert refused.status == 2
        assert "records.locked" in refused.err
        assert "POST /v1/rules/RULE/undo" in refused.err
    finally:
        lock.release()
