"""What people said of events counts where a book is tried on history: which verdicts, about which events, in which order."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import InputError
from bylaw.cases import judged as counted
from bylaw.cases.judged import judged
from bylaw.cases.model import Outcome, What
from bylaw.engine.decider import Answer
from case_world import CLAUSE, NEVER, OTHER, House, house, verdict

NONE = Outcome.NO_VIOLATION


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = request.getfixturevalue("server").url if request.param == "postgresql" else ""
    with house(tmp_path, database=url) as opened:
        yield opened


def seq(answer: Answer) -> int:
    assert answer.seq is not None
    return answer.seq


def said(home: House, first: int = 1, last: int = 1_000_000) -> list[tuple[int, Mapping[str, bool]]]:
    with home.office.records.reading() as core:
        return list(judged(core, first, last))


def decided(home: House, name: str, outcome: Outcome = Outcome.VIOLATION, *clauses: str) -> str:
    """Give a verdict on the case about somebody, and let it leave."""
    case = home.only(person=home.person(name)).case
    home.cases.decide(case, "rae", verdict(outcome, clauses=clauses or (CLAUSE,)), drawn=NEVER)
    home.carried()
    return case


def test_what_is_cited_is_violated_and_what_had_it_looked_at_is_not_if_nobody_confirms_it(
    home: House,
) -> None:
    right, wrong, other = home.post("AAA", "ann"), home.post("AAA", "bob"), home.post("AAA", "cid")
    decided(home, "ann")
    decided(home, "bob", NONE)
    decided(home, "cid", Outcome.VIOLATION, OTHER)
    assert said(home) == [
        (seq(right), {CLAUSE: True}),
        (seq(wrong), {CLAUSE: False}),
        (seq(other), {CLAUSE: False, OTHER: True}),
    ]


def test_a_verdict_speaks_of_all_that_is_in_a_case(home: House) -> None:
    answers = home.decide(home.written("AAA", "ann"), home.written("BBB", "ann"))
    decided(home, "ann")
    assert dict(said(home)) == {seq(answer): {CLAUSE: True} for answer in answers}


def test_what_is_cited_is_said_of_what_was_raised_on_it_or_above_it(home: House) -> None:
    shouted, other, section = (seq(home.post(text, "ann")) for text in ("AAA", "hm", "well"))
    for event, clause in ((other, "house/words/p9"), (section, "house/words")):
        home.cases.raise_(
            home.cases.raising(
                What.REVIEW, queue="words", seq=event, person=home.person("ann"), clauses=(clause,)
            )
        )
    decided(home, "ann")
    assert said(home) == [
        (shouted, {CLAUSE: True}),
        (other, {"house/words/p9": False}),
        (section, {CLAUSE: True}),
    ]


def test_what_is_given_back_or_not_carried_out_or_tells_of_nothing_does_not_count(home: House) -> None:
    for name in ("ann", "bob", "cid"):
        home.post("AAA", name)
    case = home.only(person=home.person("ann")).case
    home.cases.decide(case, "rae", verdict(), drawn=NEVER)
    assert said(home) == []
    home.cases.withdraw(case, "rae")
    home.carried()
    assert said(home) == []
    decided(home, "bob", Outcome.NO_LONGER)
    assert said(home) == []


def test_a_second_look_does_not_count_and_a_third_one_after_two_who_differ_does(home: House) -> None:
    event = seq(home.post("AAA", "ann"))
    home.cases.decide(home.only().case, "rae", verdict(), drawn=0)
    home.carried()
    again = home.only(what=What.SAMPLE)
    home.cases.decide(again.case, "sam", verdict(NONE), drawn=NEVER)
    home.carried()
    assert said(home) == [(event, {CLAUSE: True})]
    third = home.only(what=What.REVIEW)
    home.cases.decide(third.case, "lea", verdict(NONE), drawn=NEVER)
    home.carried()
    assert said(home) == [(event, {CLAUSE: True}), (event, {CLAUSE: False})]  # the later counts


@pytest.mark.parametrize(("outcome", "violated"), [(Outcome.VIOLATION, True), (NONE, False)])
def test_an_appeal_says_whether_it_was_right(home: House, outcome: Outcome, *, violated: bool) -> None:
    event = seq(home.post("AAA", "ann"))
    decided(home, "ann")
    raised = home.cases.raising(
        What.APPEAL, queue="leads", about="apl_1", seq=event, person=home.person("ann"), clauses=(CLAUSE,)
    )
    home.cases.raise_(raised)
    assert said(home) == [(event, {CLAUSE: True})]
    appeal = home.only(what=What.APPEAL).case
    home.office.records.commit([home.cases.closing(appeal, "lea", outcome)])
    assert said(home) == [(event, {CLAUSE: True}), (event, {CLAUSE: violated})]


def test_an_item_that_is_known_to_be_right_counts_at_last_while_it_is_used(home: House) -> None:
    first, second = seq(home.post("AAA", "ann")), seq(home.post("AAA", "bob"))
    golden = home.cases.keep_golden(decided(home, "ann"), "lea")
    decided(home, "bob", NONE)
    plain = [(first, {CLAUSE: True}), (second, {CLAUSE: False})]
    assert said(home) == [*plain, (first, {CLAUSE: True})]
    home.cases.drop_golden(golden, "lea")
    assert said(home) == plain


def test_more_than_a_back_test_can_hold_are_refused(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ann", "bob"):
        home.post("AAA", name)
        decided(home, name)
    monkeypatch.setattr(counted, "MAX_VERDICTS", 1)
    with pytest.raises(InputError, match=r"verdicts\.too_many"):
        said(home)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which much was said."""
    with house(tmp_path_factory.mktemp("whole")) as home:
        for number in range(12):
            name = f"a{number}"
            home.decide(home.written("AAA", name), home.written("BBB", name))
            case = decided(home, name, (Outcome.VIOLATION, NONE)[number % 3 == 1])
            if number % 4 == 0:
                home.cases.keep_golden(case, "lea")
        yield home


@given(cut=st.integers(0, 200))
def test_a_stretch_in_two_parts_says_what_the_whole_says(whole: House, cut: int) -> None:
    def by_row(told: list[tuple[int, Mapping[str, bool]]]) -> dict[int, list[Mapping[str, bool]]]:
        found: dict[int, list[Mapping[str, bool]]] = {}
        for row, one in told:
            found.setdefault(row, []).append(one)
        return found

    parts, all_of_it = (said(whole, 1, cut), said(whole, cut + 1, 400)), by_row(said(whole))
    assert all_of_it == by_row([*parts[0], *parts[1]])
    assert len(all_of_it) == 24
