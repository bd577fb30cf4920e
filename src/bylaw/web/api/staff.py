"""Who works here: inviting, roles, suspending, resuming, leaving, ending sessions. Every change names who made it."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.book.sign_in import JOIN
from bylaw.engine.recording import instant
from bylaw.staff.model import Member
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import MAX_ASSIGNMENTS, MAX_NARROWED, Assignment
from bylaw.staff.roster import MAX_LANGUAGES, Invitation
from bylaw.web.api.asked_staff import Short
from bylaw.web.api.own import Ended, Sessions
from bylaw.web.api.told_staff import InvitationView, MemberView, member_view, session_view
from bylaw.web.bodies import done, taken
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.exchange import Exchange
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_ID: Final = 256
MAX_PAGE: Final = 200

Who = Annotated[str, Path(max_length=MAX_ID, description="the member's id")]
Narrowed = Annotated[tuple[Short, ...], msgspec.Meta(max_length=MAX_NARROWED)]
Languages = Annotated[tuple[Short, ...], msgspec.Meta(max_length=MAX_LANGUAGES)]


class RoleGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role to be given. Empty ``queues`` or ``clauses``: all of them."""

    role: Short
    queues: Narrowed = ()
    clauses: Narrowed = ()


RolesGiven = Annotated[tuple[RoleGiven, ...], msgspec.Meta(max_length=MAX_ASSIGNMENTS)]


class Invite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to work here."""

    address: Short
    name: Short
    roles: RolesGiven
    languages: Languages = ()


class Describe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name, address and languages, in the place of those before."""

    address: Short
    name: Short
    languages: Languages = ()


class Assign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Roles, all of them, in the place of those before."""

    roles: RolesGiven


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """Members, in the order of their invitations; those who left too. ``next``: cursor of the page after this one."""

    members: tuple[MemberView, ...]
    next: str | None


class RoleTold(msgspec.Struct, frozen=True, kw_only=True):
    """A role that can be given. ``second_factor``: asked for whatever the permissions."""

    role: str
    purpose: str
    permissions: tuple[str, ...]
    second_factor: bool


class PermissionTold(msgspec.Struct, frozen=True, kw_only=True):
    """A permission. ``second_factor``: of who has it; ``fresh``: shown just before, so never for a program."""

    permission: str
    doc: str
    second_factor: bool
    fresh: bool


class Roles(msgspec.Struct, frozen=True, kw_only=True):
    """The roles of the book in force and those built in, and every permission there is."""

    roles: tuple[RoleTold, ...]
    permissions: tuple[PermissionTold, ...]


async def members(
    service: Serving,
    *,
    cursor: Annotated[str, Query(max_length=MAX_ID, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return who works here."""

    def find() -> MemberPage:
        after = [one for one in service.staff.roster.members() if one.id > cursor]
        page = tuple(member_view(service.staff, one) for one in after[:limit])
        return MemberPage(members=page, next=page[-1].staff if len(after) > limit else None)

    return said(await service.porter.do(Kind.DESK, find))


async def member(service: Serving, staff: Who) -> Response:
    """Return a member."""

    def find() -> MemberView:
        return member_view(service.staff, service.staff.roster.member(staff))

    return said(await service.porter.do(Kind.DESK, find))


async def sessions(service: Serving, staff: Who) -> Response:
    """Return a member's open sessions."""
    found = await service.porter.do(Kind.DESK, partial(service.staff.sessions.of, staff))
    return said(Sessions(tuple(session_view(service.staff, one) for one in found)))


async def roles(service: Serving) -> Response:
    """Return the roles there are."""
    return said(
        Roles(
            roles=tuple(
                RoleTold(
                    role=name,
                    purpose=one.purpose,
                    permissions=tuple(sorted(one.permissions)),
                    second_factor=one.second_factor,
                )
                for name, one in service.roles.items()
            ),
            permissions=tuple(
                PermissionTold(permission=name, doc=one.doc, second_factor=one.second, fresh=one.fresh)
                for name, one in PERMISSIONS.items()
            ),
        )
    )


async def invite(exchange: Asked, service: Serving) -> Response:
    """Invite somebody."""
    body, by = await taken(exchange, Invite), exchange.caller.id

    def work() -> InvitationView:
        given = _assignments(body.roles)
        roster, known = service.staff.roster, service.roles
        made = roster.invite(body.address, body.name, given, known, languages=body.languages, by=by)
        return _invitation(service, made)

    return await done(exchange, service, work, body)


async def link(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Make another link."""
    make = partial(service.staff.roster.link, staff, exchange.caller.id)
    return await done(exchange, service, lambda: _invitation(service, make()))


async def describe(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Change name, address and languages."""
    body, by, roster = await taken(exchange, Describe), exchange.caller.id, service.staff.roster
    change = partial(roster.describe, staff, body.name, body.address, body.languages, by)
    return await _changed(exchange, service, change, body)


async def assign(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Give roles."""
    body, by = await taken(exchange, Assign), exchange.caller.id
    given = _assignments(body.roles)
    change = partial(service.staff.roster.assign, staff, given, service.roles, by)
    return await _changed(exchange, service, change, body)


async def suspend(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Let a member in no more."""
    return await _changed(exchange, service, partial(service.staff.roster.suspend, staff, exchange.caller.id))


async def resume(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Let a member in again."""
    return await _changed(exchange, service, partial(service.staff.roster.resume, staff, exchange.caller.id))


async def leave(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Record that a member has left."""
    return await _changed(exchange, service, partial(service.staff.roster.leave, staff, exchange.caller.id))


async def end_sessions(exchange: Asked, service: Serving, staff: Who) -> Response:
    """End a member's sessions."""
    service.staff.roster.member(staff)
    end = partial(service.staff.sessions.revoke, staff, exchange.caller.id)
    return await done(exchange, service, lambda: Ended(end()))


async def _changed(
    exchange: Exchange, service: Service, change: Callable[[], Member], asked: msgspec.Struct | None = None
) -> Response:
    return await done(exchange, service, lambda: member_view(service.staff, change()), asked)


def _assignments(given: tuple[RoleGiven, ...]) -> tuple[Assignment, ...]:
    return tuple(Assignment(one.role, one.queues, one.clauses) for one in given)


def _invitation(service: Service, made: Invitation) -> InvitationView:
    site = service.desk.book.operator.staff.site
    return InvitationView(
        member=member_view(service.staff, made.member),
        link=made.token,
        url=f"{site}{JOIN}{made.token}" if site else "",
        expires=instant(made.expires),
    )


def _route(method: str, path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401 - fields of a route
    given = {"tag": "staff", "permission": "staff.manage", "answers": {JSON: MemberView}, **more}
    return Route(method=method, path=path, name=name, summary=summary, **given)


_LOOK: Final[dict[str, Any]] = {"permission": "staff.read"}
_BODY: Final = (404, 409, 413, 415)
_STEP: Final[dict[str, Any]] = {"problems": (404, 409)}
ROUTES = (
    _route(
        "GET", "/v1/staff", "members", "Who works here", answers={JSON: MemberPage}, endpoint=members, **_LOOK
    ),
    _route(
        "GET", "/v1/staff/{staff}", "member", "A member of staff", problems=(404,), endpoint=member, **_LOOK
    ),
    _route(
        "GET", "/v1/roles", "roles", "Roles and permissions", answers={JSON: Roles}, endpoint=roles, **_LOOK
    ),
    _route(
        "POST",
        "/v1/staff",
        "invite",
        "Invite somebody; the link is shown this once",
        takes={JSON: Invite},
        answers={JSON: InvitationView},
        problems=_BODY,
        endpoint=invite,
    ),
    _route(
        "POST",
        "/v1/staff/{staff}/link",
        "link",
        "Another link, for who lost what lets them in; shown this once",
        answers={JSON: InvitationView},
        endpoint=link,
        **_STEP,
    ),
    _route(
        "PUT",
        "/v1/staff/{staff}",
        "describe_member",
        "Change name, address and languages",
        takes={JSON: Describe},
        problems=_BODY,
        endpoint=describe,
    ),
    _route(
        "PUT",
        "/v1/staff/{staff}/roles",
        "assign_roles",
        "Give roles, in the place of those before",
        takes={JSON: Assign},
        problems=_BODY,
        endpoint=assign,
    ),
    _route(
        "POST",
        "/v1/staff/{staff}/suspend",
        "suspend_member",
        "Let a member in no more",
        endpoint=suspend,
        **_STEP,
    ),
    _route(
        "POST", "/v1/staff/{staff}/resume", "resume_member", "Let a member in again", endpoint=resume, **_STEP
    ),
    _route(
        "POST",
        "/v1/staff/{staff}/leave",
        "member_left",
        "Record that a member has left",
        endpoint=leave,
        **_STEP,
    ),
    _route(
        "GET",
        "/v1/staff/{staff}/sessions",
        "sessions_of_member",
        "A member's open sessions",
        answers={JSON: Sessions},
        problems=(404,),
        endpoint=sessions,
        **_LOOK,
    ),
    _route(
        "DELETE",
        "/v1/staff/{staff}/sessions",
        "end_sessions_of_member",
        "End a member's sessions",
        answers={JSON: Ended},
        problems=(404,),
        endpoint=end_sessions,
    ),
)
