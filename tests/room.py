"""A room for tests: numbers that were noted, added up per name; each note is told to the outside."""

from collections.abc import Callable, Sequence
from itertools import count

import msgspec
import sqlalchemy as sa

from bylaw.records.fact import Fact, Row
from bylaw.records.outbox import Outgoing
from bylaw.records.projecting import Transaction

SUMS = sa.Table(
    "sums",
    sa.MetaData(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("last", sa.LargeBinary, nullable=False),
)


class Sums:
    """The projector. ``fail`` is called before each row with its number; what it raises is the room's failure."""

    name = "sums"
    kinds = frozenset({"number.noted", "numbers.forgotten"})
    tables: Sequence[sa.Table] = (SUMS,)

    def __init__(self, fail: Callable[[int], None] = lambda _: None, version: int = 1) -> None:
        self.version = version
        self._fail = fail

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        for row in rows:
            self._fail(row.seq)
            name, number = msgspec.json.decode(row.body, type=tuple[str, int])
            if row.kind == "numbers.forgotten":
                tx.execute(sa.delete(SUMS).where(SUMS.c.name == name))
                tx.cancel("timer", [name])
                continue
            changed = tx.execute(
                sa.update(SUMS).where(SUMS.c.name == name).values(total=SUMS.c.total + number, last=row.leaf)
            )
            if not changed.rowcount:
                tx.execute(sa.insert(SUMS), {"name": name, "total": number, "last": row.leaf})
            tx.send(row, Outgoing(f"to {name}", row.body))
            tx.send(row, Outgoing("timer", row.body, due=row.at + 1_000_000, key=name))


_TAGS = count(1)


def noted(name: str, number: int, *, sealed: bytes | None = b"sealed", kind: str = "number.noted") -> Fact:
    body = msgspec.json.encode((name, number))
    return Fact(kind, body, next(_TAGS).to_bytes(16, "big"), b"s" * 16 if sealed else None, sealed)
