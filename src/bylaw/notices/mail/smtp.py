"""Mail over SMTP (RFC 5321) to the server that takes ours. What went wrong is told by codes, never by its words.

The password and the mail go over an encrypted connection or not at all, unless the book says ``tls = "none"``.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Final

from bylaw.book.outgoing import Mail
from bylaw.notices.mail.composing import Letter

MAX_LETTER: Final = 4 << 20  # bytes
MAX_ON_ONE: Final = 200  # letters on one connection
PAUSE: Final = 30_000_000  # microseconds for which a server that did not answer is not asked again
_STATUS: Final = re.compile(rb"\b([245])\.(\d{1,3})\.(\d{1,3})\b")  # noqa: TID251 - RFC 3463, from the server
_CLOSING: Final = 421
_CODES: Final = (
    (smtplib.SMTPAuthenticationError, "mail.password"),
    (smtplib.SMTPNotSupportedError, "mail.no_tls"),
    (ssl.SSLError, "mail.tls"),
    (Exception, "mail.unreachable"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The server has it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not take this letter: for good, or for now. ``code`` is its status (``550 5.1.1``)."""

    code: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """No letter gets through: the server does not answer, or not as it must."""

    code: str


Outcome = Taken | Refused | Blocked


class Smtp:
    """The way to the server; one for each thread. A connection is kept until ``rest``."""

    def __init__(
        self,
        settings: Mail,
        clock: Callable[[], int],
        password: str = "",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._password = password
        self._context = context or ssl.create_default_context()
        self._connection: smtplib.SMTP | None = None
        self._sent = 0
        self._blocked: tuple[int, Blocked] | None = None

    def send(self, letter: Letter) -> Outcome:
        """Hand a letter over. ``Taken``: the server answers for it from now on."""
        if len(letter.data) > MAX_LETTER:
            return Refused("mail.size", for_good=True)
        if self._blocked and self._clock() < self._blocked[0]:
            return self._blocked[1]
        self._blocked = None
        connection = self._connected()
        if isinstance(connection, Blocked):
            return self._block(connection)
        outcome = _hand_over(connection, letter, receipts=self._settings.receipts)
        if isinstance(outcome, Blocked):
            self.rest()
            return self._block(outcome)
        return outcome

    def rest(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._sent = self._connection, None, 0
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _block(self, blocked: Blocked) -> Blocked:
        self._blocked = (self._clock() + PAUSE, blocked)
        return blocked

    def _connected(self) -> smtplib.SMTP | Blocked:
        if self._sent >= MAX_ON_ONE:
            self.rest()
        self._sent += 1
        if self._connection is None:
            try:
                self._connection = self._connect()
            except (OSError, smtplib.SMTPException) as error:
                return Blocked(next(code for kind, code in _CODES if isinstance(error, kind)))
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        # By default the name that we say hello with is looked up, which may take long and tell much.
        own = parseaddr(settings.sender)[1].rpartition("@")[2]
        where, timeout = (settings.host, settings.usual_port, own), settings.timeout_seconds
        if settings.tls == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=timeout, context=self._context)
        else:
            connection = smtplib.SMTP(*where, timeout=timeout)
        try:
            if settings.tls == "starttls":
                connection.starttls(context=self._context)
            if settings.user:
                connection.login(settings.user, self._password)
        except BaseException:
            connection.close()
            raise
        return connection


def _hand_over(connection: smtplib.SMTP, letter: Letter, *, receipts: bool) -> Outcome:
    try:
        connection.ehlo_or_helo_if_needed()
        if _is_too_large(connection, letter):
            return Refused("mail.size", for_good=True)
        reports = ["NOTIFY=FAILURE,SUCCESS" if receipts else "NOTIFY=FAILURE"]  # SOURCE: RFC 3461, 4.1
        options = reports if connection.has_extn("dsn") and letter.return_to else []
        connection.sendmail(letter.return_to, [letter.to], letter.data, rcpt_options=options)
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(*next(iter(error.recipients.values())))
    except smtplib.SMTPDataError as error:
        return _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Refused("mail.smtputf8", for_good=True)
    except (OSError, smtplib.SMTPException) as error:
        sender = isinstance(error, smtplib.SMTPSenderRefused)  # so it would be for every letter of ours
        return Blocked("mail.sender_refused" if sender else "mail.unreachable")
    return Taken()


def _is_too_large(connection: smtplib.SMTP, letter: Letter) -> bool:
    largest = connection.esmtp_features.get("size", "")  # SOURCE: RFC 1870
    return largest.isdecimal() and 0 < int(largest) < len(letter.data)


def _refused(code: int, words: bytes | str) -> Outcome:
    if code == _CLOSING:
        return Blocked("mail.closing")
    found = _STATUS.search(words if isinstance(words, bytes) else words.encode())
    status = f" {found[0].decode()}" if found else ""
    return Refused(f"{code}{status}", for_good=500 <= code < 600)
