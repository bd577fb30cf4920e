"""The register of disclosures: nothing that was sealed leaves without an entry, and an entry lets one thing out once."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bylaw.base.errors import BylawError
from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import MessageSent
from bylaw.records.checking import check
from bylaw.records.disclosures import Basis, Disclosure, Entered, Entry, hand_over
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.model import Ground, Keys
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.vault.uses import Destroyed
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from small_book import files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DETAILS = "District Court of Exampleton, 26-cv-0815; order of 1 March; only the messages named in it"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    init_data(tmp_path / "data", "house")
    with open_office(tmp_path / "data") as opened:
        opened.appoint(files())
        messages = [
            MessageSent(id=f"m{number}", at=START, actor=actor, recipient="bob", text=f"Hello {number}")
            for number, actor in enumerate(("ann", "cy", "ann"))
        ]
        opened.decider.decide([Arrival(one, one.at) for one in messages])
        yield opened


def order(**changes: Any) -> Disclosure:
    asked: dict[str, Any] = {
        "categories": ("messages",),
        "recipient": "court",
        "ground": Basis.LEGAL_PROCESS,
        "approved_by": ("staff_1", "staff_2"),
    }
    return Disclosure(**asked | changes)


def who(office: Office, *names: str) -> tuple[str, ...]:
    subjects = office.vault.subjects(PEOPLE, names)
    return tuple(sorted(alias_of(subjects[name]) for name in names))


def test_what_is_entered_is_handed_over_and_the_register_says_about_whom(
    office: Office, tmp_path: Path
) -> None:
    first = office.records.head - 2
    entry = office.register.enter(order(), [first, first + 2], DETAILS)
    out = tmp_path / "to-the-court.jsonl"
    office.hand_over(entry, out)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["record"] for line in lines] == [first, first + 2]
    assert [line["event"]["text"] for line in lines] == ["Hello 0", "Hello 2"]
    assert out.stat().st_mode & 0o777 == 0o600
    assert entry.entered.people == who(office, "ann", "bob")
    assert office.register.of(office.vault.subjects(PEOPLE, ["bob"])["bob"]) == [entry.entered]
    assert office.register.of(office.vault.subjects(PEOPLE, ["cy"])["cy"]) == []
    assert check(office.records, rebuild=True).problems == ()


def test_the_entry_is_a_fact_before_the_first_byte_leaves(office: Office, tmp_path: Path) -> None:
    before = office.records.head
    entry = office.register.enter(order(), [before], DETAILS)
    (fact,) = office.records.rows(before + 1)
    assert fact.kind == "disclosure.entered"
    assert json.loads(fact.body)["disclosure"] == entry.entered.disclosure
    assert b"Exampleton" not in fact.body + (fact.sealed or b"")


def test_nobody_but_the_register_makes_an_entry(office: Office) -> None:
    entered = Entered(
        categories=("messages",),
        recipient="court",
        ground=Basis.OPERATE,
        approved_by=("staff_1",),
        disclosure="disc_1",
    )
    with pytest.raises(BylawError, match=r"disclosure\.no_entry"):
        Entry(object(), entered)


def test_an_entry_lets_one_file_out(office: Office, tmp_path: Path) -> None:
    entry = office.register.enter(order(), [office.records.head], DETAILS)
    office.hand_over(entry, tmp_path / "first")
    with pytest.raises(BylawError, match=r"disclosure\.used"):
        office.hand_over(entry, tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_a_file_in_the_way_is_left_alone_and_uses_nothing(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "first"
    out.write_text("mine")
    entry = office.register.enter(order(), [office.records.head], DETAILS)
    for path in (out, tmp_path / "none" / "first"):
        with pytest.raises(BylawError, match=r"disclosure\.output"):
            office.hand_over(entry, path)
    assert out.read_text() == "mine"
    office.hand_over(entry, tmp_path / "second")


def test_a_record_that_is_not_in_the_entry_goes_nowhere_and_leaves_no_file(
    office: Office, tmp_path: Path
) -> None:
    entry = office.register.enter(order(), [3], DETAILS)
    with pytest.raises(BylawError, match=r"disclosure\.not_entered"):
        hand_over(entry, [(3, b"entered"), (2, b"not entered")], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_read_any_more_is_not_handed_over_in_part(office: Office, tmp_path: Path) -> None:
    first = office.records.head - 2
    entry = office.register.enter(order(), [first, first + 1], DETAILS)
    office.destroy(Keys(who(office, "cy")[0], BOTH), Ground.REQUEST)
    with pytest.raises(Destroyed):
        office.hand_over(entry, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("disclosure", "code"),
    [
        (order(approved_by=("staff_1",)), "approval"),
        (order(approved_by=("staff_1", "staff_1")), "approval"),
        (order(ground=Basis.PROTECT, approved_by=()), "approval"),
        (order(categories=()), "incomplete"),
        (order(recipient=""), "incomplete"),
        (order(recipient="x" * 65), "incomplete"),
    ],
)
def test_an_entry_is_complete_and_approved(office: Office, disclosure: Disclosure, code: str) -> None:
    before = office.records.head
    with pytest.raises(BylawError, match=rf"disclosure\.{code}"):
        office.register.enter(disclosure, [before], DETAILS)
    assert office.records.head == before


def test_other_grounds_take_one_approval_and_every_entry_takes_details(office: Office) -> None:
    one = order(ground=Basis.CONSENT, approved_by=("staff_1",))
    assert office.register.enter(one, [3], DETAILS).entered.ground is Basis.CONSENT
    with pytest.raises(BylawError, match=r"disclosure\.details"):
        office.register.enter(one, [3], " ")
    with pytest.raises(BylawError, match=r"records\.no_row"):
        office.register.enter(one, [999], DETAILS)


def test_who_is_destroyed_is_still_counted_in_the_register_and_named_nowhere(office: Office) -> None:
    office.register.enter(order(), [office.records.head], DETAILS)
    (ann,) = who(office, "ann")
    subject = office.vault.subjects(PEOPLE, ["ann"])["ann"]
    office.destroy(Keys(ann, BOTH), Ground.REQUEST)
    assert [entered.recipient for entered in office.register.of(subject)] == ["court"]
    assert office.vault.external(subject) is None
