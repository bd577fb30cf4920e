"""What follows from decisions, and is recorded in the same commit: a seam for the rooms above.

The decider hands over what it decided before it is recorded, gets facts back, and commits all of them at once. So
either a decision and what is done about it are both on record, or neither is.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.records.fact import Fact


class Ruling(NamedTuple):
    """A decision that plans something, and where it will stand. People go by their random ids.

    ``person`` is the account that acted, or was reported; ``customer`` the one it belongs to. ``at`` is when the
    event arrived, in microseconds since 1970. ``event`` names people as the service does. ``cause`` is what acts
    where that is not the decision itself: the same cause never acts twice.
    """

    seq: int
    decision: Decision
    at: int
    person: str | None
    customer: str | None
    event: Event | None = None
    cause: str = ""


class Consequences(Protocol):
    """What makes facts of decisions. Called by the decider alone, one call at a time."""

    def resume(self) -> None:
        """Stand where the record stands: at the start, and after a commit that failed."""

    def follow(self, rulings: Sequence[Ruling]) -> list[Fact]:
        """Return what follows, in the order of decisions."""

    def settle(self) -> None:
        """Take note that what was returned last is durable."""


class NoConsequences:
    """Decides only."""

    def resume(self) -> None:
        """See ``Consequences``."""

    def follow(self, rulings: Sequence[Ruling]) -> list[Fact]:  # noqa: ARG002 - nothing follows
        """See ``Consequences``."""
        return []

    def settle(self) -> None:
        """See ``Consequences``."""
