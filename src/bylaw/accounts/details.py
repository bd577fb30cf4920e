"""Where an account told about itself: the recorded events that registered or changed it, newest first.

What they say is sealed with its event and is read there; nothing is kept twice, and who is forgotten is forgotten here.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from bylaw.records.fact import Row
from bylaw.records.projecting import Transaction
from bylaw.records.records import Records
from bylaw.records.schema import WHOLE

DECIDED: Final = "event.decided"
TELLING: Final = (b'"kind":"account.registered"', b'"kind":"account.updated"')
MAX_LOOKED_AT: Final = 50  # events about one account

DETAILS: Final = sa.Table(
    "accounts_details",
    sa.MetaData(),
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
    sqlite_strict=True,
)


class _Named(msgspec.Struct, frozen=True):
    people: tuple[str, ...] = ()


class AccountsProjector:
    """The fold."""

    name = "accounts"
    version = 1
    tables: Sequence[sa.Table] = (DETAILS,)
    kinds = frozenset({DECIDED})

    def project(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """Fold. The account that an event is about is the first that it names."""
        values: list[dict[str, object]] = []
        for row in rows:
            if not any(
                mark in row.body for mark in TELLING
            ):  # COST: nearly all events tell of something else
                continue
            people = msgspec.json.decode(row.body, type=_Named).people
            if people:
                values.append({"person": people[0], "seq": row.seq})
        if values:
            tx.execute(sa.insert(DETAILS), values)


def details_of(records: Records, person: str) -> list[int]:
    """Return the numbers of the facts in which an account told about itself, newest first."""
    query = sa.select(DETAILS.c.seq).where(DETAILS.c.person == person).order_by(DETAILS.c.seq.desc())
    with records.reading() as core:
        return list(core.scalars(query.limit(MAX_LOOKED_AT)))
