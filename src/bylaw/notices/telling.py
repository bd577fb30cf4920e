"""Who delivers notices: the handlers of the outbox's destinations ``notices:<person>`` and ``mail:<person>``."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from bylaw.base.errors import InputError
from bylaw.notices import model
from bylaw.notices.choosing import Voice
from bylaw.notices.mail.composing import Address, Composer
from bylaw.notices.mail.smtp import Blocked, Outcome, Refused, Smtp, Taken
from bylaw.notices.model import MessageAt, State
from bylaw.notices.rendering import Message, render
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


class _Timer(msgspec.Struct, frozen=True):
    person: str


class Sending(msgspec.Struct, frozen=True):
    """What an entry that brings a message says; ``to`` names a webhook."""

    message: str
    to: str = ""


class Way(NamedTuple):
    """How people are told now: the digest of the book that words it, and by what (``mail``, ``webhook:NAME``)."""

    book: str
    by: str


class Gathering:
    """Makes messages of what is due to be told; ``way`` returns how, as the book in force says."""

    def __init__(self, notices: Notices, way: Callable[[], Way]) -> None:
        self._notices = notices
        self._way = way

    def deliver(self, entry: Entry, now: int) -> Delivered:  # noqa: ARG002 - it is due, that is enough
        """See ``Handler``."""
        person = subject_of(msgspec.json.decode(entry.body, type=_Timer).person)
        return Delivered(tuple(self._notices.gathering(person, *self._way(), entry.id)))

    def rest(self) -> None:
        """See ``Handler``: nothing."""


class Worded(NamedTuple):
    """A message as somebody gets it."""

    at: MessageAt
    message: Message
    address: Address


class Wording:
    """Puts messages into words.

    Args:
        notices: of the record.
        voice: returns how a book speaks, by its digest.
        address_of: returns where somebody is reached now; nothing if that is not known.
    """

    def __init__(self, notices: Notices, voice: Callable[[str], Voice], address_of: AddressOf) -> None:
        self.notices = notices
        self._voice = voice
        self._address_of = address_of

    def word(self, name: str) -> Worded | Delivered:
        """Return a message in words; or what is to be recorded where there is nobody to tell."""
        at = self.notices.message(name)
        if not at.notices or at.notices[0].state is not State.GATHERED:
            return Delivered()  # this was told before, and the entry was left behind
        try:
            address = self._address_of(at.person)
            if address is None:
                return self.ended(model.UNREACHABLE, name, "no_address")
            statements = self.notices.statements(at.notices)
        except Destroyed:
            return self.ended(model.UNREACHABLE, name, "forgotten")
        voice = self._voice(at.book)
        linked = [
            self.notices.linked(voice.page, notice, statement)
            for notice, statement in zip(at.notices, statements, strict=True)
        ]
        return Worded(at, render(voice, linked, address.language, address.name), address)

    def ended(self, kind: str, name: str, code: str = "") -> Delivered:
        """Return that a message came to an end, for the record."""
        facts: tuple[Fact, ...] = (self.notices.became(kind, name, code),)
        return Delivered(facts)


class Mailing:
    """Sends messages by mail: ``composer`` writes it, ``smtp`` hands it over."""

    def __init__(self, wording: Wording, composer: Composer, smtp: Smtp) -> None:
        self._wording = wording
        self._composer = composer
        self._smtp = smtp

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:  # noqa: ARG002 - sending has a clock of its own
        """See ``Handler``."""
        name = msgspec.json.decode(entry.body, type=Sending).message
        worded = self._wording.word(name)
        if isinstance(worded, Delivered):
            return worded
        try:
            letter = self._composer.letter(
                worded.message, worded.address, name=name, entry=entry.id, made=worded.at.made
            )
        except InputError as error:  # the address is none
            return self._wording.ended(model.FAILED, name, error.code)
        return self._outcome(name, entry, self._smtp.send(letter))

    def rest(self) -> None:
        """See ``Handler``: the connection is closed."""
        self._smtp.rest()

    def _outcome(self, name: str, entry: Entry, outcome: Outcome) -> Delivered | Undelivered:
        match outcome:
            case Taken():
                return self._wording.ended(model.SENT, name)
            case Blocked(code):
                return Undelivered(code, BLOCKED_WAIT, blameless=True)
            case Refused(code, for_good):
                if for_good or entry.attempts >= MAX_ATTEMPTS:
                    return self._wording.ended(model.FAILED, name, code)
                return Undelivered(f"smtp.{code}", WAITS[min(entry.attempts, len(WAITS)) - 1])


class Waiting:
    """Stands in for a way out that is not set up: what is to go out waits for it."""

    def __init__(self, code: str) -> None:
        self._code = code

    def deliver(self, entry: Entry, now: int) -> Undelivered:  # noqa: ARG002 - all alike
        """See ``Handler``."""
        return Undelivered(self._code, BLOCKED_WAIT, blameless=True)

    def rest(self) -> None:
        """See ``Handler``: nothing."""
