"""What is to leave the record: notices, actions, webhooks, and timers, which are entries that are due later.

Delivered at least once: whoever takes an entry has it on lease under a token, and says ``done`` or ``failed``. A
lease that runs out is as good as a failure. After ``MAX_ATTEMPTS`` an entry is a dead letter: it stands aside, seen
in ``counts`` and ``dead``, until a person revives it. Within one destination entries go in the order of due time,
then of facts, one at a time; a dead letter no longer holds the others up. ``Entry.id`` never changes and names the
delivery to the other side, so that it can recognise a second one.

Instants and spans are in microseconds. Nothing here is durable before the transaction is.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import sqlalchemy as sa

from bylaw.base.errors import IntegrityError
from bylaw.records.schema import OUTBOX, row_digest

SECOND: Final = 1_000_000
MAX_ATTEMPTS: Final = 12
FIRST_WAIT: Final = SECOND
LONGEST_WAIT: Final = 3_600 * SECOND
LEASE: Final = 60 * SECOND
TOKEN_BYTES: Final = 16
KEYS_AT_ONCE: Final = 500  # in one statement
LEASE_EXPIRED: Final = "outbox.lease_expired"

_COLUMNS: Final = [column for column in OUTBOX.c if column.name != "digest"]


class Outgoing(NamedTuple):
    """Something to deliver. ``body`` is for its destination to read, sealed where personal.

    ``due`` 0 means at once. ``key`` lets a later fact cancel it.
    """

    destination: str
    body: bytes
    due: int = 0
    key: str | None = None


class Entry(NamedTuple):
    """An entry as it stands; the order of fields is the table's."""

    seq: int  # of the fact that sent it
    n: int  # which of what this fact sent
    destination: str
    due: int  # its place in the order
    key: str | None
    body: bytes
    dead: int
    attempts: int
    ready: int  # not to be taken before: due, back-off, or the end of a lease
    token: bytes | None  # of who has it on lease
    code: str  # of the last failure

    @classmethod
    def of(cls, seq: int, n: int, outgoing: Outgoing, at: int) -> Self:
        """Return the entry of something sent at an instant."""
        due = max(outgoing.due, at)
        return cls(seq, n, outgoing.destination, due, outgoing.key, outgoing.body, 0, 0, due, None, "")

    @property
    def id(self) -> str:
        """The name of this delivery, for the other side to recognise a second one."""
        return f"out_{self.seq}_{self.n}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What stands in the outbox. ``late`` is how long the oldest due entry has waited."""

    waiting: int
    due: int
    leased: int
    failing: int
    dead: int
    late: int


def wait_after(attempts: int) -> int:
    """Return how long to wait after so many failures: doubled each time, up to ``LONGEST_WAIT``."""
    return min(LONGEST_WAIT, FIRST_WAIT << min(attempts - 1, 40))


def enter(core: sa.Connection, entries: Iterable[Entry]) -> None:
    """Put entries in."""
    values = [_values(entry) for entry in entries]
    if values:
        core.execute(sa.insert(OUTBOX), values)


def cancel(core: sa.Connection, destination: str, keys: Collection[str]) -> None:
    """Take back what was sent under keys and is not dead."""
    wanted = list(keys)
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        some = OUTBOX.c.key.in_(wanted[start : start + KEYS_AT_ONCE])
        core.execute(sa.delete(OUTBOX).where(OUTBOX.c.dead == 0, OUTBOX.c.destination == destination, some))


def is_any_ready(core: sa.Connection, now: int, handlers: Collection[str] = ()) -> bool:
    """Tell whether there is anything to take."""
    ready = sa.select(OUTBOX.c.seq).where(OUTBOX.c.dead == 0, OUTBOX.c.ready <= now, _of(handlers)).limit(1)
    return core.execute(ready).first() is not None and bool(_firsts(core, now, 1, handlers))


def take(
    core: sa.Connection, now: int, lease: int, tokens: Sequence[bytes], handlers: Collection[str] = ()
) -> list[tuple[bytes, Entry]]:
    """Lease the first entry of each destination, as far as it is ready: one for each token at most.

    ``handlers``: the first words of destinations; none: all.

    An entry whose last lease ran out for the ``MAX_ATTEMPTS``-th time dies here; the next one of its destination
    is for the next call.
    """
    taken: list[tuple[bytes, Entry]] = []
    for entry in _firsts(core, now, len(tokens), handlers):
        if entry.attempts >= MAX_ATTEMPTS:
            _write(core, entry._replace(dead=1, token=None, code=entry.code or LEASE_EXPIRED))
            continue
        token = tokens[len(taken)]
        leased = entry._replace(attempts=entry.attempts + 1, ready=now + lease, token=token)
        _write(core, leased)
        taken.append((token, leased))
    return taken


def done(core: sa.Connection, token: bytes) -> bool:
    """Take a delivered entry out; False if the lease under this token is no more."""
    return core.execute(sa.delete(OUTBOX).where(OUTBOX.c.token == token)).rowcount == 1


def failed(
    core: sa.Connection,
    token: bytes,
    code: str,
    now: int,
    wait: int | None = None,
    *,
    blameless: bool = False,
) -> bool:
    """Give an entry back, to be tried again after ``wait`` or to die; False if the lease is no more.

    ``blameless``: the way is blocked for all, so this attempt is not counted against the entry.
    """
    entry = _by_token(core, token)
    if entry is None:
        return False
    attempts = entry.attempts - blameless
    dead = int(attempts >= MAX_ATTEMPTS)
    ready = now + (wait_after(entry.attempts) if wait is None else wait)
    _write(core, entry._replace(dead=dead, attempts=attempts, ready=ready, token=None, code=code))
    return True


def revive(core: sa.Connection, seq: int, n: int, now: int) -> bool:
    """Let a dead letter be tried anew; False if there is none."""
    found = core.execute(
        sa.select(OUTBOX).where(OUTBOX.c.seq == seq, OUTBOX.c.n == n, OUTBOX.c.dead == 1)
    ).first()
    if found is None:
        return False
    _write(core, read(found)._replace(dead=0, attempts=0, ready=now))
    return True


def stuck(core: sa.Connection, limit: int) -> list[Entry]:
    """Return what failed at least once: the dead first, then by how often."""
    order = (OUTBOX.c.dead.desc(), OUTBOX.c.attempts.desc(), OUTBOX.c.due, OUTBOX.c.seq, OUTBOX.c.n)
    failing = sa.or_(OUTBOX.c.dead == 1, OUTBOX.c.code != "", OUTBOX.c.attempts > 1)  # a lease ran out
    return [read(row) for row in core.execute(sa.select(OUTBOX).where(failing).order_by(*order).limit(limit))]


def counts(core: sa.Connection, now: int) -> Counts:
    """Count what stands in the outbox."""
    alive = OUTBOX.c.dead == 0

    def count(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(*conditions)

    row = core.execute(
        sa.select(
            count(alive),
            count(alive, OUTBOX.c.due <= now),
            count(alive, OUTBOX.c.token.is_not(None), OUTBOX.c.ready > now),
            count(alive, OUTBOX.c.code != ""),
            count(OUTBOX.c.dead == 1),
            sa.func.min(OUTBOX.c.due).filter(alive),
        ).select_from(OUTBOX)
    ).one()
    late = max(0, now - row[5]) if row[5] is not None else 0
    return Counts(waiting=row[0], due=row[1], leased=row[2], failing=row[3], dead=row[4], late=late)


def read(row: Sequence[object] | sa.Row[tuple[object, ...]]) -> Entry:
    """Return a row of the table, verified.

    Raises:
        IntegrityError: the row is not what its digest says.
    """
    *values, digest = row
    if digest != row_digest(OUTBOX, values):
        seq, n = values[:2]
        raise IntegrityError("records.altered", f"entry {seq}/{n} of the outbox is not what its digest says")
    return Entry(*values)  # type: ignore[arg-type]  # the digest vouches for the types


def _firsts(core: sa.Connection, now: int, limit: int, handlers: Collection[str] = ()) -> list[Entry]:
    # Destinations of which something is ready, then the first entry of each: never all that waits.
    ready = sa.select(OUTBOX.c.destination.label("name")).where(
        OUTBOX.c.dead == 0, OUTBOX.c.ready <= now, _of(handlers)
    )
    names = ready.distinct().cte("names")
    query = (
        sa.select(OUTBOX)
        .select_from(
            names.join(OUTBOX, (OUTBOX.c.seq == _first("seq", names)) & (OUTBOX.c.n == _first("n", names)))
        )
        .where(OUTBOX.c.ready <= now)
        .order_by(OUTBOX.c.due, OUTBOX.c.seq, OUTBOX.c.n)
        .limit(limit)
    )
    return [read(row) for row in core.execute(query)]


def _of(handlers: Collection[str]) -> sa.ColumnElement[bool]:
    name = OUTBOX.c.destination
    wanted = (sa.or_(name == word, name.startswith(f"{word}:", autoescape=True)) for word in handlers)
    return sa.or_(*wanted) if handlers else sa.true()


def _first(column: str, names: sa.CTE) -> sa.ScalarSelect[int]:
    rival = OUTBOX.alias()
    return (
        sa.select(rival.c[column])
        .where(rival.c.dead == 0, rival.c.destination == names.c.name)
        .order_by(rival.c.due, rival.c.seq, rival.c.n)
        .limit(1)
        .scalar_subquery()
    )


def _by_token(core: sa.Connection, token: bytes) -> Entry | None:
    row = core.execute(sa.select(OUTBOX).where(OUTBOX.c.token == token)).first()
    return None if row is None else read(row)


def _write(core: sa.Connection, entry: Entry) -> None:
    core.execute(sa.update(OUTBOX).where(OUTBOX.c.seq == entry.seq, OUTBOX.c.n == entry.n), _values(entry))


def _values(entry: Entry) -> dict[str, object]:
    named = {column.name: value for column, value in zip(_COLUMNS, entry, strict=True)}
    return {**named, "digest": row_digest(OUTBOX, entry)}
