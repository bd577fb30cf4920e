"""Coming and going, sessions, tries: any order of steps, any instants."""

from ipaddress import IPv6Address

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bylaw.base.errors import BylawError, ConflictError
from bylaw.staff import model
from bylaw.staff.machine import POLICY, STEPS, Life, Session, grows, is_fresh, is_last_admin, life, step
from bylaw.staff.model import Member, Method, State
from bylaw.staff.roles import ADMIN, Assignment
from bylaw.staff.throttle import LIMITS, Count, Limit, Scope, counted, forgiven, network, scopes, wait

INSTANTS = st.integers(0, 1 << 50)
KINDS = st.sampled_from(sorted({kind for _, kind in STEPS}))


def a_member(state: State = State.ACTIVE, since: int = 0, *roles: str, staff: str = "staff_1") -> Member:
    return Member(
        id=staff,
        state=state,
        pseudonym="7F3K",
        address="sub_00",
        profile=1,
        invited=0,
        since=since,
        roles=tuple(map(Assignment, roles)),
    )


def a_session(opened: int, used: int, proved: int = 0, *, strong: bool = False, seq: int = 5) -> Session:
    return Session("session_1", "staff_1", seq, opened, used, proved, strong, Method.PASSWORD)


@given(st.lists(KINDS, max_size=30))
def test_whoever_left_never_comes_back_and_nobody_works_here_uninvited(kinds: list[str]) -> None:
    state: State | None = None
    left = False
    for kind in kinds:
        try:
            state = step(state, kind)
        except ConflictError:
            continue
        assert not left
        left = state is State.LEFT
    assert (state is None) == (model.INVITED not in kinds)


@given(st.sampled_from(State), INSTANTS, INSTANTS, INSTANTS, st.integers(0, 10), st.integers(1, 10))
def test_a_session_is_open_only_for_an_active_member_and_within_its_time(
    state: State, opened: int, idle: int, age: int, since: int, seq: int
) -> None:
    session = a_session(opened, opened + age, seq=seq)
    now = session.used + idle
    is_open = life(session, a_member(state, since), now, POLICY) is Life.OPEN
    assert is_open == (
        state is State.ACTIVE and seq > since and idle < POLICY.idle and age + idle < POLICY.absolute
    )
    assert life(session, None, now, POLICY) is Life.REVOKED


@given(INSTANTS, INSTANTS, st.booleans())
def test_fresh_is_two_factors_shown_just_before(proved: int, later: int, strong: bool) -> None:
    session = a_session(0, 0, proved, strong=strong)
    assert is_fresh(session, proved + later, POLICY) == (strong and proved > 0 and later < POLICY.fresh)


@given(st.lists(st.tuples(st.sampled_from(State), st.sampled_from(["", ADMIN, "reviewer"])), max_size=6))
def test_somebody_is_the_last_admin_when_without_them_there_is_none(
    people: list[tuple[State, str]],
) -> None:
    members = [
        a_member(state, 0, *([role] if role else []), staff=f"staff_{n}")
        for n, (state, role) in enumerate(people)
    ]
    admins = [n for n, one in enumerate(people) if one == (State.ACTIVE, ADMIN)]
    for n in range(len(people)):
        assert is_last_admin(members, f"staff_{n}") == (admins == [n])
        assert not is_last_admin(members, f"staff_{n}", [Assignment(ADMIN)])
        narrowed = [Assignment(ADMIN, queues=("spam",))]
        assert is_last_admin(members, f"staff_{n}", narrowed) == (admins == [n])


@given(st.lists(st.integers(0, 5), max_size=20))
def test_a_mark_is_never_taken_twice_unless_nothing_is_counted(marks: list[int]) -> None:
    kept, taken = 0, list[int]()
    for mark in marks:
        if grows(kept, mark):
            kept = mark
            taken.append(mark)
    above = [mark for mark in taken if mark]
    assert above == sorted(set(above))


@given(
    st.builds(Limit, st.integers(1, 10), st.integers(1, 1000)),
    st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=60),
)
def test_no_window_sees_more_tries_than_its_limit(limit: Limit, steps: list[tuple[int, bool]]) -> None:
    count: Count | None = None
    now, taken = 0, list[int]()
    for passed, _ in steps:
        now += passed
        waiting = wait(count, limit, now)
        if waiting:
            assert wait(count, limit, now + waiting) == 0
            assert wait(count, limit, now + waiting - 1) == 1
            continue
        count = counted(count, limit, now)
        taken.append(now)
    for since in taken:
        within = [one for one in taken if since <= one < since + limit.window]
        assert len(within) <= 2 * limit.tries  # windows stand side by side
    assert len(taken) >= min(limit.tries, len(steps))


@given(st.integers(1, 10))
def test_a_try_that_was_right_is_not_counted(tries: int) -> None:
    count = Count(tries, 0)
    after = forgiven(counted(count, Limit(100, 10), 1))
    assert after == count
    assert forgiven(Count(1, 0)) is None
    assert forgiven(None) is None


def test_strangers_and_familiar_sources_are_counted_apart() -> None:
    assert not set(scopes(familiar=True)) & {Scope.NAME, Scope.ANYBODY}
    assert set(LIMITS) == set(Scope)


@given(st.integers(1, (1 << 64) - 1), st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1))
def test_one_network_is_one_source(high: int, one: int, other: int) -> None:
    assert network(str(IPv6Address(high << 64 | one))) == network(str(IPv6Address(high << 64 | other)))
    assert network(str(IPv6Address(high << 64 | one))) != network(str(IPv6Address((high ^ 1) << 64 | one)))


def test_sources_that_are_no_addresses_are_taken_as_they_are() -> None:
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("fe80::1%eth0") == "fe80::"
    assert network("unix:" + "x" * 100) == ("unix:" + "x" * 100)[:64]


class Roster(RuleBasedStateMachine):
    """Members by their facts alone, beside a plain model of sessions that count facts."""

    @initialize()
    def begin(self) -> None:
        self.seq = 0
        self.state: State | None = None
        self.since = 0
        self.sessions: list[Session] = []

    @rule(kind=KINDS)
    def fact(self, kind: str) -> None:
        try:
            following = step(self.state, kind)
        except BylawError:
            return
        self.seq += 1
        self.state = following
        if kind in {model.JOINED, model.SUSPENDED, model.LEFT}:
            self.since = self.seq

    @rule()
    def sign_in(self) -> None:
        if self.state is State.ACTIVE:
            self.seq += 1
            self.sessions.append(a_session(0, 0, seq=self.seq))

    @invariant()
    def no_session_outlives_what_ended_it(self) -> None:
        member = a_member(self.state, self.since) if self.state else None
        for session in self.sessions:
            lives = life(session, member, 0, POLICY) is Life.OPEN
            assert lives == (self.state is State.ACTIVE and session.seq > self.since)


TestRoster = Roster.TestCase
TestRoster.settings = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
