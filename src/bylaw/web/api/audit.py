"""What staff did: who signed in and failed to, who changed whom, who read whose private content."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError
from bylaw.engine.recording import instant
from bylaw.staff.store import LATEST
from bylaw.web.api.members import MAX_ID, MAX_PAGE
from bylaw.web.api.told_staff import ReadView, read_view
from bylaw.web.cooked import Serving, said
from bylaw.web.people import known
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_DIGITS: Final = 18  # of a fact's number

Cursor = Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about a member. ``said`` is what it says in the open: nothing personal, and no secret."""

    seq: int
    at: datetime
    kind: str
    said: dict[str, Any]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Facts, the newest first. ``next``: cursor of the page after this one."""

    facts: tuple[Deed, ...]
    next: str | None


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """Readings of private content, the newest first. ``next``: cursor of the page after this one."""

    readings: tuple[ReadView, ...]
    next: str | None


async def history(
    service: Serving,
    staff: Annotated[str, Path(max_length=MAX_ID, description="the member's id")],
    *,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Response:
    """Return what is recorded of a member."""
    before, roster = _before(cursor), service.staff.roster

    def find() -> History:
        rows = roster.history(roster.member(staff).id, before)
        page = tuple(
            Deed(seq=row.seq, at=instant(row.at), kind=row.kind, said=said_openly(row.body))
            for row in rows[:limit]
        )
        return History(facts=page, next=str(page[-1].seq) if len(rows) > limit else None)

    return said(await service.porter.do(Kind.DESK, find))


async def readings(
    service: Serving,
    *,
    staff: Annotated[str, Query(max_length=MAX_ID, description="by this member")] = "",
    account: Annotated[str, Query(max_length=MAX_ID, description="of what concerns this account")] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Response:
    """Return who read what, for what."""
    if bool(staff) == bool(account):
        hint = "give one of `staff` and `account`"
        raise InputError("read.whose", "readings are those of a member, or about an account", hint=hint)
    find = partial(_readings, service, staff, account, _before(cursor), limit)
    return said(await service.porter.do(Kind.DESK, find))


def _readings(service: Service, staff: str, account: str, before: int, limit: int) -> Readings:
    reads = service.staff.reads
    if staff:
        found = reads.of(service.staff.roster.member(staff).id, before)
    else:
        person = known(service, account)
        found = reads.about(person, before) if person else []
    page = tuple(map(read_view, found[:limit]))
    return Readings(readings=page, next=str(page[-1].seq) if len(found) > limit else None)


def said_openly(body: bytes) -> dict[str, Any]:
    """Return what a fact says, without digests of secrets."""
    told = msgspec.json.decode(body, type=dict[str, Any])
    return {name: value for name, value in told.items() if name not in {"link", "digest"}}


def _before(cursor: str) -> int:
    if not cursor:
        return LATEST
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= MAX_DIGITS):
        raise InputError("web.cursor", "the cursor is none", hint="`next` of the page before")
    return int(cursor)


ROUTES = (
    Route(
        method="GET",
        path="/v1/staff/{staff}/history",
        name="history_of_member",
        summary="What is recorded of a member",
        tag="staff",
        permission="audit.read",
        answers={JSON: History},
        problems=(404,),
        endpoint=history,
    ),
    Route(
        method="GET",
        path="/v1/reads",
        name="readings",
        summary="Who read whose private content, and what for",
        tag="staff",
        permission="audit.read",
        answers={JSON: Readings},
        problems=(404,),
        endpoint=readings,
    ),
)
