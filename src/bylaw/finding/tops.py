"""What stands most often in what was found: rules, clauses, kinds, effects, accounts, with the period before.

Counted over decisions of a bounded number, the newest: where there are more, it says so, and shares are to be compared
and not numbers.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from itertools import chain
from typing import Final, NamedTuple

import sqlalchemy as sa

from bylaw.engine.outcome import outcome_of
from bylaw.engine.recording import Body
from bylaw.finding.index import HOUR
from bylaw.finding.indexed import Bounds
from bylaw.finding.listing import Listing

SAMPLE: Final = 4_000  # decisions of a period
MOST: Final = 10  # values of a column


class Value(NamedTuple):
    """A value, on how many decisions it stands, and on how many of the period before."""

    name: str
    now: int
    before: int


class Tops(NamedTuple):
    """Values by column, the most frequent first; how many decisions were counted, and whether these were all.

    ``hours`` counts them by hour since 1970 and outcome.
    """

    columns: Mapping[str, list[Value]]
    hours: Counter[tuple[int, str]]
    now: int
    before: int
    whole: bool


COLUMNS: Final[Mapping[str, Callable[[Body], Collection[str]]]] = {
    "kind": lambda body: (body.kind,),
    "outcome": lambda body: (outcome_of(body.effects),),
    "rule": lambda body: body.rules,
    "shadow": lambda body: body.shadow,
    "clause": lambda body: body.clauses,
    "effect": lambda body: body.effects,
    "account": lambda body: body.people,
}

Within = Callable[[Bounds], Listing]


def tops(core: sa.Connection, within: Within, period: Bounds, most: int = MOST) -> Tops:
    """Return the values that stand most often in a period on what is looked for.

    Args:
        core: where to look.
        within: makes what looks things up between two instants.
        period: the period; the one before it is of the same length.
        most: values of each column.
    """
    earlier = Bounds(2 * period.since - period.until, period.since)
    now, whole = _found(core, within(period))
    before, _ = _found(core, within(earlier))
    counts, counts_before = _counted(now), _counted(before)
    columns = {
        name: [
            Value(value, count, counts_before[name][value]) for value, count in counts[name].most_common(most)
        ]
        for name in COLUMNS
    }
    hours = Counter((body.at // HOUR, outcome_of(body.effects).value) for body in now)
    return Tops(columns, hours, len(now), len(before), whole)


def _found(core: sa.Connection, listing: Listing) -> tuple[list[Body], bool]:
    found, end = list[Body](), None
    for stretch in listing.stretches(core, None, SAMPLE):
        found += [one.body for one in stretch.found]
        end = stretch.end
    return found, end is None


def _counted(bodies: list[Body]) -> dict[str, Counter[str]]:
    return {name: Counter(chain.from_iterable(map(values, bodies))) for name, values in COLUMNS.items()}
