"""People: who works here, in which roles, what lets them in; inviting, roles, suspending, leaving, another link.

Whoever changes something has shown a second factor just before; until then the pages show the way there, and no forms.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Query, Response

from bylaw.base.errors import NotFoundError
from bylaw.staff.model import Member
from bylaw.staff.permissions import may_somewhere
from bylaw.staff.roles import MAX_NARROWED, Assignment
from bylaw.staff.roster import MAX_LANGUAGES, Invitation, Roster
from bylaw.web.api.asked_staff import Short
from bylaw.web.api.members import MAX_ID, Who
from bylaw.web.api.staff import invitation_view
from bylaw.web.api.told_staff import InvitationView, member_view, session_view
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.me import KINDS
from bylaw.web.console.signing_in import HOME, Nothing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.exchange import Exchange
from bylaw.web.forms import posted
from bylaw.web.pages import see_other
from bylaw.web.service import Service

PLACE: Final = f"{HOME}/people"
SHOWN: Final = 100
SAID: Final = {
    "suspended": "Suspended: every session has ended.",
    "resumed": "They may sign in again.",
    "left": "They have left. What they decided stands.",
    "roles": "The roles count from the next request on.",
    "described": "Name, address and languages are changed.",
    "ended": "Every session has ended.",
}

Names = Annotated[tuple[Short, ...], msgspec.Meta(max_length=MAX_NARROWED)]


class Inviting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to work here. ``queues`` and ``clauses`` narrow every one of the roles."""

    name: Short = ""
    address: Short = ""
    roles: Names = ()
    queues: Names = ()
    clauses: Short = ""
    languages: Short = ""


class Describing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name, address and languages, in the place of those before."""

    name: Short = ""
    address: Short = ""
    languages: Short = ""


class OneRole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role to be given or taken, narrowed to queues and clauses or not."""

    role: Short
    queues: Names = ()
    clauses: Short = ""

    @property
    def assignment(self) -> Assignment:
        """The role as a member has it."""
        return Assignment(self.role, self.queues, _words(self.clauses, MAX_NARROWED))


def people(
    exchange: Asked,
    service: Serving,
    *,
    cursor: Annotated[str, Query(max_length=MAX_ID)] = "",
    state: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Return the page of who works here."""
    found = [one for one in service.staff.roster.members() if state in ("", one.state)]
    after = [one for one in found if one.id > cursor]
    values = {
        "members": [member_view(service.staff, one) for one in after[:SHOWN]],
        "next": after[SHOWN - 1].id if len(after) > SHOWN else "",
        "cursor": cursor,
        "state": state,
        "count": len(found),
        **_means(exchange, service),
    }
    return framed(exchange, service, "people.html", values, current=PLACE)


def person(
    exchange: Asked, service: Serving, staff: Who, done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """Return the page of a member."""
    member = service.staff.roster.member(staff)
    sessions = service.staff.sessions.of(staff)
    values = {
        "member": member_view(service.staff, member),
        "sessions": [session_view(service.staff, one) for one in sessions],
        "is_self": staff == exchange.caller.id,
        **_means(exchange, service),
    }
    return framed(exchange, service, "person.html", values, current=PLACE, said=SAID.get(done, ""))


async def invite(exchange: Asked, service: Serving) -> Response:
    """Invite somebody, and show the link this once."""
    asked, by = await posted(exchange, service, Inviting), exchange.caller.id
    clauses = _words(asked.clauses, MAX_NARROWED)
    given = [Assignment(role, asked.queues, clauses) for role in asked.roles]
    languages = _words(asked.languages, MAX_LANGUAGES)

    def work() -> Invitation:
        return service.staff.roster.invite(
            asked.address, asked.name, given, service.roles, languages=languages, by=by
        )

    return _handed_out(
        exchange, service, await service.gatherer.between(lambda: invitation_view(service, work()))
    )


async def link(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Make another link for a member, and show it this once."""
    await posted(exchange, service, Nothing)
    make = partial(service.staff.roster.link, staff, exchange.caller.id)
    return _handed_out(
        exchange, service, await service.gatherer.between(lambda: invitation_view(service, make()))
    )


async def describe(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Change a member's name, address and languages."""
    asked, by, roster = await posted(exchange, service, Describing), exchange.caller.id, service.staff.roster
    languages = _words(asked.languages, MAX_LANGUAGES)
    await service.gatherer.between(partial(roster.describe, staff, asked.name, asked.address, languages, by))
    return see_other(f"{PLACE}/{staff}", done="described")


async def give_role(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Give a member one role more."""
    asked = await posted(exchange, service, OneRole)
    return await _with_roles(exchange, service, staff, lambda had: (*had, asked.assignment))


async def take_role(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Take one role from a member."""
    taken = (await posted(exchange, service, OneRole)).assignment

    def rest(had: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        if taken not in had:
            raise NotFoundError("staff.no_role", "the member does not have this role")
        at = had.index(taken)
        return had[:at] + had[at + 1 :]

    return await _with_roles(exchange, service, staff, rest)


async def end_sessions(exchange: Asked, service: Serving, staff: Who) -> Response:
    """End a member's sessions."""
    await posted(exchange, service, Nothing)
    service.staff.roster.member(staff)
    await service.gatherer.between(partial(service.staff.sessions.revoke, staff, exchange.caller.id))
    return see_other(f"{PLACE}/{staff}", done="ended")


async def suspend(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Let a member in no more."""
    return await _step(exchange, service, staff, Roster.suspend, "suspended")


async def resume(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Let a member in again."""
    return await _step(exchange, service, staff, Roster.resume, "resumed")


async def leave(exchange: Asked, service: Serving, staff: Who) -> Response:
    """Record that a member has left."""
    return await _step(exchange, service, staff, Roster.leave, "left")


async def _step(
    exchange: Exchange, service: Service, staff: str, step: Callable[[Roster, str, str], Member], done: str
) -> Response:
    await posted(exchange, service, Nothing)
    await service.gatherer.between(partial(step, service.staff.roster, staff, exchange.caller.id))
    return see_other(f"{PLACE}/{staff}", done=done)


async def _with_roles(
    exchange: Exchange,
    service: Service,
    staff: str,
    change: Callable[[tuple[Assignment, ...]], tuple[Assignment, ...]],
) -> Response:
    roster, by = service.staff.roster, exchange.caller.id
    await service.gatherer.between(
        lambda: roster.assign(staff, change(roster.member(staff).roles), service.roles, by)
    )
    return see_other(f"{PLACE}/{staff}", done="roles")


def _handed_out(exchange: Exchange, service: Service, made: InvitationView) -> Response:
    return framed(exchange, service, "invitation.html", {"made": made, "here": service.url}, current=PLACE)


def _means(exchange: Exchange, service: Service) -> dict[str, object]:
    """Return what forms about people need: whether there are any, and what may be chosen."""
    here, grants = exchange.caller.here, exchange.caller.grants
    return {
        "may": may_somewhere(grants, "staff.manage"),
        "fresh": service.staff.sessions.is_fresh(here.session),
        "may_see_keys": any(may_somewhere(grants, one) for one in ("audit.read", "key.manage")),
        "may_audit": may_somewhere(grants, "audit.read"),
        "roles": sorted(service.roles.items()),
        "queues": sorted(service.desk.book.operator.queues),
        "kinds": KINDS,
    }


def _words(text: str, most: int) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split()[: most + 1])


_ONE: Final = PLACE + "/{staff}"
_MANAGE: Final = "staff.manage"
ROUTES = (
    show(PLACE, "people_page", "Who works here", people, "staff.read"),
    do(f"{PLACE}/invite", "invite_here", "Invite somebody", invite, _MANAGE),
    show(_ONE, "person_page", "A member of staff", person, "staff.read"),
    do(f"{_ONE}/link", "link_here", "Make another link", link, _MANAGE),
    do(f"{_ONE}/describe", "describe_here", "Change name, address, languages", describe, _MANAGE),
    do(f"{_ONE}/roles/give", "give_role", "Give a role", give_role, _MANAGE),
    do(f"{_ONE}/roles/take", "take_role", "Take a role", take_role, _MANAGE),
    do(f"{_ONE}/suspend", "suspend_here", "Let a member in no more", suspend, _MANAGE),
    do(f"{_ONE}/resume", "resume_here", "Let a member in again", resume, _MANAGE),
    do(f"{_ONE}/leave", "left_here", "Record that a member has left", leave, _MANAGE),
    do(f"{_ONE}/sessions", "end_sessions_here", "End a member's sessions", end_sessions, _MANAGE),
)
