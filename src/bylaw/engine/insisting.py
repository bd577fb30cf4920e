"""An author who was warned may rephrase, or insist: then a warning of the same is not given again.

What the author was warned of is an input of the new decision, and is recorded with it.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import UNSET

from bylaw.engine.recalling import Recalled
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of

INSIST_WITHIN: Final = timedelta(hours=1)  # from the arrival of what was warned of to that of what insists


def warned_of(earlier: Recalled, event: Event, arrived: datetime) -> frozenset[str]:
    """Return the rules of which an earlier decision warned the author of an event.

    None, where it was about another author or another kind of event, too long ago, or did not end with a warning.
    """
    if (
        event.actor is UNSET
        or earlier.event.actor != event.actor
        or earlier.told.kind != kind_of(event)
        or arrived - earlier.arrived > INSIST_WITHIN
    ):
        return frozenset()
    warnings = (planned for planned in earlier.decision.effects if planned.effect == "warn")
    return frozenset(rule for planned in warnings for rule in planned.rules)
