"""How notices go forward, when they are told, and which are told together: plain functions over values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bylaw.base.errors import ConflictError, InputError
from bylaw.book.templates import Kind
from bylaw.notices.model import (
    BOUNCED,
    DELIVERED,
    FAILED,
    GATHERED,
    GROUNDS,
    MAX_REFERENCE,
    PLANNED,
    RELEASED,
    REPEATED,
    SENT,
    SUPPRESSED,
    UNREACHABLE,
    Ground,
    Notice,
    State,
)

MAX_TOGETHER: Final = 50  # notices in one message
MAX_TOGETHER_BYTES: Final = 1 << 20  # of their statements

STEPS: Final[Mapping[tuple[State | None, str], State]] = {
    (None, PLANNED): State.PLANNED,
    (State.PLANNED, SUPPRESSED): State.SUPPRESSED,
    (State.SUPPRESSED, RELEASED): State.PLANNED,
    (State.PLANNED, GATHERED): State.GATHERED,
    (State.GATHERED, SENT): State.SENT,
    (State.GATHERED, UNREACHABLE): State.SUPPRESSED,
    (State.GATHERED, FAILED): State.FAILED,
    (State.SENT, DELIVERED): State.DELIVERED,
    (State.SENT, BOUNCED): State.BOUNCED,
    (State.DELIVERED, BOUNCED): State.BOUNCED,  # a server further on sent it back after all
    (State.FAILED, REPEATED): State.PLANNED,
    (State.BOUNCED, REPEATED): State.PLANNED,
}


def step(state: State | None, kind: str) -> State:
    """Return what a fact makes of a notice.

    Raises:
        ConflictError: it cannot follow.
    """
    following = STEPS.get((state, kind))
    if following is None:
        raise ConflictError(
            "notice.order", f"`{kind}` cannot follow on a notice that is {state or 'not there'}"
        )
    return following


def demand_ground(ground: Ground, reference: str) -> None:
    """See to it that a notice is withheld on a ground that says what it must.

    Raises:
        InputError: the ground refers to an order or a demand, and none is named.
    """
    if len(reference) > MAX_REFERENCE or (GROUNDS[ground].refers and not reference.strip()):
        raise InputError(
            "notice.reference",
            f"`{ground}` names an order or a demand, in 1 to {MAX_REFERENCE} characters",
            hint=f"{GROUNDS[ground].doc} ({GROUNDS[ground].source})",
        )


def digest(planned: Iterable[Notice]) -> tuple[tuple[Notice, ...], ...]:
    """Return which notices become a message together: those to one person, in order, as far as one message holds.

    Statements and outcomes go together; any other message goes alone.
    """
    messages: list[list[Notice]] = []
    open_for: dict[bytes, list[Notice]] = {}
    for notice in planned:
        together = open_for.get(notice.person)
        if notice.told is Kind.MESSAGE:
            messages.append([notice])
        elif together is not None and _fits(together, notice):
            together.append(notice)
        else:
            open_for[notice.person] = [notice]
            messages.append(open_for[notice.person])
    return tuple(map(tuple, messages))


def _fits(together: Sequence[Notice], notice: Notice) -> bool:
    return (
        len(together) < MAX_TOGETHER and sum(one.size for one in together) + notice.size <= MAX_TOGETHER_BYTES
    )
