"""Objections as values, and what the facts about them say in the open. Instants in microseconds since 1970.

Random ids only: people by theirs, staff by theirs. What anybody wrote or attached is sealed under the key of the person
who objects.
"""

from enum import StrEnum
from typing import Final

import msgspec

LODGED: Final = "appeal.lodged"
ATTACHED: Final = "appeal.attached"
SAID: Final = "appeal.said"
DECIDED: Final = "appeal.decided"
LIMITED: Final = "appeal.limited"
LIFTED: Final = "appeal.limit_lifted"
MENDED: Final = "appeal.mended"

DAY: Final = 86_400_000_000  # microseconds
MAX_REPLY: Final = 10_000  # characters of what staff write


class State(StrEnum):
    """Where an objection stands."""

    OPEN = "open"  # somebody is to look at it
    ASKED = "asked"  # a question was put to whoever objects
    UPHELD = "upheld"  # the decision stands
    REVERSED = "reversed"  # what was done is taken back


class Outcome(StrEnum):
    """How an objection is decided."""

    UPHELD = "upheld"
    REVERSED = "reversed"


class Lodged(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.lodged``: somebody objects to what a notice told them. The text is sealed.

    ``actions`` are those that it is about, with their ``effects``; ``took_part`` are the people who decided, ordered or
    approved them; ``automated``: nobody did. ``source`` is the number of the fact that holds the event, 0 if there is
    none. ``case`` is the one in ``queue`` that it became.
    """

    appeal: str
    notice: str
    people: tuple[str, ...]  # who objects, alone
    at: int
    decision: str
    actions: tuple[str, ...]
    effects: tuple[str, ...]
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    took_part: tuple[str, ...]
    automated: bool
    source: int
    queue: str
    case: str


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.attached``: a file that came with a letter. Name and content are sealed (``File``)."""

    appeal: str
    file: str
    letter: int
    people: tuple[str, ...]
    at: int
    media: str
    size: int  # bytes


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.said``: a letter, counted from 0, which is the objection itself. ``by`` staff; empty: who objects."""

    appeal: str
    letter: int
    by: str
    people: tuple[str, ...]
    at: int


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.decided``. The reasons are sealed.

    ``took_part`` are those who could not decide it. ``unfounded``: manifestly without a ground. ``warned``: whoever
    objects was told that once more may be too often. ``waited``: microseconds since it was lodged.
    """

    appeal: str
    notice: str
    people: tuple[str, ...]
    at: int
    by: str
    outcome: Outcome
    decision: str
    actions: tuple[str, ...]  # that are taken back
    effects: tuple[str, ...]
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    took_part: tuple[str, ...]
    automated: bool
    unfounded: bool
    warned: bool
    waited: int


class Limited(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.limited``: no objection of somebody is taken until then. ``unfounded``: how many led to it."""

    people: tuple[str, ...]
    at: int
    by: str
    until: int
    unfounded: int
    appeal: str  # with whose decision it came


class Lifted(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.limit_lifted``: objections are taken again. The reason is sealed."""

    people: tuple[str, ...]
    at: int
    by: str


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """``appeal.mended``: somebody says that what a notice told of is mended. What they did is sealed."""

    notice: str
    people: tuple[str, ...]
    at: int
    decision: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]


class File(msgspec.Struct, frozen=True):
    """An attachment as it is sealed."""

    name: str
    content: bytes


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it stands; the text is none once it can be read no more."""

    letter: int
    by: str
    at: int
    text: str | None
    files: tuple["Held", ...] = ()


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment as it stands."""

    file: str
    letter: int
    media: str
    size: int
    name: str | None


class Appeal(msgspec.Struct, frozen=True, kw_only=True):
    """An objection as it stands. ``seq`` is the number of the fact that lodged it, ``decided`` of the one that ended it.

    ``letters`` and ``texts`` count all letters, and those of whoever objects.
    """

    lodged: Lodged
    state: State
    seq: int
    moved: int
    letters: int
    texts: int
    decided: int | None = None
    by: str = ""
    unfounded: bool = False

    @property
    def id(self) -> str:
        """Its id."""
        return self.lodged.appeal


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody's objections are not taken; ``lifted`` is when that was ended before its time."""

    seq: int
    by: str
    at: int
    until: int
    unfounded: int
    appeal: str
    lifted: int | None = None

    def stands(self, now: int) -> bool:
        """Tell whether it is in force at an instant."""
        return self.lifted is None and self.at <= now < self.until
