"""What stands most often in what was found: rules, clauses, kinds, effects, first accounts, with the period before.

Counted over decisions of a bounded number, the newest: where there are more, it says so, and shares are to be compared
and not numbers.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.finding.index import HOUR, Said
from bylaw.finding.indexed import Bounds
from bylaw.finding.listing import Listing, Shape

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


Within = Callable[[Bounds], Listing]
_SAID: Final = msgspec.json.Decoder(Said).decode


def tops(core: sa.Connection, within: Within, period: Bounds, most: int = MOST) -> Tops:
    """Return the values that stand most often in a period on what is looked for.

    Args:
        core: where to look.
        within: makes what looks things up between two instants.
        period: the period; the one before it is of the same length.
        most: values of each column.
    """
    earlier = Bounds(2 * period.since - period.until, period.since)
    now, whole = within(period).shapes(core, SAMPLE)
    before, _ = within(earlier).shapes(core, SAMPLE)
    counts, counts_before = _counted(now), _counted(before)
    columns = {
        name: [Value(value, count, counts_before[name][value]) for value, count in found.most_common(most)]
        for name, found in counts.items()
    }
    hours = Counter((one.at // HOUR, one.outcome) for one in now)
    return Tops(columns, hours, len(now), len(before), whole)


def _counted(shapes: Sequence[Shape]) -> dict[str, Counter[str]]:
    """Return counts by column; what many decisions say alike is read once."""
    found = {
        "kind": Counter(one.kind for one in shapes),
        "outcome": Counter(one.outcome for one in shapes),
        "account": Counter(one.person for one in shapes if one.person is not None),
    }
    found |= {name: Counter[str]() for name in ("rule", "shadow", "clause", "effect")}
    for said, count in Counter(one.said for one in shapes).items():
        told = _SAID(said)
        for name, values in (
            ("rule", told.rules),
            ("shadow", told.shadow),
            ("clause", told.clauses),
            ("effect", told.effects),
        ):
            for value in set(values):
                found[name][value] += count
    return found
