"""Which accounts stand together: those that the same events name, and a customer's own. Bounded, and from the open alone."""

from collections import Counter
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from bylaw.engine.recording import Body
from bylaw.finding.index import DECISIONS, NAMES

NEAR: Final = 12  # accounts beside one
EVENTS: Final = 500  # the newest decisions of an account that are looked at
STEPS: Final = 2  # from the account in the middle
_DECODE: Final = msgspec.json.Decoder(Body).decode


class Link(NamedTuple):
    """Two accounts (their random ids), and on how many of the decisions looked at both are named."""

    one: str
    other: str
    events: int


class Graph(NamedTuple):
    """Accounts by how many steps they are away, and what links them."""

    steps: dict[str, int]
    links: list[Link]


def links_of(core: sa.Connection, person: str) -> Graph:
    """Return the accounts that stand together with one, over decisions that say something."""
    steps, weights = {person: 0}, Counter[tuple[str, str]]()
    edge = [person]
    for step in range(1, STEPS + 1):
        fresh: list[str] = []
        for one in edge:
            beside = _beside(core, one)
            for other, count in beside.most_common(NEAR if step == 1 else NEAR // 4):
                weights[min(one, other), max(one, other)] = count
                if other not in steps:
                    steps[other] = step
                    fresh.append(other)
        edge = fresh
    places = {one: place for place, one in enumerate(steps)}
    links = [
        Link(*((one, other) if places[one] < places[other] else (other, one)), count)
        for (one, other), count in weights.most_common()
    ]
    return Graph(steps, links)


def _beside(core: sa.Connection, person: str) -> Counter[str]:
    some = (
        sa.select(NAMES.c.seq)
        .where(NAMES.c.what == "person", NAMES.c.name == person)
        .order_by(NAMES.c.at.desc(), NAMES.c.seq.desc())
        .limit(EVENTS)
        .subquery()
    )
    rows = core.scalars(sa.select(DECISIONS.c.told).join(some, some.c.seq == DECISIONS.c.seq))
    return Counter(one for told in rows for one in set(_DECODE(told).people) if one != person)
