"""When something was first and last seen."""

from typing import Any


class Span:
    """The first and the newest moment of one key."""

    __slots__ = ("first", "latest")

    weight = 1

    def __init__(self) -> None:
        self.first = self.latest = -1

    def add(self, at: int, _: int, __: object) -> int:
        """Take in one moment; the weight stays."""
        if self.first < 0:
            self.first = self.latest = at
        else:
            self.first, self.latest = min(self.first, at), max(self.latest, at)
        return 0

    def dump(self) -> Any:  # noqa: ANN401 - what a snapshot holds
        """Return the span as a snapshot holds it."""
        return [self.first, self.latest]

    @classmethod
    def load(cls, dumped: Any) -> "Span":  # noqa: ANN401
        """Return the span that ``dump`` was given for."""
        made = cls()
        made.first, made.latest = map(int, dumped)
        return made
