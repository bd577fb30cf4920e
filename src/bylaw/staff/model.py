"""Members of staff and keys as values, and what the facts about them say in the open: nothing personal.

Name and address, password hashes, secrets of phones, passkeys and accounts with identity providers are sealed under
the member's own key in the vault. ``by`` is who did it: a member's id, or empty for the operator's own console.
"""

from enum import StrEnum
from typing import Final

import msgspec

from bylaw.staff.permissions import Grant
from bylaw.staff.roles import Assignment

INVITED: Final = "staff.invited"
LINKED: Final = "staff.linked"
JOINED: Final = "staff.joined"
SUSPENDED: Final = "staff.suspended"
RESUMED: Final = "staff.resumed"
LEFT: Final = "staff.left"
ASSIGNED: Final = "staff.assigned"
DESCRIBED: Final = "staff.described"
SIGNED_IN: Final = "staff.signed_in"
PROVED: Final = "staff.proved"
FAILED: Final = "staff.failed"
FACTOR_ADDED: Final = "factor.added"
FACTOR_REMOVED: Final = "factor.removed"
SESSION_ENDED: Final = "session.ended"
SESSIONS_REVOKED: Final = "sessions.revoked"
KEY_CREATED: Final = "key.created"
KEY_REVOKED: Final = "key.revoked"
READ: Final = "content.read"

SPACE: Final = "staff"  # of the vault: one subject a member
ADDRESSES: Final = "staff-address"  # one an e-mail address that members sign in with
IDENTITIES: Final = "staff-identity"  # one an account with an identity provider

_IDENTITY: Final = "identity_"


class State(StrEnum):
    """Of a member."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class Kind(StrEnum):
    """Of what somebody shows to be let in."""

    PASSWORD = "password"  # noqa: S105 - the kind, not one
    PHONE = "phone"  # one-time codes
    RECOVERY = "recovery"  # codes on paper
    PASSKEY = "passkey"
    PROVIDER = "provider"


class Method(StrEnum):
    """How somebody was let in."""

    PASSWORD = "password"  # noqa: S105
    PASSWORD_AND_PHONE = "password+phone"  # noqa: S105
    PASSWORD_AND_RECOVERY = "password+recovery"  # noqa: S105
    PASSKEY = "passkey"
    PROVIDER = "provider"
    PROVIDER_AND_PHONE = "provider+phone"
    PROVIDER_AND_RECOVERY = "provider+recovery"
    PHONE = "phone"  # these two only in a session that is open
    RECOVERY = "recovery"


class Why(StrEnum):
    """Why somebody was not let in: told to the record, never to whoever tried."""

    UNKNOWN = "unknown"
    WRONG = "wrong"
    REPLAYED = "replayed"
    NOT_ACTIVE = "not_active"


class Invited(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.invited``. ``address`` is a subject of the vault; ``link`` a digest; ``expires`` an instant."""

    staff: str
    pseudonym: str
    address: str
    link: str
    expires: int
    roles: tuple[Assignment, ...] = ()
    languages: tuple[str, ...] = ()
    by: str = ""


class Linked(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.linked``: another link; those before it let nobody in."""

    staff: str
    link: str
    expires: int
    by: str = ""


class Joined(msgspec.Struct, frozen=True):
    """``staff.joined``, by a link: what the member showed to be let in until then is no more."""

    staff: str
    link: str


class Changed(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.suspended``, ``staff.resumed``, ``staff.left``, ``sessions.revoked``."""

    staff: str
    by: str = ""


class Assigned(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.assigned``: the roles, all of them, in the place of those before."""

    staff: str
    roles: tuple[Assignment, ...]
    by: str = ""


class Described(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.described``: profile (sealed), address and languages, in the place of those before."""

    staff: str
    address: str
    languages: tuple[str, ...] = ()
    by: str = ""


class FactorAdded(msgspec.Struct, frozen=True, omit_defaults=True):
    """``factor.added``; one of the same id is replaced. ``again``: the same password, hashed at another cost.

    ``mark``: what was used of it: the time step of a phone's code, a passkey's count, spent recovery codes as bits.
    """

    staff: str
    factor: str
    kind: Kind
    mark: int = 0
    again: bool = False


class FactorRemoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """``factor.removed``."""

    staff: str
    factor: str
    by: str = ""


class Spent(msgspec.Struct, frozen=True):
    """What was used of a factor: its mark, which only grows."""

    factor: str
    mark: int


class SignedIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.signed_in``, and ``staff.proved``: again in an open session, for what cannot be undone."""

    staff: str
    session: str
    method: Method
    spent: tuple[Spent, ...] = ()


class Failed(msgspec.Struct, frozen=True, omit_defaults=True):
    """``staff.failed``. ``paused``: it was one too many, and more are refused unseen for a while."""

    kind: Kind
    why: Why
    staff: str = ""
    paused: bool = False


class SessionEnded(msgspec.Struct, frozen=True, omit_defaults=True):
    """``session.ended``, by its owner or by somebody else."""

    staff: str
    session: str
    by: str = ""


class KeyCreated(msgspec.Struct, frozen=True, omit_defaults=True):
    """``key.created``. ``digest`` is SHA-256 of the secret; ``expires`` an instant, 0 never; ``rate`` a minute, 0 any."""

    key: str
    name: str
    digest: str
    permissions: tuple[str, ...]
    queues: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    expires: int = 0
    rate: int = 0
    by: str = ""


class KeyRevoked(msgspec.Struct, frozen=True, omit_defaults=True):
    """``key.revoked``."""

    key: str
    by: str = ""


class Profile(msgspec.Struct, frozen=True):
    """What is personal of a member, sealed."""

    name: str
    address: str


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member as the record has it. ``since``: sessions that began before this fact are no more."""

    id: str
    state: State
    pseudonym: str
    address: str  # the vault's subject
    profile: int  # the fact that seals the profile
    invited: int  # when, as an instant
    since: int
    roles: tuple[Assignment, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def outside(self) -> str:
        """What people outside know the member by."""
        return f"Reviewer {self.pseudonym}"


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """A factor as the record has it; what it is, is sealed in the fact ``seq``."""

    id: str
    staff: str
    kind: Kind
    seq: int
    mark: int
    added: int  # when


class Link(msgspec.Struct, frozen=True):
    """The newest link of a member, not used yet."""

    staff: str
    expires: int


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the API as the record has it. ``revoked`` and ``created``: when; 0 for never."""

    id: str
    name: str
    digest: bytes
    permissions: tuple[str, ...]
    created: int
    by: str = ""
    queues: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    expires: int = 0
    revoked: int = 0
    rate: int = 0

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What it allows."""
        queues, clauses = frozenset(self.queues) or None, frozenset(self.clauses) or None
        return tuple(Grant(permission, queues, clauses) for permission in self.permissions)


def identity_factor(subject: bytes) -> str:
    """Return the id of an account with a provider as a factor; ``subject`` is the vault's."""
    return f"{_IDENTITY}{subject.hex()}"


def identity_subject(factor: str) -> bytes:
    """Return the subject of an account with a provider."""
    return bytes.fromhex(factor.removeprefix(_IDENTITY))
