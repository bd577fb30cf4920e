"""Actions, and the facts that tell of them. Frozen values; instants in microseconds since 1970.

Nothing personal stands in them: accounts go by their random ids, what is acted on by the number of the fact that
holds the event. Reasons that a person writes are sealed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

RESOLVED: Final = "enforcement.resolved"
MOVED: Final = "enforcement.moved"
APPROVED: Final = "enforcement.approved"
UNDONE: Final = "enforcement.undone"
DUE: Final = "enforcement.due"

DAY: Final = 86_400_000_000  # microseconds
MAX_REASON: Final = 4_000  # characters of what a person writes about an action

Argument = str | int | tuple[str, ...] | None


class State(StrEnum):
    """Where an action stands."""

    AWAITING = "awaiting"  # of the people whom an irreversible action needs
    PLANNED = "planned"
    SENT = "sent"  # to whoever carries it out
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"  # nobody could be told; a person must look
    REFUSED = "refused"  # by one of the people it needed
    UNDONE = "undone"
    ENDED = "ended"  # by itself, when its time was over


class Standard(StrEnum):
    """By which standard conduct was judged (CLAUSES A06): what is done in good faith says so (A28)."""

    PROVEN = "proven"
    APPARENT = "apparent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionType:
    """One row of the table below. ``gate``: it changes what its account may do; ``inverse`` undoes it."""

    name: str
    inverse: str
    gate: bool = False
    irreversible: bool = False  # needs two people
    on_account: bool = False


_ROWS: Final = (
    ActionType(name="refuse", inverse="allow"),
    ActionType(name="remove", inverse="restore"),
    ActionType(name="hold", inverse="release"),
    ActionType(name="reduce", inverse="restore_reach"),
    ActionType(name="warn", inverse="withdraw_warning"),
    ActionType(name="label", inverse="unlabel"),
    ActionType(name="claim", inverse="withdraw_claim", on_account=True),
    ActionType(name="strike", inverse="withdraw_strike", on_account=True),
    ActionType(name="rate_limit", inverse="lift_rate_limit", gate=True, on_account=True),
    ActionType(name="restrict", inverse="lift_restriction", gate=True, on_account=True),
    ActionType(name="suspend", inverse="reinstate", gate=True, on_account=True),
    ActionType(name="terminate", inverse="reinstate", gate=True, irreversible=True, on_account=True),
    ActionType(name="quarantine", inverse="release_all", on_account=True),
    ActionType(name="recover", inverse="close_recovery", on_account=True),  # an account that was taken over
    ActionType(name="closing_statement", inverse="", on_account=True),
    ActionType(name="purge", inverse="keep", on_account=True),
    ActionType(name="none", inverse="reconsider"),  # a recorded choice not to enforce (CLAUSES W21)
)
TYPES: Final = {row.name: row for row in _ROWS}
INVERSES: Final = frozenset(row.inverse for row in _ROWS if row.inverse)


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is done.

    ``person`` is the account acted on, or whose the content is. ``until`` ends it by itself (a strike: counts no
    more); ``due`` is when it is to be done, if not at once. ``rung``: it follows from so many strikes. ``undoes``: the
    action it is the inverse of.
    """

    action: str
    effect: str
    argument: Argument = None
    person: str = ""
    clauses: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    until: int | None = None
    due: int | None = None
    rung: int = 0
    ladder: str = ""  # the clause at or below which these strikes were counted
    undoes: str = ""
    awaiting: bool = False
    answering: bool = False  # a customer, for what its end user did


class Dropped(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for and is not done, and why."""

    effect: str
    why: str
    argument: Argument = None
    rules: tuple[str, ...] = ()


class Resolved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``enforcement.resolved``: what is done about a decision, or because a person (``by``) chose to.

    ``source`` is the number of the fact that holds the event; ``at`` when it arrived; ``people`` are all those
    named.
    """

    at: int
    source: int = 0
    decision: str = ""
    by: str = ""
    standard: Standard = Standard.APPARENT
    people: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    dropped: tuple[Dropped, ...] = ()


class Moved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``enforcement.moved``: actions were sent, acknowledged, refused, ended, or could not be sent."""

    actions: tuple[str, ...]
    state: State
    by: str = ""
    code: str = ""  # why it failed


class Approved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``enforcement.approved``: one of the people whom an irreversible action needs agreed; ``enough``: the last."""

    action: Action
    by: str
    enough: bool = False
    people: tuple[str, ...] = ()


class Undone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``enforcement.undone``: actions were taken back, each by its inverse, which is an action itself."""

    at: int
    by: str
    inverses: tuple[Action, ...]
    rule: str = ""
    people: tuple[str, ...] = ()


class Due(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``enforcement.due``: the time of an action has come.

    ``later``: a hold keeps it from being done until then. ``again``: it is told again, as nobody said that it was done.
    """

    action: Action
    later: int | None = None
    again: int = 0
    people: tuple[str, ...] = ()
