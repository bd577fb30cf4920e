"""The things in a case as a page shows them: what somebody wrote first, then what else is known."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from bylaw.events.event import Event
from bylaw.events.kinds import kind_of
from bylaw.web.api.told_cases import ItemView
from bylaw.web.console.events import Field, fields_of
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
    return Thing(item, tuple(fields_of(event, kind)), True)
