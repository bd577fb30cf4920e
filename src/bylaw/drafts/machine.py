"""How drafts go forward: a table, and plain functions over values."""

from collections.abc import Collection, Mapping
from typing import Final

from bylaw.base.errors import ConflictError, RefusedError
from bylaw.drafts import model
from bylaw.drafts.model import Stage, State

_ANY: Final = {model.SAVED: State.OPEN, model.WITHDRAWN: State.WITHDRAWN}
STEPS: Final[Mapping[State, Mapping[str, State]]] = {
    State.OPEN: {
        **_ANY,
        model.ASKED: State.ASKED,
        model.TRIED: State.OPEN,
        model.ACTIVATED: State.OPEN,  # in shadow
        model.UNDONE: State.OPEN,
    },
    State.ASKED: {
        **_ANY,
        model.APPROVED: State.APPROVED,
        model.REFUSED: State.REFUSED,
        model.TRIED: State.ASKED,
        model.ACTIVATED: State.ASKED,  # in shadow
        model.UNDONE: State.ASKED,
    },
    State.APPROVED: {
        **_ANY,
        model.TRIED: State.APPROVED,
        model.ACTIVATED: State.APPROVED,
        model.UNDONE: State.OPEN,  # what was taken back is looked at again
    },
    State.REFUSED: {
        **_ANY,
        model.ASKED: State.ASKED,
        model.TRIED: State.REFUSED,
        model.UNDONE: State.REFUSED,
    },
    State.WITHDRAWN: {},
}


def following(draft: str, state: State, fact: str) -> State:
    """Return the state that a fact leads to.

    Raises:
        ConflictError: ``draft.order``.
    """
    found = STEPS[state].get(fact)
    if found is None:
        raise ConflictError("draft.order", f"`{draft}` is {state}, and `{fact}` cannot follow")
    return found


def demand_version(draft: str, stands: int, meant: int) -> None:
    """See to it that somebody means the draft as it stands.

    Raises:
        ConflictError: ``draft.changed``.
    """
    if stands != meant:
        hint = f"look at version {stands}, then do it again"
        raise ConflictError("draft.changed", f"`{draft}` was changed meanwhile", hint=hint)


def demand_another(draft: str, by: str, authors: Collection[str]) -> None:
    """See to it that whoever agrees wrote none of it.

    Raises:
        RefusedError: ``draft.own``.
    """
    if by in authors:
        hint = "ask a colleague who may put books into force"
        raise RefusedError("draft.own", f"whoever wrote `{draft}` cannot agree to it", hint=hint)


def demand_activation(draft: str, state: State, stage: Stage, *, bites: bool) -> None:
    """See to it that a draft may come into force at a stage: what bites needs somebody's agreement.

    Raises:
        ConflictError: ``draft.not_approved``; ``draft.order``, it was refused or withdrawn.
    """
    following(draft, state, model.ACTIVATED)
    if state is not State.APPROVED and (stage is not Stage.SHADOW or bites):
        hint = "ask for approval; rules alone can be put in shadow before"
        raise ConflictError("draft.not_approved", f"nobody agreed to `{draft}`", hint=hint)
