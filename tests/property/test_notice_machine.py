"""Which notices go together, and in which order things can happen to one: for any notices and any facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import ConflictError
from bylaw.book.templates import Kind
from bylaw.notices import model
from bylaw.notices.machine import MAX_TOGETHER, MAX_TOGETHER_BYTES, STEPS, digest, step
from bylaw.notices.model import Notice, State

FACTS = sorted({kind for _, kind in STEPS})


@st.composite
def planned(draw: st.DrawFn) -> list[Notice]:
    count = draw(st.integers(0, 130))
    people = draw(st.lists(st.sampled_from([b"a" * 16, b"b" * 16]), min_size=count, max_size=count))
    sizes = st.sampled_from([100, MAX_TOGETHER_BYTES // 3, MAX_TOGETHER_BYTES // 2])
    return [
        Notice(
            id=f"not_{n}",
            person=person,
            action=f"act_{n}",
            decision="dec",
            told=draw(st.sampled_from(Kind)),
            state=State.PLANNED,
            size=draw(sizes),
            planned=n,
            due=0,
        )
        for n, person in enumerate(people)
    ]


@given(planned())
def test_every_notice_is_in_exactly_one_message_to_its_own_person(notices: list[Notice]) -> None:
    messages = digest(notices)
    assert sorted(one.planned for message in messages for one in message) == [one.planned for one in notices]
    assert all(len({one.person for one in message}) == 1 for message in messages)


@given(planned())
def test_messages_keep_order_and_stay_within_limits(notices: list[Notice]) -> None:
    for message in digest(notices):
        assert [one.planned for one in message] == sorted(one.planned for one in message)
        assert len(message) <= MAX_TOGETHER
        assert len(message) == 1 or sum(one.size for one in message) <= MAX_TOGETHER_BYTES
        assert len(message) == 1 or all(one.told is not Kind.MESSAGE for one in message)


@given(planned())
def test_no_two_messages_could_have_been_one(notices: list[Notice]) -> None:
    small = [one for one in notices if one.size == 100 and one.told is not Kind.MESSAGE][:MAX_TOGETHER]
    assert len(digest(small)) == len({one.person for one in small})


@given(st.lists(st.sampled_from(FACTS), max_size=12))
def test_whatever_happens_a_notice_is_sent_at_most_once_for_each_time_it_was_gathered(
    facts: list[str],
) -> None:
    state: State | None = None
    done: list[str] = []
    for fact in facts:
        try:
            state = step(state, fact)
        except ConflictError:
            continue
        done.append(fact)
    assert done.count(model.PLANNED) <= 1
    assert done.count(model.SENT) <= done.count(model.GATHERED)
    again = 1 + done.count(model.RELEASED) + done.count(model.REPEATED)
    assert done.count(model.GATHERED) <= again


@pytest.mark.parametrize("state", list(State))
def test_nothing_happens_to_what_was_delivered_or_withheld_but_what_the_table_says(state: State) -> None:
    allowed = {kind for (before, kind) in STEPS if before is state}
    for kind in FACTS:
        if kind in allowed:
            assert step(state, kind) in State
        else:
            with pytest.raises(ConflictError, match=r"notice\.order"):
                step(state, kind)
