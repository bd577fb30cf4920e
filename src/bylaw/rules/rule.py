"""A rule: a condition over one event, bound to the clauses it carries out.

Values only. The book reads rules from YAML; ``matching`` evaluates them; the engine decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bylaw.base.errors import NOWHERE, Where
from bylaw.rules.cel.condition import Condition
from bylaw.rules.effects import Effect


class Mode(StrEnum):
    """How far a rule reaches."""

    OFF = "off"  # loaded and checked, never evaluated
    SHADOW = "shadow"  # evaluated and recorded, never enforced
    ENFORCE = "enforce"


class OnError(StrEnum):
    """What a rule set does when one of its rules errs (ADR 0004). The error is on the decision in any case."""

    SKIP = "skip"  # open: the rule did not match
    REVIEW = "review"  # a person looks at the event
    HOLD = "hold"  # closed: the event waits for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``clauses`` are ids that some version of the book's documents has; never empty.

    ``conditions`` holds the condition once for each event kind, checked against the fields of that kind.
    ``roll_out`` is the share of actors, in percent, that it is enforced for; ``since`` is the day it came
    into the book, and makes it young for a while: see ``engine/brakes.py``.
    """

    id: str
    clauses: tuple[str, ...]
    conditions: Mapping[str, Condition]
    source: str
    effects: tuple[Effect, ...]
    mode: Mode
    on_error: OnError
    rule_set: str
    roll_out: int = 100
    since: date | None = None
    note: str = ""
    where: Where = NOWHERE

    @property
    def kinds(self) -> tuple[str, ...]:
        """The event kinds it is evaluated for."""
        return tuple(self.conditions)
