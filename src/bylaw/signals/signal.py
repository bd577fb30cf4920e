"""What a signal is: a named, typed, versioned value that a rule may read.

A rule writes ``personal_data.cards > 0``; the family (``personal_data``) is the folder the signal lives
in, the member (``cards``) is a row in that family's table. A signal is a pure function of the event and
of the book's lists; its version is recorded with every value, because the value is an input of the decision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from bylaw.events.event import Event
from bylaw.events.kinds import Kind, text_of
from bylaw.signals.once import once_an_event

SignalType = Literal["bool", "int", "double", "string", "list(string)"]
SignalValue = bool | int | float | str | list[str]
Lists = Mapping[str, tuple[str, ...]]
Value = TypeVar("Value", bool, int, float, str, list[str])

written = once_an_event(text_of)  # what was written, as all signals of an event see it


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One value a rule may read.

    ``kinds`` names the event kinds it can be computed for; empty means every kind that has one of
    ``fields``, and where those are empty too, every kind with a field that is prose. ``cost`` is in units
    of about one microsecond for a text of 200 bytes. ``personal`` marks a value that may repeat what a
    person wrote: evidence shows its size, never the value.
    ``compute`` may raise ``ValueError``: the signal is then missing, and the decision says so.
    """

    name: str  # family.member
    type: SignalType
    doc: str  # one line for the people who write rules
    compute: Callable[[Event, Lists], SignalValue]
    version: str = "1"  # another whenever the same event may get another value
    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    cost: int = 1
    personal: bool = False

    @property
    def family(self) -> str:
        """The name before the dot."""
        return self.name.partition(".")[0]

    @property
    def member(self) -> str:
        """The name after the dot."""
        return self.name.partition(".")[2]

    def serves(self, kind: Kind) -> bool:
        """Tell whether the signal can be computed for events of a kind, declared ones included."""
        if self.kinds:
            return kind.name in self.kinds
        if self.fields:
            return not kind.fields.keys().isdisjoint(self.fields)
        return any(field.text for field in kind.fields.values())


def of_text(compute: Callable[[str], Value]) -> Callable[[Event, Lists], Value]:
    """Return a signal's ``compute`` for what depends on nothing but the event's text."""
    return lambda event, _lists: compute(written(event))
