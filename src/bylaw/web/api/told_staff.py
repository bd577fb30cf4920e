"""What is told about members of staff, their sessions, what lets them in, keys and readings."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bylaw.engine.recording import instant
from bylaw.staff.machine import Session
from bylaw.staff.model import Key, Kind, Member, Method, State
from bylaw.staff.permissions import PERMISSIONS, may_somewhere
from bylaw.staff.reading import Noted, Purpose
from bylaw.staff.roles import Assignment, Role
from bylaw.staff.sessions import Present
from bylaw.staff.wallet import Held
from bylaw.staff.workflow import Staff


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session. ``strong``: two factors were shown; ``ends`` is when it is over at the latest.

    ``fresh_until``: until when what asks for a factor shown just before may be done; nothing, if not now.
    """

    session: str
    method: Method
    opened: datetime
    used: datetime
    ends: datetime
    strong: bool
    fresh_until: datetime | None


class RoleView(msgspec.Struct, frozen=True):
    """A role that a member has. Empty ``queues`` or ``clauses``: all of them."""

    role: str
    queues: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever is signed in. ``outside`` is what people outside know them by.

    ``permissions``: what may be done, somewhere. ``second_factor_wanted``: nothing, until a second factor is shown.
    """

    staff: str
    outside: str
    name: str
    address: str
    languages: tuple[str, ...]
    roles: tuple[RoleView, ...]
    permissions: tuple[str, ...]
    second_factor_wanted: bool
    session: SessionView


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff. Name and address are empty when they are erased. ``factors``: kinds of what lets them in."""

    staff: str
    outside: str
    name: str
    address: str
    state: State
    invited: datetime
    languages: tuple[str, ...]
    roles: tuple[RoleView, ...]
    factors: tuple[Kind, ...]


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """A link, good once and until ``expires``; nobody can read it again. ``url`` is empty where no site is named."""

    member: MemberView
    link: str
    url: str
    expires: datetime


class FactorView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that lets a member in; nothing secret. ``label`` is the owner's name for it."""

    factor: str
    kind: Kind
    label: str
    added: datetime


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the API; never its secret. ``by``: who made it, empty for the console of the machine.

    ``used`` is the day (UTC) of its last use; ``rate`` is requests a minute, 0 any.
    """

    key: str
    name: str
    permissions: tuple[str, ...]
    queues: tuple[str, ...]
    clauses: tuple[str, ...]
    created: datetime
    by: str
    expires: datetime | None
    revoked: datetime | None
    used: str | None
    rate: int


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """A reading of private content. ``records`` are spans of facts, both ends included.

    ``reason`` is nothing where none was given, or it is gone. ``seq`` is the fact that records it.
    """

    seq: int
    at: datetime
    staff: str
    purpose: Purpose
    records: tuple[tuple[int, int], ...]
    objects: tuple[str, ...]
    reason: str | None


def session_view(staff: Staff, session: Session) -> SessionView:
    """Return what is told of a session."""
    policy = staff.means.policy
    fresh = staff.sessions.is_fresh(session)
    return SessionView(
        session=session.id,
        method=session.method,
        opened=instant(session.opened),
        used=instant(session.used),
        ends=instant(session.opened + policy.absolute),
        strong=session.strong,
        fresh_until=instant(session.proved + policy.fresh) if fresh else None,
    )


def me(staff: Staff, here: Present, roles: Mapping[str, Role]) -> Me:
    """Return what somebody is told about themselves."""
    profile, grants = staff.roster.profile(here.member), here.grants(roles)
    return Me(
        staff=here.member.id,
        outside=here.member.outside,
        name=profile.name if profile else "",
        address=profile.address if profile else "",
        languages=here.member.languages,
        roles=role_views(here.member.roles),
        permissions=tuple(name for name in PERMISSIONS if may_somewhere(grants, name)),
        second_factor_wanted=here.lacks_second(roles),
        session=session_view(staff, here.session),
    )


def member_view(staff: Staff, member: Member) -> MemberView:
    """Return what is told of a member."""
    profile = staff.roster.profile(member)
    return MemberView(
        staff=member.id,
        outside=member.outside,
        name=profile.name if profile else "",
        address=profile.address if profile else "",
        state=member.state,
        invited=instant(member.invited),
        languages=member.languages,
        roles=role_views(member.roles),
        factors=tuple(factor.kind for factor in staff.means.factors(member.id)),
    )


def role_views(roles: tuple[Assignment, ...]) -> tuple[RoleView, ...]:
    """Return what is told of the roles that a member has."""
    return tuple(RoleView(one.role, one.queues, one.clauses) for one in roles)


def factor_view(held: Held) -> FactorView:
    """Return what is told of what lets somebody in."""
    factor = held.factor
    return FactorView(factor=factor.id, kind=factor.kind, label=held.label, added=instant(factor.added))


def key_view(key: Key, used: Mapping[str, str]) -> KeyView:
    """Return what is told of a key; ``used`` are the days by key."""
    return KeyView(
        key=key.id,
        name=key.name,
        permissions=key.permissions,
        queues=key.queues,
        clauses=key.clauses,
        created=instant(key.created),
        by=key.by,
        expires=instant(key.expires) if key.expires else None,
        revoked=instant(key.revoked) if key.revoked else None,
        used=used.get(key.id),
        rate=key.rate,
    )


def read_view(noted: Noted) -> ReadView:
    """Return what is told of a reading."""
    return ReadView(
        seq=noted.seq,
        at=instant(noted.at),
        staff=noted.read.staff,
        purpose=noted.read.purpose,
        records=tuple((first, last) for first, last in noted.read.records),
        objects=noted.read.objects,
        reason=noted.reason,
    )
