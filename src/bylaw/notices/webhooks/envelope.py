"""What a webhook says: a CloudEvents 1.0 envelope in structured mode, which is Standard Webhooks' payload as well. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes

MEDIA_TYPE: Final = "application/cloudevents+json"
TYPE_PREFIX: Final = "bylaw."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, as it waits in the outbox: ids only.

    ``fact`` is the number of the fact, ``at`` its instant in microseconds. ``people`` are random ids; who is called gets
    the ids under which their service knows them.
    """

    type: str
    subject: str
    fact: int
    at: int
    data: Mapping[str, object] = {}
    people: tuple[str, ...] = ()


def envelope(source: str, announcement: Announcement, people: Sequence[str | None]) -> bytes:
    """Return the body of a call.

    Args:
        source: whose event it is; with the id of the event, it is unique.
        announcement: what happened.
        people: the service's own ids of those concerned, in their order; none for who was forgotten.
    """
    time = (_EPOCH + timedelta(microseconds=announcement.at)).isoformat()
    return canonical_bytes(
        {
            "specversion": "1.0",
            "id": f"fact_{announcement.fact}",
            "source": source,
            "type": TYPE_PREFIX + announcement.type,
            "subject": announcement.subject,
            "time": time,
            "timestamp": time,  # what Standard Webhooks calls it
            "datacontenttype": "application/json",
            "data": {**announcement.data, "people": list(people)},
        }
    )
