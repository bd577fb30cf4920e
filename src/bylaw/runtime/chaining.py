"""Several rooms that make facts of decisions, one after the other, in the decider's commit."""

from collections.abc import Sequence

from bylaw.engine.consequences import Consequences, Ruling
from bylaw.records.fact import Fact


class Chain:
    """What follows from decisions in each of some rooms. See ``Consequences``."""

    def __init__(self, *rooms: Consequences) -> None:
        """Take the rooms in their order."""
        self._rooms = rooms

    def resume(self) -> None:
        """See ``Consequences``."""
        for room in self._rooms:
            room.resume()

    def follow(self, rulings: Sequence[Ruling]) -> list[Fact]:
        """See ``Consequences``: the facts of the first room, then those of the next."""
        return [fact for room in self._rooms for fact in room.follow(rulings)]

    def settle(self) -> None:
        """See ``Consequences``."""
        for room in self._rooms:
            room.settle()
