"""What several signals share is worked out once for an event, and never carried over to another one."""

from datetime import UTC, datetime

from bylaw.events.event import Event
from bylaw.events.vocabulary import PostCreated
from bylaw.signals.once import once_an_event


def post(text: str) -> PostCreated:
    return PostCreated(id="evt_1", at=datetime(2026, 3, 1, tzinfo=UTC), text=text)


def test_the_same_event_is_looked_at_once_and_an_equal_one_anew() -> None:
    looked_at: list[Event] = []

    @once_an_event
    def size(event: Event) -> int:
        looked_at.append(event)
        return len(looked_at)

    first, second = post("the ferry leaves at four"), post("the ferry leaves at four")
    assert [size(first), size(first), size(second), size(first)] == [1, 1, 2, 3]
