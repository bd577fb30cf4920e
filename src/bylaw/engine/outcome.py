"""What becomes of the thing that an event is about, in one word."""

from collections.abc import Iterable
from enum import StrEnum

from bylaw.rules.effects import EFFECTS, Lane


class Outcome(StrEnum):
    """What becomes of the thing that an event is about: the strongest planned effect on content, or nothing."""

    ALLOW = "allow"
    WARN = "warn"
    REDUCE = "reduce"
    HOLD = "hold"
    REMOVE = "remove"
    REFUSE = "refuse"


def outcome_of(effects: Iterable[str]) -> Outcome:
    """Return what becomes of the thing itself under effects that are planned."""
    on_content = (EFFECTS[name] for name in effects if EFFECTS[name].lane is Lane.CONTENT)
    strongest = max(on_content, key=lambda effect: effect.strength, default=None)
    return Outcome.ALLOW if strongest is None else Outcome(strongest.name)
