"""What a search finds, as it is told: enough to know it by, and where to read it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bylaw.enforcement.standing import Access
from bylaw.enforcement.store import Stood
from bylaw.engine.outcome import outcome_of
from bylaw.engine.recording import instant, read_body
from bylaw.records.fact import Row


class What(StrEnum):
    """What is found."""

    ACCOUNT = "account"
    DECISION = "decision"
    ACTION = "action"
    NOTICE = "notice"


READS: Final = {
    What.ACCOUNT: "account.read",
    What.DECISION: "decision.read",
    What.ACTION: "action.read",
    What.NOTICE: "notice.read",
}


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found.

    ``at``: of a decision when its event happened, of an action when it was decided on, of a notice when it is told at the
    latest. ``state``: of an account ``open``, ``restricted``, ``closed`` or ``forgotten``; of a decision its outcome.
    ``url`` is where to read it; nothing, for an account that was forgotten.
    """

    type: What
    id: str
    at: datetime | None = None
    clauses: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    state: str
    url: str | None


def standing_of(access: Access) -> str:
    """Return where an account stands, in a word."""
    if not access.allowed:
        return "closed"
    return "restricted" if access.restricted or access.per_hour is not None else "open"


def of_action(stood: Stood) -> Hit:
    """Return an action as it is found."""
    action = stood.action
    return Hit(
        type=What.ACTION,
        id=action.action,
        at=instant(stood.at),
        clauses=action.clauses,
        rules=action.rules,
        state=stood.state,
        url=f"/v1/actions/{action.action}",
    )


def of_decision(row: Row) -> Hit:
    """Return a decision as it is found, from what its record says in the open."""
    told = read_body(row)
    return Hit(
        type=What.DECISION,
        id=told.decision,
        at=instant(told.at),
        clauses=told.clauses,
        rules=told.rules,
        state=outcome_of(told.effects),
        url=f"/v1/decisions/{told.decision}",
    )
