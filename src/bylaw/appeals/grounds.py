"""What a notice told of and whether somebody may object to it now: read from the rooms below, nothing is kept."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.appeals import store
from bylaw.appeals.machine import Bar, ends
from bylaw.appeals.model import Appeal, Limit
from bylaw.book.appealing import Appeals as Settings
from bylaw.cases.judging import TAKEN_BACK
from bylaw.cases.tables import ITEMS, VERDICTS
from bylaw.enforcement import store as actions
from bylaw.enforcement.machine import STEPS, inverse_of
from bylaw.enforcement.model import INVERSES, TYPES, State
from bylaw.enforcement.store import Stood
from bylaw.notices.model import Notice, Planned
from bylaw.notices.statement import Statement
from bylaw.notices.workflow import Notices
from bylaw.records.records import Records

NEVER: Final = frozenset({"none", "closing_statement", "purge"})  # nothing that is done to anybody
_GONE: Final = frozenset({State.UNDONE, State.REFUSED})
STAFF: Final = "bylaw"  # does by itself what follows, and is nobody


class Grounds(NamedTuple):
    """What a notice told of. ``stood``: the actions; ``took_part``: the people behind them; ``until``: the last instant.

    ``also``: what else was done to this account about the same event on the same clauses, by rules or people, told of or
    not. Who objects to one objects to the finding, and with it the rest falls.
    """

    notice: Notice
    planned: Planned
    statement: Statement
    stood: tuple[Stood, ...]
    also: tuple[Stood, ...]
    took_part: frozenset[str]
    told: int | None
    until: int

    @property
    def undoable(self) -> tuple[str, ...]:
        """The actions that still stand and can be taken back."""
        return tuple(
            s.action.action
            for s in (*self.stood, *self.also)
            if State.UNDONE in STEPS[s.state] and inverse_of(s.action, "") is not None
        )

    @property
    def source(self) -> int:
        """The number of the fact that holds the event; 0 if there is none."""
        return max((s.source for s in self.stood), default=0)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that asked for it."""
        return tuple(sorted({rule for s in (*self.stood, *self.also) for rule in s.action.rules}))


def grounds_of(records: Records, notices: Notices, name: str) -> Grounds:
    """Return what a notice told of.

    Raises:
        NotFoundError: there is no such notice.
        Destroyed: it can be read no more.
    """
    notice = notices.notice(name)
    statement = notices.statement(notice)
    with records.reading() as core:
        stood = _about(core, notice)
        also = _beside(core, stood)
        took_part = _took_part(core, (*stood, *also))
    told = notices.message(notice.message).made if notice.message else None
    planned = msgspec.json.decode(records.row(notice.planned).body, type=Planned)
    until = ends(statement.redress.until, statement.since, told)
    return Grounds(notice, planned, statement, stood, also, took_part, told, until)


def bar_of(
    grounds: Grounds, settings: Settings, now: int, before: Appeal | None, limit: Limit | None
) -> Bar | None:
    """Return why somebody cannot object to what a notice told; nothing if they can.

    ``before``: the objection that there is already; ``limit``: what keeps this account from objecting.
    """
    answers = any(s.action.answering for s in grounds.stood)
    checks = (
        (Bar.LODGED, before is not None),
        (Bar.NOTHING, all(s.state in _GONE for s in grounds.stood)),
        (Bar.STRANGER, ("customer" if answers else "account") not in settings.who),
        (Bar.LATE, now >= grounds.until),
        (Bar.LIMITED, limit is not None),
    )
    return next((bar for bar, stands in checks if stands), None)


def standing(records: Records, grounds: Grounds, now: int) -> tuple[Appeal | None, Limit | None]:
    """Return the objection to what a notice told, and what keeps its account from objecting."""
    with records.reading() as core:
        return store.to_notice(core, grounds.notice.id), store.limit_of(core, grounds.notice.person, now)


def _about(core: sa.Connection, notice: Notice) -> tuple[Stood, ...]:
    """Return the actions that a notice told of. What people had to agree to first was told by a notice of its own."""
    first = actions.known(core, notice.action)
    if first is None or first.action.effect in INVERSES:
        return ()
    alone = TYPES[first.action.effect].irreversible if first.action.effect in TYPES else False
    return tuple(
        one
        for one in actions.made_with(core, first)
        if one.action.effect not in INVERSES | NEVER
        and (one.action.action == notice.action or not (alone or _apart(one)))
    )


def _beside(core: sa.Connection, stood: Sequence[Stood]) -> tuple[Stood, ...]:
    """Return what else was done to the same accounts about the same events on clauses that are cited here too."""
    mine, clauses = {s.action.action for s in stood}, {clause for s in stood for clause in s.action.clauses}
    return tuple(
        other
        for source, person in sorted({(s.source, s.action.person) for s in stood if s.source})
        for other in actions.actions(core, person=person, source=source)
        if other.action.action not in mine
        and other.action.effect not in INVERSES | NEVER
        and not _apart(other)
        and clauses & set(other.action.clauses)
    )


def _apart(stood: Stood) -> bool:
    return stood.action.effect in TYPES and TYPES[stood.action.effect].irreversible


def _took_part(core: sa.Connection, stood: Sequence[Stood]) -> frozenset[str]:
    """Return who decided, ordered or approved something, and who gave the verdicts that it rests on."""
    named = {s.by for s in stood}
    for one in stood:
        named.update(actions.approvals(core, one.action.action))
    sources = {s.source for s in stood if s.source}
    verdicts = (
        sa.select(VERDICTS.c.by)
        .join(ITEMS, ITEMS.c.case == VERDICTS.c.case)
        .where(ITEMS.c.source.in_(sources), VERDICTS.c.state != TAKEN_BACK)
    )
    named.update(core.scalars(verdicts))
    return frozenset(named - {"", STAFF})
