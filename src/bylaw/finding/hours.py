"""How many, hour by hour: what the counts of decisions tell of a period."""

from collections import Counter
from typing import Final, NamedTuple

import sqlalchemy as sa

from bylaw.finding.index import BELOW, HOUR, HOURS

MAX_HOURS: Final = 366 * 24  # that one question looks at


class Period(NamedTuple):
    """Hours since 1970, the last one not included."""

    first: int
    last: int

    @property
    def before(self) -> "Period":
        """The period of the same length before it."""
        return Period(2 * self.first - self.last, self.first)


def period(now: int, hours: int) -> Period:
    """Return the hours that end with the one of an instant in microseconds; at most ``MAX_HOURS``."""
    last = now // HOUR + 1
    return Period(last - min(hours, MAX_HOURS), last)


def by_hour(
    core: sa.Connection, series: str, within: Period, step: int = 1, name: str = ""
) -> dict[tuple[int, str], int]:
    """Return counts by hour (or by ``step`` hours, from the period's first) and part, of one name or summed over all."""
    begun = HOURS.c.hour - (HOURS.c.hour - within.first) % step
    query = sa.select(begun, HOURS.c.part, sa.func.sum(HOURS.c.count)).group_by(begun, HOURS.c.part)
    if name:
        query = query.where(HOURS.c.name == name)
    return {(hour, part): int(count) for hour, part, count in core.execute(_of(query, series, within)).all()}


def by_name(core: sa.Connection, series: str, within: Period) -> Counter[str]:
    """Return counts by name, all parts together; of a clause, those that cite it and not one below it."""
    query = sa.select(HOURS.c.name, sa.func.sum(HOURS.c.count)).where(HOURS.c.part != BELOW)
    rows = core.execute(_of(query.group_by(HOURS.c.name), series, within)).all()
    return Counter({name: int(count) for name, count in rows})


def by_part(core: sa.Connection, series: str, within: Period) -> Counter[str]:
    """Return counts by part, all names together."""
    query = sa.select(HOURS.c.part, sa.func.sum(HOURS.c.count)).group_by(HOURS.c.part)
    return Counter({part: int(count) for part, count in core.execute(_of(query, series, within)).all()})


def _of(query: sa.Select, series: str, within: Period) -> sa.Select:  # type: ignore[type-arg]
    return query.where(HOURS.c.series == series, HOURS.c.hour >= within.first, HOURS.c.hour < within.last)
