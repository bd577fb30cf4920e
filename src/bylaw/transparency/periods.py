"""Periods that are published by name: years, halves, quarters and months, as far as their days are over."""

from collections.abc import Iterator
from datetime import date

from bylaw.transparency.published import Period

_SPANS = {"h": 6, "q": 3}  # months
MAX_NAME = 7  # characters: 2026-03, 2026-h1


def named(name: str) -> Period | None:
    """Return the period of a name (``2026``, ``2026-h1``, ``2026-q3``, ``2026-07``); None if it is none."""
    year, dash, part = name.partition("-")
    if len(name) > MAX_NAME or len(year) != 4 or not (year.isascii() and year.isdigit()) or year < "1970":
        return None
    first = int(year)
    if not dash:
        return Period(date(first, 1, 1), _month(first, 13))
    span = _SPANS.get(part[:1], 1)
    number = part[1:] if part[:1] in _SPANS else part
    if not (number.isascii() and number.isdigit()) or len(part) != 2:
        return None
    last = int(number) * span
    return Period(_month(first, last - span + 1), _month(first, last + 1)) if span <= last <= 12 else None


def within(period: Period, begun: date, over: date) -> Period | None:
    """Return the days of a period from the first that anything was recorded to the last that is over; None: no day."""
    since, until = max(period.since, begun), min(period.until, over)
    return Period(since, until) if since < until else None


def names(begun: date, over: date) -> Iterator[str]:
    """Yield the names of all periods between two days, the longest and the latest first."""
    years = range(over.year, begun.year - 1, -1)
    every = [
        *(str(year) for year in years),
        *(f"{year}-h{half}" for year in years for half in (2, 1)),
        *(f"{year}-q{quarter}" for year in years for quarter in (4, 3, 2, 1)),
        *(f"{year}-{month:02}" for year in years for month in range(12, 0, -1)),
    ]
    for name in every:
        period = named(name)
        if period is not None and within(period, begun, over):
            yield name


def _month(year: int, month: int) -> date:
    """Return the first day of a month; the 13th is the next year's first."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
