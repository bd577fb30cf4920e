"""How a rule is doing over time: hits by day, the share that people found right by week, what it costs an event."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import Final

import sqlalchemy as sa
from markupsafe import Markup

from bylaw.cases import quality
from bylaw.drafts import costs
from bylaw.drafts.costs import DAY, Measurement
from bylaw.engine.measuring import LEAST, MOST
from bylaw.finding.hours import by_hour, period
from bylaw.finding.index import HOUR
from bylaw.transparency.drawing import Chart, Column, Series, Words, columns, lines
from bylaw.web.languages import Tongue

DAYS: Final = 30  # of hits and of costs
WEEKS: Final = 26  # of what people found
SINGLY: Final = 40  # measurements; of fewer each is shown, else the mean of each day
_THURSDAY: Final = 3  # days after a Monday: 1 January 1970


def hits(core: sa.Connection, now: int, rule: str, tongue: Tongue) -> Markup:
    """Draw how often a rule matched, by day; nothing if it never did."""
    within = period(now, DAYS * 24)
    counted = by_hour(core, "rule", within, 24, rule)
    shadow = by_hour(core, "shadow", within, 24, rule)
    starts = range(within.first, within.last, 24)

    def by_day(counts: dict[tuple[int, str], int]) -> list[float]:
        return [sum(n for (hour, _), n in counts.items() if hour == start) for start in starts]

    series = [Series(tongue.say("enforced"), by_day(counted)), Series(tongue.say("shadow"), by_day(shadow))]
    if not any(any(one.values) for one in series):
        return Markup()
    return columns(
        Chart(
            key="hits",
            title=tongue.say("Hits by day"),
            points=[tongue.short_day(start * HOUR) for start in starts],
            series=series,
            first=tongue.say("Day"),
            number=tongue.number,
            words=_words(tongue, tongue.say("Nothing to show.")),
        )
    )


def found_right(core: sa.Connection, now: int, rule: str, tongue: Tongue) -> Markup:
    """Draw the share of what people looked at that was right, by week; a gap where nobody looked."""
    today = now // DAY
    last = today - (today + _THURSDAY) % 7  # a Monday
    starts = range(last - 7 * (WEEKS - 1), last + 7, 7)
    found = quality.by_day(core, "rule", rule, starts[0], last + 7)
    weeks = [[found[day] for day in range(start, start + 7) if day in found] for start in starts]
    seen = [sum(one.seen for one in week) for week in weeks]
    right = [sum(one.right + one.sustained for one in week) for week in weeks]
    nothing = tongue.say("Nobody looked at what it found in {weeks} weeks.", weeks=WEEKS)
    return lines(
        Chart(
            key="found-right",
            title=tongue.say("Found right, by week"),
            points=[tongue.short_day(start * DAY) for start in starts],
            series=[
                Series(
                    tongue.say("found right"),
                    [some / all_ if all_ else None for some, all_ in zip(right, seen, strict=True)],
                )
            ],
            says=tongue.say("Of what people looked at, on appeal too; a gap where nobody looked.")
            if any(seen)
            else "",
            first=tongue.say("Week from"),
            number=tongue.percent,
            words=_words(tongue, nothing),
            top=1,
            beside=[Column(tongue.say("looked at"), [tongue.number(count) for count in seen])],
        )
    )


def cost(core: sa.Connection, now: int, rule: str, bound: int, tongue: Tongue) -> Markup:
    """Draw what a rule cost when it was measured, in microseconds an event; ``bound`` is how many steps it may take."""
    first = now // DAY - DAYS + 1
    told = costs.measurements(core, rule, first * DAY)
    several = _by_day(told, first) if len(told) >= SINGLY else [(one.at // DAY, [one]) for one in told]
    events = [tongue.number(sum(one.events for one in some)) for _, some in several]
    when = [] if len(told) >= SINGLY else [Column(tongue.say("UTC"), [_time(one.at) for one in told])]
    says = tongue.say("Measured alone, in CPU time, on at most {most} events of a kind.", most=MOST)
    bounded = tongue.say("It may take {n} steps.", n=tongue.number(bound))
    nothing = tongue.say("Not measured in {days} days: that takes {n} events of a kind.", days=DAYS, n=LEAST)
    return lines(
        Chart(
            key="cost",
            title=tongue.say("Cost by event, in microseconds"),
            points=[tongue.short_day(day * DAY) for day, _ in several],
            series=[Series(tongue.say("measured"), [_mean(some) for _, some in several])],
            says=f"{says} {bounded}" if told else bounded,
            first=tongue.say("Day"),
            number=lambda value: microseconds(value, tongue),
            words=_words(tongue, nothing),
            beside=[Column(tongue.say("events"), events), *when],
        )
    )


def _by_day(told: Iterable[Measurement], first: int) -> list[tuple[int, list[Measurement]]]:
    days = [(one.at // DAY, one) for one in told]
    return [(day, [one for its, one in days if its == day]) for day in range(first, first + DAYS)]


def microseconds(value: float, tongue: Tongue) -> str:
    """Return microseconds for people, with as many places as there is something to tell."""
    return tongue.number(value, 2 if 0 < value < 1 else 1 if 0 < value < 100 else 0)


def _mean(several: Sequence[Measurement]) -> float | None:
    return fmean(one.nanoseconds for one in several) / 1_000 if several else None


def _time(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1_000_000, UTC).strftime("%H:%M")


def _words(tongue: Tongue, nothing: str) -> Words:
    return Words(table=tongue.say("As a table"), nothing=nothing)
