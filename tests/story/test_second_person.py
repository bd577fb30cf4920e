"""What cannot be undone takes a second person, from the command line too."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import MessageSent
from bylaw.records.folder import machine_chance
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office, open_record
from bylaw.staff.passwords import Hasher
from bylaw.staff.roles import BUILT_IN, Assignment
from bylaw.staff.workflow import open_staff
from commandline import Bylaw, Said
from small_book import files
from staff_world import CHEAP, GOOD

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHY = ("--for", "litigation", "--review", "2027-01-01", "--reason", "Doe v. House")
PEOPLE = {"pat": "privacy", "lee": "lead", "leo": "legal", "rae": "reviewer"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two messages of two people; nobody works here."""
    folder = tmp_path / "data"
    init_data(folder, "house")
    with open_office(folder) as office:
        office.appoint(files())
        sent = [
            MessageSent(id=one, at=NOON, actor=one, recipient="bob", text="Hello") for one in ("ann", "cy")
        ]
        office.decider.decide([Arrival(one, one.at) for one in sent])
    return folder


@pytest.fixture
def staff(data: Path) -> dict[str, str]:
    """Members of staff by their names: their ids."""
    with (
        open_office(data) as office,
        open_staff(office.records, office.vault, data, hasher=Hasher(machine_chance, CHEAP)) as room,
    ):
        here = {}
        for name, role in PEOPLE.items():
            made = room.roster.invite(f"{name}@house.example", name, [Assignment(role)], BUILT_IN)
            room.roster.join(made.token, lambda one: room.wallet.new_password(one, GOOD))
            here[name] = made.member.id
        return here


@pytest.fixture
def on(bylaw: Bylaw, data: Path) -> Bylaw:
    def run(*arguments: object) -> Said:
        return bylaw(*arguments, "--data", data)

    return run


def recorded(data: Path, kind: str) -> list[dict[str, Any]]:
    with open_record(data, writing=False) as kept:
        return [json.loads(row.body) for row in kept.records.rows(1) if row.kind == kind]


def readable(on: Bylaw) -> int:
    return int(on("replay", "--jobs", 1, "--json").json["endings"]["same"])


def asked(on: Bylaw, by: str) -> str:
    said = on("erase", "--person", "ann", "--by", by, "--json")
    assert said.status == 0, said.err
    return str(said.json["asked"])


def test_where_nobody_works_here_one_person_erases_and_the_record_says_so(on: Bylaw, data: Path) -> None:
    assert on("erase", "--person", "ann", "--yes").status == 0
    [step] = recorded(data, "step.asked")
    assert (step["alone"], step["verb"], len(step["subjects"])) == (True, "erase", 1)
    assert readable(on) == 1


def test_one_member_asks_and_another_erases(on: Bylaw, data: Path, staff: dict[str, str]) -> None:
    said = on("erase", "--person", "ann", "--by", staff["pat"], "--yes")
    assert "nothing is destroyed yet" in said.out
    assert "ann" not in said.out + said.err
    assert readable(on) == 2
    [step] = recorded(data, "step.asked")
    assert (step["by"], "alone" in step) == (staff["pat"], False)
    done = on("erase", "--approve", step["step"], "--by", staff["lee"], "--yes")
    assert "destroyed" in done.out
    assert recorded(data, "step.agreed") == [{"step": step["step"], "by": staff["lee"]}]
    assert readable(on) == 1
    assert on("check", "--rebuild").status == 0


def test_who_agreed_before_a_crash_finishes_it_by_saying_so_again(on: Bylaw, staff: dict[str, str]) -> None:
    agreeing = ("erase", "--approve", asked(on, staff["pat"]), "--by", staff["lee"], "--yes", "--json")
    first = on(*agreeing).json["people"][0]
    again = on(*agreeing).json["people"][0]
    assert (again["destruction"], again["state"]) == (first["destruction"], "done")


def test_nobody_else_can_agree(on: Bylaw, staff: dict[str, str]) -> None:
    asking: list[tuple[list[str], str]] = [
        (["--person", "ann"], "step.by"),
        (["--person", "ann", "--by", "staff_0"], "staff.unknown"),
        (["--person", "ann", "--by", staff["rae"]], "step.may_not"),
        (["--person", "ann", "--by", staff["leo"]], "step.may_not"),
        ([], "erase.whom"),
    ]
    step = asked(on, staff["pat"])
    agreeing = [
        (["--approve", step], "step.by"),
        (["--approve", step, "--by", staff["pat"]], "step.same_person"),
        (["--approve", step, "--by", staff["rae"]], "step.may_not"),
        (["--approve", "step_0", "--by", staff["lee"]], "step.unknown"),
        (["--approve", step, "--by", staff["lee"], "--person", "cy"], "erase.whom"),
    ]
    for words, code in [*asking, *agreeing]:
        assert code in on("erase", "--yes", *words).err
    assert "step.verb" in on("hold", "release", "hold_0", "--approve", step, "--by", staff["lee"]).err
    assert on("staff", "suspend", staff["lee"]).status == 0
    assert "step.may_not" in on("erase", "--yes", "--approve", step, "--by", staff["lee"]).err
    assert readable(on) == 2


def test_a_release_that_destroys_something_takes_two_people(
    on: Bylaw, data: Path, staff: dict[str, str]
) -> None:
    hold = on("hold", "place", "--person", "ann", *WHY, "--json").json["hold"]
    on("erase", "--approve", asked(on, staff["pat"]), "--by", staff["lee"], "--yes")
    release = ("hold", "release", hold, "--json")
    assert "holds.reason" in on(*release, "--by", staff["leo"]).err
    step = on(*release, "--reason", "settled", "--by", staff["leo"]).json["asked"]
    assert readable(on) == 2
    assert "step.same_person" in on(*release, "--approve", step, "--by", staff["leo"]).err
    done = on(*release, "--approve", step, "--by", staff["lee"]).json
    assert (done["destroyed"], done["unfinished"]) == (1, 0)
    assert readable(on) == 1
    assert "settled" not in json.dumps(recorded(data, "step.asked"))


def test_a_release_that_destroys_nothing_takes_one(on: Bylaw, staff: dict[str, str]) -> None:
    assert staff
    hold = on("hold", "place", "--person", "ann", *WHY, "--json").json["hold"]
    assert on("hold", "release", hold, "--reason", "settled", "--json").json["destroyed"] == 0
    assert readable(on) == 2


def test_what_a_member_asked_for_stands_in_their_history(
    on: Bylaw, data: Path, staff: dict[str, str]
) -> None:
    asked(on, staff["pat"])
    with (
        open_office(data) as office,
        open_staff(office.records, office.vault, data) as room,
    ):
        assert room.roster.history(staff["pat"])[0].kind == "step.asked"
