"""Whatever rules ask for and people do, in any order: access is what stands, and everything can be undone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bylaw.base.errors import ConflictError
from bylaw.book.sanctions import Rung, Strikes
from bylaw.enforcement import store
from bylaw.enforcement.machine import STANDING, STEPS, inverse_of
from bylaw.enforcement.model import DAY, INVERSES, TYPES, Action, Argument, Resolved, State
from bylaw.enforcement.notifying import Told
from bylaw.enforcement.ordering import Order
from bylaw.enforcement.resolve import Sanctions, resolve
from bylaw.enforcement.standing import Access, Standing
from bylaw.enforcement.store import Stood
from bylaw.engine.consequences import Ruling
from bylaw.engine.decider import Arrival
from bylaw.engine.decision import Citation, Decision, Planned
from bylaw.engine.recording import microseconds
from bylaw.events.vocabulary import PostCreated
from bylaw.records.checking import check
from bylaw.records.people import PEOPLE, alias_of
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_keeping, open_office
from small_book import FILES, files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE_IN_IT = ("ann", "bob", "club")
CLAUSE = "house/words/p1"
SANCTIONS = Sanctions(
    strikes=Strikes(expire_days=30, customer_share=50),
    ladder=(
        Rung(strikes=2, then="restrict", features=("post",), days=1),
        Rung(strikes=4, then="suspend", days=7),
        Rung(strikes=7, then="terminate"),
    ),
)

EFFECTS: Sequence[tuple[str, Argument]] = (
    ("hold", None),
    ("strike", 1),
    ("strike", 3),
    ("suspend", 2),
    ("suspend", 9),
    ("restrict", ("post", "link")),
    ("rate_limit", 5),
    ("terminate", None),
)

# -- pure: what the steps resolve


RULINGS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE_IN_IT),
        st.sampled_from(["", "club"]),
        st.lists(st.sampled_from(EFFECTS), min_size=1, max_size=3, unique_by=lambda one: one[0]),
        st.integers(0, 3 * DAY),
    ),
    max_size=12,
)


def ruling(number: int, person: str, customer: str, asked: Sequence[tuple[str, Argument]], at: int) -> Ruling:
    decision = Decision(
        id=f"dec_{number}",
        event_id=f"evt_{number}",
        event_digest="",
        kind="post.created",
        at=START,
        book="sha256:0",
        semantics=1,
        clauses=(Citation(document="house", version="2026-01-01", clause=CLAUSE, included_by=()),),
        rules=("rule",),
        shadow=(),
        effects=tuple(Planned(effect=name, argument=argument, rules=("rule",)) for name, argument in asked),
        dropped=(),
        matches=(),
        signals=(),
        diagnostics=(),
        degraded=False,
    )
    return Ruling(number, decision, at, person, customer or None)


def resolved(
    rulings: Sequence[tuple[str, str, list[tuple[str, Argument]], int]],
) -> Iterator[tuple[Resolved, Standing]]:
    """Resolve rulings one after the other, each with what stands then."""
    standing, now = Standing(), microseconds(START)
    for number, (person, customer, asked, later) in enumerate(rulings, start=1):
        now += later
        found = resolve(ruling(number, person, customer, asked, now), standing, SANCTIONS)
        if found is not None:
            yield found, standing
            for action in found.actions:
                standing.begin(action, found.at)


@given(RULINGS)
def test_what_is_asked_for_is_done_or_dropped_for_a_reason(
    rulings: list[tuple[str, str, list[tuple[str, Argument]], int]],
) -> None:
    asked = {f"dec_{number}": effects for number, (_, _, effects, _) in enumerate(rulings, start=1)}
    for found, _ in resolved(rulings):
        own = [action.effect for action in found.actions if not action.rung and not action.answering]
        dropped = [one.effect for one in found.dropped]
        wanted = [name for name, _ in asked[found.decision]]
        assert set(own) <= set(wanted) <= {*own, *dropped}
        assert len(own) == len(set(own))
        assert all(one.why for one in found.dropped)
        names = [action.action for action in found.actions]
        assert len(names) == len(set(names))


@given(RULINGS)
def test_only_what_cannot_be_undone_waits_for_people(
    rulings: list[tuple[str, str, list[tuple[str, Argument]], int]],
) -> None:
    for found, _ in resolved(rulings):
        assert all(a.awaiting == TYPES[a.effect].irreversible for a in found.actions)
        assert all(a.person and a.clauses for a in found.actions)


@given(RULINGS)
def test_nothing_is_done_that_stands_as_hard_and_as_long_already(
    rulings: list[tuple[str, str, list[tuple[str, Argument]], int]],
) -> None:
    for found, standing in resolved(rulings):
        for action in found.actions:
            alike = [
                one
                for one in standing.gates(action.person, found.at)
                if (one.effect, one.argument) == (action.effect, action.argument) and not one.awaiting
            ]
            assert all(one.until is not None for one in alike)
            assert all(action.until is None or one.until < action.until for one in alike if one.until)


@given(st.sampled_from(sorted(TYPES)), st.sampled_from(PEOPLE_IN_IT))
def test_every_action_has_an_inverse_that_is_none_itself(effect: str, person: str) -> None:
    action = Action(action="act_1", effect=effect, person=person)
    inverse = inverse_of(action, "cause")
    if inverse is None:
        assert not TYPES[effect].inverse
        return
    assert (inverse.undoes, inverse.person, inverse.effect) == ("act_1", person, TYPES[effect].inverse)
    assert inverse_of(inverse, "cause") is None
    assert inverse == inverse_of(action, "cause")


def test_states_end_and_every_open_one_leads_to_an_end() -> None:
    ends = {state for state, following in STEPS.items() if not following}
    assert ends == {State.REFUSED, State.UNDONE, State.ENDED}
    assert all(State.UNDONE in STEPS[state] for state in set(STEPS) - ends)
    reached = {state for following in STEPS.values() for state in following}
    assert reached | {State.AWAITING} == set(State)


# -- with the record: what people and rules do, and what the record says of it

RULES = """\
rules:
  - {id: strike-1, clause: house/words/p1, on: post.created, when: event.text == "s1", then: [hold, {strike: 1}]}
  - {id: strike-3, clause: house/words/p1, on: post.created, when: event.text == "s3", then: [{strike: 3}]}
  - {id: short, clause: house/words/p1, on: post.created, when: event.text == "u2", then: [{suspend: {days: 2}}]}
  - {id: long, clause: house/words/p1, on: post.created, when: 'event.text in ["u9", "u2"]', then: [{suspend: {days: 9}}]}
  - {id: features, clause: house/words/p1, on: post.created, when: event.text == "r", then: [{restrict: [post, link]}]}
  - {id: slow, clause: house/words/p1, on: post.created, when: event.text == "l", then: [{rate_limit: 5}]}
  - {id: worst, clause: house/words/p1, on: post.created, when: event.text == "t", then: [terminate]}
"""
RULE_NAMES = ("strike-1", "strike-3", "short", "long", "features", "slow", "worst")
SETTINGS = """
[strikes]
expire_days = 30
customer_share = 50

[[ladder]]
strikes = 2
then = "restrict"
features = ["post"]
days = 1

[[ladder]]
strikes = 4
then = "suspend"
days = 7

[[ladder]]
strikes = 7
then = "terminate"
"""
STAFF = st.sampled_from(["staff_1", "staff_2", "staff_3"])
PICKS = st.integers(0, 40)
DEEDS = st.lists(
    st.one_of(
        st.tuples(
            st.just("post"),
            st.sampled_from(PEOPLE_IN_IT),
            st.sampled_from(["s1", "s3", "u2", "u9", "r", "l", "t"]),
            st.sampled_from(["", "club"]),
        ),
        st.tuples(st.just("order"), st.sampled_from(PEOPLE_IN_IT), st.sampled_from(EFFECTS), STAFF),
        st.tuples(st.just("approve"), PICKS, STAFF, st.none()),
        st.tuples(st.just("refuse"), PICKS, STAFF, st.none()),
        st.tuples(st.just("undo"), PICKS, STAFF, st.none()),
        st.tuples(st.just("acknowledge"), PICKS, STAFF, st.none()),
        st.tuples(st.just("undo_rule"), st.sampled_from(RULE_NAMES), STAFF, st.none()),
        st.tuples(st.just("pass"), st.integers(1, 8), st.none(), st.none()),
    ),
    min_size=1,
    max_size=20,
)


class World:
    """An office, its clock, and what hypothesis does to it."""

    def __init__(self, data: Path) -> None:
        self.data, self.now, self.posts = data, microseconds(START), 0
        self.office: Office

    @contextmanager
    def open(self) -> Iterator[None]:
        with open_office(self.data, clock=lambda: self.now) as self.office:
            book = files(operator_toml=FILES["operator.toml"] + SETTINGS, rules__words_yaml=RULES)
            self.office.appoint(book)
            yield

    def alias(self, account: str) -> str:
        return alias_of(self.office.vault.subjects(PEOPLE, [account])[account])

    def every(self, *states: State) -> list[Stood]:
        with self.office.records.reading() as core:
            return store.actions(core, states=states, limit=10_000)

    def accesses(self) -> dict[str, Access]:
        gate = self.office.enforcement.following.gate
        return {account: gate.access(account, self.now) for account in PEOPLE_IN_IT}

    def expected(self, account: str) -> tuple[bool, tuple[str, ...], int | None]:
        """What stands against an account, told without the program's own fold."""
        alias = self.alias(account)
        live = [
            one.action
            for one in self.every(*STANDING)
            if one.action.person == alias and (one.action.until is None or self.now < one.action.until)
        ]
        closed = any(action.effect in {"suspend", "terminate"} for action in live)
        features = {
            name
            for action in live
            if action.effect == "restrict" and isinstance(action.argument, tuple)
            for name in action.argument
        }
        rates = [a.argument for a in live if a.effect == "rate_limit" and isinstance(a.argument, int)]
        return not closed, tuple(sorted(features)), min(rates, default=None)

    def do(self, deed: tuple[object, ...]) -> None:
        what, first, second, third = deed
        enforcement = self.office.enforcement
        if what == "post":
            self.post(str(first), str(second), str(third))
        elif what == "order":
            self.order(str(first), second, str(third))  # type: ignore[arg-type]  # an effect
        elif what == "undo_rule":
            enforcement.undo_rule(str(first), 0, str(second), "It was wrong.")
        elif what == "pass":
            self.now += int(str(first)) * DAY
        elif every := self.every():
            action = every[int(str(first)) % len(every)].action.action
            with suppress(ConflictError):
                if what == "undo":
                    enforcement.undo(action, str(second), "A song.")
                elif what == "acknowledge":
                    enforcement.acknowledge([action], str(second))
                else:
                    getattr(enforcement, str(what))(action, str(second))

    def post(self, actor: str, text: str, account: str) -> None:
        self.posts += 1
        at = datetime.fromtimestamp(self.now // 1_000_000, UTC)
        event = PostCreated(id=f"p{self.posts}", at=at, actor=actor, text=text, account=account or actor)
        self.office.decider.decide([Arrival(event, at)])

    def order(self, account: str, effect: tuple[str, Argument], by: str) -> None:
        self.office.enforcement.order(
            [Order(effect=effect[0], argument=effect[1])],
            person=self.alias(account),
            by=by,
            clauses=[CLAUSE],
            reason="Enough.",
            say=Told("your posts", "You shouted."),
        )


@settings(max_examples=6, deadline=None)
@given(DEEDS)
def test_access_is_what_stands_and_undoing_everything_opens_every_account(
    deeds: list[tuple[object, ...]],
) -> None:
    with TemporaryDirectory() as folder:
        init_data(Path(folder) / "data", "house")
        world = World(Path(folder) / "data")
        with world.open():
            for deed in deeds:
                world.do(deed)
                for account, access in world.accesses().items():
                    told = access.allowed, access.restricted, access.per_hour
                    assert told == world.expected(account), deed
            shown = world.accesses()
        with world.open():  # and whoever opens the folder anew sees the same
            assert world.accesses() == shown
            assert check(world.office.records, rebuild=True).problems == ()
            for one in world.every():
                if one.action.effect not in INVERSES:
                    with suppress(ConflictError):
                        world.office.enforcement.undo(one.action.action, "staff_1", "All of it.")
            assert set(world.accesses().values()) == {Access()}
            standing = world.office.enforcement.following.standing
            assert all(standing.strikes(world.alias(account), world.now) == 0 for account in PEOPLE_IN_IT)
        with open_keeping(world.data, clock=lambda: world.now) as kept:
            assert check(kept.records, rebuild=True).problems == ()
