"""Actions as they are told: what is done, to whom, on which clauses, where it stands."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

import msgspec

from bylaw.base.errors import InputError
from bylaw.enforcement import store
from bylaw.enforcement.model import MAX_REASON, Argument, State
from bylaw.enforcement.notifying import Say, Told, Withheld
from bylaw.enforcement.store import Stood
from bylaw.engine.recording import instant
from bylaw.notices.model import MAX_REFERENCE, Ground
from bylaw.notices.statement import MAX_TEXT
from bylaw.records.people import named
from bylaw.web.callers import Caller, covers
from bylaw.web.service import Service

MAX_ID: Final = 256
MAX_PAGE: Final = 200
MAX_CLAUSES: Final = 50
MAX_LISTED: Final = 1_000  # ids in one answer

Id = Annotated[str, msgspec.Meta(max_length=MAX_ID)]
Reason = Annotated[
    str, msgspec.Meta(min_length=1, max_length=MAX_REASON, description="in your own words; it is sealed")
]
Clauses = Annotated[tuple[Id, ...], msgspec.Meta(max_length=MAX_CLAUSES)]
Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """An action as it stands.

    ``account`` is the one acted on, or whose the content is; nothing where nobody is named or the account was
    forgotten. ``by``: who decided, a member of staff or a key; empty: rules. ``moved``: since when it is in its state.
    ``until`` ends it by itself (a strike: counts no more); ``due`` is when it is done, if not at once. ``undoes``: it
    is the inverse of that action. ``answering``: a customer answers for what its end user did. ``code``: why it failed.
    """

    action: str
    state: State
    effect: str
    argument: Argument
    account: str | None
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    decision: str | None
    by: str
    at: datetime
    moved: datetime
    until: datetime | None
    due: datetime | None
    undoes: str | None
    answering: bool
    code: str
    seq: int


class Tell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the account is told, in its language: what it is about, the facts, why they break the clause.

    What is left empty is told from the event, in the phrases of that language; where there is none, it is refused.
    """

    thing: Text = ""
    facts: Text = ""
    why: Text = ""


class Withhold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the account is not told. ``reference`` names the order or demand that the ground rests on."""

    ground: Ground
    reason: Reason
    reference: Annotated[str, msgspec.Meta(max_length=MAX_REFERENCE)] = ""


def say_of(say: Tell | None, withheld: Withhold | None) -> Say | None:
    """Return what an account is told, or why it is not.

    Raises:
        InputError: ``action.say``, both are given.
    """
    if say is not None and withheld is not None:
        raise InputError("action.say", "an account is told or it is not: give `say` or `withheld`")
    if say is not None:
        return Told(say.thing, say.facts, say.why)
    return Withheld(withheld.ground, withheld.reason, withheld.reference) if withheld is not None else None


def told(service: Service, stood: Stood) -> ActionView:
    """Return an action as it is told."""
    action = stood.action
    return ActionView(
        action=action.action,
        state=stood.state,
        effect=action.effect,
        argument=action.argument,
        account=named(service.reading.vault, action.person) or None,
        clauses=action.clauses,
        rules=action.rules,
        decision=stood.decision or None,
        by=stood.by,
        at=instant(stood.at),
        moved=instant(stood.moved),
        until=None if action.until is None else instant(action.until),
        due=None if action.due is None else instant(action.due),
        undoes=action.undoes or None,
        answering=action.answering,
        code=stood.code,
        seq=stood.seq,
    )


def found(service: Service, action: str) -> Stood:
    """Return an action; raises ``NotFoundError`` if there is none."""
    with service.reading.records.reading() as core:
        return store.action_of(core, action)


def readable(caller: Caller, some: Iterable[Stood]) -> list[Stood]:
    """Return the actions that somebody may look at: those on their clauses."""
    return [stood for stood in some if covers(caller, "action.read", stood.action.clauses)]
