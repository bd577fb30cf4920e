"""Who may: deny unless allowed, and narrower is never wider."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import Problems
from bylaw.staff.permissions import PERMISSIONS, Grant, may, may_somewhere
from bylaw.staff.roles import (
    ADMIN,
    BUILT_IN,
    Assignment,
    Role,
    grants_of,
    known_roles,
    needs_second,
    refuse_assignments,
)

NAMES = st.sampled_from(["case.read", "case.decide", "content.read"])
QUEUES = st.sampled_from(["spam", "abuse", "legal"])
CLAUSES = st.sampled_from(["aup", "aup/spam", "aup/spam/a", "aup/spammers", "aup/spam/a/1", "privacy"])
GRANTS = st.lists(
    st.builds(Grant, NAMES, st.none() | st.frozensets(QUEUES), st.none() | st.frozensets(CLAUSES))
)
QUESTIONS = st.tuples(NAMES, st.none() | QUEUES, st.none() | CLAUSES)


@given(QUESTIONS)
def test_without_grants_nothing_is_allowed(question: tuple[str, str | None, str | None]) -> None:
    assert not may((), *question)


@given(GRANTS, GRANTS, QUESTIONS)
def test_more_grants_never_take_leave_away(
    some: list[Grant], more: list[Grant], question: tuple[str, str | None, str | None]
) -> None:
    assert may(some + more, *question) == (may(some, *question) or may(more, *question))


@given(GRANTS, QUESTIONS, st.frozensets(QUEUES), st.frozensets(CLAUSES))
def test_narrowing_a_grant_never_widens_it(
    grants: list[Grant],
    question: tuple[str, str | None, str | None],
    queues: frozenset[str],
    clauses: frozenset[str],
) -> None:
    narrowed = [
        grant._replace(
            queues=queues if grant.queues is None else grant.queues & queues,
            clauses=clauses if grant.clauses is None else grant.clauses & clauses,
        )
        for grant in grants
    ]
    assert may(grants, *question) or not may(narrowed, *question)


@given(GRANTS, QUESTIONS)
def test_a_door_is_shown_to_whoever_may_pass_it_somewhere(
    grants: list[Grant], question: tuple[str, str | None, str | None]
) -> None:
    assert may_somewhere(grants, question[0]) or not may(grants, *question)


@pytest.mark.parametrize(
    ("clause", "allowed"),
    [
        ("aup/spam", True),
        ("aup/spam/definition-a", True),
        ("aup/spam-law", False),
        ("aup", False),
        ("", False),
        (None, False),
    ],
)
def test_a_clause_covers_what_stands_below_it_and_nothing_beside(clause: str | None, allowed: bool) -> None:
    grants = [Grant("case.decide", None, frozenset({"aup/spam"}))]
    assert may(grants, "case.decide", "any", clause) is allowed


def test_a_permission_that_nobody_knows_is_allowed_to_nobody() -> None:
    grants = grants_of([Assignment(name) for name in BUILT_IN], BUILT_IN)
    assert not may(grants, "case.reed")


def test_every_permission_is_a_noun_and_a_verb_and_says_what_it_is_for() -> None:
    for name, permission in PERMISSIONS.items():
        noun, dot, verb = name.partition(".")
        assert noun.isalpha()
        assert dot
        assert verb.replace("_", "").isalpha()
        assert permission.doc
        assert permission.second or not permission.fresh


def test_built_in_roles_know_only_known_permissions() -> None:
    for role in BUILT_IN.values():
        assert role.permissions <= PERMISSIONS.keys()


def test_an_auditor_changes_nothing() -> None:
    assert all(name.endswith(".read") for name in BUILT_IN["auditor"].permissions)


def test_who_can_let_others_in_has_two_factors_and_a_reviewer_need_not() -> None:
    assert needs_second([Assignment(ADMIN)], BUILT_IN)
    assert not needs_second([Assignment("reviewer")], BUILT_IN)
    strict = known_roles({"reviewer": Role("decides", frozenset(), second_factor=True)})
    assert needs_second([Assignment("reviewer")], strict)


def test_a_book_replaces_a_built_in_role_but_never_the_one_that_lets_people_in() -> None:
    own = {
        "reviewer": Role("looks only", frozenset({"case.read"})),
        "lead": Role("as built in", frozenset()),
        ADMIN: Role("nothing", frozenset({"case.read"})),
        "night-shift": Role("at night", frozenset({"case.decide"})),
    }
    roles = known_roles(own)
    assert roles["reviewer"] == own["reviewer"]
    assert roles["lead"].permissions == BUILT_IN["lead"].permissions
    assert roles[ADMIN] == BUILT_IN[ADMIN]
    assert roles["night-shift"] == own["night-shift"]


def test_a_role_for_some_queues_and_clauses_grants_there_alone() -> None:
    grants = grants_of([Assignment("reviewer", queues=("spam",), clauses=("aup/spam",))], BUILT_IN)
    assert may(grants, "case.decide", "spam", "aup/spam/a")
    assert not may(grants, "case.decide", "spam", "aup/other")
    assert not may(grants, "case.decide", "abuse", "aup/spam/a")
    assert not may(grants, "case.decide")


def test_a_role_that_the_book_has_no_more_grants_nothing() -> None:
    assert grants_of([Assignment("gone")], BUILT_IN) == ()


def test_assignments_of_unknown_roles_are_refused_with_a_suggestion() -> None:
    with pytest.raises(Problems) as refused:
        refuse_assignments([Assignment("reviever")], BUILT_IN)
    assert "`reviewer`" in refused.value.problem.hint
