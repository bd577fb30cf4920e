"""An operator's first day: somebody is invited from the console, joins, lets others and a program in."""

from pathlib import Path

import pytest

from bylaw.records.folder import Lock, open_folder
from bylaw.records.records import Records
from bylaw.runtime.folders import init_data
from bylaw.runtime.staffing import open_staffing
from bylaw.staff.entry import CodeWanted, Entered
from bylaw.staff.permissions import may
from commandline import Bylaw

WORDS = "a few words that nobody else says"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which a book with roles of its own is in force."""
    return tmp_path / "data"


def join(data: Path, token: str) -> None:
    with open_staffing(data, writing=True) as here:
        here.staff.roster.join(token, lambda one: here.staff.wallet.new_password(one, WORDS))


def invited(said: str) -> tuple[str, str]:
    who, link, _ = said.splitlines()
    return who.split()[0], link


def test_from_an_empty_folder_to_people_and_programs(bylaw: Bylaw, data: Path) -> None:
    init_data(data, "harbour")
    ada, link = invited(
        bylaw(
            "staff",
            "invite",
            "--data",
            data,
            "--email",
            "ada@harbour.example",
            "--name",
            "Ada",
            "--role",
            "admin",
        ).out
    )
    assert bylaw("staff", "list", "--data", data, "--json").json[0]["state"] == "invited"
    join(data, link)

    bob, _ = invited(
        bylaw(
            "staff", "invite", "--data", data, "--email", "bob@harbour.example", "--language", "de",
            "--role", "reviewer:queue=spam:clause=acceptable-use/anti-spam", "--site", "https://staff.harbour.example/",
        ).out
    )  # fmt: skip
    listed = {one["id"]: one for one in bylaw("staff", "list", "--data", data, "--json").json}
    assert listed[ada]["factors"] == ["password"]
    assert (listed[bob]["roles"], listed[bob]["languages"], listed[bob]["state"]) == (
        ["reviewer:queue=spam:clause=acceptable-use/anti-spam"],
        ["de"],
        "invited",
    )
    assert listed[bob]["pseudonym"].startswith("Reviewer ")
    assert "ada@harbour.example" in bylaw("staff", "list", "--data", data).out

    with open_staffing(data, writing=True) as here:
        outcome = here.staff.door.with_password("ada@harbour.example", WORDS, "192.0.2.1")
        assert not isinstance(outcome, CodeWanted)
        present = here.staff.sessions.present(outcome.token)
        assert present.lacks_second(here.roles)

    token = bylaw(
        "key", "create", "--data", data, "--name", "shop", "--may", "event.write", "--rate", "600"
    ).out.strip()
    with open_staffing(data, writing=True) as here:
        assert may(here.staff.keys.check(token).grants, "event.write")
    (key,) = bylaw("key", "list", "--data", data, "--json").json
    assert (key["name"], key["may"], key["rate"], key["revoked"]) == ("shop", ["event.write"], 600, None)
    assert key["used"]
    assert "shop" in bylaw("key", "list", "--data", data).out
    assert bylaw("key", "revoke", "--data", data, key["id"]).status == 0
    assert "key.revoked" in bylaw("key", "revoke", "--data", data, key["id"]).err
    assert bylaw("check", "--data", data, "--rebuild").status == 0


def test_people_are_suspended_resumed_given_roles_and_leave(bylaw: Bylaw, data: Path) -> None:
    init_data(data, "harbour")
    for name in ("ada", "bob"):
        said = bylaw(
            "staff", "invite", "--data", data, "--email", f"{name}@harbour.example", "--role", "admin"
        )
        join(data, invited(said.out)[1])
    assert "suspended" in bylaw("staff", "suspend", "--data", data, "bob@harbour.example").out
    refused = bylaw("staff", "leave", "--data", data, "ada@harbour.example")
    assert (refused.status, "staff.last_admin" in refused.err) == (2, True)
    assert "active" in bylaw("staff", "resume", "--data", data, "bob@harbour.example").out
    assert "lead, auditor" in bylaw(
        "staff", "roles", "--data", data, "bob@harbour.example", "--role", "lead", "--role", "auditor"
    ).out  # fmt: skip
    assert "lead, auditor" in bylaw("staff", "roles", "--data", data, "bob@harbour.example").out
    _, link = invited(bylaw("staff", "link", "--data", data, "bob@harbour.example").out)
    join(data, link)
    assert "left" in bylaw("staff", "leave", "--data", data, "bob@harbour.example").out
    assert bylaw("staff", "suspend", "--data", data, "bob@harbour.example").status == 2
    assert bylaw("staff", "suspend", "--data", data, "staff_none").status == 2


def test_roles_of_the_book_in_force_are_roles_of_the_staff(
    bylaw: Bylaw, book: Path, day: Path, data: Path
) -> None:
    operator = book / "operator.toml"
    extra = '\n[roles.night-shift]\npurpose = "at night"\npermissions = ["case.read", "case.reed"]\nsecond_factor = true\n'
    operator.write_text(operator.read_text() + extra)
    assert "did you mean `case.read`?" in bylaw("check", book).err
    assert bylaw("run", "--book", book, "--source", day, "--format", "jsonl", "--data", data).status in {0, 1}
    told = bylaw("staff", "roles", "--data", data).out
    assert "night-shift" in told
    assert "looks" in told  # the book's purpose for a role that is built in
    wrong = bylaw("staff", "invite", "--data", data, "--email", "a@b.example", "--role", "night-shft")
    assert "did you mean `night-shift`?" in wrong.err
    assert (
        bylaw("staff", "invite", "--data", data, "--email", "a@b.example", "--role", "night-shift").status
        == 0
    )


def test_what_is_typed_wrong_is_told(bylaw: Bylaw, data: Path) -> None:
    init_data(data, "harbour")
    for role in ("reviewer:spam", "reviewer:queue=", "reviewer:colour=red"):
        said = bylaw("staff", "invite", "--data", data, "--email", "a@b.example", "--role", role)
        assert "staff.narrowed" in said.err
    assert (
        "staff.address" in bylaw("staff", "invite", "--data", data, "--email", "ada", "--role", "admin").err
    )
    assert (
        "key.permission" in bylaw("key", "create", "--data", data, "--name", "x", "--may", "event.wrte").err
    )
    assert "second factor" in bylaw("staff", "permissions").out


def test_while_a_service_works_the_console_looks_and_says_where_to_change(bylaw: Bylaw, data: Path) -> None:
    init_data(data, "harbour")
    bylaw("staff", "invite", "--data", data, "--email", "ada@harbour.example", "--role", "admin")
    lock = Lock.take(data)
    try:
        said = bylaw("staff", "invite", "--data", data, "--email", "bob@harbour.example", "--role", "admin")
        assert "staff pages" in said.err
        assert len(bylaw("staff", "list", "--data", data, "--json").json) == 1
        assert bylaw("key", "list", "--data", data).status == 0
    finally:
        lock.release()


def test_a_folder_from_before_there_were_staff_is_looked_at(bylaw: Bylaw, data: Path) -> None:
    init_data(data, "harbour")
    Records.open(open_folder(data)).close()
    assert bylaw("staff", "list", "--data", data, "--json").json == []
    assert bylaw("key", "list", "--data", data, "--json").json == []


def test_a_joined_member_signs_in(bylaw: Bylaw, data: Path) -> None:
    init_data(data, "harbour")
    said = bylaw("staff", "invite", "--data", data, "--email", "ada@harbour.example", "--role", "reviewer")
    join(data, invited(said.out)[1])
    with open_staffing(data, writing=True) as here:
        outcome = here.staff.door.with_password("Ada@Harbour.example", WORDS, "192.0.2.1")
        assert isinstance(outcome, Entered)
        assert may(here.staff.sessions.present(outcome.token).grants(here.roles), "case.decide", "spam")
