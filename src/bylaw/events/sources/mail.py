"""One mail becomes one ``message.sent``.

The standard library's parser is used with its plain policy: the structured one reads every header with a
recursive grammar that long or broken headers make slow or crash. Headers are cut at a length before
anything looks at them, and mail of too many parts is taken as headers and raw text, so that no message
escapes the rules by being odd.
Source: RFC 5322, RFC 2045 to 2047.
"""

import email
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from msgspec import UNSET, UnsetType

from bylaw.base.canonical import digest
from bylaw.base.errors import InputError, Where
from bylaw.base.ids import derived_id
from bylaw.events.event import MAX_ID
from bylaw.events.sources.mail_body import clean, decoded, read_body
from bylaw.events.vocabulary import MessageSent

MAX_MESSAGE = 32 << 20  # bytes
MAX_HEADER = 1 << 16  # characters of a header that lists addresses
MAX_PHRASE = 1 << 12  # characters of any other header
MAX_MULTIPARTS = 64  # parts that have parts; beyond them the body is taken as raw text
MAX_PARTS = 10_000  # lines that may end a part; likewise
MAX_PARSING = 5_000_000  # lines, times the ends of parts each is compared with; beyond it likewise
MAX_RECIPIENTS = 1000  # listed; all are counted

Headers = dict[str, list[str]]

_RECIPIENTS: Final = ("to", "cc", "bcc")
_ENVELOPE: Final = ("delivered-to", "x-original-to", "envelope-to")
_SENDERS: Final = ("from", "sender", "return-path")
_TELLING: Final = frozenset(
    {*_SENDERS, *_RECIPIENTS, *_ENVELOPE, "subject", "date", "received", "message-id"}
)
_MALFORMED: Final = (
    ValueError,
    TypeError,
    IndexError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
)


class _Cut(Compat32):
    """The plain policy, with headers cut at a length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[: MAX_HEADER if name.lower() in _RECIPIENTS else MAX_PHRASE]


_POLICY: Final = _Cut()


def message_sent(
    data: bytes, *, where: Where, latest: datetime | None = None, default_time: datetime | None = None
) -> MessageSent:
    """Return the event that a mail's bytes say.

    Its id is derived from all of the bytes: what a sender chose as Message-ID may repeat. Its time is
    the first of these that can be read and is not after ``latest``: the Date header, the
    Received headers from the newest, ``default_time``.

    Raises:
        InputError: it has no header of a mail (``mail.no_header``), or no time (``mail.no_date``).
    """
    message = parsed(data)
    headers = _headers(message)
    if not _TELLING.intersection(headers):
        hint = "is it a mail?"
        raise InputError("mail.no_header", "there is no header of a mail", where=where, hint=hint)
    senders = [pair for name in _SENDERS for pair in _addresses(headers.get(name, []))]
    sender_name, sender = senders[0] if senders else ("", UNSET)
    recipients = _recipients(headers)
    body = read_body(message)
    return MessageSent(
        id=derived_id("evt", "mail", digest(data)),
        at=_time(headers, latest, default_time, where),
        actor=sender,
        channel="mail",
        message_id=_first(headers, "message-id"),
        sender=sender,
        sender_name=sender_name or UNSET,
        reply_address=_other_address(headers, sender),
        recipient=recipients[0] if recipients else UNSET,
        recipients=recipients[:MAX_RECIPIENTS] or UNSET,
        recipient_count=len(recipients),
        subject=_phrase(headers, "subject"),
        bulk=_is_bulk(headers) or UNSET,
        reply_to=_first(headers, "in-reply-to"),
        text=body.text,
        truncated=body.truncated or UNSET,
        links=list(body.links) or UNSET,
        attachments=list(body.attachments) or UNSET,
        attachment_bytes=body.attachment_bytes if body.attachments else UNSET,
    )


def too_big(where: Where) -> InputError:
    """Return the error for a mail of more than ``MAX_MESSAGE`` bytes."""
    return InputError("mail.too_big", f"the mail is bigger than {MAX_MESSAGE} bytes", where=where)


def parsed(data: bytes) -> Message:
    """Return the parsed mail: in parts, or with its body in one piece when parts are too many."""
    try:
        if not _is_laborious(data):
            return email.message_from_bytes(data, policy=_POLICY)
    except _MALFORMED:
        pass
    head, _, rest = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    message = email.message_from_bytes(head + b"\n\n", policy=_POLICY)
    for name in ("content-type", "content-transfer-encoding"):
        del message[name]
    message.set_payload(rest.decode("ascii", "surrogateescape"))
    return message


def _is_laborious(data: bytes) -> bool:
    multiparts = data.lower().count(b"multipart/")
    work = data.count(b"\n") * (4 + multiparts)
    return multiparts > MAX_MULTIPARTS or data.count(b"\n--") > MAX_PARTS or work > MAX_PARSING


def _headers(message: Message) -> Headers:
    headers: Headers = {}
    for name, value in message.raw_items():
        data = str(value).encode("utf-8", "surrogateescape")
        headers.setdefault(name.lower(), []).append(" ".join(decoded(data).split()))
    return headers


def _first(headers: Headers, name: str) -> str | UnsetType:
    return next((value for value in headers.get(name, ()) if value), UNSET)


def _phrase(headers: Headers, name: str) -> str | UnsetType:
    value = _first(headers, name)
    return value if value is UNSET else _words(value)


def _words(value: str) -> str:
    """Return a phrase with its encoded words read (RFC 2047)."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, *_MALFORMED):
        return value
    texts = (piece if isinstance(piece, str) else decoded(piece, charset or "") for piece, charset in pieces)
    return clean("".join(texts))


def _addresses(values: Iterable[str]) -> list[tuple[str, str]]:
    """Return the name and address of everyone in the values of a header, as far as they can be read."""
    try:
        pairs = getaddresses([value for value in values if value])
    except _MALFORMED:
        return []
    return [(_words(name), address.lower()) for name, address in pairs if _is_address(address)]


def _is_address(text: str) -> bool:
    return 0 < len(text) <= MAX_ID and text.isprintable() and " " not in text


def _recipients(headers: Headers) -> list[str]:
    for names in (_RECIPIENTS, _ENVELOPE):
        everyone = [address for name in names for _, address in _addresses(headers.get(name, []))]
        if everyone:
            return list(dict.fromkeys(everyone))
    return []


def _other_address(headers: Headers, sender: str | UnsetType) -> str | UnsetType:
    """Return where answers go, if not to the sender."""
    return next(
        (address for _, address in _addresses(headers.get("reply-to", [])) if address != sender), UNSET
    )


def _is_bulk(headers: Headers) -> bool:
    precedence = " ".join(headers.get("precedence", [])).lower()
    return bool({"list-id", "list-unsubscribe"} & headers.keys()) or precedence in {"bulk", "list", "junk"}


def _time(headers: Headers, latest: datetime | None, default: datetime | None, where: Where) -> datetime:
    received = [value.rpartition(";")[2] for value in headers.get("received", ())]
    for at in (*_times([*headers.get("date", ())[:1], *received]), default):
        if at is not None and (latest is None or at <= latest):
            return at
    hint = "give a default time for mail without one"
    raise InputError("mail.no_date", "there is no usable date", where=where, hint=hint)


def _times(values: Iterable[str]) -> Iterator[datetime]:
    for value in values:
        try:
            at = parsedate_to_datetime(value)
            yield at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except _MALFORMED:
            continue
