"""Who carries actions out: the handlers of the outbox's destinations ``webhook`` (of actions) and ``enforcement``."""

from collections.abc import Callable, Collection
from typing import Final

import msgspec

from bylaw.base.canonical import canonical_bytes
from bylaw.enforcement.acting import SYSTEM
from bylaw.enforcement.announcing import TYPE
from bylaw.enforcement.folding import Timer
from bylaw.enforcement.model import MOVED, Moved, State
from bylaw.enforcement.workflow import Enforcement
from bylaw.notices.webhooks.announcing import is_called
from bylaw.records.fact import Fact
from bylaw.records.outbox import Entry
from bylaw.records.records import Records
from bylaw.records.rounds import Delivered, Handler, Undelivered

_TO_BE_SENT: Final = frozenset({State.PLANNED, State.FAILED})


class Timers:
    """Does what falls due: ends, purges, tells again."""

    def __init__(
        self, enforcement: Enforcement, show: Callable[[Collection[str]], object] | None = None
    ) -> None:
        """Take the actions, and who shows at the gate what changed: one who may, where a decider runs beside."""
        self._enforcement = enforcement
        self._show = show or enforcement.following.refresh
        self._people: set[str] = set()

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:  # noqa: ARG002 - it is due, that is enough
        """See ``Handler``."""
        timer = msgspec.json.decode(entry.body, type=Timer)
        self._people.add(self._enforcement.find(timer.action).action.person)
        return Delivered(self._enforcement.falling_due(timer))

    def rest(self) -> None:
        """See ``Handler``: what ended shows at the gate."""
        people, self._people = self._people, set()
        if people:
            self._show(people)


class Telling:
    """Calls webhooks as another handler does, and notes which actions are with the service then."""

    def __init__(self, calling: Handler, enforcement: Enforcement, records: Records) -> None:
        self._calling = calling
        self._enforcement = enforcement
        self._records = records

    def deliver(self, entry: Entry, now: int) -> Delivered | Undelivered:
        """See ``Handler``."""
        outcome = self._calling.deliver(entry, now)
        endpoint = entry.destination.partition(":")[2].rpartition("/")[0]
        if isinstance(outcome, Undelivered) or outcome.facts or not is_called(self._records, endpoint):
            return outcome  # nobody heard it
        sent = self._sent(entry)
        return Delivered((sent,)) if sent else outcome

    def rest(self) -> None:
        """See ``Handler``."""
        self._calling.rest()

    def _sent(self, entry: Entry) -> Fact | None:
        announcement = msgspec.json.decode(entry.body, type=_Announced)
        if announcement.type != TYPE:
            return None
        names = (told.action for told in announcement.data.actions)
        new = tuple(name for name in names if self._enforcement.find(name).state in _TO_BE_SENT)
        return Fact(MOVED, canonical_bytes(Moved(actions=new, state=State.SENT, by=SYSTEM))) if new else None


class _Told(msgspec.Struct, frozen=True):
    action: str = ""


class _Data(msgspec.Struct, frozen=True):
    actions: tuple[_Told, ...] = ()


class _Announced(msgspec.Struct, frozen=True):
    type: str
    data: _Data
