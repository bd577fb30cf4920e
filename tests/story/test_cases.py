"""From what rules and people ask for to verdicts: joined, ordered, handed out once, decided, withdrawn, carried out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bylaw.base.errors import ConflictError, InputError, NotFoundError, RefusedError
from bylaw.cases import quality, store
from bylaw.cases.many import together
from bylaw.cases.model import Cared, Ordered, Outcome, Skip, State, What
from bylaw.cases.stepping import DAY
from bylaw.cases.store import CaseAt
from bylaw.enforcement import store as actions
from bylaw.enforcement.notifying import Told
from bylaw.records.checking import check
from case_world import (
    CLAUSE,
    HOUR,
    MINUTE,
    NEVER,
    OPERATOR,
    OTHER,
    SECOND,
    Clock,
    House,
    house,
    verdict,
)

REMOVE = Ordered(effect="remove")
STRIKE = Ordered(effect="strike")
SUSPEND = Ordered(effect="suspend", argument=3)


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    url = request.getfixturevalue("server").url if request.param == "postgresql" else ""
    with house(tmp_path, database=url) as opened:
        yield opened


# -- raised


def test_a_decision_that_asks_for_people_raises_a_case_in_its_own_commit(home: House) -> None:
    answer = home.post("AAA", "ann")
    case = home.only()
    assert (case.queue, case.what, case.state) == ("words", What.REVIEW, State.OPEN)
    assert (case.person, case.clauses, case.rules) == (home.person("ann"), (CLAUSE,), ("shouting",))
    assert [(item.source, item.decision) for item in home.items(case)] == [
        (answer.seq, answer.decision.id)  # type: ignore[union-attr]
    ]
    assert home.post("hello").decision.effects == ()  # type: ignore[union-attr]
    assert len(home.find()) == 1


def test_what_is_about_the_same_account_waits_in_one_case_until_it_is_decided(home: House) -> None:
    home.decide(home.written("AAA", "ann"), home.written("BBB", "ann"), home.written("AAA", "bob"))
    home.post("AAA", "ann")
    ann, bob = home.find(person=home.person("ann")), home.find(person=home.person("bob"))
    assert [one.items for one in (*ann, *bob)] == [3, 1]
    assert ann[0].rules == ("shouting", "loud")
    home.cases.decide(ann[0].case, "rae", verdict(), drawn=NEVER)
    home.post("AAA", "ann")
    assert [one.items for one in home.find(person=home.person("ann"))] == [1]


def test_reports_join_what_rules_found_and_count_who_reported(home: House) -> None:
    home.post("AAA", "ann")
    alone = home.only().weight.priority
    home.report("ann", "zoe")
    home.report("ann", "max")
    case = home.only()
    assert (case.items, case.reports, case.what) == (3, 2, What.REVIEW)
    assert case.weight.priority > alone


def test_routing_takes_a_case_to_another_queue_than_the_rule_asked_for(home: House) -> None:
    home.post("CCC")
    assert home.only().queue == "letters"


def test_another_room_raises_a_case_of_its_own_and_closes_it(home: House) -> None:
    home.post("AAA", "ann")
    raised = home.cases.raising(
        What.APPEAL,
        queue="leads",
        about="appeal_1",
        person=home.person("ann"),
        rules=("shouting",),
        barred=("rae",),
    )
    home.cases.raise_(raised)
    case = home.only(queues=("leads",))
    assert (case.what, case.about) == (What.APPEAL, "appeal_1")
    with pytest.raises(ConflictError, match="where appeals are"):
        home.cases.decide(case.case, "ned", verdict())
    with pytest.raises(ConflictError, match="took part"):
        home.office.records.commit([home.cases.closing(case.case, "rae", Outcome.NO_VIOLATION)])
    home.office.records.commit([home.cases.closing(case.case, "ned", Outcome.NO_VIOLATION)])
    assert home.cases.find(case.case).state is State.CLOSED
    with home.office.records.reading() as core:
        [figure] = quality.figures(core, "rule")
    assert (figure.name, figure.reversed) == ("shouting", 1)


def test_what_people_find_of_a_rule_is_told_by_day(home: House) -> None:
    first = home.clock.now // DAY
    for outcome in (Outcome.VIOLATION, Outcome.NO_VIOLATION, Outcome.VIOLATION):
        home.post("AAA", "ann")
        home.cases.decide(home.only(waiting=True).case, "rae", verdict(outcome), drawn=NEVER)
        home.carried()
        home.clock.pass_(15 * HOUR)  # from noon: the other two are of the day after
    with home.office.records.reading() as core:
        found = quality.by_day(core, "rule", "shouting", first, first + 2)
        assert found == quality.by_day(core, "rule", "shouting", 0, first + 30)
        assert [(day, one.right, one.wrong) for day, one in found.items()] == [
            (first, 1, 0),
            (first + 1, 1, 1),
        ]
        assert list(quality.by_day(core, "rule", "shouting", first + 1, first + 2)) == [first + 1]
        assert list(quality.by_day(core, "clause", CLAUSE, first, first + 2)) == [first, first + 1]
        assert not quality.by_day(core, "rule", "loud", first, first + 2)


# -- order of work


def test_the_worst_comes_first_and_its_priority_is_explained(home: House) -> None:
    home.post("CCC", "bob")
    home.post("AAA", "ann")
    first, second = home.find()
    assert first.person == home.person("ann")
    weight = first.weight
    assert (weight.severity, weight.confidence, weight.reach, weight.reporter) == (800, 800, 500, 1000)
    assert weight.priority == 320_000 > second.weight.priority


def test_a_rule_that_was_wrong_before_is_believed_less(home: House) -> None:
    home.post("AAA", "ann")
    before = home.only().weight.confidence
    home.cases.decide(home.only().case, "rae", verdict(Outcome.NO_VIOLATION), drawn=NEVER)
    home.carried()
    home.post("AAA", "bob")
    assert home.only().weight.confidence < before


def test_cases_are_listed_by_what_is_asked_and_page_by_page(home: House) -> None:
    for name in ("ann", "bob", "cem", "dee", "eva"):
        home.post("AAA", name)
    home.post("CCC", "fay")
    with home.office.records.reading() as core:
        everything = store.find(core, store.Sought())
        first = store.find(core, store.Sought(), limit=4)
        rest = store.find(core, store.Sought(), after=first[-1].cursor)
        assert [*first, *rest] == everything
        assert len(store.find(core, store.Sought(clause="house/words"))) == 5
        assert len(store.find(core, store.Sought(rule="routed"))) == 1
        assert [(q.queue, q.open) for q in store.queues(core)] == [("letters", 1), ("words", 5)]


def test_accounts_that_have_to_do_with_each_other_are_shown(home: House) -> None:
    home.message("bob", actor="ann")
    home.post("AAA", "cem", account="club")
    home.post("AAA", "dee", account="club")
    home.post("AAA", "bob")

    def links(name: str) -> set[tuple[str, str, int]]:
        with home.office.records.reading() as core:
            [case] = store.find(core, store.Sought(person=home.person(name)))
            return {(link.person, link.why, link.cases) for link in store.linked(core, case)}

    assert (home.person("bob"), "named", 1) in links("ann")
    assert (home.person("ann"), "names", 1) in links("bob")
    assert (home.person("dee"), "customer", 1) in links("cem")


# -- handed out


def test_nobody_gets_what_somebody_has_until_the_lease_is_over(home: House) -> None:
    home.post("AAA", "ann")
    case = home.cases.next_for("rae", ["words"], drawn=NEVER)
    assert case is not None
    assert home.cases.next_for("ned", ["words"], drawn=NEVER) is None
    with pytest.raises(ConflictError, match="somebody else"):
        home.cases.claim(case.case, "ned")
    again = home.cases.next_for("rae", ["words"], drawn=NEVER)
    assert again is not None
    assert again.case == case.case
    home.clock.pass_(11 * MINUTE)
    taken = home.cases.next_for("ned", ["words"], drawn=NEVER)
    assert taken is not None
    assert taken.by == "ned"


def test_who_skips_a_case_does_not_get_it_again_and_others_do(home: House) -> None:
    home.post("AAA", "ann")
    case = home.cases.next_for("rae", ["words"], drawn=NEVER)
    assert case is not None
    home.cases.leave(case.case, "rae", Skip.LANGUAGE, "It is in Danish.")
    assert home.cases.next_for("rae", ["words"], drawn=NEVER) is None
    with pytest.raises(ConflictError, match="left it to others"):
        home.cases.decide(case.case, "rae", verdict())
    other = home.cases.next_for("ned", ["words"], drawn=NEVER)
    assert other is not None
    with home.office.records.reading() as core:
        left = next(entry for entry in store.history(core, case.case) if entry.kind == "case.left")
    assert home.cases.words(left.seq).reason == "It is in Danish."


def test_a_case_that_is_for_somebody_comes_to_them_before_all_others(home: House) -> None:
    home.post("AAA", "ann")
    home.post("CCC", "bob")
    minor = home.only(queues=("letters",))
    home.cases.assign(minor.case, "lea", "rae")
    found = home.cases.next_for("rae", ["words", "letters"], drawn=NEVER)
    assert found is not None
    assert found.case == minor.case
    other = home.cases.next_for("ned", ["letters"], drawn=NEVER)
    assert other is None


def test_a_case_is_handed_on_with_a_new_clock(home: House) -> None:
    home.post("AAA", "ann")
    case = home.cases.claim(home.only().case, "rae")
    home.cases.escalate(case.case, "rae", note="I cannot tell.")
    handed = home.only()
    assert (handed.queue, handed.state, handed.by) == ("leads", State.OPEN, "")
    with pytest.raises(InputError, match="no other queue"):
        home.cases.escalate(case.case, "rae")


def test_only_cases_that_somebody_may_decide_come_to_them(home: House) -> None:
    home.post("AAA", "ann")
    assert home.cases.next_for("rae", ["words"], lambda case: CLAUSE not in case.clauses, drawn=NEVER) is None


# -- decided


def test_a_verdict_is_carried_out_once_nobody_withdraws_it(home: House) -> None:
    home.post("AAA", "ann")
    case = home.only()
    home.cases.decide(case.case, "rae", verdict(Outcome.VIOLATION, REMOVE, STRIKE), drawn=NEVER)
    home.work()
    assert home.effects("ann") == ["hold planned"]
    home.carried()
    home.carried()
    assert sorted(home.effects("ann")) == ["hold planned", "remove planned", "strike planned"]
    assert home.cases.find(case.case).state is State.CLOSED
    assert home.kinds() == ["case.raised", "case.decided", "case.carried"]
    assert check(home.office.records).problems == ()


def test_a_verdict_that_is_withdrawn_does_nothing_and_the_case_is_at_hand_again(home: House) -> None:
    home.post("AAA", "ann")
    case = home.only()
    home.cases.decide(case.case, "rae", verdict(Outcome.VIOLATION, REMOVE), drawn=NEVER)
    home.cases.withdraw(case.case, "rae")
    home.carried()
    assert home.effects("ann") == ["hold planned"]
    assert (home.only().state, home.only().by) == (State.CLAIMED, "rae")
    home.cases.decide(case.case, "rae", verdict(Outcome.NO_VIOLATION, restore=True), drawn=NEVER)
    home.carried()
    assert home.effects("ann") == ["hold undone", "release planned"]
    with pytest.raises(ConflictError, match="no verdict"):
        home.cases.withdraw(case.case, "rae")


def test_several_things_of_one_case_are_dealt_with_in_one_verdict(home: House) -> None:
    first, second = home.post("AAA", "ann"), home.post("BBB", "ann")
    case = home.only()
    label = Ordered(effect="label", argument="loud", items=(second.seq,))
    home.cases.decide(case.case, "rae", verdict(Outcome.VIOLATION, REMOVE, label, STRIKE), drawn=NEVER)
    home.carried()
    with home.office.records.reading() as core:
        found = {
            (one.action.effect, one.source)
            for one in actions.actions(core, person=home.person("ann"))
            if one.by
        }
    assert found == {
        ("remove", first.seq),
        ("remove", second.seq),
        ("label", second.seq),
        ("strike", second.seq),
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (verdict(clauses=()), "case.no_clause"),
        (verdict(clauses=("house/nowhere",)), "case.clause"),
        (verdict(Outcome.NO_VIOLATION, REMOVE), "case.orders"),
        (verdict(Outcome.VIOLATION, Ordered(effect="terminate")), "case.hidden"),
        (verdict(Outcome.VIOLATION, Ordered(effect="remove", items=(1,))), "case.item"),
        (verdict(undo=("act_nothing",)), "case.action"),
        (verdict(Outcome.VIOLATION, Ordered(effect="explode")), "action.effect"),
    ],
)
def test_a_verdict_says_what_it_must_and_asks_for_nothing_that_cannot_be(
    tmp_path: Path, given: object, code: str
) -> None:
    with house(tmp_path) as home:
        home.post("AAA", "ann")
        with pytest.raises(InputError) as refused:
            home.cases.decide(home.only().case, "rae", given)  # type: ignore[arg-type]
        assert refused.value.code == code
        assert home.only().state is State.OPEN


def test_a_case_about_nobody_can_be_decided_about_its_things(home: House) -> None:
    seq = home.post("AAA", "ann").seq
    home.cases.raise_(
        home.cases.raising(What.REVIEW, queue="leads", about="thing_1", seq=seq, clauses=[CLAUSE])
    )
    case = home.only(queues=("leads",))
    with pytest.raises(InputError, match="none is known"):
        home.cases.decide(case.case, "rae", verdict(Outcome.VIOLATION, STRIKE))
    home.cases.decide(case.case, "rae", verdict(Outcome.VIOLATION, REMOVE), drawn=NEVER)
    home.carried()
    assert home.cases.find(case.case).state is State.CLOSED


def test_many_are_decided_in_one_go_and_taken_back_in_one_go(home: House) -> None:
    home.decide(*(home.written("AAA", f"bot{number}") for number in range(30)))
    mine = home.cases.next_for("ned", ["words"], drawn=NEVER)
    assert mine is not None
    cases = [case.case for case in home.find()]
    bulk = home.cases.decide_all(cases, "rae", verdict(Outcome.VIOLATION, REMOVE))
    assert (len(bulk.given), bulk.left) == (29, {mine.case: "case.taken"})
    assert home.cases.withdraw_all(bulk.batch, "rae") == 29
    home.carried()
    assert home.effects("bot3") == ["hold planned"]
    bulk = home.cases.decide_all(
        [one for one in cases if one != mine.case], "rae", verdict(Outcome.VIOLATION, REMOVE)
    )
    home.carried()
    assert home.effects("bot3") == ["hold planned", "remove planned"]
    assert home.cases.withdraw_all(bulk.batch, "rae") == 0


def test_many_are_decided_in_steps_that_share_a_batch_and_each_looks_at_its_cases_anew(home: House) -> None:
    home.decide(*(home.written("AAA", f"bot{number}") for number in range(12)))
    cases = [case.case for case in home.find()]
    steps = home.cases.deciding_all(
        [*cases, "case_nothing"],
        "rae",
        verdict(Outcome.VIOLATION, REMOVE),
        may=lambda one: one.queue == "words",
        at_once=5,
    )
    first = next(steps)
    assert list(first.given) == cases[:5]
    home.cases.claim(cases[5], "ned")
    home.cases.escalate(cases[6], "ned", "leads")
    rest = together(steps)
    assert (rest.batch, len(rest.given)) == (first.batch, 5)
    assert rest.left == {cases[5]: "case.taken", cases[6]: "case.moved", "case_nothing": "case.unknown"}
    with home.office.records.reading() as core:
        [left] = store.batches(core, "rae", home.clock())
        assert store.batches(core, "ned", home.clock()) == []
    assert (left.batch, left.cases) == (first.batch, 10)
    assert left.leaves == min(one.leaves for one in first.given.values())
    back = home.cases.withdrawing_all(first.batch, "rae", at_once=4)
    assert next(back) == 4
    assert home.cases.withdraw_all(first.batch, "rae") == 6  # who was stopped halfway begins anew
    with home.office.records.reading() as core:
        assert store.batches(core, "rae", home.clock()) == []


def test_what_somebody_takes_while_a_step_is_under_way_is_left_and_the_rest_of_it_decided(
    home: House,
) -> None:
    home.decide(*(home.written("AAA", f"bot{number}") for number in range(3)))
    cases = [case.case for case in home.find()]

    def taken_meanwhile(one: CaseAt) -> bool:
        return one.case != cases[1] or bool(home.cases.claim(one.case, "ned"))

    bulk = together(home.cases.deciding_all(cases, "rae", verdict(), may=taken_meanwhile))
    assert (list(bulk.given), bulk.left) == ([cases[0], cases[2]], {cases[1]: "case.taken"})


def test_earlier_verdicts_on_a_clause_are_found(home: House) -> None:
    for name in ("ann", "bob"):
        home.post("AAA", name)
        home.cases.decide(home.only().case, "rae", verdict(), drawn=NEVER)
    home.post("AAA", "cem")
    with home.office.records.reading() as core:
        found = quality.precedents(core, [CLAUSE, OTHER])
    assert [one.outcome for one in found] == [Outcome.VIOLATION] * 2
    assert home.cases.words(found[0].seq).reason == "Enough."


def test_an_account_that_nobody_wrote_to_is_told_from_the_event_in_its_own_language(home: House) -> None:
    home.post("BBB", "ann")
    home.cases.decide(home.only().case, "rae", verdict(Outcome.VIOLATION, REMOVE, STRIKE, say=Told()))
    home.carried()
    rule = "On 1 March 2026 it met the conditions of our rule loud."
    assert home.told("ann", "en") == [("your post of 1 March 2026", rule)]
    regel = "Am 1. März 2026 traf darauf zu, was unsere Regel loud verlangt."
    assert home.told("ann", "de") == [("Ihren Beitrag vom 1. März 2026", regel)]


def test_whom_others_reported_is_told_that_and_not_of_a_report_of_its_own(home: House) -> None:
    home.report(target="ann", reporter="bob")
    home.cases.decide(home.only().case, "rae", verdict(Outcome.VIOLATION, STRIKE, SUSPEND, say=Told()))
    home.carried()
    said = "Somebody reported it on 1 March 2026, and we have looked at it."
    assert ("what was reported to us on 1 March 2026", said) in home.told("ann", "en")


def test_what_awaits_a_second_person_is_told_from_the_event_too_once_they_agree(home: House) -> None:
    home.post("CCC", "ann")
    terminate = Ordered(effect="terminate")
    home.cases.decide(
        home.only().case, "rae", verdict(Outcome.VIOLATION, terminate, clauses=(OTHER,), say=Told())
    )
    home.carried()
    assert home.told("ann", "en") == []
    with home.office.records.reading() as core:
        [action] = actions.actions(core, person=home.person("ann"))
    home.office.enforcement.approve(action.action.action, "lee")
    assert home.told("ann", "en")[0][0] == "your post of 1 March 2026"


def test_where_nothing_can_be_told_by_itself_somebody_says_it(home: House) -> None:
    home.post("hello", "ann")
    home.raise_screening("ann", "a list")
    case = home.only().case
    with pytest.raises(InputError, match=r"told"):
        home.cases.decide(case, "rae", verdict(Outcome.VIOLATION, SUSPEND, say=Told()))
    home.cases.decide(case, "rae", verdict(Outcome.VIOLATION, SUSPEND))


# -- time


def test_a_case_is_warned_of_then_late_and_then_goes_to_the_next_queue(home: House) -> None:
    home.post("AAA", "ann")
    home.clock.pass_(6 * HOUR)
    home.work()
    assert (home.only().late, home.only().queue) == (1, "words")
    home.clock.pass_(4 * HOUR)
    home.work()
    assert home.only().queue == "leads"
    assert home.kinds() == ["case.raised", "case.warned", "case.breached", "case.escalated"]
    with home.office.records.reading() as core:
        assert quality.late(core) == {"words": (1, 1)}


def test_a_case_that_was_decided_in_time_is_never_late(home: House) -> None:
    home.post("AAA", "ann")
    home.cases.decide(home.only().case, "rae", verdict(), drawn=NEVER)
    home.carried()
    home.clock.pass_(100 * HOUR)
    home.work()
    assert home.kinds() == ["case.raised", "case.decided", "case.carried"]


# -- quality


def test_chance_has_somebody_else_look_again_without_knowing_the_first_verdict(home: House) -> None:
    home.post("AAA", "ann")
    home.cases.decide(home.only().case, "rae", verdict(), drawn=0)
    home.carried()
    sample = home.only()
    assert (sample.what, sample.queue) == (What.SAMPLE, "words")
    assert home.cases.next_for("rae", ["words"], drawn=NEVER) is None
    with pytest.raises(InputError, match="nothing follows"):
        home.cases.decide(sample.case, "ned", verdict(Outcome.VIOLATION, REMOVE))
    home.cases.decide(sample.case, "ned", verdict())
    home.carried()
    with home.office.records.reading() as core:
        [all_] = quality.agreement(core)
        by_rule = quality.agreement(core, "rule")
    assert (all_.pairs, all_.rate, all_.kappa) == (1, 1.0, None)
    assert [one.subject for one in by_rule] == ["rule shouting"]
    assert not home.find()


def test_two_who_differ_have_a_third_decide(home: House) -> None:
    home.post("AAA", "ann")
    home.cases.decide(home.only().case, "rae", verdict(), drawn=0)
    home.carried()
    home.cases.decide(home.only().case, "ned", verdict(Outcome.NO_VIOLATION))
    home.carried()
    third = home.only()
    assert (third.what, third.queue) == (What.REVIEW, "leads")
    for barred in ("rae", "ned"):
        with pytest.raises(ConflictError):
            home.cases.claim(third.case, barred)
    assert home.cases.claim(third.case, "lea").by == "lea"


def test_an_item_whose_verdict_is_known_comes_to_others_among_the_rest(home: House) -> None:
    home.post("AAA", "ann")
    case = home.only()
    with pytest.raises(ConflictError, match="carried out"):
        home.cases.keep_golden(case.case, "lea")
    home.cases.decide(case.case, "rae", verdict(), drawn=NEVER)
    home.carried()
    golden = home.cases.keep_golden(case.case, "lea")
    test = home.cases.next_for("ned", ["words"], drawn=0)
    assert test is not None
    assert (test.what, test.state, test.about) == (What.GOLDEN, State.CLAIMED, golden)
    home.cases.decide(test.case, "ned", verdict(Outcome.NO_VIOLATION))
    home.carried()
    assert home.cases.next_for("ned", ["words"], drawn=0) is None
    with home.office.records.reading() as core:
        [all_] = quality.agreement(core, golden=True)
        assert [one.golden for one in quality.known(core)] == [golden]
    assert (all_.pairs, all_.rate) == (1, 0.0)
    home.cases.drop_golden(golden, "lea")
    assert home.cases.next_for("eva", ["words"], drawn=0) is None


# -- care


def test_after_some_severe_cases_comes_a_break_and_then_no_more_than_a_day_bears(home: House) -> None:
    for number in range(6):
        home.post("gore", f"acc{number}")

    def look() -> None:
        case = home.cases.next_for("rae", ["gore"], drawn=NEVER)
        assert case is not None
        home.cases.decide(case.case, "rae", verdict(), drawn=NEVER)

    look()
    look()
    with pytest.raises(RefusedError, match="time for a break"):
        home.cases.next_for("rae", ["gore"], drawn=NEVER)
    home.cases.rest("rae")
    with pytest.raises(RefusedError, match="you have a break"):
        home.cases.next_for("rae", ["gore"], drawn=NEVER)
    home.clock.pass_(6 * MINUTE)
    look()
    with pytest.raises(RefusedError, match="enough hard things"):
        home.cases.next_for("rae", ["gore"], drawn=NEVER)
    home.clock.pass_(24 * HOUR)
    look()


def test_after_some_of_one_severe_queue_comes_something_else(home: House) -> None:
    for number in range(4):
        home.post("gore", f"acc{number}")
    home.post("CCC", "bob")
    found = []
    for _ in range(3):
        case = home.cases.next_for("rae", ["gore", "letters"], drawn=NEVER)
        assert case is not None
        found.append(case.queue)
        home.cases.decide(case.case, "rae", verdict(), drawn=NEVER)
    assert found == ["gore", "gore", "letters"]


def test_who_wants_no_severe_cases_gets_none(home: House) -> None:
    home.post("gore", "ann")
    home.cases.prefer(Cared(staff="rae", severe=False, grey=False))
    assert home.cases.next_for("rae", ["gore"], drawn=NEVER) is None
    assert home.cases.load("rae").wishes.grey is False
    assert home.cases.load("ned").wishes.grey is True
    with pytest.raises(InputError):
        home.cases.prefer(Cared(staff="rae", budget=1_000))


def test_everything_is_folded_again_from_the_facts(tmp_path: Path) -> None:
    clock = Clock()
    with house(tmp_path, clock) as home:
        home.post("AAA", "ann")
        home.cases.decide(home.only().case, "rae", verdict(Outcome.VIOLATION, REMOVE), drawn=0)
        home.carried()
        home.post("AAA", "bob")
        home.cases.claim(home.only(what=What.REVIEW).case, "ned")
        assert check(home.office.records).problems == ()
    with house(tmp_path, clock, operator=OPERATOR) as home:
        assert len(home.find()) == 2
        with pytest.raises(NotFoundError):
            home.cases.find("case_nothing")
        home.clock.pass_(SECOND)
