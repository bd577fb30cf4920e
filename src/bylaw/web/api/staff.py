"""Who works here: inviting, roles, suspending, resuming, leaving, ending sessions. Every change names who made it."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Response

from bylaw.book.sign_in import JOIN
from bylaw.engine.recording import instant
from bylaw.staff.model import Member
from bylaw.staff.roles import MAX_ASSIGNMENTS, MAX_NARROWED, Assignment
from bylaw.staff.roster import MAX_LANGUAGES, Invitation
from bylaw.web.api.asked_staff import Short
from bylaw.web.api.members import Who
from bylaw.web.api.own import Ended
from bylaw.web.api.told_staff import InvitationView, MemberView, member_view
from bylaw.web.bodies import done, taken
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

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


async def invite(exchange: Asked, service: Serving) -> Response:
    """Invite somebody."""
    body, by = await taken(exchange, Invite), exchange.caller.id

    def work() -> InvitationView:
        given = _assignments(body.roles)
        roster, known = service.staff.roster, service.roles
        made = roster.invite(body.address, body.name, given, known, languages=body.languages, by=by)
        return invitation_view(service, made)

    return await done(exchange, service, work, body)


async def link(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Make another link."""
    make = partial(service.staff.roster.link, staff, exchange.caller.id)
    return await done(exchange, service, lambda: invitation_view(service, make()))


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


def invitation_view(service: Service, made: Invitation) -> InvitationView:
    """Return what is told of a link, this once."""
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


_BODY: Final = (404, 409, 413, 415)
_STEP: Final[dict[str, Any]] = {"problems": (404, 409)}
ROUTES = (
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
        "DELETE",
        "/v1/staff/{staff}/sessions",
        "end_sessions_of_member",
        "End a member's sessions",
        answers={JSON: Ended},
        problems=(404,),
        endpoint=end_sessions,
    ),
)
