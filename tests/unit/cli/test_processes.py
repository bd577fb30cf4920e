"""Work shared out over processes: all of it comes back, and what goes wrong in one of them is told."""

import pytest

from bylaw.base.errors import Problems, UpstreamError
from bylaw.cli.processes import processes_for, shared_out
from shares import Fatal, dies, refuses, sizes

MUCH = 1 << 20  # bytes: more than a pipe holds


def test_shares_come_back_whole_from_one_process_and_from_several() -> None:
    shares = [(number, bytes(MUCH)) for number in (1, 2)]
    expected = {(number, size) for number in (1, 2) for size in (MUCH, -1)}
    assert set(shared_out(sizes, shares)) == expected
    assert list(shared_out(sizes, shares[:1])) == [(1, MUCH), (1, -1)]


def test_an_error_in_one_process_is_told_as_it_would_be_here() -> None:
    with pytest.raises(Problems, match=r"share\.refused"):
        list(shared_out(refuses, [(1,), (2,)]))


@pytest.mark.parametrize("load", [bytes(MUCH), Fatal()])
def test_a_process_that_dies_is_noticed(load: object) -> None:
    with pytest.raises(UpstreamError, match=r"processes\.died"):
        list(shared_out(dies, [(load,), (load,)]))


def test_a_process_is_started_only_for_enough_events() -> None:
    assert [processes_for(events, 0) for events in (0, 20_000)] == [1, 1]
    assert [processes_for(10, wanted) for wanted in (1, 3, 100_000)] == [1, 3, 256]
