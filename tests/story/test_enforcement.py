"""From decisions to actions: strikes, ladder, access, second person, undo, discretion, what ends by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import UNSET

from bylaw.base.errors import ConflictError, InputError
from bylaw.enforcement import store
from bylaw.enforcement.carrying import Timers
from bylaw.enforcement.model import DAY, State
from bylaw.enforcement.standing import Access
from bylaw.enforcement.workflow import Order
from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.recording import microseconds
from bylaw.events.vocabulary import PostCreated, ReportReceived
from bylaw.records.checking import check
from bylaw.records.delivery import Delivery
from bylaw.records.holds.keeper import Selection
from bylaw.records.holds.model import Matter
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.rounds import Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_keeping, open_office
from small_book import FILES, files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RULES = """\
rules:
  - {id: shouting, clause: house/words/p1, on: post.created, when: event.text == "AAA", then: [hold, {strike: 1}]}
  - {id: loud, clause: house/words/p1, on: post.created, when: event.text == "AAA!", then: [remove, {strike: 3}]}
  - {id: louder, clause: house/words/p1, on: post.created, when: 'event.text.startsWith("AAA!")', then: [label: loud]}
  - {id: worst, clause: house/words/p1, on: post.created, when: event.text == "AAAA", then: [refuse, terminate]}
  - {id: rest, clause: house/words/p1, on: post.created, when: event.text == "zzz", then: [{suspend: {days: 2}}]}
  - {id: owed, clause: house/words/p1, on: post.created, when: event.text == "$$$", then: [claim]}
  - {id: reported, clause: house/words/p1, on: report.received, when: event.text == "him", then: [{strike: 1}]}
"""
SETTINGS = """
[strikes]
expire_days = 30
customer_share = 50

[[ladder]]
strikes = 3
then = "restrict"
features = ["post"]
days = 1

[[ladder]]
strikes = 6
then = "suspend"
days = 7

[claims."house/words"]
amount = 500
currency = "EUR"
source = "House Rules, Words"

[retention.closed-account-content]
days = 30
"""


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = microseconds(START)

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    return tmp_path / "data"


@contextmanager
def house(data: Path, clock: Clock) -> Iterator[Office]:
    with open_office(data, clock=clock) as office:
        office.appoint(files(operator_toml=FILES["operator.toml"] + SETTINGS, rules__words_yaml=RULES))
        yield office


def post(office: Office, number: int, text: str, actor: str = "ann", account: str = "") -> Answer:
    at = START + timedelta(seconds=number)
    event = PostCreated(id=f"p{number}", at=at, actor=actor, text=text, account=account or UNSET)
    return office.decider.decide([Arrival(event, at)])[0]


def access(office: Office, account: str, clock: Clock) -> Access:
    return office.enforcement.following.gate.access(account, clock())


def effects(office: Office, person: str = "", *states: State) -> list[str]:
    with office.records.reading() as core:
        found = store.actions(core, states=states, person=person)
    return [f"{s.action.effect} {s.action.argument or ''}".strip() for s in found]


def alias(office: Office, account: str) -> str:
    return alias_of(office.vault.subjects(PEOPLE, [account])[account])


def turn(office: Office, clock: Clock, days: float) -> int:
    """Let time pass, and do what falls due; return how many timers there were."""
    clock.now += int(days * DAY)
    rounds, fired = Rounds(office.records, {"enforcement": Timers(office.enforcement)}), 0
    while taken := rounds.go():
        fired += taken
    assert rounds.go() == 0
    assert Delivery(office.records).stuck() == []
    return fired


def action(office: Office, effect: str, person: str = "") -> store.Stood:
    with office.records.reading() as core:
        return next(s for s in store.actions(core, person=person) if s.action.effect == effect)


def test_strikes_climb_the_ladder_and_expire(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAA")
        post(office, 2, "AAA")
        assert access(office, "ann", clock) == Access()
        post(office, 3, "AAA")
        gone = access(office, "ann", clock)
        assert (gone.allowed, gone.restricted, gone.clauses) == (True, ("post",), ("house/words/p1",))
        clock.now += 40 * DAY  # strikes count no more, and the restriction is over
        assert access(office, "ann", clock) == Access()
        at = START + timedelta(days=40)
        event = PostCreated(id="late", at=at, actor="ann", text="AAA")
        office.decider.decide([Arrival(event, at)])
        assert access(office, "ann", clock) == Access()


def test_a_suspension_shows_before_the_answer_and_ends_by_itself_across_a_restart(
    data: Path, clock: Clock
) -> None:
    with house(data, clock) as office:
        post(office, 1, "zzz")
        until = microseconds(START) + 1_000_000 + 2 * DAY
        assert access(office, "ann", clock).allowed is False
        assert access(office, "ann", clock).until == until
        assert turn(office, clock, 1) == 0
    with house(data, clock) as office:
        assert access(office, "ann", clock).allowed is False
        assert turn(office, clock, 2) == 1
        assert access(office, "ann", clock).allowed is True
        assert effects(office) == ["reinstate 2", "suspend 2"]
        assert effects(office, "", State.ENDED) == ["suspend 2"]
        assert turn(office, clock, 1) == 0


def test_what_stands_already_is_not_done_again_and_says_why(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 2, "zzz")
        post(office, 1, "zzz")  # ends a second earlier
        assert effects(office) == ["suspend 2"]
        bodies = [row.body for row in office.records.rows() if row.kind == "enforcement.resolved"]
        assert b"`suspend` stands already" in bodies[-1]


def test_ending_an_account_takes_two_people_and_then_closes_it_on_its_date(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAAA")
        assert access(office, "ann", clock).allowed is True
        name = action(office, "terminate").action.action
        assert office.enforcement.approve(name, "staff_1") is State.AWAITING
        with pytest.raises(ConflictError, match="another one"):
            office.enforcement.approve(name, "staff_1")
        assert office.enforcement.approve(name, "staff_2") is State.PLANNED
        assert access(office, "ann", clock) == Access(
            allowed=False, clauses=("house/words/p1",), actions=(name,)
        )
        assert sorted(effects(office)) == ["closing_statement", "purge", "refuse", "terminate"]
        assert turn(office, clock, 29) == 0
        assert turn(office, clock, 2) == 1  # the purge
        assert check(office.records, rebuild=True).problems == ()


def test_a_person_ends_an_account_with_one_other(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "hello")
        ann = alias(office, "ann")
        office.enforcement.order(
            [Order(effect="terminate")],
            person=ann,
            by="staff_1",
            clauses=["house/words/p1"],
            reason="Enough.",
        )
        name = action(office, "terminate").action.action
        with pytest.raises(ConflictError):
            office.enforcement.approve(name, "staff_1")
        office.enforcement.refuse(name, "staff_2")
        assert access(office, "ann", clock).allowed is True
        with pytest.raises(ConflictError, match="refused"):
            office.enforcement.approve(name, "staff_3")


def test_a_customer_answers_for_its_end_users(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAA!", actor="kid", account="club")
        assert effects(office, alias(office, "club")) == ["strike 1"]
        assert set(effects(office, alias(office, "kid"))) == {
            "strike 3",
            "restrict ('post',)",
            "remove",
            "label loud",
        }
        post(office, 2, "AAA!", actor="tot", account="club")
        post(office, 3, "AAA!", actor="pip", account="club")
        assert access(office, "club", clock).restricted == ("post",)


def test_undoing_a_rule_restores_everything_it_did_and_what_followed(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        for number, actor in enumerate(("ann", "bob", "cy"), start=1):
            post(office, number, "AAA!", actor=actor)
        post(office, 4, "AAA", actor="ann")
        assert access(office, "ann", clock).restricted == ("post",)
        done = office.enforcement.undo_rule("loud", 0, "staff_1", "It read shouts into songs.")
        assert len(done.undone) == 9  # three removals, three strikes, three restrictions
        assert all(access(office, who, clock) == Access() for who in ("ann", "bob", "cy"))
        left = effects(office, "", State.PLANNED)
        assert left.count("restore") == 3
        assert left.count("label loud") == 3
        assert {"hold", "strike 1", "lift_restriction ('post',)", "withdraw_strike 3"} <= set(left)
        assert office.enforcement.undo_rule("loud", 0, "staff_1", "Again.").undone == []
    with house(data, clock) as office:  # and it stays so
        assert access(office, "ann", clock) == Access()
        assert check(office.records, rebuild=True).problems == ()


def test_undoing_more_than_fits_one_commit(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        at = START
        events = [PostCreated(id=f"x{n}", at=at, actor=f"u{n}", text="zzz") for n in range(600)]
        office.decider.decide([Arrival(event, at) for event in events])
        done = office.enforcement.undo_rule("rest", 0, "staff_1", "Everybody sleeps.")
        assert len(done.undone) == 600
        assert access(office, "u599", clock) == Access()


def test_a_persons_choice_not_to_enforce_outranks_rules(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "hello")
        office.enforcement.order(
            [Order(effect="none", days=10)],
            person=alias(office, "ann"),
            by="staff_1",
            clauses=["house/words"],
            reason="She sings for a living.",
        )
        answer = post(office, 2, "zzz")
        assert answer.decision is not None
        assert answer.decision.rules == ("rest",)
        assert access(office, "ann", clock).allowed is True
        assert b"chose not to enforce" in office.records.row(office.records.head).body
        assert post(office, 3, "zzz", actor="bob").decision is not None
        assert access(office, "bob", clock).allowed is False


def test_a_reason_and_a_clause_are_needed_and_the_reason_is_sealed(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "hello")
        ann, order = alias(office, "ann"), [Order(effect="suspend", argument=3)]
        for clauses, reason, code in (
            ([], "x", "action.no_clause"),
            (["house/words/p1"], " ", "action.reason"),
        ):
            with pytest.raises(InputError) as told:
                office.enforcement.order(order, person=ann, by="s", clauses=clauses, reason=reason)
            assert told.value.problem.code == code
        with pytest.raises(InputError, match="no action `suspended`"):
            office.enforcement.order(
                [Order(effect="suspended")], person=ann, by="s", clauses=["house/words/p1"], reason="x"
            )
        office.enforcement.order(order, person=ann, by="s", clauses=["house/words/p1"], reason="Because Ann.")
        row = office.records.row(office.records.head)
        assert row.sealed is not None
        assert b"Ann" not in row.body + row.sealed
        assert row.subject is not None
        assert office.vault.known(PEOPLE, "ann") == row.subject


def test_an_account_that_was_taken_over_loses_the_strikes_of_then_and_recovers(
    data: Path, clock: Clock
) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAA")
        post(office, 100, "AAA!")
        assert access(office, "ann", clock).restricted == ("post",)
        ann, start = alias(office, "ann"), microseconds(START)
        done = office.enforcement.compromised(ann, start + 50_000_000, start + 200_000_000, "s", "A thief.")
        assert len(done.undone) == 2  # the heavy strike, and the restriction it led to
        assert access(office, "ann", clock) == Access()
        assert effects(office, ann, State.PLANNED).count("recover") == 1
        assert office.enforcement.following.standing.strikes(ann, clock() + 200_000_000) == 1


def test_damages_are_those_that_the_policy_names_and_reports_strike_who_was_reported(
    data: Path, clock: Clock
) -> None:
    with house(data, clock) as office:
        post(office, 1, "$$$")
        assert effects(office, alias(office, "ann")) == ["claim 500 EUR"]
        at = START + timedelta(seconds=2)
        report = ReportReceived(id="r1", at=at, reporter="bob", target="cy", category="abuse", text="him")
        office.decider.decide([Arrival(report, at)])
        assert effects(office, alias(office, "cy")) == ["strike 1"]
        assert effects(office, alias(office, "bob")) == []


def test_an_action_is_followed_until_somebody_says_that_it_was_done(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAA")
        held = action(office, "hold").action.action
        with office.records.reading() as core:
            assert {s.action.effect for s in store.unacknowledged(core, clock() + 1)} == {"hold", "strike"}
        office.enforcement.sent(held)
        assert office.enforcement.acknowledge([held, held], "svc") == 1
        assert office.enforcement.acknowledge([held], "svc") == 0
        strike = action(office, "strike").action.action
        office.enforcement.sent(strike)
        assert [turn(office, clock, 1 / 24) for _ in range(6)] == [1, 1, 1, 1, 1, 0]  # told again, and again
        told = [row for row in office.records.rows() if row.kind == "enforcement.due"]
        assert len(told) == 4
        with office.records.reading() as core:
            assert store.counts(core) == {State.ACKNOWLEDGED: 1, State.FAILED: 1}
            assert store.action_of(core, strike).code == "action.unacknowledged"
        office.enforcement.undo(held, "staff_1", "It was a song.")
        with pytest.raises(ConflictError, match="undone"):
            office.enforcement.undo(held, "staff_1", "Again.")


def test_people_act_while_no_decider_runs(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "zzz")
    with open_keeping(data, clock=clock) as kept:
        kept.enforcement.undo_rule("rest", 0, "staff_1", "By hand.")
    with house(data, clock) as office:
        assert access(office, "ann", clock) == Access()


def test_a_purge_waits_for_a_hold(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAAA")
        name = action(office, "terminate").action.action
        office.enforcement.approve(name, "staff_1")
        office.enforcement.approve(name, "staff_2")
        ann = office.vault.subjects(PEOPLE, ["ann"])["ann"]
        hold = office.keeper.place(
            Matter.LITIGATION, date(2027, 1, 1), Selection(people=[ann]), "Doe v. House"
        )
        turn(office, clock, 31)
        assert b'"later"' in next(r for r in office.records.rows() if r.kind == "enforcement.due").body
        office.release(hold.id, "settled")
        turn(office, clock, 2)
        dues = [row.body for row in office.records.rows() if row.kind == "enforcement.due"]
        assert [b'"later"' in body for body in dues] == [True, False]
