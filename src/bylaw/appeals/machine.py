"""How objections go forward, who may decide them, until when they are taken: tables and plain functions."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from bylaw.appeals.model import DAY, Outcome, State
from bylaw.base.errors import ConflictError
from bylaw.book.appealing import Abuse


class Step(StrEnum):
    """What can happen to an objection."""

    LODGE = "lodge"
    ANSWER = "answer"  # whoever objects says something more
    ASK = "ask"  # staff say something
    UPHOLD = "uphold"
    REVERSE = "reverse"


STEPS: Final[Mapping[tuple[State | None, Step], State]] = {
    (None, Step.LODGE): State.OPEN,
    (State.OPEN, Step.ANSWER): State.OPEN,
    (State.OPEN, Step.ASK): State.ASKED,
    (State.ASKED, Step.ASK): State.ASKED,
    (State.ASKED, Step.ANSWER): State.OPEN,
    **{(state, Step.UPHOLD): State.UPHELD for state in (State.OPEN, State.ASKED)},
    **{(state, Step.REVERSE): State.REVERSED for state in (State.OPEN, State.ASKED)},
}
UNDECIDED: Final = (State.OPEN, State.ASKED)
ENDS: Final[Mapping[Outcome, Step]] = {Outcome.UPHELD: Step.UPHOLD, Outcome.REVERSED: Step.REVERSE}


class Bar(StrEnum):
    """Why somebody cannot object now."""

    NOTHING = "nothing"  # nothing was done that could be taken back
    STRANGER = "stranger"  # the book takes no objections of whom this fell on
    LODGED = "lodged"  # they did
    LATE = "late"
    LIMITED = "limited"  # too often without any ground


class Abused(NamedTuple):
    """How often somebody objected without any ground, as it counts now; what that leads to."""

    times: int
    warned: bool  # one short of too often
    enough: bool  # a person may decide that none is taken for a while


def step(state: State | None, what: Step) -> State:
    """Return what becomes of an objection.

    Raises:
        ConflictError: ``appeal.order``.
    """
    following = STEPS.get((state, what))
    if following is None:
        raise ConflictError(
            "appeal.order", f"`{what}` cannot follow on an objection that is {state or 'none'}"
        )
    return following


def demand_other(by: str, took_part: Collection[str]) -> None:
    """See to it that whoever decides took no part in what is objected to.

    SOURCE: CLAUSES A26; Regulation (EU) 2022/2065, Article 20(4) and (6).

    Raises:
        ConflictError: ``appeal.same_person``.
    """
    if by in took_part:
        raise ConflictError(
            "appeal.same_person",
            "whoever decided, ordered or approved what is objected to cannot decide the objection",
            hint="leave it to somebody else who may decide objections",
        )


def ends(until: str, since: int, told: int | None) -> int:
    """Return the instant at which objections to a notice end.

    The span that the notice names is counted from the day on which somebody was told, if that was later.

    SOURCE: Regulation (EU) 2022/2065, Article 20(2).

    Args:
        until: the last day that the notice names.
        since: when it was decided.
        told: when the message was made; none if it was not.
    """
    last, begun = date.fromisoformat(until).toordinal(), _day(since)
    later = max(0, _day(told) - begun) if told is not None else 0
    midnight = datetime.combine(date.fromordinal(last + later + 1), datetime.min.time(), UTC)
    return int(midnight.timestamp()) * 1_000_000


def abused(abuse: Abuse, unfounded: Iterable[int], now: int) -> Abused:
    """Return what objections without any ground, decided at these instants, amount to now."""
    times = sum(now - abuse.within_days * DAY < at <= now for at in unfounded)
    return Abused(times, times == abuse.unfounded - 1, times >= abuse.unfounded)


def _day(at: int) -> int:
    return datetime.fromtimestamp(at // 1_000_000, UTC).date().toordinal()
