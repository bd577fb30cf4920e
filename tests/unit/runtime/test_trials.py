"""Work beside deciding: one at a time, in a process of its own, that can be stopped and may fail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bylaw.base.errors import BusyError
from bylaw.runtime.trials import Job, Trials
from shares import counted, dies, endless, refuses


def job(task: Callable[..., Iterator[Any]], *arguments: object, last: int = 10) -> Job:
    return Job("draft_1", 1, "staff_ann", last, task, arguments)


@pytest.fixture
def trials() -> Iterator[Trials]:
    made = Trials(lambda error: pytest.fail(str(error)))
    yield made
    made.close()


def test_what_it_comes_to_is_handed_over(trials: Trials) -> None:
    told: list[str] = []
    running = trials.start(job(counted, 10), told.append)
    trials.wait()
    assert (told, running.share, running.failed, trials.busy) == (["counted to 10"], 1.0, None, False)


def test_one_at_a_time_and_it_can_be_stopped(trials: Trials) -> None:
    running = trials.start(job(endless, 0), lambda _: pytest.fail("it has no end"))
    with pytest.raises(BusyError) as told:
        trials.start(job(counted, 1), print)
    assert told.value.code == "draft.busy"
    assert trials.stop()
    trials.wait()
    assert (running.stopped, trials.busy, trials.stop()) == (True, False, False)


@pytest.mark.parametrize(
    ("task", "arguments", "code"),
    [(refuses, (2,), "share.refused"), (dies, (None,), "draft.died")],
)
def test_a_failure_is_told(
    trials: Trials, task: Callable[..., Iterator[Any]], arguments: tuple[object, ...], code: str
) -> None:
    running = trials.start(job(task, *arguments), lambda _: pytest.fail("it failed"))
    trials.wait()
    assert running.failed is not None
    assert running.failed.code == code
