"""Roles as data: those built in, those of the operator's book, and what an assignment of one grants."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

from bylaw.base.errors import Problem, Problems
from bylaw.base.spelling import did_you_mean
from bylaw.staff.permissions import PERMISSIONS, Grant

ADMIN: Final = "admin"  # the one role that a book cannot change: without it nobody could let anybody in
MAX_ASSIGNMENTS: Final = 32  # of one member
MAX_NARROWED: Final = 256  # queues, and as many clauses, of one assignment


class Role(NamedTuple):
    """What people in it are for, and what they may do. ``second_factor``: asked for whatever the permissions."""

    purpose: str
    permissions: frozenset[str]
    second_factor: bool = False


class Assignment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A role that a member has. Empty ``queues`` or ``clauses``: all of them."""

    role: str
    queues: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


def _role(purpose: str, *permissions: str) -> Role:
    return Role(purpose, frozenset(permission for words in permissions for permission in words.split()))


_LOOKS: Final = "case.read decision.read account.read action.read notice.read book.read"

BUILT_IN: Final[Mapping[str, Role]] = {
    "reviewer": _role(
        "decides cases",
        _LOOKS,
        "case.decide content.read content.hide content.label content.remove account.strike account.warn",
    ),
    "lead": _role(
        "leads reviewers, decides objections, agrees to what cannot be undone",
        _LOOKS,
        "case.assign case.decide content.read content.hide content.remove appeal.read appeal.decide book.draft",
        "account.act action.approve action.undo approval.give complaint.read complaint.answer staff.read",
    ),
    "legal": _role(
        "answers legal process, places holds, approves disclosures",
        _LOOKS,
        "content.read legal.answer hold.read hold.place hold.release disclosure.read disclosure.approve",
        "ledger.read complaint.read complaint.answer takedown.restore cybertip.file notice.suppress",
    ),
    "privacy": _role(
        "answers people about their data",
        "account.read decision.read content.read hold.read disclosure.read",
        "privacy.answer privacy.erase minor.purge",
    ),
    "policy-author": _role(
        "writes policies and rules, and puts them into force",
        "book.read book.draft book.backtest book.activate policy.publish decision.read metrics.read",
    ),
    ADMIN: _role(
        "lets people and programs in, and keeps the service running",
        "staff.read staff.manage key.manage webhook.read webhook.manage outbox.read outbox.manage",
        "metrics.read audit.read ledger.read book.read book.activate action.read",
    ),
    "auditor": _role(
        "looks, and changes nothing",
        _LOOKS,
        "appeal.read complaint.read hold.read disclosure.read ledger.read audit.read staff.read",
        "metrics.read outbox.read webhook.read",
    ),
}


def known_roles(own: Mapping[str, Role]) -> dict[str, Role]:
    """Return the roles there are under an operator's book. One that lists permissions takes the place of a built-in."""
    roles = dict(BUILT_IN)
    for name, role in own.items():
        built_in = BUILT_IN.get(name)
        if name == ADMIN:
            continue
        if built_in and not role.permissions:
            roles[name] = built_in._replace(purpose=role.purpose, second_factor=role.second_factor)
        else:
            roles[name] = role
    return roles


def grants_of(assignments: Iterable[Assignment], roles: Mapping[str, Role]) -> tuple[Grant, ...]:
    """Return what assignments allow. A role that is in the book no more allows nothing."""
    return tuple(
        Grant(permission, frozenset(one.queues) or None, frozenset(one.clauses) or None)
        for one in assignments
        if one.role in roles
        for permission in sorted(roles[one.role].permissions)
    )


def needs_second(assignments: Iterable[Assignment], roles: Mapping[str, Role]) -> bool:
    """Tell whether somebody with these roles signs in with two factors."""
    held = [roles[one.role] for one in assignments if one.role in roles]
    return any(
        role.second_factor or any(PERMISSIONS[name].second for name in role.permissions & PERMISSIONS.keys())
        for role in held
    )


def refuse_assignments(assignments: Iterable[Assignment], roles: Mapping[str, Role]) -> None:
    """See to it that roles exist and narrowings are of bearable size.

    Raises:
        Problems: all that is wrong.
    """
    given = tuple(assignments)
    problems = [
        Problem(code="staff.role", message=f"`{one.role}` is no role", hint=did_you_mean(one.role, roles))
        for one in given
        if one.role not in roles
    ]
    if len(given) > MAX_ASSIGNMENTS or any(
        max(len(one.queues), len(one.clauses)) > MAX_NARROWED for one in given
    ):
        message = f"at most {MAX_ASSIGNMENTS} roles, each for {MAX_NARROWED} queues and clauses"
        problems.append(Problem(code="staff.roles", message=message))
    if problems:
        raise Problems(problems)
