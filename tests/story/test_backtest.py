"""History against another book: exactly what would change, whatever the number of processes."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bylaw.base.errors import InputError
from bylaw.book.book import Book, load_book
from bylaw.book.folder import read_folder
from bylaw.engine.backtest_counts import Result
from bylaw.engine.decision import Decision
from bylaw.engine.stretch import Stretch, balanced
from bylaw.engine.verdicts import Share, Shift, Verdict, Verdicts, read_verdicts, share, shift, with_above
from bylaw.events.event import Event
from bylaw.runtime.deciding import Tally, decide_all
from bylaw.runtime.offices import open_record
from bylaw.runtime.trials import backtested
from bylaw.simulation.stream import Plan, simulate
from commandline import Bylaw

EVENTS = 800
CLAUSE = "house-rules/numbers/p1"


def record(bylaw: Bylaw, book: Path, events: list[dict[str, Any]], data: Path) -> None:
    file = data.with_suffix(".jsonl")
    file.write_text("\n".join(map(json.dumps, events)) + "\n")
    said = bylaw("run", "--book", book, "--source", file, "--format", "jsonl", "--data", data)
    assert said.status == 0, said.err


def posts(*texts: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "post.created",
            "id": f"evt_{n}",
            "at": f"2026-02-01T10:00:{n:02}Z",
            "actor": "a",
            "text": text,
        }
        for n, text in enumerate(texts)
    ]


CARD, DIGITS, QUIET = "4111 1111 1111 1111", "room 123", "good morning"


@pytest.fixture
def other(book: Path, tmp_path: Path) -> Callable[..., Path]:
    """The small book with words of its rules replaced."""

    def change(*words: tuple[str, str]) -> Path:
        folder = tmp_path / f"other{len(list(tmp_path.iterdir()))}"
        shutil.copytree(book, folder)
        for file in (folder / "rules/numbers.yaml", folder / "tests/numbers.yaml", folder / "operator.toml"):
            text = file.read_text()
            for old, new in words:
                text = text.replace(old, new)
            file.write_text(text)
        return folder

    return change


def tried(bylaw: Bylaw, data: Path, book: Path, *more: object) -> dict[str, Any]:
    said = bylaw("backtest", "--data", data, "--book", book, "--json", *more)
    assert said.status == 0, said.err
    answer: dict[str, Any] = said.json
    return answer


def change(table: dict[str, Any], name: str) -> tuple[int, int, int]:
    return table[name]["lost"], table[name]["same"], table[name]["gained"]


def test_the_same_book_changes_nothing(bylaw: Bylaw, book: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    record(bylaw, book, posts(CARD, DIGITS, QUIET), data)
    said = tried(bylaw, data, book)
    assert (said["events"], said["otherwise"], said["other_rules"]) == (3, 0, 0)
    assert said["book_before"] == said["book_after"]
    assert change(said["clauses"], CLAUSE) == (0, 1, 0)


def test_one_changed_rule_changes_what_it_says_and_nothing_else(
    bylaw: Bylaw, book: Path, other: Callable[..., Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    record(bylaw, book, posts(CARD, CARD, DIGITS, QUIET), data)
    harsher = tried(bylaw, data, other(("strike: 1", "strike: 2")))
    assert harsher["otherwise"] == 2
    assert change(harsher["effects"], "strike 1") == (2, 0, 0)
    assert change(harsher["effects"], "strike 2") == (0, 0, 2)
    assert change(harsher["effects"], "hold") == (0, 2, 0)
    assert change(harsher["clauses"], CLAUSE) == (0, 2, 0)
    assert [one["decision"] for one in harsher["examples"]] == harsher["effects"]["strike 2"]["gained_on"]
    renamed = tried(bylaw, data, other(("card-numbers", "card-digits")))
    assert (renamed["otherwise"], renamed["other_rules"]) == (0, 2)
    assert change(renamed["rules"], "card-digits") == (0, 0, 2)
    assert change(renamed["rules"], "card-numbers") == (2, 0, 0)
    weaker = tried(bylaw, data, other(("personal_data.cards > 0", "personal_data.cards > 1")))
    assert change(weaker["clauses"], CLAUSE) == (2, 0, 0)
    assert (weaker["spoke_before"], weaker["spoke_after"]) == (3, 3)  # the rule in shadow still matches


def test_a_rule_in_shadow_is_told_as_if_it_were_enforced(bylaw: Bylaw, book: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    record(bylaw, book, posts(CARD, DIGITS, DIGITS, QUIET), data)
    enforced = tried(bylaw, data, book)["enforced"]["any-digits"]
    assert (enforced["matched"], enforced["alone"], enforced["otherwise"]) == (3, 2, 3)
    assert enforced["beside"] == {"card-numbers": 1}
    assert enforced["gained"] == {"remove": 3}
    assert enforced["lost"] == {"hold": 1}  # removed is more than held


def test_what_another_books_kinds_do_not_fit_is_counted(
    bylaw: Bylaw, book: Path, day: Path, other: Callable[..., Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    bylaw("run", "--book", book, "--source", day, "--format", "jsonl", "--data", data)
    same = tried(
        bylaw, data, other(('note = "optional text"', 'note = "optional text", size = "optional int"'))
    )
    assert (same["unknown"], same["otherwise"]) == ({}, 0)
    asks_more = tried(bylaw, data, other(('note = "optional text"', 'note = "optional text", size = "int"')))
    assert (asks_more["unknown"], asks_more["otherwise"]) == ({"booking.made": 1}, 1)


def test_verdicts_of_people_give_precision_and_recall(
    bylaw: Bylaw, book: Path, other: Callable[..., Path], tmp_path: Path
) -> None:
    data, file = tmp_path / "data", tmp_path / "verdicts.jsonl"
    record(bylaw, book, posts(CARD, CARD, DIGITS, QUIET), data)
    said = {"evt_0": True, "evt_1": False, "evt_2": True, "evt_3": False, "evt_unknown": True}
    rows = [{"event": event, "clause": CLAUSE, "violates": violates} for event, violates in said.items()]
    file.write_text("\n".join(map(json.dumps, rows)))
    verdicts = tried(bylaw, data, other(("mode: shadow", "mode: enforce")), "--verdicts", file)["verdicts"]
    assert (verdicts["in_file"], verdicts["judged"]) == (5, 4)
    before, after = (verdicts[side]["clauses"][CLAUSE] for side in ("before", "after"))
    assert (before["right"], before["wrong"], before["missed"]) == (1, 1, 1)
    assert (after["right"], after["wrong"], after["missed"]) == (2, 1, 0)
    assert after["recall"] == {"value": 1.0, "low": pytest.approx(0.342, abs=1e-3), "high": 1.0, "of": 2}
    rules = verdicts["before"]["rules"]
    assert (rules["any-digits"]["right"], rules["card-numbers"]["right"]) == (2, 1)  # the one is in shadow
    file.write_text('{"event": "evt_0", "clause": "c"}\n')
    refused = bylaw("backtest", "--data", data, "--book", book, "--verdicts", file)
    assert (refused.status, "verdicts.line" in refused.err) == (2, True)


STRANGERS = """\
  - id: many-strangers
    clause: house-rules/numbers/p1
    on: message.sent
    when: distinct("message.sent", "recipient", event.actor, duration("1h")) > 5
    then: [hold]
"""


def test_a_changed_threshold_of_a_simulated_day_changes_exactly_what_two_runs_differ_in(
    bylaw: Bylaw, book: Path, other: Callable[..., Path], tmp_path: Path
) -> None:
    data, file, rules = tmp_path / "data", tmp_path / "day.jsonl", book / "rules/numbers.yaml"
    rules.write_text(rules.read_text() + STRANGERS)
    changed = other(('1h")) > 5', '1h")) > 1'))
    before, after = load_book(book), load_book(changed)
    day = [labelled.event for labelled in simulate(Plan(events=EVENTS))]
    file.write_bytes(b"\n".join(map(before.codec.encode, day)))
    bylaw("run", "--book", book, "--source", file, "--format", "jsonl", "--data", data)

    lost, gained, otherwise = differences(in_memory(before, day), in_memory(after, day))
    assert len(gained) > 1
    said = tried(bylaw, data, changed, "--jobs", 1)
    assert said["otherwise"] == otherwise
    for side in ("clauses", "rules", "effects"):
        found = {(side, name): one for name, one in said[side].items()}
        assert {key: one["gained"] for key, one in found.items() if one["gained"]} == gained_of(gained, side)
        assert {key: one["lost"] for key, one in found.items() if one["lost"]} == gained_of(lost, side)
    several = tried(bylaw, data, changed, "--jobs", 2)
    assert several | {"seconds": 0} == said | {"seconds": 0}
    decided, files = rows_decided(data), read_folder(changed).files
    whole = Stretch(1, decided[-1])
    assert in_parts(data, files, whole, 3) == in_parts(data, files, whole, 1)
    late = tried(bylaw, data, changed, "--jobs", 1, "--from", 301, "--to", 700)
    assert late["events"] == sum(301 <= seq <= 700 for seq in decided)
    assert 0 < late["otherwise"] < otherwise


def rows_decided(data: Path) -> list[int]:
    with open_record(data, writing=False) as reading:
        return [row.seq for row in reading.records.rows(kinds={"event.decided"})]


def in_parts(data: Path, files: Mapping[str, bytes], whole: Stretch, count: int) -> Result:
    parts = [
        part
        for number, own in enumerate(balanced(whole, count))
        for part in backtested(data, files, own, (), number)
        if isinstance(part, Result)
    ]
    assert len(parts) == count
    for part in parts[1:]:
        parts[0].merge(part)
    return parts[0]


Told = dict[str, frozenset[str]]


def in_memory(book: Book, events: list[Event]) -> list[Told]:
    decided = (one for one in decide_all(book, events, Tally()) if isinstance(one, Decision))
    return [
        {
            "clauses": frozenset(citation.clause for citation in one.clauses),
            "rules": frozenset(one.rules),
            "effects": frozenset(
                planned.effect if planned.argument is None else f"{planned.effect} {planned.argument}"
                for planned in one.effects
            ),
        }
        for one in decided
    ]


def differences(
    before: list[Told], after: list[Told]
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]], int]:
    lost: Counter[tuple[str, str]] = Counter()
    gained: Counter[tuple[str, str]] = Counter()
    otherwise = 0
    for one, other in zip(before, after, strict=True):
        otherwise += (one["clauses"], one["effects"]) != (other["clauses"], other["effects"])
        for side in one:
            lost.update((side, name) for name in one[side] - other[side])
            gained.update((side, name) for name in other[side] - one[side])
    return lost, gained, otherwise


def gained_of(counts: Counter[tuple[str, str]], side: str) -> dict[tuple[str, str], int]:
    return {key: count for key, count in counts.items() if key[0] == side}


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("whole", [Stretch(1, 1), Stretch(1, 5), Stretch(400, 9000)])
def test_stretches_cover_the_whole_without_overlap_and_shrink(whole: Stretch, count: int) -> None:
    parts = balanced(whole, count)
    assert [seq for part in parts for seq in range(part.first, part.last + 1)] == (
        list(range(whole.first, whole.last + 1))
    )
    assert all(one.rows >= later.rows - 1 for one, later in pairwise(parts))


def test_an_interval_holds_its_share_and_narrows() -> None:
    few, many = share(5, 10), share(500, 1000)
    assert few
    assert many
    assert (round(few.low, 3), round(few.high, 3)) == (0.237, 0.763)  # as published for 5 of 10
    assert few.low < many.low < 0.5 < many.high < few.high
    nothing = share(0, 8)
    assert nothing
    assert (nothing.low, round(nothing.high, 3)) == (0.0, 0.324)
    assert share(0, 0) is None


def test_of_two_verdicts_the_later_one_counts_and_a_files_at_last() -> None:
    told = [Verdict("e", "c", violates=True), Verdict("e", "c", violates=False)]
    assert (Verdicts(told).of("e", 1), Verdicts(told).of("f", 1)) == ({"c": False}, {})
    rows = [(1, {"c": False, "d": True}), (2, {"d": True}), (1, {"c": True})]
    both = Verdicts(told, rows)
    assert both.of("f", 1) == {"c": True, "d": True}
    assert both.of("e", 1) == {"c": False, "d": True}
    assert both.of("f", 2) == {"d": True}
    with pytest.raises(InputError, match=r"verdicts\.line"):
        read_verdicts("v", [b"\n", b'{"event": 1}\n'])


def test_who_violates_a_paragraph_violates_its_section_and_the_other_way_around() -> None:
    paragraph, section = "house/words/p1", "house/words"
    rows = [(1, {paragraph: True}), (2, {paragraph: True}), (2, {section: False}), (3, {paragraph: False})]
    verdicts = Verdicts((), rows)
    cited = [section, "house/wordsmith"]
    assert with_above(verdicts.of("e", 1), cited) == {paragraph: True, section: True}
    assert with_above(verdicts.of("e", 2), cited) == {paragraph: False, section: False}
    assert with_above(verdicts.of("e", 3), cited) == {paragraph: False}  # the rest of it may be violated


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (share(1, 40), share(38, 40), Shift.BETTER),
        (share(38, 40), share(1, 40), Shift.WORSE),
        (share(1, 2), share(2, 2), Shift.UNSURE),
        (share(5, 10), share(50, 100), Shift.SAME),
        (None, share(5, 10), Shift.SAME),
    ],
)
def test_a_share_is_better_or_worse_where_the_intervals_do_not_touch(
    before: Share | None, after: Share | None, told: Shift
) -> None:
    assert shift(before, after) is told
