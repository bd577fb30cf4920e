"""The things in a case as a page shows them: what somebody wrote first, then what else is known."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from bylaw.events.event import Event
from bylaw.events.kinds import Kind, kind_of
from bylaw.web.api.told_cases import ItemView
from bylaw.web.languages import Tongue
from bylaw.web.service import Service

THINGS: Final = {
    "post.created": "your post",
    "comment.created": "your comment",
    "message.sent": "your message",
    "listing.created": "your listing",
    "file.uploaded": "your file",
    "link.shared": "the link you shared",
    "profile.updated": "your profile",
    "account.registered": "your registration",
}


class Field(NamedTuple):
    """A field of an event: its name, its value, and whether somebody wrote it."""

    name: str
    value: str
    written: bool


class Thing(NamedTuple):
    """A thing in a case: what is known in the open, and, if it may be read, the fields of the event."""

    item: ItemView
    fields: tuple[Field, ...]
    readable: bool


def called(items: Iterable[ItemView], tongue: Tongue) -> str:
    """Return what the account is told that it is about."""
    first = next(iter(items), None)
    return tongue.say(THINGS.get(first.event, "what you did")) if first else ""


def thing_of(service: Service, item: ItemView, events: dict[int, Event | None]) -> Thing:
    """Return a thing with the fields of its event, where that was read."""
    event = events.get(item.source)
    if event is None:
        return Thing(item, (), item.source not in events)
    kind = service.desk.book.kinds.get(kind_of(event))
    return Thing(item, tuple(_fields(event, kind)), True)


def _fields(event: Event, kind: Kind | None) -> Iterable[Field]:
    """Yield what an event says: first what somebody wrote, then the rest."""
    told = msgspec.to_builtins(event)
    prose = {name for name, field in kind.fields.items() if field.text} if kind else set[str]()
    for name in sorted(told, key=lambda one: one not in prose):
        if name not in {"id", "kind", "at"}:
            value = told[name]
            yield Field(
                name, ", ".join(map(str, value)) if isinstance(value, list) else str(value), name in prose
            )
