"""How plans go forward: a table."""

from collections.abc import Mapping
from typing import Final

from bylaw.base.errors import ConflictError
from bylaw.enforcement.retroactive import model
from bylaw.enforcement.retroactive.model import State

STEPS: Final[Mapping[State, Mapping[str, State]]] = {
    State.PLANNED: {model.APPROVED: State.CARRYING, model.REFUSED: State.REFUSED},
    State.CARRYING: {model.CARRIED: State.CARRYING, model.STOPPED: State.STOPPED},
    State.STOPPED: {model.RESUMED: State.CARRYING, model.UNDOING: State.UNDOING},
    State.DONE: {model.UNDOING: State.UNDOING},
    State.UNDOING: {model.UNDONE: State.UNDOING},
    State.REFUSED: {},
    State.UNDONE: {},
}
_LAST: Final = {model.CARRIED: State.DONE, model.UNDONE: State.UNDONE}


def following(plan: str, state: State, fact: str, *, last: bool = False) -> State:
    """Return the state that a fact leads to; ``last``: nothing is left to do after it.

    Raises:
        ConflictError: ``retroactive.order``.
    """
    found = STEPS[state].get(fact)
    if found is None:
        raise ConflictError("retroactive.order", f"`{plan}` is {state}, and `{fact}` cannot follow")
    return _LAST[fact] if last and fact in _LAST else found


def demand_second(by: str, author: str) -> None:
    """See to it that somebody else agrees than who planned it.

    Raises:
        ConflictError: ``retroactive.same_person``.
    """
    if by == author:
        raise ConflictError("retroactive.same_person", "the second person must be another one")
