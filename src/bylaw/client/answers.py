"""What the service answers, as frozen values. What a newer service adds is passed over."""

from datetime import datetime
from enum import StrEnum

import msgspec

Argument = str | int | tuple[str, ...] | None


class Outcome(StrEnum):
    """What becomes of the thing that an event is about, the mildest first."""

    ALLOW = "allow"
    WARN = "warn"  # its author sees the clause, and may rephrase or insist
    REDUCE = "reduce"
    HOLD = "hold"
    REMOVE = "remove"
    REFUSE = "refuse"


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause in the version (a day) in force when the event happened, with its own words."""

    clause: str
    document: str
    version: str
    title: str
    text: str


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What is planned, and the rules that asked for it."""

    effect: str
    argument: Argument = None
    rules: tuple[str, ...] = ()


class NoEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule asked for and is not done, and why."""

    effect: str
    why: str
    argument: Argument = None
    rules: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about an event; durable.

    ``duplicate``: the event had been decided before, and this is the first decision. ``degraded``: something failed
    and the decision was made without it.
    """

    event_id: str
    decision: str
    seq: int
    outcome: Outcome
    duplicate: bool
    degraded: bool
    clauses: tuple[Clause, ...]
    effects: tuple[Effect, ...]
    dropped: tuple[NoEffect, ...]


class State(StrEnum):
    """Where an action stands."""

    AWAITING = "awaiting"  # of the people whom an irreversible action needs
    PLANNED = "planned"
    SENT = "sent"  # to whoever carries it out
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"  # nobody said that it was done
    REFUSED = "refused"
    UNDONE = "undone"
    ENDED = "ended"  # by itself, when its time was over


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is done, as it stands.

    ``account`` is the one acted on, or whose the content is; nothing where nobody is named or the account was forgotten.
    ``by`` is empty where rules decided. ``moved``: since when it is in its state. ``until`` ends it by itself; ``due`` is
    when it is done, if not at once. ``undoes``: it is the inverse of that action. ``code``: why it failed.
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


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """What an account may do now.

    ``until``: when what closes it ends by itself. ``restricted`` are features it may not use, ``per_hour`` how often it
    may do something. ``clauses`` are those for which, ``actions`` the ids of what was done.
    """

    allowed: bool
    until: datetime | None = None
    restricted: tuple[str, ...] = ()
    per_hour: int | None = None
    clauses: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()

    def may(self, feature: str) -> bool:
        """Tell whether the account may use a feature of the service."""
        return self.allowed and feature not in self.restricted
