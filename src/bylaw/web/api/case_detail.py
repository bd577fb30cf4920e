"""A case with all that stands beside it, and what it is about in its own words."""

from datetime import datetime
from typing import Any

import msgspec

from bylaw.cases import quality, store
from bylaw.cases.model import Outcome
from bylaw.cases.store import CaseAt
from bylaw.engine.recording import instant
from bylaw.records.people import named
from bylaw.records.vault.uses import Destroyed
from bylaw.staff.reading import Purpose
from bylaw.staff.reading import What as Reading
from bylaw.web.api.told_cases import CaseView, ItemView, case_for, is_secret, item_of, told
from bylaw.web.callers import Caller
from bylaw.web.service import Service


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """An account that has to do with a case's.

    ``why``: the case's events name it, its events name the case's account, or both are of one customer. ``cases``: how
    many about it wait.
    """

    account: str
    why: str
    cases: int


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a case's history. ``words``: what somebody wrote; nothing, if nothing, or it can be read no more."""

    seq: int
    kind: str
    by: str
    at: datetime
    words: str | None


class PrecedentView(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier verdict on one of the clauses."""

    case: str
    by: str
    at: datetime
    outcome: Outcome
    clauses: tuple[str, ...]
    reason: str | None


class CaseDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that stands beside it: things, history, linked accounts, what was done, earlier verdicts."""

    case: CaseView
    items: tuple[ItemView, ...]
    history: tuple[EntryView, ...]
    linked: tuple[LinkView, ...]
    actions: tuple[str, ...]
    precedents: tuple[PrecedentView, ...]


class ItemContent(msgspec.Struct, frozen=True, kw_only=True):
    """A decided event as it came; nothing, if it can be read no more."""

    source: int
    event: Any


class CaseContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a case is about, in its own words. ``noted`` is the number of the fact that tells of this reading."""

    items: tuple[ItemContent, ...]
    noted: int


def detail_of(service: Service, caller: Caller, found: CaseAt) -> CaseDetail:
    """Return a case with all that stands beside it."""
    vault, secret = service.reading.vault, is_secret(caller, found)
    with service.reading.records.reading() as core:
        items = store.items(core, found.case)
        history = store.history(core, found.case)
        linked = store.linked(core, found)
        standing = store.standing(core, found, items)
        before = [] if secret else quality.precedents(core, found.clauses, but=found.case)
    return CaseDetail(
        case=told(service, caller, found),
        items=tuple(map(item_of, items)),
        history=tuple(
            EntryView(
                seq=one.seq,
                kind=one.kind,
                by=one.by,
                at=instant(one.at),
                words=words_at(service, one.seq),
            )
            for one in history
        ),
        linked=tuple(
            LinkView(account=account, why=one.why, cases=one.cases)
            for one in linked
            if (account := named(vault, one.person))
        ),
        actions=tuple(one.action.action for one in standing if not (secret and one.by)),
        precedents=tuple(
            PrecedentView(
                case=one.case,
                by=one.by,
                at=instant(one.at),
                outcome=one.outcome,
                clauses=one.clauses,
                reason=words_at(service, one.seq),
            )
            for one in before
        ),
    )


def words_at(service: Service, seq: int) -> str | None:
    """Return what somebody wrote with a fact; nothing, if nothing, or it can be read no more."""
    try:
        return service.desk.office.cases.words(seq).reason
    except Destroyed:
        return None


def content_of(service: Service, caller: Caller, case: str, *, noting: bool = True) -> CaseContent:
    """Return what a case is about, after recording that somebody reads it; in the decider's thread.

    ``noting``: false for who looks again at what they just read, and that was recorded.
    """
    found = case_for(service, caller, case, "content.read")
    with service.reading.records.reading() as core:
        sources = [item.source for item in store.items(core, case) if item.source]
    if not sources:
        return CaseContent(items=(), noted=0)
    what = Reading(records=tuple(sources), objects=(case,), people=(found.person,) if found.person else ())
    noted = service.staff.reads.note(caller.id, what, Purpose.CASE) if noting else 0
    events = ((source, _event(service, source)) for source in sources)
    items = tuple(ItemContent(source=source, event=event) for source, event in events)
    return CaseContent(items=items, noted=noted)


def _event(service: Service, source: int) -> Any:  # noqa: ANN401 - an event of some kind
    try:
        return service.archive.recall(service.reading.records.row(source)).event
    except Destroyed:
        return None
