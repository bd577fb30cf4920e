"""Who may count as an acquaintance of whom: the operator's settings. Times are microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bylaw.engine.memory.bounds import DAY

EXPIRY: Mapping[str, int] = MappingProxyType(
    {
        "contact": 365 * DAY,
        "reply": 365 * DAY,
        "invitation": 3 * 365 * DAY,
        "group": 3 * 365 * DAY,
        "customer": 2 * 365 * DAY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """What counts as evidence that two accounts know each other, and for how long.

    ``expiry`` is by evidence, or by the name of a relation; what is not in it lasts until it ends.
    ``operators`` are the operator's own accounts: whoever used the service has dealings with them.
    """

    expiry: Mapping[str, int] = field(default_factory=lambda: EXPIRY)
    blocking: frozenset[str] = frozenset({"block", "blocked", "mute", "opt_out"})
    mutual: frozenset[str] = frozenset({"friend", "family", "partner", "purchase"})
    operators: frozenset[str] = frozenset()
    largest_group: int = 500  # members: in a larger one people do not know each other
    most_recipients: int = 10  # of one message: writing to more at once is no contact
