"""From decisions to actions: strikes, ladder, access, second person, undo, discretion, what ends by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from bylaw.base.errors import ConflictError, InputError
from bylaw.enforcement import store
from bylaw.enforcement.carrying import Timers
from bylaw.enforcement.model import DAY, State
from bylaw.enforcement.notifying import Say, Told, Withheld
from bylaw.enforcement.ordering import Order
from bylaw.enforcement.standing import Access
from bylaw.engine.decider import Answer, Arrival
from bylaw.engine.recording import microseconds
from bylaw.events.vocabulary import PostCreated, ReportReceived
from bylaw.notices.model import Ground
from bylaw.notices.model import State as NoticeState
from bylaw.notices.statement import Decided, Statement
from bylaw.notices.workflow import Notices
from bylaw.records.checking import check
from bylaw.records.delivery import Delivery
from bylaw.records.fact import Fact
from bylaw.records.holds.keeper import Selection
from bylaw.records.holds.model import Matter
from bylaw.records.outbox import Entry
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.rounds import Delivered, Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_keeping, open_office
from small_book import FILES, files

SAY = Told("your posts", "You shouted, again and again.")
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


class Elsewhere:
    """Whoever tells people, whose stories stand elsewhere."""

    def deliver(self, entry: Entry, now: int) -> Delivered:  # noqa: ARG002 - a handler
        return Delivered()

    def rest(self) -> None: ...


class Counted(Elsewhere):
    """A handler, and how often it was asked."""

    def __init__(self, handler: Timers) -> None:
        self.handler, self.count = handler, 0

    def deliver(self, entry: Entry, now: int) -> Delivered:
        self.count += 1
        outcome = self.handler.deliver(entry, now)
        assert isinstance(outcome, Delivered)
        return outcome

    def rest(self) -> None:
        self.handler.rest()


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


def resolved(office: Office) -> list[bytes]:
    return [row.body for row in office.records.rows() if row.kind == "enforcement.resolved"]


def notices(office: Office, account: str) -> list[Statement]:
    """What an account is to be told, in order; what is withheld is told by nobody."""
    told = Notices(office.records, office.vault)
    person = office.vault.subjects(PEOPLE, [account])[account]
    return [told.statement(one) for one in told.of(person) if one.state is NoticeState.PLANNED]


def alias(office: Office, account: str) -> str:
    return alias_of(office.vault.subjects(PEOPLE, [account])[account])


def turn(office: Office, clock: Clock, days: float) -> int:
    """Let time pass, and do what falls due; return how many timers there were."""
    clock.now += int(days * DAY)
    timers, elsewhere = Counted(Timers(office.enforcement)), Elsewhere()
    rounds = Rounds(office.records, {"enforcement": timers, "notices": elsewhere, "mail": elsewhere})
    while rounds.go():
        pass
    assert Delivery(office.records).stuck() == []
    return timers.count


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
        assert b"`suspend` stands already" in resolved(office)[-1]


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
            say=SAY,
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


def test_a_rule_is_undone_step_by_step_and_others_work_in_between(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        for number in range(1, 8):
            post(office, number, "AAA!", actor=f"ann{number}")
        steps = office.enforcement.undoing_rule("loud", 0, "staff_1", "It read songs.", at_once=4)
        first = next(steps)
        assert 0 < len(first.undone) < 20
        assert post(office, 8, "AAA!", actor="bob").decision  # an event is decided, by the same rule
        with office.records.reading() as core:
            left = store.actions(core, states=[State.PLANNED], rule="loud")
        mine = next(s.action.action for s in reversed(left) if s.action.effect == "remove")
        office.enforcement.undo(mine, "staff_2", "I was faster.")
        others = list(steps)
        undone = [name for step in (first, *others) for name in step.undone]
        assert len(undone) == len(set(undone)) == 20
        assert all(access(office, f"ann{number}", clock) == Access() for number in range(1, 8))
        assert access(office, "bob", clock).restricted == ("post",)  # it came after
        assert check(office.records, rebuild=True).problems == ()


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
        assert b"chose not to enforce" in resolved(office)[-1]
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
        office.enforcement.order(
            order, person=ann, by="s", clauses=["house/words/p1"], reason="Because Ann.", say=SAY
        )
        row, notice = office.records.rows(office.records.head - 1, office.records.head)
        assert row.sealed is not None
        assert b"Ann" not in row.body + row.sealed
        assert notice.kind == "notice.planned"
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
        done = office.enforcement.compromised(
            ann, start + 50_000_000, start + 200_000_000, by="s", reason="A thief.", say=SAY
        )
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


def test_an_account_that_is_opened_again_keeps_its_content(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAAA")
        name = action(office, "terminate").action.action
        office.enforcement.approve(name, "staff_1")
        office.enforcement.approve(name, "staff_2")
        purge = action(office, "purge").action.action
        assert set(office.enforcement.undo(name, "staff_3", "It was a song.").undone) == {name, purge}
        assert access(office, "ann", clock) == Access()
        assert turn(office, clock, 31) == 0
        assert not [row for row in office.records.rows() if row.kind == "enforcement.due"]
        assert check(office.records, rebuild=True).problems == ()


def test_actions_are_taken_back_together_by_a_room_that_tells_of_it_itself(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAA!")
        about = [stood.action.action for stood in made_with(office, "remove")]
        told, head = len(notices(office, "ann")), office.records.head
        note = Fact("test.noted", b"{}")
        done = office.enforcement.take_back(about, "staff_1", "It was a song.", [note])
        assert set(done.undone) == set(about)
        assert access(office, "ann", clock) == Access()
        assert [row.kind for row in office.records.rows(head + 1)] == ["enforcement.undone", "test.noted"]
        assert len(notices(office, "ann")) == told
        again = office.enforcement.take_back(about, "staff_1", "It was a song.", [note])
        assert again.undone == []
        assert [row.kind for row in office.records.rows(head + 3)] == ["test.noted"]
        with pytest.raises(InputError, match="at most 500"):
            office.enforcement.take_back([f"act_{n}" for n in range(501)], "staff_1", "Too many.")


def made_with(office: Office, effect: str) -> list[store.Stood]:
    with office.records.reading() as core:
        return store.made_with(core, action(office, effect))


def test_a_person_who_decides_on_what_rules_found_says_that_a_machine_found_it(
    data: Path, clock: Clock
) -> None:
    with house(data, clock) as office:
        found = post(office, 1, "AAA!")
        for source in (found.seq, 0):
            office.enforcement.order(
                [Order(effect="suspend", argument=3 if source else 9)],
                person=alias(office, "ann"),
                by="staff_1",
                clauses=["house/words/p1"],
                reason="Enough.",
                say=SAY,
                source=source,
            )
        told = [(one.decided, one.found_by_machine) for one in notices(office, "ann")]
        assert told == [(Decided.FULLY, True), (Decided.PERSON, True), (Decided.PERSON, False)]


def test_those_concerned_are_told_once_for_each_occasion(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "AAA!", actor="kid", account="club")
        [told] = notices(office, "kid")
        assert {done.effect for done in told.done} == {"remove", "strike", "restrict"}
        assert [cited.text for cited in told.clauses] == ["You must not shout."]
        assert (told.decided, told.found_by_machine) == (Decided.FULLY, True)
        assert [done.effect for done in notices(office, "club")[0].done] == ["strike"]
        post(office, 2, "AAAA", actor="ann")  # what awaits people is told when they agreed
        assert [[d.effect for d in one.done] for one in notices(office, "ann")] == [["refuse"]]
        name = action(office, "terminate").action.action
        office.enforcement.approve(name, "staff_1")
        office.enforcement.approve(name, "staff_2")
        assert [d.effect for d in notices(office, "ann")[-1].done] == ["terminate"]
        office.enforcement.undo_rule("loud", 0, "staff_1", "Songs.")
        assert {d.effect for one in notices(office, "kid")[1:] for d in one.done} == {
            "restore",
            "lift_restriction",
        }


def suspended(office: Office, say: Say | None) -> None:
    office.enforcement.order(
        [Order(effect="suspend", argument=3)],
        person=alias(office, "ann"),
        by="staff_1",
        clauses=["house/words/p1"],
        reason="A letter came.",
        say=say,
    )


def test_an_order_ends_at_an_instant_that_a_person_names(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "hello")
        ann, until = alias(office, "ann"), clock() + DAY // 2
        orders: dict[str, Any] = {
            "person": ann,
            "by": "staff_1",
            "clauses": ["house/words/p1"],
            "reason": "Rest.",
            "say": SAY,
        }
        for wrong in (
            Order(effect="suspend", until=clock()),
            Order(effect="suspend", argument=1, until=until),
            Order(effect="restrict", argument=("post",), days=1, until=until),
        ):
            with pytest.raises(InputError, match=r"action\.until"):
                office.enforcement.order([wrong], **orders)
        office.enforcement.order([Order(effect="suspend", until=until)], **orders)
        assert access(office, "ann", clock).until == until
        [told] = notices(office, "ann")
        assert ([done.effect for done in told.done], told.until) == (["suspend_until"], until)
        assert turn(office, clock, 1) == 1
        assert access(office, "ann", clock) == Access()


def test_nobody_is_left_untold_without_a_ground(data: Path, clock: Clock) -> None:
    with house(data, clock) as office:
        post(office, 1, "hello")
        with pytest.raises(InputError, match="must be told"):
            suspended(office, None)
        assert access(office, "ann", clock).allowed is True
        with pytest.raises(InputError):
            suspended(office, Withheld(Ground.SECRECY_ORDER, "as the court said"))
        suspended(office, Withheld(Ground.SECRECY_ORDER, "as the court said", "legal_7"))
        assert notices(office, "ann") == []
        assert [row.kind for row in office.records.rows()][-2:] == ["notice.planned", "notice.suppressed"]
