"""Who delivers webhooks: the handler of the outbox's destinations ``webhook:<endpoint>/<lane>``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec

from bylaw.base.errors import NotFoundError, UpstreamError
from bylaw.book.outgoing import Webhook
from bylaw.notices.webhooks.announcing import gone, is_called
from bylaw.notices.webhooks.envelope import MEDIA_TYPE, Announcement, envelope
from bylaw.notices.webhooks.posting import Answer, Call, Poster
from bylaw.notices.webhooks.signing import signed
from bylaw.records.outbox import SECOND, Entry
from bylaw.records.people import subject_of
from bylaw.records.records import Records
from bylaw.records.rounds import Delivered, Undelivered
from bylaw.records.vault.uses import Destroyed
from bylaw.records.vault.vault import Vault

MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
WAITS: Final = (  # SOURCE: Standard Webhooks, 1.0: deliverability
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
SPREAD: Final = 10  # percent by which waits differ, so that not all come back at once
LONGEST: Final = 24 * HOUR
_OK: Final = range(200, 300)
_GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of the book, and the keys under which it is called: the first signs first."""

    settings: Webhook
    keys: Sequence[bytes]


class Calling:
    """Calls endpoints.

    Args:
        records: of the operator; ``vault`` likewise.
        endpoints: returns those of the book in force, by name.
        source: whose events these are: a URI reference (CloudEvents).
        poster: makes the calls.
    """

    def __init__(
        self,
        records: Records,
        vault: Vault,
        endpoints: Callable[[], Mapping[str, Endpoint]],
        source: str,
        poster: Poster,
    ) -> None:
        self._records = records
        self._vault = vault
        self._endpoints = endpoints
        self._source = source
        self._poster = poster

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        """See ``Handler``."""
        name = entry.destination.partition(":")[2].rpartition("/")[0]
        endpoint = self._endpoints().get(name)
        if endpoint is None or not is_called(self._records, name):
            return Delivered()  # the book names it no more, or it is gone: nobody is there to hear
        try:
            answer = self._poster.post(self._call(endpoint, entry, now))
        except UpstreamError as error:
            return Undelivered(error.code, wait_after(entry))
        if answer.status in _OK:
            return Delivered()
        if answer.status == _GONE:
            return Delivered((gone(name),))
        return Undelivered(f"webhook.{answer.status}", _wait(entry, answer))

    def rest(self) -> None:
        """See ``Handler``: nothing."""

    def _call(self, endpoint: Endpoint, entry: Entry, now: int) -> Call:
        announcement = msgspec.json.decode(entry.body, type=Announcement)
        body = envelope(self._source, announcement, [self._external(alias) for alias in announcement.people])
        return Call(
            url=endpoint.settings.url,
            headers={"Content-Type": MEDIA_TYPE, **signed(endpoint.keys, entry.id, now // SECOND, body)},
            body=body,
            allow=endpoint.settings.allow,
            seconds=endpoint.settings.timeout_seconds,
        )

    def _external(self, alias: str) -> str | None:
        try:
            found = self._vault.external(subject_of(alias))
        except (Destroyed, NotFoundError):
            return None
        return found[1] if found else None


def wait_after(entry: Entry) -> int:
    """Return how long to wait after a failure, in microseconds: by the schedule, a little more for some than for others."""
    wait = WAITS[min(entry.attempts, len(WAITS)) - 1]
    chance = blake2b(f"{entry.id}/{entry.attempts}".encode(), digest_size=2).digest()
    return wait + wait * SPREAD * int.from_bytes(chance, "big") // (100 << 16)


def _wait(entry: Entry, answer: Answer) -> int:
    asked = (answer.retry_after or 0) * SECOND
    return min(max(asked, wait_after(entry)), LONGEST + LONGEST * SPREAD // 100)
