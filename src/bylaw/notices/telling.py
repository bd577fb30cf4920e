"""Who delivers notices: the handlers of the outbox's destinations ``notices:<person>`` and ``mail:<person>``."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from bylaw.base.errors import InputError
from bylaw.notices import model
from bylaw.notices.choosing import Voice
from bylaw.notices.mail.composing import Address, Composer
from bylaw.notices.mail.smtp import Blocked, Outcome, Refused, Smtp, Taken
from bylaw.notices.model import MessageAt, State
from bylaw.notices.rendering import render
from bylaw.notices.workflow import Notices
from bylaw.records.fact import Fact
from bylaw.records.outbox import MAX_ATTEMPTS, Entry
from bylaw.records.people import subject_of
from bylaw.records.rounds import Delivered, Undelivered
from bylaw.records.vault.uses import Destroyed

MINUTE: Final = 60_000_000
WAITS: Final = tuple(  # SOURCE: RFC 5321, 4.5.4.1
    minutes * MINUTE for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 720, 720)
)
BLOCKED_WAIT: Final = 5 * MINUTE

AddressOf = Callable[[bytes], Address | None]
T = TypeVar("T")


class _Timer(msgspec.Struct, frozen=True):
    person: str


class _Sending(msgspec.Struct, frozen=True):
    message: str


class Gathering:
    """Makes messages of what is due to be told; ``book`` returns the digest of the book that words them."""

    def __init__(self, notices: Notices, book: Callable[[], str]) -> None:
        self._notices = notices
        self._book = book

    def deliver(self, entry: Entry, now: int) -> Delivered:  # noqa: ARG002 - it is due, that is enough
        """See ``Handler``."""
        person = subject_of(msgspec.json.decode(entry.body, type=_Timer).person)
        return Delivered(tuple(self._notices.gathering(person, self._book(), entry.id)))

    def rest(self) -> None:
        """See ``Handler``: nothing."""


class Mailing:
    """Sends messages by mail.

    Args:
        notices: of the record.
        voice: returns how a book speaks, by its digest.
        address_of: returns where somebody is reached now; nothing if that is not known.
        composer: writes the mail.
        smtp: hands it over.
    """

    def __init__(
        self,
        notices: Notices,
        voice: Callable[[str], Voice],
        address_of: AddressOf,
        composer: Composer,
        smtp: Smtp,
    ) -> None:
        self._notices = notices
        self._voice = voice
        self._address_of = address_of
        self._composer = composer
        self._smtp = smtp

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:  # noqa: ARG002 - sending has a clock of its own
        """See ``Handler``."""
        name = msgspec.json.decode(entry.body, type=_Sending).message
        message = self._notices.message(name)
        if not message.notices or message.notices[0].state is not State.GATHERED:
            return Delivered()  # this was told before, and the entry was left behind
        try:
            address = self._address_of(message.person)
            if address is None:
                return self._ended(model.UNREACHABLE, name, "mail.no_address")
            return self._outcome(name, entry, self._send(entry, message, address))
        except Destroyed:
            return self._ended(model.UNREACHABLE, name, "vault.destroyed")
        except InputError as error:  # the address is none
            return self._ended(model.FAILED, name, error.code)

    def rest(self) -> None:
        """See ``Handler``: the connection is closed."""
        self._smtp.rest()

    def _send(self, entry: Entry, message: MessageAt, address: Address) -> Outcome:
        statements = self._notices.statements(message.notices)
        worded = render(self._voice(message.book), statements, address.language, address.name)
        return self._smtp.send(
            self._composer.letter(worded, address, name=message.id, entry=entry.id, made=message.made)
        )

    def _outcome(self, name: str, entry: Entry, outcome: Outcome) -> Delivered | Undelivered:
        match outcome:
            case Taken():
                return self._ended(model.SENT, name)
            case Blocked(code):
                return Undelivered(code, BLOCKED_WAIT, blameless=True)
            case Refused(code, for_good):
                if for_good or entry.attempts >= MAX_ATTEMPTS:
                    return self._ended(model.FAILED, name, code)
                return Undelivered(f"smtp.{code}", WAITS[min(entry.attempts, len(WAITS)) - 1])

    def _ended(self, kind: str, name: str, code: str = "") -> Delivered:
        facts: tuple[Fact, ...] = (self._notices.became(kind, name, code),)
        return Delivered(facts)
