"""Ground truth: what an event and an account really are, as lines of JSON beside the events.

A decision about a made-up event can be held against it. Rules never see it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from bylaw.base.errors import InputError, Where
from bylaw.events.event import Event
from bylaw.simulation.population import KIND_OF_OWNER
from bylaw.simulation.scene import BENIGN


class EventTruth(msgspec.Struct, frozen=True, tag_field="of", tag="event", gc=False):
    """What one event is. ``topic`` names the abuse, or says ``benign``."""

    id: str
    scene: str
    actor_kind: str
    topic: str

    @property
    def abuse(self) -> bool:
        """Whether the event is abuse."""
        return self.topic != BENIGN


class AccountTruth(msgspec.Struct, frozen=True, tag_field="of", tag="account", gc=False):
    """What sort of actor an account belongs to, and whether that sort is an ordinary one."""

    id: str
    actor_kind: str
    ordinary: bool


class Happening(NamedTuple):
    """An event and the truth about it. ``ordinary`` says whether whoever acts means no harm."""

    event: Event
    truth: EventTruth
    ordinary: bool


def account_of(event: Event) -> str | None:
    """Return the account on which an effect would fall: who did it, or else whose site it was."""
    for account in (event.actor, event.account):
        if account is not UNSET:
            return account
    return None


class Register:
    """Meets accounts: a truth for each the first time it occurs. Keeps one entry an account."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def meet(self, happening: Happening) -> AccountTruth | None:
        """Return the truth about the account of an event, or nothing if it is known already."""
        account = account_of(happening.event)
        if account is None or account in self._met:
            return None
        self._met.add(account)
        if happening.event.actor is UNSET:  # a stranger at the site of a customer
            return AccountTruth(account, KIND_OF_OWNER, ordinary=True)
        return AccountTruth(account, happening.truth.actor_kind, happening.ordinary)


_DECODER = msgspec.json.Decoder(EventTruth | AccountTruth)
_ENCODER = msgspec.json.Encoder()


def write_truth(truth: EventTruth | AccountTruth) -> bytes:
    """Return the line that says a truth."""
    return _ENCODER.encode(truth)


def read_truths(lines: Iterable[bytes], file: str) -> Iterator[EventTruth | AccountTruth]:
    """Yield the truths of a file's lines.

    Raises:
        InputError: ``simulation.truth``, a line is none.
    """
    for number, line in enumerate(lines, start=1):
        try:
            yield _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            hint = "give the file that `bylaw simulate --truth` wrote"
            message = "the line is no ground truth"
            raise InputError("simulation.truth", message, where=Where(file, number), hint=hint) from None
