"""The things in a case as a page shows them: what somebody wrote first, then what else is known."""

from typing import NamedTuple

from bylaw.events.event import Event
from bylaw.events.kinds import kind_of
from bylaw.web.api.told_cases import ItemView
from bylaw.web.console.events import Field, fields_of
from bylaw.web.service import Service


class Thing(NamedTuple):
    """A thing in a case: what is known in the open, and, if it may be read, the fields of the event."""

    item: ItemView
    fields: tuple[Field, ...]
    readable: bool


def thing_of(service: Service, item: ItemView, events: dict[int, Event | None]) -> Thing:
    """Return a thing with the fields of its event, where that was read."""
    event = events.get(item.source)
    if event is None:
        return Thing(item, (), item.source not in events)
    kind = service.desk.book.kinds.get(kind_of(event))
    return Thing(item, tuple(fields_of(event, kind)), True)
