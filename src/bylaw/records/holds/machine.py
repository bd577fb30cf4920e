"""Which holds keep what, and how holds and destructions go forward: plain functions over values."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from bylaw.base.errors import ConflictError
from bylaw.records.holds.model import BEGUN, DONE, SUSPENDED, Hold, Keys, Spans, State, Target

STEPS: Final[Mapping[tuple[State | None, str], State]] = {
    (None, SUSPENDED): State.SUSPENDED,
    (None, BEGUN): State.BEGUN,
    (State.SUSPENDED, BEGUN): State.BEGUN,
    (State.BEGUN, DONE): State.DONE,
}


def step(state: State | None, kind: str) -> State:
    """Return what a fact makes of a destruction.

    Raises:
        ConflictError: it cannot follow.
    """
    following = STEPS.get((state, kind))
    if following is None:
        stands = state or "not begun"
        raise ConflictError("destroy.order", f"`{kind}` cannot follow on a destruction that is {stands}")
    return following


def holding(holds: Iterable[Hold], seq: int, people: Collection[bytes]) -> tuple[str, ...]:
    """Return the holds that keep a record which concerns these people."""
    return tuple(
        hold.id for hold in holds if _contains(hold.spans, seq) or not hold.people.isdisjoint(people)
    )


def suspending(holds: Iterable[Hold], target: Target, subject: bytes | None) -> tuple[str, ...]:
    """Return the holds that keep a target as a whole: those on all records of a person."""
    if not isinstance(target, Keys):
        return ()
    return tuple(hold.id for hold in holds if subject in hold.people)


def spans_of(seqs: Iterable[int]) -> Spans:
    """Return numbers as spans."""
    spans: list[tuple[int, int]] = []
    for seq in sorted(set(seqs)):
        if spans and spans[-1][1] == seq - 1:
            spans[-1] = (spans[-1][0], seq)
        else:
            spans.append((seq, seq))
    return tuple(spans)


def numbers(spans: Spans) -> Iterator[int]:
    """Yield the numbers in spans."""
    for first, last in spans:
        yield from range(first, last + 1)


def clipped(spans: Spans, end: int) -> Spans:
    """Return the spans up to a number, included."""
    return tuple((first, min(last, end)) for first, last in spans if first <= end)


def _contains(spans: Spans, seq: int) -> bool:
    return any(first <= seq <= last for first, last in spans)
