"""How ``bylaw staff`` and ``bylaw key`` read what is typed and show what there is."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bylaw.base.errors import InputError, NotFoundError
from bylaw.book.sign_in import JOIN
from bylaw.cli.screen import out, print_json, table
from bylaw.runtime.staffing import Staffing
from bylaw.staff.model import Key, Member
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import Assignment, Role, needs_second
from bylaw.staff.roster import Invitation


def assignment(text: str) -> Assignment:
    """Return a role as typed: ``NAME``, then ``:queue=a,b`` and ``:clause=x`` where it is narrowed.

    Raises:
        InputError: ``staff.narrowed``.
    """
    role, *parts = text.split(":")
    narrowed: dict[str, tuple[str, ...]] = {}
    for part in parts:
        key, _, values = part.partition("=")
        names = tuple(name for name in values.split(",") if name)
        if key not in {"queue", "clause"} or not names:
            hint = "write `reviewer:queue=spam,abuse:clause=acceptable-use/anti-spam`"
            raise InputError("staff.narrowed", f"`{part}` does not narrow a role", hint=hint)
        narrowed[key] = narrowed.get(key, ()) + names
    return Assignment(role, narrowed.get("queue", ()), narrowed.get("clause", ()))


def told(one: Assignment) -> str:
    """Return a role as it is typed."""
    narrowed = [
        f":{name}={','.join(values)}"
        for name, values in (("queue", one.queues), ("clause", one.clauses))
        if values
    ]
    return one.role + "".join(narrowed)


def member(here: Staffing, who: str) -> Member:
    """Return a member by id or address.

    Raises:
        NotFoundError: ``staff.unknown``.
    """
    if "@" not in who:
        return here.staff.roster.member(who)
    found = here.staff.roster.at(who)
    if found is None:
        raise NotFoundError("staff.unknown", "nobody here has this address", hint="`bylaw staff list`")
    return found


def print_link(made: Invitation, site: str) -> None:
    """Print who is invited, the link, and until when."""
    roles = ", ".join(map(told, made.member.roles)) or "no role"
    out().print(f"{made.member.id} {made.member.outside}, {roles}", soft_wrap=True)
    out().print(f"{site.rstrip('/')}{JOIN if site else ''}{made.token}", soft_wrap=True)
    out().print(f"good once, until {when(made.expires)}; it is not shown again", soft_wrap=True)


def print_members(here: Staffing, *, json: bool) -> None:
    """Print all members."""
    rows = []
    for one in here.staff.roster.members():
        profile = here.staff.roster.profile(one)
        kinds = [held.factor.kind.value for held in here.staff.wallet.held(one.id)]
        name, address = (profile.name, profile.address) if profile else ("", "")
        rows.append(
            {
                "id": one.id,
                "pseudonym": one.outside,
                "name": name,
                "email": address,
                "state": one.state.value,
                "roles": [told(role) for role in one.roles],
                "languages": list(one.languages),
                "factors": kinds,
                "invited": when(one.invited),
            }
        )
    if json:
        print_json(rows)
        return
    columns = ("id", "pseudonym", "name", "email", "state", "roles", "factors")
    lines = [[_cell(row[column]) for column in columns] for row in rows]
    out().print(table("Who works here", columns, lines, numbers=0))


def print_roles(roles: Mapping[str, Role]) -> None:
    """Print the roles there are."""
    rows = [
        (
            name,
            role.purpose,
            " ".join(sorted(role.permissions)),
            "yes" if needs_second([Assignment(name)], roles) else "",
        )
        for name, role in sorted(roles.items())
    ]
    out().print(table("Roles", ("role", "purpose", "may", "two factors"), rows, numbers=0))


def print_permissions() -> None:
    """Print the permissions there are."""
    rows = [
        (name, one.doc, "just before" if one.fresh else "yes" if one.second else "")
        for name, one in sorted(PERMISSIONS.items())
    ]
    out().print(table("Permissions", ("permission", "lets one", "second factor"), rows, numbers=0))


def print_keys(keys: list[Key], used: Mapping[str, str], *, json: bool) -> None:
    """Print the keys of the API; never a secret, as there is none to print."""
    rows = [
        {
            "id": key.id,
            "name": key.name,
            "may": list(key.permissions),
            "queues": list(key.queues),
            "clauses": list(key.clauses),
            "rate": key.rate or None,
            "expires": when(key.expires) if key.expires else None,
            "revoked": when(key.revoked) if key.revoked else None,
            "used": used.get(key.id),
        }
        for key in keys
    ]
    if json:
        print_json(rows)
        return
    columns = ("id", "name", "may", "rate", "expires", "revoked", "used")
    lines = [[_cell(row[column]) for column in columns] for row in rows]
    out().print(table("Keys of the API", columns, lines, numbers=0))


def when(at: int) -> str:
    """Return an instant to the minute."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).strftime("%Y-%m-%d %H:%MZ")


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
