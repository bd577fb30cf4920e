"""What rules cost over time: measurements of the running service, and their table.

A fact holds a book's digest, rules of that book, and numbers: nothing of anybody's events.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.base.canonical import canonical_bytes
from bylaw.engine.measuring import Cost
from bylaw.records.fact import Fact, Row
from bylaw.records.projecting import Transaction
from bylaw.records.schema import WHOLE

MEASURED: Final = "rules.measured"
MAX_RULES: Final = 2_000  # in one fact: the dearest
DAY: Final = 86_400_000_000  # microseconds
KEPT: Final = 40 * DAY  # of each rule; what is older stands in the ledger alone, but for the latest of each

COSTS: Final = sa.Table(
    "costs",
    sa.MetaData(),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sa.Column("at", WHOLE, nullable=False),
    sa.Column("book", sa.Text, nullable=False),
    sa.Column("events", WHOLE, nullable=False),
    sa.Column("nanoseconds", WHOLE, nullable=False),
    sa.Column("latest", WHOLE, nullable=False),  # 1: of this rule
    sa.Index("costs_latest", "latest", "at"),
    sqlite_strict=True,
)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """``rules.measured``: what rules of a book cost, each as its id, how many events, nanoseconds an event."""

    book: str
    costs: tuple[Cost, ...]

    def fact(self) -> Fact:
        """Return the fact."""
        return Fact(MEASURED, canonical_bytes(self))


class Measurement(NamedTuple):
    """What a rule cost when it was measured: nanoseconds an event; ``seq`` and ``at`` are those of the fact."""

    rule: str
    seq: int
    at: int
    book: str
    events: int
    nanoseconds: int


class CostsProjector:
    """The fold."""

    name = "costs"
    version = 1
    tables: Sequence[sa.Table] = (COSTS,)
    kinds = frozenset({MEASURED})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold."""
        for row in rows:
            said = msgspec.json.decode(row.body, type=Measured)
            again = COSTS.c.rule.in_([cost.rule for cost in said.costs])
            tx.execute(sa.update(COSTS).where(COSTS.c.latest == 1, again).values(latest=0))
            tx.insert(
                COSTS, [(c.rule, row.seq, row.at, said.book, c.events, c.nanoseconds, 1) for c in said.costs]
            )
            tx.execute(sa.delete(COSTS).where(COSTS.c.latest == 0, COSTS.c.at < row.at - KEPT))


def latest(core: sa.Connection) -> dict[str, Measurement]:
    """Return the latest measurement of every rule that was ever measured."""
    rows = core.execute(_measurements().where(COSTS.c.latest == 1))
    return {row.rule: Measurement(*row) for row in rows}


def last_measured(core: sa.Connection) -> list[Measurement]:
    """Return the latest measurements of the rules of the book that was measured last, the newest first."""
    newest = _measurements().where(COSTS.c.latest == 1).order_by(COSTS.c.at.desc(), COSTS.c.seq.desc())
    found = [Measurement(*row) for row in core.execute(newest)]
    return [one for one in found if one.book == found[0].book]


def measurements(core: sa.Connection, rule: str, since: int) -> list[Measurement]:
    """Return what a rule cost from an instant on, the earliest first."""
    mine = _measurements().where(COSTS.c.rule == rule, COSTS.c.at >= since)
    return [Measurement(*row) for row in core.execute(mine.order_by(COSTS.c.seq))]


def _measurements() -> sa.Select:  # type: ignore[type-arg]
    return sa.select(*(COSTS.c[name] for name in Measurement._fields))
