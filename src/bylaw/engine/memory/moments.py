"""When an event counts as having happened: microseconds since 1970, and what was odd about its time."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from bylaw.engine.memory.bounds import LATENESS

Oddity = Literal["late", "early", "back"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(at: datetime) -> int:
    """Return a time as microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def settled(happened: int, arrived: int, last: int) -> tuple[int, tuple[Oddity, ...]]:
    """Return when an event counts as having happened, and what is odd.

    An event is believed between LATENESS before its arrival and its arrival; outside, its arrival counts.
    ``late``: it claims an older time. ``early``: it claims a time to come. ``back``: it arrived by a clock
    that is more than LATENESS behind ``last``, the arrival before it.
    """
    if arrived - LATENESS <= happened <= arrived and last - LATENESS <= arrived:
        return happened, ()
    odd: list[Oddity] = []
    if happened > arrived:
        odd.append("early")
    elif happened < arrived - LATENESS:
        odd.append("late")
    if arrived < last - LATENESS:
        odd.append("back")
    return (arrived if odd[0] != "back" else happened), tuple(odd)
