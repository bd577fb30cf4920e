"""Monitoring switches: where nothing is evaluated of some kinds of events, because the operator does not monitor there.

Monitoring is a right and not a duty (CLAUSES A24): each surface, a set of kinds of events, is watched or not, by region. A
switch belongs to the book, so turning it is an activation on record, and a replay sees what the decider saw. Of an
event that is not watched no rule is asked, no signal computed, and nothing is remembered.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET

from bylaw.events.event import Event

PLACES = ("country", "declared_country")  # where an event says from where it came: the first that it has


class Switch(NamedTuple):
    """Whether a surface is watched: in some countries (ISO 3166-1, two capitals), and everywhere else."""

    surface: str
    everywhere: bool
    countries: Mapping[str, bool]


Switches = Mapping[str, Switch]  # by kind of event; kinds that are watched everywhere may be left out


def unwatched(event: Event, kind: str, switches: Switches) -> str:
    """Return the surface that an event is on and that is not watched where it came from; empty if it is watched.

    An event that does not say from where it came is watched as ``everywhere`` says.
    """
    switch = switches.get(kind)
    if switch is None:
        return ""
    for place in PLACES:
        country = getattr(event, place, UNSET)
        if country is not UNSET:
            watched = switch.countries.get(country.upper(), switch.everywhere)
            return "" if watched else switch.surface
    return "" if switch.everywhere else switch.surface
