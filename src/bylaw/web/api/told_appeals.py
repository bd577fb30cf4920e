"""Objections as they are told: how they stand, what was written; what may be done about them, by whom."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Response

from bylaw.appeals import store
from bylaw.appeals.model import MAX_REPLY, Appeal, Letter, Outcome, State
from bylaw.base.errors import RefusedError
from bylaw.engine.recording import instant
from bylaw.records.people import named
from bylaw.staff.permissions import may
from bylaw.staff.reading import Purpose, What
from bylaw.web.api.told_actions import Reason
from bylaw.web.callers import Caller
from bylaw.web.exchange import Exchange
from bylaw.web.people import demand_known
from bylaw.web.service import Service

OCTETS: Final = "application/octet-stream"
LOCKED: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox")

Reply = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_REPLY)]


class AppealView(msgspec.Struct, frozen=True, kw_only=True):
    """An objection as it stands.

    ``account`` objects to what ``notice`` told: ``actions`` with their ``effects``. ``took_part`` cannot decide it.
    ``automated``: nobody took part. ``by`` decided it; ``unfounded``: found it to be without any ground.
    """

    appeal: str
    state: State
    account: str | None
    notice: str
    decision: str
    case: str
    queue: str
    actions: tuple[str, ...]
    effects: tuple[str, ...]
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    took_part: tuple[str, ...]
    automated: bool
    lodged: datetime
    moved: datetime
    letters: int
    by: str
    unfounded: bool


class AppealPage(msgspec.Struct, frozen=True, kw_only=True):
    """Objections, the newest first. ``next`` is the cursor of the page after this one, and nothing on the last.

    A page may hold less than was asked for, and still have a next one.
    """

    appeals: tuple[AppealView, ...]
    next: str | None


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment; its name is none once it can be read no more."""

    file: str
    name: str | None
    media: str
    size: int


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """What was written: by staff, or (``by`` empty) by whoever objects; the text is none once it can be read no more."""

    letter: int
    by: str
    at: datetime
    text: str | None
    files: tuple[FileView, ...]


class AppealLetters(msgspec.Struct, frozen=True, kw_only=True):
    """All that was written, in order; ``reply`` are the reasons with which it was decided. ``noted`` records the reading."""

    letters: tuple[LetterView, ...]
    reply: LetterView | None
    noted: int


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to whoever objects; they are told of it."""

    text: Reply


class Decide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an objection is decided, and why: ``reply`` is told to whoever objects.

    ``reversed`` takes back all that was done and still stands, and what followed from it. ``unfounded``: it is
    manifestly without any ground. ``limit``: none is taken from them for a while.
    """

    outcome: Outcome
    reply: Reply
    unfounded: bool = False
    limit: bool = False


class Lift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why objections are taken again."""

    reason: Reason


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Until when no objection of an account is taken; nothing, if they are."""

    account: str
    until: datetime | None


def may_about(caller: Caller, permission: str, appeal: Appeal) -> bool:
    """Tell whether somebody may do something about an objection: in its queue, on each of its clauses."""
    lodged = appeal.lodged
    return all(
        may(caller.grants, permission, queue=lodged.queue, clause=clause)
        for clause in lodged.clauses or (None,)
    )


def demand_about(caller: Caller, permission: str, appeal: Appeal) -> None:
    """See to it that ``may_about`` says yes.

    Raises:
        RefusedError: ``web.may_not_here``.
    """
    if not may_about(caller, permission, appeal):
        hint = "somebody must do it whose role or key is for this queue and these clauses"
        raise RefusedError("web.may_not_here", f"`{permission}` is not given for this objection", hint=hint)


def page_of(
    service: Service,
    caller: Caller,
    states: tuple[State, ...] = (),
    *,
    person: bytes | None = None,
    before: int | None = None,
    limit: int,
) -> AppealPage:
    """Return objections that somebody may look at, the newest first."""
    with service.reading.records.reading() as core:
        found = store.appeals(core, states, person=person, before=before, limit=limit)
    readable = tuple(view_of(service, one) for one in found if may_about(caller, "appeal.read", one))
    return AppealPage(appeals=readable, next=str(found[-1].seq) if len(found) == limit else None)


def view_of(service: Service, appeal: Appeal) -> AppealView:
    """Return an objection as it is told."""
    lodged = appeal.lodged
    return AppealView(
        appeal=appeal.id,
        state=appeal.state,
        account=named(service.reading.vault, lodged.people[0]) or None,
        notice=lodged.notice,
        decision=lodged.decision,
        case=lodged.case,
        queue=lodged.queue,
        actions=lodged.actions,
        effects=lodged.effects,
        clauses=lodged.clauses,
        rules=lodged.rules,
        took_part=lodged.took_part,
        automated=lodged.automated,
        lodged=instant(lodged.at),
        moved=instant(appeal.moved),
        letters=appeal.letters,
        by=appeal.by,
        unfounded=appeal.unfounded,
    )


def found_of(service: Service, caller: Caller, appeal: str, permission: str = "appeal.read") -> Appeal:
    """Return an objection that somebody may do something about.

    Raises:
        NotFoundError: ``appeal.unknown``.
        RefusedError: ``web.may_not_here``.
    """
    found = service.desk.office.appeals.find(appeal)
    demand_about(caller, permission, found)
    return found


def noted(service: Service, caller: Caller, appeal: Appeal, records: tuple[int, ...] = ()) -> int:
    """Record that somebody reads what was written in an objection, and records beside it; before it is shown."""
    what = What(records=records, objects=(appeal.id,), people=appeal.lodged.people)
    return service.staff.reads.note(caller.id, what, Purpose.APPEAL)


def asked_about(service: Service, caller: Caller, appeal: str, text: str) -> Appeal:
    """Put a question to whoever objects."""
    found_of(service, caller, appeal, "appeal.decide")
    return service.desk.office.appeals.ask(appeal, caller.here.member.id, text)


def decided(service: Service, caller: Caller, appeal: str, asked: Decide) -> Appeal:
    """Decide an objection, as a member of staff."""
    found_of(service, caller, appeal, "appeal.decide")
    return service.desk.office.appeals.decide(
        appeal,
        caller.here.member.id,
        asked.outcome,
        asked.reply,
        unfounded=asked.unfounded,
        limit=asked.limit,
    )


def handed_over(service: Service, exchange: Exchange, appeal: str, file: str) -> Response:
    """Return an attachment, for download and never to be shown; that it was read is recorded first."""
    found = found_of(service, exchange.caller, appeal)
    held = service.desk.office.appeals.file(appeal, file)
    noted(service, exchange.caller, found)
    exchange.dress([LOCKED])
    name = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in held.name
    )
    return Response(held.content, 200, {"content-disposition": f'attachment; filename="{name}"'}, OCTETS)


def lifted(service: Service, caller: Caller, account: str, reason: str) -> None:
    """Take objections of an account again."""
    service.desk.office.appeals.lift(demand_known(service, account), caller.here.member.id, reason)


def letter_of(letter: Letter) -> LetterView:
    """Return a letter as it is told."""
    return LetterView(
        letter=letter.letter,
        by=letter.by,
        at=instant(letter.at),
        text=letter.text,
        files=tuple(
            FileView(file=one.file, name=one.name, media=one.media, size=one.size) for one in letter.files
        ),
    )
