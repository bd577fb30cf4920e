"""What falls due: ends, what was to be done later, what nobody said was done. Facts, made of values."""

from typing import Final

from bylaw.base.canonical import canonical_bytes
from bylaw.enforcement.acting import SYSTEM
from bylaw.enforcement.folding import MAX_TOLD, Timer
from bylaw.enforcement.machine import STANDING, inverse_of
from bylaw.enforcement.model import DAY, DUE, MOVED, RESOLVED, Due, Moved, Resolved, State
from bylaw.enforcement.store import Stood
from bylaw.records.fact import Fact

HELD_AGAIN: Final = DAY  # after which it is looked again whether a hold keeps what was to be done


def falling_due(stood: Stood, timer: Timer, now: int, *, held: bool) -> tuple[Fact, ...]:
    """Return the facts that do what a timer says; nothing, if there is nothing to do any more.

    ``held``: a hold keeps what is recorded of the account.
    """
    if timer.again:
        return _again(stood, timer.again)
    if stood.state not in STANDING:
        return ()
    if stood.action.due is None:
        return _ending(stood, now)
    return (_due(stood, later=now + HELD_AGAIN if held else None),)


def _again(stood: Stood, again: int) -> tuple[Fact, ...]:
    if stood.state is not State.SENT:
        return ()
    if again < MAX_TOLD:
        return (_due(stood, again=again),)
    failed = Moved(
        actions=(stood.action.action,), state=State.FAILED, by=SYSTEM, code="action.unacknowledged"
    )
    return (Fact(MOVED, canonical_bytes(failed)),)


def _ending(stood: Stood, now: int) -> tuple[Fact, ...]:
    ended = Moved(actions=(stood.action.action,), state=State.ENDED, by=SYSTEM)
    facts = [Fact(MOVED, canonical_bytes(ended))]
    inverse = inverse_of(stood.action, stood.action.action)
    if inverse is not None:
        resolved = Resolved(
            at=now,
            by=SYSTEM,
            people=(inverse.person,),
            actions=(inverse,),
        )
        facts.append(Fact(RESOLVED, canonical_bytes(resolved)))
    return tuple(facts)


def _due(stood: Stood, *, later: int | None = None, again: int = 0) -> Fact:
    people = (stood.action.person,) if stood.action.person else ()
    due = Due(action=stood.action, later=later, again=again, people=people)
    return Fact(DUE, canonical_bytes(due))
