"""How actions go forward: a table, and plain functions over values."""

from collections.abc import Iterable, Mapping
from typing import Final

from bylaw.base.errors import ConflictError
from bylaw.base.ids import derived_id
from bylaw.book.sanctions import is_below
from bylaw.enforcement.model import TYPES, Action, Argument, State

APPROVERS: Final = 2  # people who agree to what cannot be undone

STEPS: Final[Mapping[State, frozenset[State]]] = {
    State.AWAITING: frozenset({State.PLANNED, State.REFUSED, State.UNDONE}),
    State.PLANNED: frozenset({State.SENT, State.ACKNOWLEDGED, State.FAILED, State.UNDONE, State.ENDED}),
    State.SENT: frozenset({State.ACKNOWLEDGED, State.FAILED, State.UNDONE, State.ENDED}),
    State.ACKNOWLEDGED: frozenset({State.UNDONE, State.ENDED}),
    State.FAILED: frozenset({State.PLANNED, State.SENT, State.ACKNOWLEDGED, State.UNDONE, State.ENDED}),
    State.REFUSED: frozenset(),
    State.UNDONE: frozenset(),
    State.ENDED: frozenset(),
}
STANDING: Final = frozenset({State.PLANNED, State.SENT, State.ACKNOWLEDGED, State.FAILED})
OPEN: Final = frozenset({State.PLANNED, State.SENT, State.FAILED})  # nobody said yet that it was done


def demand_step(action: str, state: State, new: State) -> None:
    """See to it that an action may go from one state to another.

    Raises:
        ConflictError: ``action.order``.
    """
    if new not in STEPS[state]:
        raise ConflictError("action.order", f"`{action}` is {state} and cannot become {new}")


def action_id(cause: str, effect: str, argument: Argument, person: str, *more: str) -> str:
    """Return an action's id: the same cause never acts twice."""
    told = ",".join(argument) if isinstance(argument, tuple) else str(argument)
    return derived_id("act", cause, effect, told, person, *more)


def inverse_of(action: Action, cause: str) -> Action | None:
    """Return the action that undoes one; nothing, if it has no inverse."""
    inverse = TYPES[action.effect].inverse if action.effect in TYPES else ""
    if not inverse:
        return None
    return Action(
        action=action_id(cause, inverse, None, action.person, action.action),
        effect=inverse,
        argument=action.argument,
        person=action.person,
        clauses=action.clauses,
        rules=action.rules,
        undoes=action.action,
    )


def still_reached(sanction: Action, at: int, strikes: Iterable[tuple[Action, int]]) -> bool:
    """Tell whether strikes (each with its instant) that stand now still lead to a sanction made at an instant."""
    weight = sum(
        strike.argument
        for strike, since in strikes
        if isinstance(strike.argument, int)
        and since <= at
        and (strike.until is None or at < strike.until)
        and any(is_below(clause, sanction.ladder) for clause in strike.clauses)
    )
    return weight >= sanction.rung


def is_gate(action: Action) -> bool:
    """Tell whether an action changes what its account may do."""
    return action.effect in TYPES and TYPES[action.effect].gate
