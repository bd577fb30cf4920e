"""Notices on record: planned, withheld, gathered into messages; nobody is told twice, nothing personal is open."""

import pytest

from bylaw.base.errors import ConflictError, InputError, NotFoundError
from bylaw.notices import model
from bylaw.notices.model import GROUNDS, Ground, State
from bylaw.notices.telling import Gathering, Way
from bylaw.records.checking import check
from bylaw.records.rounds import Rounds
from bylaw.records.vault.uses import Destroyed, Use
from databases import MakePlace
from notice_world import NOON, STATEMENT, Office, opened

WINDOW = 600_000_000


def go(office: Office) -> int:
    """Go round until nothing is due; mail stays where it is."""
    rounds = Rounds(
        office.records, {"notices": Gathering(office.notices, lambda: Way("sha256:book", "mail"))}
    )
    return rounds.go(1)


def test_a_wave_of_decisions_about_one_account_becomes_one_message(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        for n in range(12):
            office.plan("ada", f"act_{n}", WINDOW)
            office.wait(1_000_000)
        assert office.waiting() == ["notices"]
        assert go(office) == 0
        office.wait(WINDOW)
        assert go(office) == 1
        (message,) = {notice.message for notice in office.notices.of(office.person("ada"))}
        told = office.notices.message(message)
        assert [notice.action for notice in told.notices] == [f"act_{n}" for n in range(12)]
        assert (told.book, office.waiting()) == ("sha256:book", ["mail"])


def test_nobody_is_told_twice_of_the_same_action(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        first, second = office.plan("ada", "act_1"), office.plan("ada", "act_1")
        other = office.plan("ben", "act_1")
        assert first == second
        assert other.id != first.id
        assert office.records.head == 2


def test_what_is_planned_while_others_are_gathered_is_told_too(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        office.plan("ada", "act_1")
        facts = office.notices.gathering(office.person("ada"), "book", "mail", "out_1_0")
        office.plan("ada", "act_2")  # meanwhile
        office.records.commit(facts)
        assert office.states("ada") == ["gathered", "planned"]
        assert (
            office.waiting().count("notices") == 2
        )  # the one that is being dealt with, and one for what came


def test_what_is_told_is_sealed_and_only_ids_are_open(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        notice = office.plan("ada@house.example", "act_1")
        row = office.records.row(notice.planned)
        said = STATEMENT.facts.encode()
        assert said not in row.body + (row.sealed or b"")
        assert b"ada@house" not in row.body
        assert office.notices.statement(notice).facts == STATEMENT.facts


def test_a_withheld_notice_says_why_and_can_be_told_later(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        notice = office.plan("ada", "act_1", WINDOW)
        office.notices.suppress(notice.id, Ground.SECRECY_ORDER, "the court asks for 90 days", "docket 7")
        assert office.waiting() == []
        withheld = office.notices.notice(notice.id)
        assert (withheld.state, withheld.ground) == (State.SUPPRESSED, Ground.SECRECY_ORDER)
        assert b"90 days" not in office.records.row(2).body
        office.notices.release(notice.id)
        assert go(office) == 1
        assert office.states("ada") == ["gathered"]


def test_a_notice_may_be_withheld_in_the_commit_that_plans_it(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        person = office.person("ada")
        name, facts = office.notices.planning(person, STATEMENT, 0)
        facts.append(office.notices.withholding(person, name, Ground.DECEPTIVE_COMMERCIAL, "10,000 adverts"))
        office.records.commit(facts)
        assert (office.states("ada"), office.waiting()) == (["suppressed"], [])


@pytest.mark.parametrize("ground", list(GROUNDS))
def test_each_ground_is_sourced_and_some_name_what_they_stand_on(
    ground: Ground, make_place: MakePlace
) -> None:
    with opened(make_place()) as office:
        notice = office.plan("ada", "act_1")
        assert GROUNDS[ground].source
        with pytest.raises(InputError):
            office.notices.suppress(notice.id, ground, " ", "ref")
        if GROUNDS[ground].refers:
            with pytest.raises(InputError) as refused:
                office.notices.suppress(notice.id, ground, "a reason")
            assert refused.value.code == "notice.reference"
        office.notices.suppress(notice.id, ground, "a reason", "ref")
        assert office.states("ada") == ["suppressed"]


def test_what_was_sent_cannot_be_withheld_and_what_bounced_can_be_told_again(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        notice = office.plan("ada", "act_1")
        go(office)
        message = office.notices.notice(notice.id).message
        office.records.commit([office.notices.became(model.SENT, message)])
        with pytest.raises(ConflictError) as late:
            office.notices.suppress(notice.id, Ground.SAFETY, "too late")
        assert late.value.code == "notice.order"
        assert office.notices.note(model.BOUNCED, message, "5.1.1")
        assert not office.notices.note(model.BOUNCED, message, "5.1.1")
        assert office.notices.notice(notice.id).code == "5.1.1"
        office.notices.repeat(notice.id)
        go(office)
        assert office.notices.notice(notice.id).message != message
        assert not office.notices.note(model.BOUNCED, message)  # a late report about the message before


def test_the_tables_are_what_the_facts_say(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        first, second = office.plan("ada", "act_1"), office.plan("ada", "act_2")
        office.notices.suppress(second.id, Ground.TERMS, "as the terms say")
        office.plan("ben", "act_1", WINDOW)
        go(office)
        office.records.commit(
            [office.notices.became(model.FAILED, office.notices.notice(first.id).message, "550")]
        )
        assert check(office.records).problems == ()


def test_the_notices_of_somebody_forgotten_tell_nothing_any_more(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        notice = office.plan("ada", "act_1")
        office.vault.destroy([notice.person], list(Use))
        with pytest.raises(Destroyed):
            office.notices.statement(office.notices.notice(notice.id))


def test_what_is_not_there_is_not_found(make_place: MakePlace) -> None:
    with opened(make_place()) as office:
        for ask in (office.notices.notice, office.notices.message):
            with pytest.raises(NotFoundError):
                ask("not_there")
        assert office.now() == NOON
