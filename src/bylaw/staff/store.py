"""Questions to the tables of members, factors, links and keys."""

from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.records.people import alias_of
from bylaw.staff import model
from bylaw.staff.fold import FACTORS, HISTORY, KEYS, LINKS, MEMBERS, READ_PEOPLE, READS
from bylaw.staff.model import Factor, Key, Kind, Link, Member, State, identity_subject
from bylaw.staff.roles import Assignment

MAX_LISTED: Final = 1_000  # readings, or facts of a history, told at once
LATEST: Final = 1 << 62  # before which everything is


def members(core: sa.Connection) -> list[Member]:
    """Return all members, in the order of their invitations."""
    return [_member(row) for row in core.execute(sa.select(MEMBERS).order_by(MEMBERS.c.staff))]


def member(core: sa.Connection, staff: str) -> Member | None:
    """Return a member."""
    row = core.execute(sa.select(MEMBERS).where(MEMBERS.c.staff == staff)).first()
    return None if row is None else _member(row)


def at_address(core: sa.Connection, address: str) -> Member | None:
    """Return whoever signs in with an address (a subject of the vault) and has not left."""
    query = sa.select(MEMBERS).where(MEMBERS.c.address == address, MEMBERS.c.state != State.LEFT.value)
    row = core.execute(query).first()
    return None if row is None else _member(row)


def named_by_others(core: sa.Connection, staff: str) -> set[str]:
    """Return the aliases of addresses and accounts by which others than a member are let in."""
    addresses = sa.select(MEMBERS.c.address).where(
        MEMBERS.c.staff != staff, MEMBERS.c.state != State.LEFT.value
    )
    accounts = sa.select(FACTORS.c.factor).where(
        FACTORS.c.staff != staff, FACTORS.c.kind == Kind.PROVIDER.value
    )
    found = {alias_of(identity_subject(factor)) for factor in core.scalars(accounts)}
    return found | set(core.scalars(addresses))


def is_pseudonym(core: sa.Connection, pseudonym: str) -> bool:
    """Tell whether a pseudonym is, or was, somebody's."""
    query = sa.select(MEMBERS.c.staff).where(MEMBERS.c.pseudonym == pseudonym)
    return core.execute(query).first() is not None


def link(core: sa.Connection, digest: str) -> Link | None:
    """Return what a link is for, if it was not used or replaced."""
    row = core.execute(sa.select(LINKS.c.staff, LINKS.c.expires).where(LINKS.c.link == digest)).first()
    return None if row is None else Link(row.staff, row.expires)


def factors(core: sa.Connection, staff: str) -> list[Factor]:
    """Return what a member is let in by, the oldest first."""
    query = sa.select(FACTORS).where(FACTORS.c.staff == staff).order_by(FACTORS.c.seq)
    return [_factor(row) for row in core.execute(query)]


def factor(core: sa.Connection, name: str) -> Factor | None:
    """Return a factor."""
    row = core.execute(sa.select(FACTORS).where(FACTORS.c.factor == name)).first()
    return None if row is None else _factor(row)


def keys(core: sa.Connection) -> list[Key]:
    """Return all keys of the API, the oldest first."""
    return [_key(row) for row in core.execute(sa.select(KEYS).order_by(KEYS.c.seq))]


def history(core: sa.Connection, staff: str, before: int) -> list[int]:
    """Return the facts about a member, and about keys that the member made or revoked, the newest first."""
    query = sa.select(HISTORY.c.seq).where(HISTORY.c.staff == staff, HISTORY.c.seq < before)
    return list(core.scalars(query.order_by(HISTORY.c.seq.desc()).limit(MAX_LISTED)))


def reads_of(core: sa.Connection, staff: str, before: int) -> list[int]:
    """Return the readings of a member, the newest first."""
    query = sa.select(READS.c.seq).where(READS.c.staff == staff, READS.c.seq < before)
    return list(core.scalars(query.order_by(READS.c.seq.desc()).limit(MAX_LISTED)))


def reads_about(core: sa.Connection, person: str, before: int) -> list[int]:
    """Return the readings that concern a person (a random id), the newest first."""
    query = sa.select(READ_PEOPLE.c.seq).where(READ_PEOPLE.c.person == person, READ_PEOPLE.c.seq < before)
    return list(core.scalars(query.order_by(READ_PEOPLE.c.seq.desc()).limit(MAX_LISTED)))


def _member(row: sa.Row[Any]) -> Member:
    return Member(
        id=row.staff,
        state=State(row.state),
        pseudonym=row.pseudonym,
        address=row.address,
        profile=row.profile,
        invited=row.invited,
        since=row.since,
        roles=msgspec.json.decode(row.roles, type=tuple[Assignment, ...]),
        languages=msgspec.json.decode(row.languages, type=tuple[str, ...]),
    )


def _factor(row: sa.Row[Any]) -> Factor:
    return Factor(
        id=row.factor, staff=row.staff, kind=Kind(row.kind), seq=row.seq, mark=row.mark, added=row.added
    )


def _key(row: sa.Row[Any]) -> Key:
    said = msgspec.json.decode(row.said, type=model.KeyCreated)
    return Key(
        id=said.key,
        name=said.name,
        digest=bytes.fromhex(said.digest),
        permissions=said.permissions,
        created=row.created,
        by=said.by,
        queues=said.queues,
        clauses=said.clauses,
        expires=said.expires,
        revoked=row.revoked,
        rate=said.rate,
    )
