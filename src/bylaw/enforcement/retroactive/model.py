"""Plans to enforce a rule on what happened before it, and the facts that tell of them. Frozen values, no names of people."""

from enum import StrEnum
from typing import Final

import msgspec

PLANNED: Final = "retroactive.planned"
APPROVED: Final = "retroactive.approved"
REFUSED: Final = "retroactive.refused"
CARRIED: Final = "retroactive.carried"
STOPPED: Final = "retroactive.stopped"
RESUMED: Final = "retroactive.resumed"
UNDOING: Final = "retroactive.undoing"
UNDONE: Final = "retroactive.undone"

MOST: Final = 20_000  # findings of one plan
STEP: Final = 100  # findings carried out in one commit


class State(StrEnum):
    """Where a plan stands."""

    PLANNED = "planned"
    CARRYING = "carrying"
    REFUSED = "refused"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """``retroactive.planned``: ``paper`` names the findings, kept by digest; rows ``first`` to ``last`` were looked at."""

    plan: str
    rule: str
    book: str
    clauses: tuple[str, ...]
    first: int
    last: int
    events: int
    stood: int
    unreadable: int
    over: bool
    findings: int
    accounts: int
    effects: dict[str, int]
    paper: str
    by: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """``.approved``, ``.refused``, ``.stopped``, ``.resumed``, ``.undoing``: somebody did this."""

    plan: str
    by: str


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """``retroactive.carried``: findings from ``since`` up to ``upto`` were acted on; ``left`` of them asked for nothing new."""

    plan: str
    since: int
    upto: int
    actions: tuple[str, ...]
    left: int
    done: bool


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """``retroactive.undone``: these actions were taken back; ``done``: the last."""

    plan: str
    actions: tuple[str, ...]
    done: bool


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it stands: ``upto`` of its findings were looked at, ``acted`` actions came of it."""

    seq: int
    at: int
    said: Planned
    state: State
    approved_by: str
    upto: int
    acted: int
    left: int
    undone: int
