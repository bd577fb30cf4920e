"""What spares reviewers: how much they saw, breaks, rotation, how things are shown to them. Values and two verbs."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import InputError, RefusedError
from bylaw.book.casework import Care
from bylaw.cases.model import CARED, HOUR, MINUTE, RESTED, Cared, Rested
from bylaw.cases.raising import Settings
from bylaw.cases.tables import CARE
from bylaw.cases.working import Working
from bylaw.records.fact import Fact

DAY = 24 * HOUR


class Load(NamedTuple):
    """What somebody has to bear at an instant.

    ``seen``: severe cases today, of ``budget``; ``since``: those since the last break, of ``break_after``;
    ``rests``: until when a break lasts. ``rotates_from`` is the severe queue of which they had enough in a row.
    """

    staff: str
    wishes: Cared
    seen: int = 0
    budget: int = 0
    since: int = 0
    break_after: int = 0
    rests: int = 0
    rotates_from: str = ""

    @classmethod
    def of(cls, core: sa.Connection, staff: str, care: Care, now: int) -> Self:
        """Return what somebody has to bear."""
        row = core.execute(sa.select(CARE).where(CARE.c.staff == staff)).first()
        usual = Cared(staff=staff, blur=care.blur, grey=care.grey, mute=care.mute)
        if row is None:
            return cls(staff, usual, budget=care.severe_per_day, break_after=care.break_after)
        wishes = msgspec.json.decode(row.told, type=Cared) if row.told else usual
        budget = care.severe_per_day if wishes.budget is None else min(wishes.budget, care.severe_per_day)
        return cls(
            staff=staff,
            wishes=wishes,
            seen=row.seen if row.day == now // DAY else 0,
            budget=budget if wishes.severe else 0,
            since=row.since,
            break_after=care.break_after,
            rests=row.rests,
            rotates_from=row.queue if row.row >= care.rotate_after else "",
        )

    @property
    def needs_break(self) -> bool:
        """Whether a break is due before the next severe case."""
        return self.since >= self.break_after

    @property
    def spent(self) -> bool:
        """Whether they saw enough for today."""
        return self.seen >= self.budget

    def demand_budget(self) -> None:
        """See to it that severe cases may still come, when nothing else is left.

        Raises:
            RefusedError: ``case.budget``, ``case.break``.
        """
        if self.spent and self.seen:
            raise RefusedError("case.budget", "you have seen enough hard things today", hint="go on tomorrow")
        if self.needs_break:
            raise RefusedError("case.break", "it is time for a break", hint="take one, and go on afterwards")


def demand_rested(load: Load, now: int) -> None:
    """See to it that a break is over.

    Raises:
        RefusedError: ``case.resting``.
    """
    if load.rests > now:
        minutes = -(-(load.rests - now) // MINUTE)
        raise RefusedError("case.resting", "you have a break", hint=f"it ends in {minutes} minutes")


def spared(load: Load, settings: Settings, queues: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the queues that are bearable, and the severe ones that somebody may still get cases of."""
    severe = [queue for queue in queues if settings.queue(queue).severe]
    mild = [queue for queue in queues if queue not in severe]
    return mild, [] if load.spent or load.needs_break else severe


class Caring(Working):
    """Verbs of reviewers about themselves."""

    def load(self, staff: str) -> Load:
        """Return what somebody has to bear now."""
        with self._records.reading() as core:
            return Load.of(core, staff, self.settings.casework.care, self._records.clock())

    def rest(self, staff: str, minutes: int = 0) -> int:
        """Begin a break; return when it ends. It lasts as long as the book says, or longer."""
        least = self.settings.casework.care.break_minutes
        until = self._records.clock() + max(least, minutes) * MINUTE
        self._commit(Fact(RESTED, canonical_bytes(Rested(by=staff, until=until))))
        return until

    def prefer(self, wishes: Cared) -> None:
        """Keep how a member wants to see things.

        Raises:
            InputError: ``case.budget``, it is more than the book allows.
        """
        most = self.settings.casework.care.severe_per_day
        if wishes.budget is not None and not 0 <= wishes.budget <= most:
            raise InputError(
                "case.budget", f"at most {most} severe cases come in a day", hint="ask for fewer"
            )
        self._commit(Fact(CARED, canonical_bytes(wishes)))
