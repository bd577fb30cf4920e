"""What several signals read off one event, worked out once: its text, its links, the personal data in it."""

from collections.abc import Callable
from typing import TypeVar

from bylaw.events.event import Event

Made = TypeVar("Made")


def once_an_event(compute: Callable[[Event], Made]) -> Callable[[Event], Made]:
    """Return ``compute``, remembering what it made of the last event. It must be pure.

    COST: a dozen signals ask for the same thing, one after the other. Events are compared by identity, since
    comparing texts costs more than many a signal; the event is held, so that no other takes its address.
    """
    latest: tuple[Event, Made] | None = None  # one value, so that threads read both or neither

    def ask(event: Event) -> Made:
        nonlocal latest
        known = latest
        if known is not None and known[0] is event:
            return known[1]
        made = compute(event)
        latest = event, made
        return made

    return ask
