"""What staff send in, and what they are asked for, on the way in."""

from typing import Annotated, Any

import msgspec

from bylaw.staff import wallet

Short = Annotated[str, msgspec.Meta(max_length=1_024)]
Ticket = Annotated[str, msgspec.Meta(max_length=4_096)]


class Password(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address and its password."""

    address: Short
    password: Short


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the phone or of the paper, and the ticket of the step before."""

    ticket: Ticket
    code: Short


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``navigator.credentials.get`` or ``create`` returned, as JSON, and the ticket with which it was asked."""

    ticket: Ticket
    answer: dict[str, Any]
    label: Annotated[str, msgspec.Meta(max_length=60)] = ""


class Vouched(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With what a provider sent the browser back."""

    state: Short
    code: Annotated[str, msgspec.Meta(max_length=4_096)]


class CodeOnly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the phone or of the paper."""

    code: Short


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser is to be asked for (WebAuthn options, as JSON), and the ticket that comes back with the answer."""

    ticket: str
    ask: dict[str, Any]


class GoTo(msgspec.Struct, frozen=True):
    """The address to send the browser to; it comes back to ``/staff/back`` with ``state`` and ``code``."""

    url: str


def question(asked: wallet.Question) -> Question:
    """Return what a browser is asked for."""
    return Question(ticket=asked.ticket, ask=msgspec.json.decode(asked.ask))


def words(shown: Shown) -> str:
    """Return what a browser answered, as the room of staff reads it."""
    return msgspec.json.encode(shown.answer).decode()
