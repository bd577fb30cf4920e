"""A message as mail (RFC 5322): the same message to the same address at the same time is the same bytes.

Whatever somebody wrote is one line and without control characters before it gets here (``wording.plain``); a header that
were not would be refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final, NamedTuple

import dkim  # type: ignore[import-untyped]
from email_validator import EmailNotValidError, validate_email

from bylaw.base.errors import InputError
from bylaw.book.outgoing import Dkim, Mail
from bylaw.book.templates import MessageClass
from bylaw.notices.mail.tags import Tags
from bylaw.notices.rendering import Message
from bylaw.notices.wording import plain

MAX_NAME: Final = 100  # characters of a recipient's name
_POLICY: Final = SMTP.clone(max_line_length=78)
_SIGNED: Final = (  # SOURCE: RFC 6376, 5.4.1; RFC 8058, 4
    b"from to subject date message-id reply-to mime-version content-type content-transfer-encoding "
    b"content-language auto-submitted list-unsubscribe list-unsubscribe-post"
).split()


class Address(NamedTuple):
    """Where somebody is reached, how they are called, and what they read."""

    mail: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """Mail and its envelope. ``return_to`` is where reports of failure go; empty: nowhere."""

    data: bytes
    return_to: str
    to: str


class Composer:
    """Writes mail for an operator.

    Args:
        settings: ``[mail]`` of the book.
        tags: marks for what may come back.
        dkim_key: the key of the DKIM signature in PEM, if one is made.
        unsubscribe: makes the link by which somebody (an address) refuses announcements.

    Raises:
        InputError: ``mail.dkim_key``, the key cannot sign.
    """

    def __init__(
        self,
        settings: Mail,
        tags: Tags,
        dkim_key: bytes = b"",
        unsubscribe: Callable[[str], str] | None = None,
    ) -> None:
        self._settings = settings
        self._tags = tags
        self._key = dkim_key
        self._unsubscribe = unsubscribe
        if settings.dkim and dkim_key:
            _signed(b"From: a@b.example\r\n\r\n", settings.dkim, dkim_key)

    def letter(self, message: Message, to: Address, *, name: str, entry: str, made: int) -> Letter:
        """Return the mail that brings a message to somebody.

        Args:
            message: what it says.
            to: whom it is for.
            name: of the message; reports that come back are known by it.
            entry: the id of its entry in the outbox: the same at every attempt.
            made: when it was made, in microseconds since 1970.

        Raises:
            InputError: ``mail.address``, the address is none, or may not hear announcements as there is no way out.
        """
        try:
            address = validate_email(to.mail, check_deliverability=False, globally_deliverable=False)
        except EmailNotValidError:
            raise InputError("mail.address", "this address is none") from None
        if address.ascii_email is None:  # RFC 6531 is spoken by few servers, and by none for the whole way
            raise InputError("mail.address", "the name in this address has letters that mail cannot carry")
        mail = self._headers(message, entry, self._tags.tag(name), made)
        mail["To"] = MailAddress(plain(to.name)[:MAX_NAME], addr_spec=address.ascii_email)
        self._way_out(mail, message.message_class, address.ascii_email)
        mail.set_content(message.text, charset="utf-8", cte="quoted-printable")
        mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="quoted-printable")
        mail["Content-Language"] = (
            message.language
        )  # last: adding a part moves what begins with Content- into it
        mail.set_boundary(
            f"=_{entry}"
        )  # a line of quoted-printable never begins with it: `=` is written `=3D`
        # Message-ID stands on one line, however long: not every server reads a folded one.
        data = bytes(mail).replace(b"\r\nMessage-ID:\r\n ", b"\r\nMessage-ID: ", 1)
        if self._settings.dkim and self._key:
            data = _signed(data, self._settings.dkim, self._key)
        bounces = self._settings.bounces
        return Letter(data, self._tags.return_address(bounces, name) if bounces else "", address.ascii_email)

    def _headers(self, message: Message, entry: str, tag: str, made: int) -> EmailMessage:
        mail = EmailMessage(_POLICY)
        sender, address = parseaddr(self._settings.sender)
        mail["From"] = MailAddress(sender, addr_spec=address)
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(datetime.fromtimestamp(made // 1_000_000, UTC))
        mail["Message-ID"] = f"<{entry}.{tag}@{address.rpartition('@')[2]}>"
        if self._settings.reply_to:
            mail["Reply-To"] = self._settings.reply_to
        mail["Auto-Submitted"] = "auto-generated"  # SOURCE: RFC 3834, 5
        return mail

    def _way_out(self, mail: EmailMessage, message_class: MessageClass, address: str) -> None:
        if message_class is not MessageClass.ANNOUNCEMENT:
            return
        if self._unsubscribe is None:
            raise InputError("mail.no_way_out", "an announcement needs a link by which it is refused")
        mail["List-Unsubscribe"] = f"<{self._unsubscribe(address)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # SOURCE: RFC 8058


def _signed(data: bytes, settings: Dkim, key: bytes) -> bytes:
    there = {line.partition(b":")[0].lower() for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    try:
        signature: bytes = dkim.sign(
            data,
            settings.selector.encode(),
            settings.domain.encode(),
            key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name for name in _SIGNED if name in there],
        )
    except dkim.DKIMException:
        raise InputError("mail.dkim_key", "the key cannot sign mail", hint="an RSA key in PEM") from None
    return signature + data
