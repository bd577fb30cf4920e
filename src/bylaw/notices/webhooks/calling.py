"""Who calls webhooks: the handlers of the outbox's destinations ``webhook:<endpoint>/<lane>`` and ``handed:<person>``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec

from bylaw.base.errors import NotFoundError, UpstreamError
from bylaw.book.outgoing import Webhook
from bylaw.notices import model
from bylaw.notices.telling import Sending, Worded, Wording
from bylaw.notices.webhooks.announcing import gone, is_called
from bylaw.notices.webhooks.envelope import MEDIA_TYPE, Announcement, envelope
from bylaw.notices.webhooks.posting import Answer, Call, Poster
from bylaw.notices.webhooks.signing import signed
from bylaw.records.outbox import MAX_ATTEMPTS, SECOND, Entry
from bylaw.records.people import alias_of, subject_of
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
PAUSE: Final = 30 * SECOND
SPREAD: Final = 10  # percent by which waits differ, so that not all come back at once
LONGEST: Final = 24 * HOUR
_OK: Final = range(200, 300)
GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of the book, and the keys under which it is called: the first signs first."""

    settings: Webhook
    keys: Sequence[bytes]


class Line:
    """The way to endpoints: ``endpoints`` returns those of the book in force, ``poster`` makes the calls.

    One that could not be reached is left alone for a while, so that it does not hold up calls to others.
    """

    def __init__(self, endpoints: Callable[[], Mapping[str, Endpoint]], poster: Poster) -> None:
        self._endpoints = endpoints
        self._poster = poster
        self._left_alone: dict[str, int] = {}

    def send(self, to: str, entry: Entry, body: bytes, now: int) -> Answer | Undelivered | None:
        """Return what an endpoint answers: taken (2xx) or gone (410), else why not; nothing if there is none of this name."""
        endpoint = self._endpoints().get(to)
        if endpoint is None:
            return None
        if now < self._left_alone.get(to, 0):
            return Undelivered("webhook.left_alone", PAUSE, blameless=True)
        settings = endpoint.settings
        call = Call(
            url=settings.url,
            headers={"Content-Type": MEDIA_TYPE, **signed(endpoint.keys, entry.id, now // SECOND, body)},
            body=body,
            allow=settings.allow,
            seconds=settings.timeout_seconds,
        )
        try:
            answer = self._poster.post(call)
        except UpstreamError as error:
            self._left_alone[to] = now + PAUSE
            return Undelivered(error.code, wait_after(entry))
        if answer.status in _OK or answer.status == GONE:
            return answer
        return Undelivered(f"webhook.{answer.status}", _wait(entry, answer))


class Calling:
    """Tells endpoints what happened. ``source``: whose events these are, a URI reference (CloudEvents)."""

    def __init__(self, records: Records, vault: Vault, line: Line, source: str) -> None:
        self._records = records
        self._vault = vault
        self._line = line
        self._source = source

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        """See ``Handler``."""
        name = entry.destination.partition(":")[2].rpartition("/")[0]
        if not is_called(self._records, name):
            return Delivered()  # it is gone, or the book names it no more: nobody is there to hear
        announcement = msgspec.json.decode(entry.body, type=Announcement)
        people = [external(self._vault, alias) for alias in announcement.people]
        answer = self._line.send(name, entry, envelope(self._source, announcement, people), now)
        if isinstance(answer, Undelivered):
            return answer
        return Delivered((gone(name),)) if answer and answer.status == GONE else Delivered()

    def rest(self) -> None:
        """See ``Handler``: nothing."""


class Handing:
    """Hands messages to a webhook of the service, which tells people itself: ``bylaw.notice.message``.

    A call that is taken counts as sent. One that is refused until the end is a failed notice.
    """

    def __init__(self, vault: Vault, wording: Wording, line: Line, source: str) -> None:
        self._vault = vault
        self._wording = wording
        self._line = line
        self._source = source

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        """See ``Handler``."""
        sending = msgspec.json.decode(entry.body, type=Sending)
        worded = self._wording.word(sending.message)
        if isinstance(worded, Delivered):
            return worded
        answer = self._line.send(sending.to, entry, self._body(worded, entry), now)
        match answer:
            case Answer(status) if status != GONE:
                return self._wording.ended(model.SENT, sending.message)
            case Undelivered(code) if entry.attempts < MAX_ATTEMPTS:
                return answer
            case _:
                code = answer.code if isinstance(answer, Undelivered) else "webhook.gone"
                return self._wording.ended(model.FAILED, sending.message, code)

    def rest(self) -> None:
        """See ``Handler``: nothing."""

    def _body(self, worded: Worded, entry: Entry) -> bytes:
        at, message = worded.at, worded.message
        announcement = Announcement(
            type="notice.message",
            subject=at.id,
            fact=entry.seq,
            at=at.made,
            data={
                "message": at.id,
                "notices": [notice.id for notice in at.notices],
                "actions": [notice.action for notice in at.notices],
                "class": message.message_class.value,
                "language": message.language,
                "subject": message.subject,
                "text": message.text,
                "html": message.html,
            },
        )
        return envelope(self._source, announcement, [external(self._vault, alias_of(at.person))])


def external(vault: Vault, alias: str) -> str | None:
    """Return the id under which the service knows somebody; nothing for who was forgotten."""
    try:
        found = vault.external(subject_of(alias))
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
