"""What a replay of many decisions came to. Counts of parts add up to the counts of the whole."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from bylaw.engine.replay import Ending, Replayed

EXAMPLES: Final = 20  # decisions that are named
_BAD: Final = {Ending.DIFFERS, Ending.DAMAGED}


@dataclass(slots=True)
class Counts:
    """How replays ended.

    ``fields`` counts what differed, what was damaged, and semantics that this program does not stand for;
    ``examples`` are the first that ended badly.
    """

    endings: Counter[Ending] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Replayed] = field(default_factory=list)

    @property
    def events(self) -> int:
        """How many decisions were replayed."""
        return self.endings.total()

    @property
    def sound(self) -> bool:
        """Whether no decision differs and none is damaged."""
        return not any(self.endings[bad] for bad in _BAD)

    def add(self, replayed: Replayed) -> None:
        """Count one."""
        self.endings[replayed.ending] += 1
        self.fields.update(replayed.fields)
        if replayed.ending in _BAD and len(self.examples) < EXAMPLES:
            self.examples.append(replayed)

    def merge(self, other: "Counts") -> None:
        """Add the counts of another part."""
        self.endings.update(other.endings)
        self.fields.update(other.fields)
        self.examples = sorted([*self.examples, *other.examples])[:EXAMPLES]
