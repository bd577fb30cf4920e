"""Objections: lodged by those concerned, decided by somebody who took no part, told, undone, limited openly."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from appeal_world import SETTINGS, Clock, House, house
from bylaw.appeals.machine import Bar
from bylaw.appeals.model import DAY, DECIDED, Decided, File, Outcome, State
from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import BylawError, ConflictError, InputError, NotFoundError, RefusedError
from bylaw.book.templates import Kind
from bylaw.cases import tables
from bylaw.cases.model import Outcome as Seen
from bylaw.cases.verdicts import Verdict
from bylaw.enforcement import store
from bylaw.enforcement.notifying import Told
from bylaw.enforcement.ordering import Order
from bylaw.records.checking import check
from bylaw.records.fact import Fact
from bylaw.records.people import alias_of
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.runtime.folders import init_data

CLAUSE = "house/words/p1"
NUMBERS = count(os.getpid() * 1_000)  # of houses: a schema each on one server
NOTE = File("song.txt", b"la la la")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def ours(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[House]:
    url = request.getfixturevalue("server").url if request.param == "postgresql" else ""
    init_data(tmp_path / "data", f"house{next(NUMBERS)}", database=url)
    with house(tmp_path / "data", clock) as ours:
        yield ours
        assert check(ours.office.records, rebuild=True).problems == ()


def code(error: pytest.ExceptionInfo[BylawError]) -> str:
    return error.value.code


def test_an_objection_is_a_case_and_its_reversal_undoes_everything_and_is_told(ours: House) -> None:
    ours.removed()
    notice = ours.removed()  # the second strike suspends
    assert not ours.allowed()
    lodged = ours.appeals.lodge(notice, "It was a song.", [NOTE])
    assert (lodged.state, lodged.lodged.automated, lodged.lodged.took_part) == (State.OPEN, True, ())
    assert set(lodged.lodged.effects) == {"remove", "strike", "suspend"}
    [case] = cases(ours)
    assert (case["what"], case["about"], case["queue"], case["state"]) == (
        "appeal",
        lodged.id,
        "appeals",
        "open",
    )
    head = ours.office.records.head
    decided = ours.appeals.decide(lodged.id, "staff_2", Outcome.REVERSED, "You are right: it is a song.")
    assert (decided.state, decided.by) == (State.REVERSED, "staff_2")
    assert ours.allowed()
    assert ours.kinds(head)[:4] == [
        "enforcement.undone",
        "appeal.decided",
        "case.closed",
        "notice.planned",
    ]
    assert cases(ours)[0]["state"] == "closed"
    told = ours.said()[-1]
    assert (told.kind, told.facts, told.follows) == (Kind.APPEAL, "You are right: it is a song.", notice)
    assert [done.effect for done in told.done][:1] == ["overturn"]
    assert {"restore", "withdraw_strike", "reinstate"} <= {done.effect for done in told.done}
    assert ours.office.enforcement.following.standing.strikes(alias(ours), ours.clock()) == 1
    assert figures(ours)["rule", "shouting"]["reversed"] == 1


def test_what_is_upheld_stands_and_is_told_with_reasons_and_where_else_to_turn(ours: House) -> None:
    notice = ours.removed()
    lodged = ours.appeals.lodge(notice, "It was a song.")
    decided = ours.appeals.decide(lodged.id, "staff_2", Outcome.UPHELD, "Songs have a tune.")
    assert decided.state is State.UPHELD
    told = ours.said()[-1]
    assert ([done.effect for done in told.done], told.redress.bodies) == (["uphold"], ("the Readers' Board",))
    assert ours.office.enforcement.following.standing.strikes(alias(ours), ours.clock()) == 1
    with pytest.raises(ConflictError) as again:
        ours.appeals.decide(lodged.id, "staff_3", Outcome.REVERSED, "No.")
    assert code(again) == "appeal.order"
    assert ours.appeals.told(notice).bar is Bar.LODGED


def test_who_ordered_or_approved_cannot_decide_and_nothing_gets_around_it(ours: House) -> None:
    ours.post("hello")
    say, person = Told("your account", "You shouted."), alias(ours)
    ours.office.enforcement.order(
        [Order(effect="terminate")], person=person, by="staff_1", clauses=[CLAUSE], reason="Enough.", say=say
    )
    [ended] = standing(ours, "terminate")
    ours.office.enforcement.approve(ended, "staff_2")
    lodged = ours.appeals.lodge(ours.told()[-1].id, "It was not me.")
    assert lodged.lodged.took_part == ("staff_1", "staff_2")
    for by in ("staff_1", "staff_2"):
        with pytest.raises(ConflictError) as refused:
            ours.appeals.decide(lodged.id, by, Outcome.UPHELD, "I was right.")
        assert code(refused) == "appeal.same_person"
    assert not ours.allowed()
    ours.appeals.decide(lodged.id, "staff_3", Outcome.REVERSED, "It was not them.")
    assert ours.allowed()
    assert standing(ours, "purge") == []


def test_the_fold_refuses_a_decision_by_somebody_who_took_part_whoever_records_it(ours: House) -> None:
    ours.post("hello")
    say = Told("your account", "You shouted.")
    ours.office.enforcement.order(
        [Order(effect="restrict", argument=("post",))],
        person=alias(ours),
        by="staff_1",
        clauses=[CLAUSE],
        reason="Enough.",
        say=say,
    )
    lodged = ours.appeals.lodge(ours.told()[-1].id, "It was not me.").lodged
    forged = Decided(
        appeal=lodged.appeal,
        notice=lodged.notice,
        people=lodged.people,
        at=ours.clock(),
        by="staff_1",
        outcome=Outcome.UPHELD,
        decision=lodged.decision,
        actions=(),
        effects=lodged.effects,
        clauses=lodged.clauses,
        rules=lodged.rules,
        took_part=(),
        automated=False,
        unfounded=False,
        warned=False,
        waited=0,
    )
    head = ours.office.records.head
    with pytest.raises(ConflictError) as refused:
        ours.office.records.commit([Fact(DECIDED, canonical_bytes(forged))])
    assert code(refused) == "appeal.same_person"
    assert ours.office.records.head == head
    ours.office.records.commit([Fact(DECIDED, canonical_bytes(replace(forged, by="staff_2")))])
    assert ours.appeals.find(lodged.appeal).state is State.UPHELD


def test_a_verdict_on_the_event_is_taking_part(ours: House) -> None:
    notice = ours.removed(text="hold")
    [case] = cases(ours)
    work = ours.office.cases
    work.claim(str(case["case"]), "staff_1")
    work.decide(
        str(case["case"]), "staff_1", Verdict(outcome=Seen.VIOLATION, clauses=(CLAUSE,), reason="Loud.")
    )
    lodged = ours.appeals.lodge(notice, "It was a song.")
    assert "staff_1" in lodged.lodged.took_part


def test_both_sides_write_and_questions_are_told(ours: House) -> None:
    lodged = ours.appeals.lodge(ours.removed(), "It was a song.", [NOTE])
    asked = ours.appeals.ask(lodged.id, "staff_2", "Which song?")
    assert asked.state is State.ASKED
    told = ours.said()[-1]
    assert ([done.effect for done in told.done], told.facts) == (["ask"], "Which song?")
    answered = ours.appeals.answer(lodged.id, "The one about the sea.", [NOTE, NOTE])
    assert (answered.state, answered.letters, answered.texts) == (State.OPEN, 3, 2)
    letters = ours.appeals.letters(lodged.id)
    assert [(one.by, one.text, len(one.files)) for one in letters] == [
        ("", "It was a song.", 1),
        ("staff_2", "Which song?", 0),
        ("", "The one about the sea.", 2),
    ]
    [first, *_] = letters[0].files
    assert (first.name, first.media, first.size) == ("song.txt", "text/plain", 8)
    assert ours.appeals.file(lodged.id, first.file) == NOTE
    with pytest.raises(NotFoundError):
        ours.appeals.file("apl_other", first.file)
    ours.appeals.answer(lodged.id, "Please.")
    with pytest.raises(ConflictError) as enough:
        ours.appeals.answer(lodged.id, "Please!")
    assert code(enough) == "appeal.texts"


def test_objections_are_taken_until_the_day_that_was_told_and_not_later(ours: House) -> None:
    notice = ours.removed()
    until = ours.appeals.grounds(notice).until
    ours.clock.now = until - 1
    assert ours.appeals.told(notice).bar is None
    ours.clock.now = until
    assert ours.appeals.told(notice).bar is Bar.LATE
    with pytest.raises(ConflictError) as late:
        ours.appeals.lodge(notice, "It was a song.")
    assert code(late) == "appeal.late"


def test_what_takes_nothing_away_cannot_be_objected_to(ours: House) -> None:
    notice = ours.removed(text="hm")
    assert ours.appeals.told(notice).bar is Bar.NOTHING
    with pytest.raises(ConflictError) as nothing:
        ours.appeals.mend(notice, "It is gone.")
    assert code(nothing) == "appeal.nothing"


def test_what_was_taken_back_already_cannot_be_objected_to(ours: House) -> None:
    notice = ours.removed(text="zzz")
    [rest] = standing(ours, "suspend")
    ours.office.enforcement.undo(rest, "staff_1", "It was a song.")
    assert ours.appeals.told(notice).bar is Bar.NOTHING
    ended = ours.removed(text="zzz")
    ours.clock.now += 3 * DAY  # what ended by itself was done all the same
    assert ours.appeals.told(ended).bar is None


def test_an_objection_needs_words_that_fit(ours: House) -> None:
    notice = ours.removed()
    for text in ("", "  \n", "x" * 501, "a\0b"):
        with pytest.raises(InputError) as raised:
            ours.appeals.lodge(notice, text)
        assert code(raised) == "appeal.text"
    with pytest.raises(InputError, match="at most 3 files"):
        ours.appeals.lodge(notice, "It was a song.", [NOTE] * 4)
    assert ours.appeals.told(notice).appeal is None


def test_what_is_mended_is_looked_at_with_what_else_waits(ours: House) -> None:
    notice = ours.removed()
    ours.appeals.mend(notice, "I removed it myself.")
    said = ours.appeals.told(notice).mended
    assert said is not None
    assert said.text == "I removed it myself."
    [case] = cases(ours)
    assert (case["what"], case["queue"]) == ("review", "appeals")
    with pytest.raises(ConflictError) as again:
        ours.appeals.mend(notice, "I did.")
    assert code(again) == "appeal.mended"
    other = ours.removed()
    ours.appeals.mend(other, "This too.")
    assert [(one["items"]) for one in cases(ours)] == [2]


def test_who_objects_without_any_ground_is_warned_then_limited_by_a_person_and_let_in_again(
    ours: House,
) -> None:
    def unfounded(**more: bool) -> str:
        notice = ours.removed(text="zzz")
        lodged = ours.appeals.lodge(notice, "No.")
        ours.clock.now += 3 * DAY  # what was suspended is open again
        ours.appeals.decide(
            lodged.id, "staff_2", Outcome.UPHELD, "There is no ground.", unfounded=True, **more
        )
        return notice

    with pytest.raises(RefusedError) as early:
        unfounded(limit=True)
    assert code(early) == "appeal.not_often"
    lodged = ours.appeals.told(ours.told()[-1].id).appeal
    assert lodged is not None
    with pytest.raises(InputError) as both:
        ours.appeals.decide(lodged.id, "staff_2", Outcome.REVERSED, "Yes.", unfounded=True)
    assert code(both) == "appeal.unfounded"
    ours.appeals.decide(lodged.id, "staff_2", Outcome.UPHELD, "There is no ground.", unfounded=True)
    assert [done.effect for done in ours.said()[-1].done] == ["uphold", "warn_appeals"]
    notice = unfounded(limit=True)
    assert [done.effect for done in ours.said()[-1].done] == ["uphold", "limit_appeals"]
    limit = ours.appeals.told(notice).limit
    assert limit is not None
    assert (limit.by, limit.unfounded, limit.until) == ("staff_2", 2, limit.at + 10 * DAY)
    fresh = ours.removed(text="zzz")
    assert ours.appeals.told(fresh).bar is Bar.LIMITED
    with pytest.raises(ConflictError) as limited:
        ours.appeals.lodge(fresh, "But this once!")
    assert code(limited) == "appeal.limited"
    ours.appeals.lift(ours.person(), "staff_3", "They wrote to us.")
    assert ours.appeals.lodge(fresh, "But this once!").state is State.OPEN
    with pytest.raises(ConflictError) as lifted:
        ours.appeals.lift(ours.person(), "staff_3", "Again.")
    assert code(lifted) == "appeal.not_limited"


def test_a_limit_ends_by_itself(ours: House) -> None:
    for _ in range(2):
        lodged = ours.appeals.lodge(ours.removed(text="zzz"), "No.")
        ours.clock.now += 3 * DAY
        more = {"limit": True} if lodged.lodged.notice != ours.told()[0].id else {}
        ours.appeals.decide(lodged.id, "staff_2", Outcome.UPHELD, "No ground.", unfounded=True, **more)
    fresh = ours.removed(text="zzz")
    assert ours.appeals.told(fresh).bar is Bar.LIMITED
    ours.clock.now += 10 * DAY
    assert ours.appeals.told(fresh).bar is None


def test_what_somebody_wrote_goes_with_their_key_and_the_record_stays_sound(ours: House) -> None:
    lodged = ours.appeals.lodge(ours.removed(), "It was my song.", [NOTE])
    for row in ours.office.records.rows():
        assert b"song" not in row.body
    ours.office.vault.destroy([ours.person()], [Use.PROFILE, Use.EVIDENCE])
    [letter] = ours.appeals.letters(lodged.id)
    assert (letter.text, [file.name for file in letter.files]) == (None, [None])
    with pytest.raises(Destroyed):
        ours.appeals.file(lodged.id, letter.files[0].file)
    with pytest.raises(Destroyed):
        ours.appeals.told(lodged.lodged.notice)


def test_objections_of_customers_are_taken_only_where_the_book_says_so(tmp_path: Path, clock: Clock) -> None:
    init_data(tmp_path / "narrow", "house")

    only = SETTINGS.replace('queue = "appeals"\n', 'queue = "appeals"\nwho = ["customer"]\n', 1)
    assert only != SETTINGS
    with house(tmp_path / "narrow", clock, only) as ours:
        assert ours.appeals.told(ours.removed()).bar is Bar.STRANGER


# --


def alias(ours: House) -> str:
    return alias_of(ours.person())


def cases(ours: House) -> list[dict[str, object]]:
    with ours.office.records.reading() as core:
        return [dict(row) for row in core.execute(tables.CASES.select()).mappings()]


def figures(ours: House) -> dict[tuple[str, str], dict[str, int]]:
    with ours.office.records.reading() as core:
        rows = core.execute(tables.FIGURES.select()).mappings()
        return {(row["what"], row["name"]): dict(row) for row in rows}


def standing(ours: House, effect: str) -> list[str]:

    with ours.office.records.reading() as core:
        return [s.action.action for s in store.standing(core, [effect])]
