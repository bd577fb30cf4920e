"""How members come and go, and how long a session lasts: tables and plain functions over values."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from bylaw.base.errors import ConflictError
from bylaw.staff import model
from bylaw.staff.model import Kind, Member, Method, State
from bylaw.staff.roles import ADMIN, Assignment
from bylaw.staff.throttle import MINUTE

STEPS: Final[Mapping[tuple[State | None, str], State]] = {
    (None, model.INVITED): State.INVITED,
    (State.INVITED, model.LINKED): State.INVITED,
    (State.INVITED, model.JOINED): State.ACTIVE,
    (State.INVITED, model.LEFT): State.LEFT,
    (State.ACTIVE, model.LINKED): State.ACTIVE,
    (State.ACTIVE, model.JOINED): State.ACTIVE,
    (State.ACTIVE, model.SUSPENDED): State.SUSPENDED,
    (State.ACTIVE, model.LEFT): State.LEFT,
    (State.SUSPENDED, model.RESUMED): State.ACTIVE,
    (State.SUSPENDED, model.LEFT): State.LEFT,
}
ENDING: Final = frozenset(
    {model.JOINED, model.SUSPENDED, model.LEFT}
)  # these steps end every session of a member

SECOND: Final[Mapping[tuple[Method, Kind], Method]] = {
    (Method.PASSWORD, Kind.PHONE): Method.PASSWORD_AND_PHONE,
    (Method.PASSWORD, Kind.RECOVERY): Method.PASSWORD_AND_RECOVERY,
    (Method.PROVIDER, Kind.PHONE): Method.PROVIDER_AND_PHONE,
    (Method.PROVIDER, Kind.RECOVERY): Method.PROVIDER_AND_RECOVERY,
}


class Policy(NamedTuple):
    """How long things last, in microseconds. NIST SP 800-63B-4, 2.2.3 (AAL2): 24 hours, an hour idle, at most."""

    absolute: int = 12 * 60 * MINUTE
    idle: int = 60 * MINUTE
    fresh: int = 10 * MINUTE
    link: int = 72 * 60 * MINUTE


POLICY: Final = Policy()


class Life(StrEnum):
    """What a session is at an instant."""

    OPEN = "open"
    IDLE = "idle"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Session(NamedTuple):
    """A member who was let in. ``seq`` is the fact; instants are of opening, last use and last proof of two factors.

    ``strong``: two factors, or one that counts as two. ``proved`` is 0 before the first proof.
    """

    id: str
    staff: str
    seq: int
    opened: int
    used: int
    proved: int
    strong: bool
    method: Method


def step(state: State | None, kind: str) -> State:
    """Return what a fact makes of a member.

    Raises:
        ConflictError: ``staff.order``, it cannot follow.
    """
    following = STEPS.get((state, kind))
    if following is None:
        stands = state or "unknown"
        raise ConflictError("staff.order", f"`{kind}` cannot follow for a member who is {stands}")
    return following


def life(session: Session, member: Member | None, now: int, policy: Policy) -> Life:
    """Return what a session is."""
    if member is None or member.state is not State.ACTIVE or session.seq <= member.since:
        return Life.REVOKED
    if now - session.opened >= policy.absolute:
        return Life.EXPIRED
    return Life.IDLE if now - session.used >= policy.idle else Life.OPEN


def is_fresh(session: Session, now: int, policy: Policy) -> bool:
    """Tell whether two factors were shown just before, as what is irreversible asks for."""
    return session.strong and session.proved > 0 and 0 <= now - session.proved < policy.fresh


def is_last_admin(members: Iterable[Member], staff: str, roles: Iterable[Assignment] = ()) -> bool:
    """Tell whether nobody could let anybody in any more, if a member had these roles."""
    if any(_is_admin(one) for one in roles):
        return False
    admins = {one.id for one in members if one.state is State.ACTIVE and any(map(_is_admin, one.roles))}
    return admins == {staff}


def grows(before: int, after: int) -> bool:
    """Tell whether a mark may follow another: it grows, but for passkeys that count nothing."""
    return after > before or after == before == 0


def _is_admin(one: Assignment) -> bool:
    return one.role == ADMIN and not one.queues and not one.clauses
