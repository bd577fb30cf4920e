"""However what passes between two processes is cut, the same messages come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.web.relay.frames import Answered, Asked, Block, Counted, Frames, OneEvent, Whole, packed

HEADERS = st.lists(st.tuples(st.binary(max_size=5), st.binary(max_size=5)), max_size=2)
NUMBERS = st.integers(0, 2**40)
ASKED = st.one_of(
    st.builds(OneEvent, NUMBERS, st.text(), st.binary(), st.binary(), st.text()),
    st.builds(
        Block,
        NUMBERS,
        st.text(),
        st.binary(),
        st.lists(st.tuples(NUMBERS, st.none() | st.binary()), max_size=3),
    ),
    st.builds(
        Whole,
        NUMBERS,
        st.text(),
        st.text(),
        st.binary(),
        st.binary(),
        HEADERS,
        st.none() | st.tuples(st.text(), st.integers(0, 65535)),
        st.text(),
        st.binary(),
    ),
    st.builds(Counted, st.text(), st.text(), NUMBERS, st.floats(allow_nan=False)),
)
ANSWERED = st.builds(Answered, NUMBERS, NUMBERS, st.binary(), HEADERS, st.text())


@given(st.lists(st.lists(ASKED, max_size=3), max_size=4), st.integers(1, 50))
def test_what_is_asked_comes_out_however_it_is_cut(batches: list[list[Asked]], size: int) -> None:
    sent = b"".join(packed(batch) for batch in batches)
    frames: Frames[Asked] = Frames(Asked)  # type: ignore[arg-type]
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert [batch for piece in pieces for batch in frames.feed(piece)] == batches


@given(st.lists(ANSWERED, max_size=3))
def test_what_is_answered_comes_out(batch: list[Answered]) -> None:
    assert list(Frames(Answered).feed(packed(batch))) == [batch]


def test_a_frame_that_would_be_too_long_is_refused_before_it_is_kept() -> None:
    with pytest.raises(ValueError, match="too long"):
        list(Frames(Answered).feed(b"\xff\xff\xff\xff"))
