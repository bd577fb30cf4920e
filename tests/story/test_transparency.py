"""The public account: counted from the ledger, published, counted again by whoever has an export."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appeal_world import SETTINGS, START, Clock, House, house
from bylaw.appeals.model import Outcome
from bylaw.book.reporting import Transparency
from bylaw.enforcement import store
from bylaw.enforcement.carrying import Timers
from bylaw.enforcement.folding import HANDLER
from bylaw.enforcement.model import DAY
from bylaw.enforcement.notifying import Told, Withheld
from bylaw.enforcement.ordering import Order
from bylaw.engine.decider import Arrival
from bylaw.engine.recording import microseconds
from bylaw.notices.model import Ground
from bylaw.records.people import alias_of
from bylaw.records.rounds import Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_office, open_record
from bylaw.simulation.stream import Plan, simulate
from bylaw.transparency.database import MOST, Batch, faults
from bylaw.transparency.published import Figures, Period, Report
from bylaw.transparency.report import report_of
from bylaw.transparency.sources import OfExport, OfRecord, count
from bylaw.transparency.statements import Statements
from commandline import Bylaw

CLAUSE = "house/words/p1"
ACCOUNT = """
[transparency]
tier = "platform"

[transparency.categories.house]
category = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
keywords = ["KEYWORD_CYBER_HARASSMENT"]
why = "It is loud."

[transparency.contents]
"post.created" = "CONTENT_TYPE_TEXT"
"""
MARCH = ("--from", "2026-03-01", "--to", "2026-04-01")
PERIOD = Period(date(2026, 3, 1), date(2026, 4, 1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    return tmp_path / "data"


@pytest.fixture
def ours(data: Path, clock: Clock) -> Iterator[House]:
    with house(data, clock, SETTINGS + ACCOUNT) as ours:
        yield ours


def figures(ours: House, period: Period = PERIOD) -> Figures:
    return counted(ours, period).figures


def counted(ours: House, period: Period = PERIOD) -> Report:
    ledger = OfRecord(ours.office.records)
    account, extent = count(ledger, *ledger.extent(period))
    settings = ours.office.shelf.book(
        ours.office.archive.book_at(ours.office.records.head)
    ).operator.transparency
    return report_of(account, period, extent, "house", settings or Transparency())


def measured(told: Figures) -> dict[tuple[str, str, bool], tuple[int, int]]:
    """Actions and those taken back, by effect, who decided, and whether a rule found it."""
    return {(one.effect, one.decided, one.machine): (one.measures, one.reversals) for one in told.measures}


def test_a_removal_that_is_reversed_on_appeal_is_counted_with_its_times(ours: House, clock: Clock) -> None:
    ours.removed()
    clock.now += DAY
    notice = ours.removed()  # the second strike suspends
    clock.now += DAY
    lodged = ours.appeals.lodge(notice, "It was a song.")
    clock.now += 6 * 3_600_000_000
    ours.appeals.decide(lodged.id, "staff_2", Outcome.REVERSED, "It was.")
    told = figures(ours)
    assert measured(told) == {
        ("remove", "fully", True): (2, 1),
        ("strike", "fully", True): (2, 1),
        ("suspend", "fully", True): (1, 1),
    }
    assert {(one.became, one.effect, one.count) for one in told.appeals} >= {
        ("lodged", lodged.lodged.effects[0], 1),
        ("reversed", lodged.lodged.effects[0], 1),
    }
    times = {one.what: one.median for one in told.times if not one.category}
    assert times["appeal"] == 6 * 3_600
    assert times["reversal"] == 30 * 3_600
    (rule,) = [one for one in told.rules if one.measures]
    assert (rule.rule, rule.matched, rule.measures, rule.reversals) == ("shouting", 2, 5, 3)
    assert told.days[0].day == START.date()
    assert sum(day.counts.get("reversals", 0) for day in told.days) == 3


def test_a_reversal_is_counted_in_its_own_period_under_what_was_done_in_an_earlier_one(
    ours: House, clock: Clock
) -> None:
    ours.post()
    clock.now += 40 * DAY
    (removal,) = [one for one in actions(ours) if one[1] == "remove"]
    ours.office.enforcement.undo(removal[0], "staff_1", "It was a song.")
    assert measured(figures(ours))["remove", "fully", True] == (1, 0)
    april = figures(ours, Period(date(2026, 4, 1), date(2026, 5, 1)))
    assert measured(april) == {("remove", "fully", True): (0, 1)}
    assert [(one.what, one.median) for one in april.times if not one.category] == [("reversal", 40 * 86_400)]


def actions(ours: House) -> list[tuple[str, str]]:
    with ours.office.records.reading() as core:
        return [(one.action.action, one.action.effect) for one in store.actions(core)]


def test_who_decided_and_who_found_it_are_told_apart(ours: House) -> None:
    ours.post("AAAA")  # refuses, and would terminate
    (ended,) = [name for name, effect in actions(ours) if effect == "terminate"]
    assert ("terminate", "partly", True) not in measured(figures(ours))
    ours.office.enforcement.approve(ended, "staff_1")
    ours.office.enforcement.approve(ended, "staff_2")
    person, say = alias_of(ours.person()), Told("your posts", "Loud.")
    found = ours.post("hm")  # a rule speaks, and does nothing
    common: dict[str, Any] = {
        "person": person,
        "by": "staff_1",
        "clauses": [CLAUSE],
        "reason": "Loud.",
        "say": say,
    }
    ours.office.enforcement.order([Order(effect="label", argument="loud")], **common)
    assert found.decision is not None
    source = next(
        row.seq for row in reversed(list(ours.office.records.rows())) if row.kind == "event.decided"
    )
    ours.office.enforcement.order([Order(effect="reduce")], source=source, **common)
    told = measured(figures(ours))
    assert told["terminate", "partly", True] == (1, 0)
    assert told["label", "person", False] == (1, 0)
    assert told["reduce", "person", True] == (1, 0)


def test_what_was_only_proposed_and_taken_back_is_no_reversal(ours: House) -> None:
    ours.post("AAAA")
    (ended,) = [name for name, effect in actions(ours) if effect == "terminate"]
    ours.office.enforcement.undo(ended, "staff_1", "No.")
    assert not [key for key in measured(figures(ours)) if key[0] == "terminate"]


def test_what_ends_by_itself_is_neither_a_measure_nor_a_reversal(ours: House, clock: Clock) -> None:
    ours.post("zzz")  # suspends for two days
    clock.now += 3 * DAY
    timers = Timers(ours.office.enforcement)
    assert Rounds(ours.office.records, {HANDLER: timers}, alone=False).go() == 1
    assert "enforcement.moved" in ours.kinds(0)
    assert measured(figures(ours)) == {("suspend", "fully", True): (1, 0)}


def export(bylaw: Bylaw, data: Path, folder: Path) -> str:
    bylaw("ledger", "checkpoint", "--data", data)
    assert bylaw("ledger", "export", folder, "--data", data).status == 0
    return bylaw("ledger", "key", "--data", data).out.strip()


@pytest.fixture
def busy(data: Path, clock: Clock) -> Path:
    """A data folder in which things were done, objected to and taken back."""
    with house(data, clock, SETTINGS + ACCOUNT) as ours:
        for n in range(6):
            clock.now += 3 * 3_600_000_000
            ours.removed(f"member-{n % 3}")
        for n in range(2):
            lodged = ours.appeals.lodge(ours.told(f"member-{n}")[0].id, "It was a song.")
            clock.now += 3_600_000_000
            ours.appeals.decide(lodged.id, "staff_2", list(Outcome)[n], "We looked again.")
    return data


def test_a_published_account_is_counted_again_from_an_export_and_is_the_same(
    bylaw: Bylaw, busy: Path, tmp_path: Path
) -> None:
    said = bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "report")
    assert "13 files" in said.out
    key = export(bylaw, busy, tmp_path / "export")
    verify = ("transparency", "verify", tmp_path / "report/report.json", "--export", tmp_path / "export")
    verified = bylaw(*verify, "--key", key)
    assert (verified.status, verified.out[:8]) == (0, "the same")
    page = (tmp_path / "report/report.html").read_text()
    assert "bylaw transparency verify report.json" in page
    assert "<script" not in page
    again = bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "again")
    assert again.status == 0
    for file in (tmp_path / "report").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()
    assert bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "again").status == 2


@pytest.mark.parametrize("name", ["measures", "appeals", "times", "limited", "days"])
def test_a_figure_that_was_embellished_is_found(bylaw: Bylaw, busy: Path, tmp_path: Path, name: str) -> None:
    bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "report")
    key = export(bylaw, busy, tmp_path / "export")
    file = tmp_path / "report/report.json"
    report = msgspec.json.decode(file.read_bytes(), type=Report)
    told = getattr(report.figures, name)
    better = msgspec.structs.replace(
        report.figures, **{name: told[1:] if isinstance(told, tuple) else told + 1}
    )
    file.write_bytes(
        msgspec.json.encode(msgspec.structs.replace(report, figures=better), order="sorted") + b"\n"
    )
    found = bylaw("transparency", "verify", file, "--export", tmp_path / "export", "--key", key)
    assert found.status == 1
    assert f"figures.{name}:" in found.out
    assert found.out.endswith("NOT THE SAME\n")


def test_a_page_or_a_sheet_that_says_something_else_than_the_report_is_found(
    bylaw: Bylaw, busy: Path, tmp_path: Path
) -> None:
    bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "report")
    key = export(bylaw, busy, tmp_path / "export")
    (sheet,) = (tmp_path / "report").glob("*Part_4_notices.csv")
    sheet.write_bytes(sheet.read_bytes() + b"one more\r\n")
    found = bylaw(
        "transparency",
        "verify",
        tmp_path / "report/report.json",
        "--export",
        tmp_path / "export",
        "--key",
        key,
    )
    assert (found.status, sheet.name in found.out) == (1, True)


def test_an_account_that_leaves_records_of_its_period_out_is_found(
    bylaw: Bylaw, busy: Path, tmp_path: Path, clock: Clock
) -> None:
    bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "report")
    clock.now += DAY
    with house(busy, clock, SETTINGS + ACCOUNT) as ours:
        for _ in range(7):  # six of these ids were seen
            ours.post("AAA", "member-9")
    key = export(bylaw, busy, tmp_path / "export")
    found = bylaw(
        "transparency",
        "verify",
        tmp_path / "report/report.json",
        "--export",
        tmp_path / "export",
        "--key",
        key,
    )
    assert found.status == 1
    assert "ledger.last: published" in found.out


def test_an_export_that_is_not_sound_verifies_nothing(bylaw: Bylaw, busy: Path, tmp_path: Path) -> None:
    bylaw("transparency", "report", "--data", busy, *MARCH, "--out", tmp_path / "report")
    key = export(bylaw, busy, tmp_path / "export")
    records = next((tmp_path / "export/records").rglob("*"))
    records = records if records.is_file() else next(path for path in records.iterdir())
    records.write_bytes(records.read_bytes().replace(b'"remove"', b'"reduce"', 1))
    found = bylaw(
        "transparency",
        "verify",
        tmp_path / "report/report.json",
        "--export",
        tmp_path / "export",
        "--key",
        key,
    )
    assert (found.status, found.out.splitlines()[-1]) == (1, "NOT SOUND")


def test_statements_of_reasons_are_valid_and_name_nobody(bylaw: Bylaw, busy: Path, tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    said = bylaw(
        "transparency", "statements", "--data", busy, *MARCH, "--out", file, "--puid-prefix", "house-"
    )
    lines = file.read_bytes().splitlines()
    assert f"{len(lines)} statements" in said.out
    assert [fault for line in lines for fault in faults(line)] == []
    assert len({json.loads(line)["puid"] for line in lines}) == len(lines) == 6
    one = json.loads(lines[-1])
    assert one["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert one["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    assert one["end_date_account_restriction"] == "2026-03-09"
    assert one["automated_decision"] == "AUTOMATED_DECISION_FULLY"
    assert one["decision_facts"] == (
        f"Our rules (shouting) found that a post of 2026-03-02 breaks the clause {CLAUSE}."
        " What was done: it was removed; the account was suspended."
    )
    assert one["puid"].startswith("house-act_")
    whole = file.read_text()
    assert not [word for word in ("member-", "AAA", "song", "subj_") if word in whole]


def test_statements_come_in_batches_of_a_hundred(
    bylaw: Bylaw, data: Path, clock: Clock, tmp_path: Path
) -> None:
    with house(data, clock, SETTINGS + ACCOUNT) as ours:
        for n in range(MOST + 1):
            ours.post("AAA", f"member-{n}")
    file = tmp_path / "batches.jsonl"
    bylaw("transparency", "statements", "--data", data, *MARCH, "--out", file, "--batches")
    batches = [msgspec.json.decode(line, type=Batch) for line in file.read_bytes().splitlines()]
    assert [len(batch.statements) for batch in batches] == [MOST, 1]
    assert (
        bylaw(
            "transparency", "statements", "--data", data, *MARCH, "--out", file, "--puid-prefix", "a b"
        ).status
        == 2
    )


def test_who_is_not_told_on_a_ground_of_law_is_not_in_the_database_either(ours: House) -> None:
    ours.post("hello")
    person = alias_of(ours.person())
    for effect, ground in (("label", Ground.SECRECY_ORDER), ("reduce", Ground.TERMS)):
        ours.office.enforcement.order(
            [
                Order(effect=effect, argument="x" if effect == "label" else None),
                Order(effect="restrict", argument=("posts",)),
            ],
            person=person,
            by="staff_1",
            clauses=[CLAUSE],
            reason="Loud.",
            say=Withheld(ground, "It is so.", "order_1" if ground is Ground.SECRECY_ORDER else ""),
        )
    book = ours.office.shelf.book(ours.office.archive.book_at(ours.office.records.head))
    made = list(Statements(ours.office.records, book).made(PERIOD))
    assert [one.decision_visibility for one in made] == [("DECISION_VISIBILITY_CONTENT_DEMOTED",)]
    assert made[0].automated_decision == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert made[0].automated_detection == "No"


def test_a_simulated_day_counts_the_same_from_the_record_and_from_an_export(
    bylaw: Bylaw, root: Path, tmp_path: Path
) -> None:
    data, clock = tmp_path / "data", Clock()
    init_data(data, "harbour")
    files = {
        str(path.relative_to(root / "examples/harbour")): path.read_bytes()
        for path in sorted((root / "examples/harbour").rglob("*"))
        if path.is_file()
    }
    start = datetime(2026, 3, 2, tzinfo=UTC)
    with open_office(data, clock=clock) as office:
        office.appoint(files)
        arrivals = [
            Arrival(one.event, one.event.at) for one in simulate(Plan(events=3_000, seed=5, start=start))
        ]
        for begin in range(0, len(arrivals), 100):
            some = arrivals[begin : begin + 100]
            clock.now = microseconds(some[-1].at)
            office.decider.decide(some)
        clock.now += 3_600_000_000
        told = [json.loads(row.body)["notice"] for row in office.records.rows(kinds=["notice.planned"])]
        for n, notice in enumerate(told[:100]):
            if office.appeals.told(notice).bar is None:
                lodged = office.appeals.lodge(notice, "Please look again.")
                clock.now += 60_000_000
                office.appeals.decide(lodged.id, "staff_9", list(Outcome)[n % 2], "We did.")
    said = bylaw("transparency", "report", "--data", data, *MARCH, "--out", tmp_path / "report")
    assert said.status == 0
    report = msgspec.json.decode((tmp_path / "report/report.json").read_bytes(), type=Report)
    assert sum(kind.events for kind in report.figures.events) == 3_000
    became = Counter[str]()
    for one in report.figures.appeals:
        became[one.became] += one.count
    assert became["lodged"] == became["upheld"] + became["reversed"] >= 2
    assert sum(one.reversals for one in report.figures.measures) >= became["reversed"] > 0
    assert {one.category for one in report.figures.measures} <= {
        one.category for one in report.settings.categories.values()
    }
    key = export(bylaw, data, tmp_path / "export")
    verified = bylaw(
        "transparency",
        "verify",
        tmp_path / "report/report.json",
        "--export",
        tmp_path / "export",
        "--key",
        key,
    )
    assert verified.status == 0, verified.out
    with open_record(data, writing=False) as reading:
        ours, theirs = OfRecord(reading.records), OfExport(tmp_path / "export")
        edges = [START.date(), date(2026, 3, 2), date(2026, 3, 3), date(2026, 4, 1)]
        for since, until in pairwise(edges):
            period = Period(since, until)
            assert ours.extent(period) == theirs.extent(period)
            assert count(ours, *ours.extent(period)) == count(theirs, *theirs.extent(period))


def test_a_report_for_no_days_is_refused(bylaw: Bylaw, busy: Path, tmp_path: Path) -> None:
    days = ("--from", "2026-03-02", "--to", "2026-03-02")
    said = bylaw("transparency", "report", "--data", busy, *days, "--out", tmp_path / "report")
    assert (said.status, "transparency.period" in said.err) == (2, True)
