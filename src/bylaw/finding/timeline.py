"""What came to pass about one account, over several rooms, the newest first: each room gives its own strand."""

from collections.abc import Callable, Iterable, Sequence
from heapq import merge
from itertools import islice
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.enforcement import store as actions
from bylaw.enforcement.folding import ACTIONS
from bylaw.engine.outcome import outcome_of
from bylaw.engine.recording import Body
from bylaw.finding.index import DECISIONS, NAMES
from bylaw.notices import store as notices
from bylaw.records.people import alias_of

PAGE: Final = 50
LATEST: Final = 1 << 62  # microseconds: later than anything
_DECODE: Final = msgspec.json.Decoder(Body).decode


class Moment(NamedTuple):
    """Something that came to pass. ``at`` in microseconds since 1970; ``state`` is a word that pages know."""

    at: int
    what: str  # ``decision``, ``action``, ``notice``, ``case``, ``appeal``
    id: str
    state: str
    title: str
    clauses: tuple[str, ...] = ()


Strand = Callable[
    [sa.Connection, bytes, int, int], Iterable[Moment]
]  # of a person, before an instant, so many


def timeline(
    core: sa.Connection, person: bytes, strands: Sequence[Strand], before: int, limit: int = PAGE
) -> list[Moment]:
    """Return what came to pass about an account before an instant, the newest first."""
    # What happened at the same instant stays as its strand has it: pages must not shuffle it.
    each = [sorted(strand(core, person, before, limit), key=_order) for strand in strands]
    return list(islice(merge(*each, key=_order), limit))


def decisions(core: sa.Connection, person: bytes, before: int, limit: int) -> Iterable[Moment]:
    """Yield the decisions that say something about events that name an account."""
    some = (
        sa.select(NAMES.c.at, NAMES.c.seq)
        .where(NAMES.c.what == "person", NAMES.c.name == alias_of(person), NAMES.c.at < before)
        .order_by(NAMES.c.at.desc(), NAMES.c.seq.desc())
        .limit(limit)
        .subquery()
    )
    query = sa.select(DECISIONS.c.told).join(some, some.c.seq == DECISIONS.c.seq)
    for told in core.scalars(query.order_by(some.c.at.desc(), some.c.seq.desc())):
        body = _DECODE(told)
        yield Moment(body.at, "decision", body.decision, outcome_of(body.effects), body.kind, body.clauses)


def acted(core: sa.Connection, person: bytes, before: int, limit: int) -> Iterable[Moment]:
    """Yield the actions on an account and on what it wrote."""
    query = (
        sa.select(ACTIONS.c.action)
        .where(ACTIONS.c.person == alias_of(person), ACTIONS.c.at < before)
        .order_by(ACTIONS.c.at.desc(), ACTIONS.c.action)
        .limit(limit)
    )
    for name in core.scalars(query).all():
        stood = actions.action_of(core, name)
        yield Moment(stood.at, "action", name, stood.state, stood.action.effect, stood.action.clauses)


def told(core: sa.Connection, person: bytes, before: int, limit: int) -> Iterable[Moment]:
    """Yield the notices to an account, by when they are told at the latest."""
    some = [one for one in notices.of_person(core, person) if one.due < before]
    for one in sorted(some, key=lambda one: (-one.due, one.id))[:limit]:
        yield Moment(one.due, "notice", one.id, one.state, "")


def _order(moment: Moment) -> int:
    return -moment.at
