"""Who works here, and in which roles: looked at."""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Query, Response

from bylaw.staff.permissions import PERMISSIONS
from bylaw.web.api.own import Sessions
from bylaw.web.api.told_staff import MemberView, member_view, session_view
from bylaw.web.cooked import Serving, said
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON, Route

MAX_ID: Final = 256
MAX_PAGE: Final = 200

Who = Annotated[str, Path(max_length=MAX_ID, description="the member's id")]


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


def _route(method: str, path: str, name: str, summary: str, **more: Any) -> Route:  # noqa: ANN401 - fields of a route
    given = {"tag": "staff", "permission": "staff.read", "answers": {JSON: MemberView}, **more}
    return Route(method=method, path=path, name=name, summary=summary, **given)


ROUTES = (
    _route("GET", "/v1/staff", "members", "Who works here", answers={JSON: MemberPage}, endpoint=members),
    _route("GET", "/v1/staff/{staff}", "member", "A member of staff", problems=(404,), endpoint=member),
    _route("GET", "/v1/roles", "roles", "Roles and permissions", answers={JSON: Roles}, endpoint=roles),
    _route(
        "GET",
        "/v1/staff/{staff}/sessions",
        "sessions_of_member",
        "A member's open sessions",
        answers={JSON: Sessions},
        problems=(404,),
        endpoint=sessions,
    ),
)
