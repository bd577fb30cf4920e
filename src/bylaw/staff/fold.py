"""Members, factors, links, keys and readings as tables, folded from their facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.base.errors import ConflictError
from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE
from bylaw.staff import model
from bylaw.staff.machine import ENDING, grows, step
from bylaw.staff.model import Kind, State
from bylaw.staff.reading import Read
from bylaw.staff.steps import AGREED, ASKED, STEPS, fold_agreed, fold_asked

_METADATA: Final = sa.MetaData()

MEMBERS: Final = sa.Table(
    "staff_members",
    _METADATA,
    sa.Column("staff", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("pseudonym", sa.Text, nullable=False, unique=True),
    sa.Column("address", sa.Text, nullable=False, index=True),
    sa.Column("profile", WHOLE, nullable=False),
    sa.Column("invited", WHOLE, nullable=False),
    sa.Column("since", WHOLE, nullable=False),
    sa.Column("roles", sa.LargeBinary, nullable=False),
    sa.Column("languages", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
LINKS: Final = sa.Table(
    "staff_links",
    _METADATA,
    sa.Column("staff", sa.Text, primary_key=True),
    sa.Column("link", sa.Text, nullable=False, unique=True),
    sa.Column("expires", WHOLE, nullable=False),
    sqlite_strict=True,
)
FACTORS: Final = sa.Table(
    "staff_factors",
    _METADATA,
    sa.Column("factor", sa.Text, primary_key=True),
    sa.Column("staff", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("seq", WHOLE, nullable=False),
    sa.Column("mark", WHOLE, nullable=False),
    sa.Column("added", WHOLE, nullable=False),
    sqlite_strict=True,
)
KEYS: Final = sa.Table(
    "staff_keys",
    _METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, nullable=False),
    sa.Column("created", WHOLE, nullable=False),
    sa.Column("said", sa.LargeBinary, nullable=False),
    sa.Column("revoked", WHOLE, nullable=False),
    sqlite_strict=True,
)
HISTORY: Final = sa.Table(
    "staff_history",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("staff", sa.Text, nullable=False, index=True),
    sqlite_strict=True,
)
READS: Final = sa.Table(
    "staff_reads",
    _METADATA,
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("staff", sa.Text, nullable=False, index=True),
    sqlite_strict=True,
)
READ_PEOPLE: Final = sa.Table(
    "staff_reads_people",
    _METADATA,
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sqlite_strict=True,
)


class StaffProjector:
    """The fold."""

    name = "staff"
    version = 1
    tables: Sequence[sa.Table] = (MEMBERS, LINKS, FACTORS, KEYS, HISTORY, READS, READ_PEOPLE, STEPS)

    @property
    def kinds(self) -> frozenset[str]:
        """Everything that this room records."""
        return frozenset(_FOLDS)

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. What cannot follow, a link or a code used twice, fails, and with it the commit."""
        for row in rows:
            _FOLDS[row.kind](tx, row)
            whose = msgspec.json.decode(row.body, type=_Whose)
            if row.kind != model.READ and (staff := whose.staff or whose.by):
                tx.execute(sa.insert(HISTORY), {"seq": row.seq, "staff": staff})


class _Whose(msgspec.Struct):
    staff: str = ""
    by: str = ""


def _invited(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Invited)
    taken = sa.select(MEMBERS.c.staff).where(
        MEMBERS.c.address == said.address, MEMBERS.c.state != State.LEFT.value
    )
    if tx.execute(taken).first() is not None:
        raise ConflictError("staff.address_taken", "somebody who works here has this address")
    values: dict[str, object] = {
        "staff": said.staff,
        "state": step(None, row.kind).value,
        "pseudonym": said.pseudonym,
        "address": said.address,
        "profile": row.seq,
        "invited": row.at,
        "since": row.seq,
        "roles": canonical_bytes(said.roles),
        "languages": canonical_bytes(said.languages),
    }
    tx.execute(sa.insert(MEMBERS), values)
    _link(tx, said.staff, said.link, said.expires)


def _linked(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Linked)
    _step(tx, row, said.staff)
    _link(tx, said.staff, said.link, said.expires)


def _joined(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Joined)
    used = sa.delete(LINKS).where(LINKS.c.staff == said.staff, LINKS.c.link == said.link)
    if not tx.execute(used).rowcount:
        raise ConflictError("staff.link_used", "this link was used")
    tx.execute(sa.delete(FACTORS).where(FACTORS.c.staff == said.staff))
    _step(tx, row, said.staff)


def _changed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Changed)
    _step(tx, row, said.staff)
    if row.kind == model.LEFT:
        for table in (LINKS, FACTORS):
            tx.execute(sa.delete(table).where(table.c.staff == said.staff))


def _revoked(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Changed)
    _set(tx, said.staff, since=row.seq)


def _assigned(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Assigned)
    _set(tx, said.staff, roles=canonical_bytes(said.roles))


def _described(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.Described)
    _set(
        tx,
        said.staff,
        address=said.address,
        profile=row.seq,
        languages=canonical_bytes(said.languages),
    )


def _added(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.FactorAdded)
    owner = tx.execute(sa.select(FACTORS.c.staff).where(FACTORS.c.factor == said.factor)).scalar()
    if owner not in (None, said.staff):
        raise ConflictError("staff.factor_taken", "somebody else is let in by this already")
    tx.execute(sa.delete(FACTORS).where(FACTORS.c.factor == said.factor))
    values: dict[str, object] = {
        "factor": said.factor,
        "staff": said.staff,
        "kind": said.kind.value,
        "seq": row.seq,
        "mark": said.mark,
        "added": row.at,
    }
    tx.execute(sa.insert(FACTORS), values)
    if said.kind is Kind.PASSWORD and not said.again:
        _set(tx, said.staff, since=row.seq)


def _removed(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.FactorRemoved)
    gone = sa.delete(FACTORS).where(FACTORS.c.factor == said.factor, FACTORS.c.staff == said.staff)
    if not tx.execute(gone).rowcount:
        raise ConflictError("staff.no_factor", "the member is not let in by this")
    _set(tx, said.staff, since=row.seq)


def _signed_in(tx: Transaction, row: Row) -> None:
    for spent in msgspec.json.decode(row.body, type=model.SignedIn).spent:
        mine = FACTORS.c.factor == spent.factor
        before = tx.execute(sa.select(FACTORS.c.mark).where(mine)).scalar()
        if before is None or not grows(before, spent.mark):
            raise ConflictError("staff.spent", "this was used to be let in before")
        tx.execute(sa.update(FACTORS).where(mine).values(mark=spent.mark))


def _nothing(_tx: Transaction, _row: Row) -> None:
    """Fold what changes nobody: it stands in the history alone."""


def _key_created(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.KeyCreated)
    values: dict[str, object] = {"key": said.key, "seq": row.seq, "created": row.at, "said": row.body}
    tx.execute(sa.insert(KEYS), {**values, "revoked": 0})


def _key_revoked(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=model.KeyRevoked)
    live = sa.update(KEYS).where(KEYS.c.key == said.key, KEYS.c.revoked == 0)
    if not tx.execute(live.values(revoked=row.at)).rowcount:
        raise ConflictError("key.revoked", f"`{said.key}` is no key in force")


def _read(tx: Transaction, row: Row) -> None:
    said = msgspec.json.decode(row.body, type=Read)
    tx.execute(sa.insert(READS), {"seq": row.seq, "staff": said.staff})
    people: list[dict[str, object]] = [{"person": one, "seq": row.seq} for one in said.people]
    if people:
        tx.execute(sa.insert(READ_PEOPLE), people)


_FOLDS: Final[Mapping[str, Callable[[Transaction, Row], None]]] = {
    model.INVITED: _invited,
    model.LINKED: _linked,
    model.JOINED: _joined,
    model.SUSPENDED: _changed,
    model.RESUMED: _changed,
    model.LEFT: _changed,
    model.SESSIONS_REVOKED: _revoked,
    model.ASSIGNED: _assigned,
    model.DESCRIBED: _described,
    model.FAILED: _nothing,
    model.SESSION_ENDED: _nothing,
    model.FACTOR_ADDED: _added,
    model.FACTOR_REMOVED: _removed,
    model.SIGNED_IN: _signed_in,
    model.PROVED: _signed_in,
    model.KEY_CREATED: _key_created,
    model.KEY_REVOKED: _key_revoked,
    model.READ: _read,
    ASKED: fold_asked,
    AGREED: fold_agreed,
}


def _link(tx: Transaction, staff: str, link: str, expires: int) -> None:
    tx.execute(sa.delete(LINKS).where(LINKS.c.staff == staff))
    tx.execute(sa.insert(LINKS), {"staff": staff, "link": link, "expires": expires})


def _step(tx: Transaction, row: Row, staff: str) -> None:
    state = tx.execute(sa.select(MEMBERS.c.state).where(MEMBERS.c.staff == staff)).scalar()
    following = step(State(state) if state else None, row.kind).value
    _set(tx, staff, state=following, **({"since": row.seq} if row.kind in ENDING else {}))


def _set(tx: Transaction, staff: str, **values: Any) -> None:  # noqa: ANN401 - columns
    if not tx.execute(sa.update(MEMBERS).where(MEMBERS.c.staff == staff).values(**values)).rowcount:
        raise ConflictError("staff.unknown", f"nobody here is `{staff}`")
