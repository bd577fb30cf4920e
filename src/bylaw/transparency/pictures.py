"""The charts of a report."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup

from bylaw.book.statement_terms import CATEGORY, OUTSIDE, UNSAID
from bylaw.transparency import drawing
from bylaw.transparency.columns import RESTRICTING
from bylaw.transparency.drawing import Chart, Series
from bylaw.transparency.published import Figures, Measured, Report
from bylaw.transparency.speech import Speech

SHOWN: Final = 15  # rows of a chart of names; the sheets have all
DAYS: Final = 62  # that are shown one by one; more, by week
WEEKS: Final = 400  # days that are shown by week; more, by month
CONTENT: Final = ("refuse", "remove", "hold", "quarantine", "reduce", "label", "warn")
ACCOUNT: Final = ("strike", "restrict", "rate_limit", "suspend", "terminate")
_DECIDED: Final = (
    ("fully", "automated"),
    ("partly", "proposed by a rule, agreed to by people"),
    ("person", "by a person"),
)
_CATEGORIES: Final = {OUTSIDE: "Other breach of the terms", UNSAID: "Not said by the notice"}


def charts(report: Report, speech: Speech) -> Iterable[tuple[Callable[[Chart], Markup], Chart]]:
    """Yield the charts of a report, each with what draws it, in the order in which the page names them."""
    say, figures = speech.say, report.figures
    words = drawing.Words(table=say("As a table"), nothing=say("Nothing to show."))

    def chart(key: str, title: str, points: Sequence[str], series: Sequence[Series], says: str = "") -> Chart:
        return Chart(
            key=f"account-{key}-chart",
            title=title,
            says=says,
            points=points,
            series=series,
            first=say("Since") if key == "days" else title,
            number=speech.whole,
            words=words,
        )

    points, counts = _over_time(report, speech)
    yield (
        drawing.columns,
        chart(
            "days",
            say("What was done, over time"),
            points,
            [
                Series(say("about content"), [sum(one[effect] for effect in CONTENT) for one in counts]),
                Series(say("about accounts"), [sum(one[effect] for effect in ACCOUNT) for one in counts]),
                Series(say("taken back"), [one["reversals"] for one in counts]),
            ],
        ),
    )
    yield (
        drawing.bars,
        chart("actions", say("By kind of action, and who decided"), *_by_action(figures, speech)),
    )
    yield (
        drawing.bars,
        chart("clauses", say("By clause"), *_by(figures.measures, lambda one: one.clause, speech)),
    )
    yield (
        drawing.bars,
        chart(
            "categories",
            say("By category"),
            *_by(_restricting(figures), lambda one: _category(one.category, speech), speech),
            says=say("What restricts somebody, in the categories of the European Union."),
        ),
    )
    yield (
        drawing.bars,
        chart(
            "sources",
            say("Who brought it up"),
            *_by(figures.measures, lambda one: _source(one, speech), speech),
        ),
    )
    yield drawing.bars, chart("objections", say("Objections"), *_objections(figures, speech))


def _over_time(report: Report, speech: Speech) -> tuple[list[str], list[Counter[str]]]:
    days = list(report.period.days())
    step = _by_day if len(days) <= DAYS else _by_week if len(days) <= WEEKS else _by_month
    buckets: dict[date, Counter[str]] = {step(day): Counter() for day in days}
    for one in report.figures.days:
        buckets[step(one.day)].update(one.counts)
    label = speech.short if len({day.year for day in days}) == 1 else speech.day
    return [label(max(first, report.period.since)) for first in buckets], list(buckets.values())


def _by_day(day: date) -> date:
    return day


def _by_week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _by_month(day: date) -> date:
    return day.replace(day=1)


def _by_action(figures: Figures, speech: Speech) -> tuple[list[str], list[Series]]:
    counts: dict[str, Counter[str]] = {}
    for one in figures.measures:
        counts.setdefault(one.effect, Counter())[one.decided] += one.measures
    names = sorted(
        (name for name in counts if counts[name].total()), key=lambda name: (-counts[name].total(), name)
    )
    series = [
        Series(speech.say(text), [counts[name][key] for name in names], tone)
        for tone, (key, text) in enumerate(_DECIDED)
        if any(counts[name][key] for name in names)
    ]
    return [speech.name(name) for name in names], series


def _by(
    measures: Iterable[Measured], name: Callable[[Measured], str], speech: Speech
) -> tuple[list[str], list[Series]]:
    counts: Counter[str] = Counter()
    for one in measures:
        counts[name(one)] += one.measures
    top = sorted(+counts, key=lambda key: (-counts[key], key))
    points, rest = top[:SHOWN], sum(counts[key] for key in top[SHOWN:])
    values = [counts[key] for key in points]
    if rest:
        points, values = [*points, speech.say("{n} more", n=speech.whole(len(top) - SHOWN))], [*values, rest]
    return [point or speech.say("no clause") for point in points], [Series(speech.say("Actions"), values)]


def _restricting(figures: Figures) -> list[Measured]:
    return [one for one in figures.measures if one.effect in RESTRICTING]


def _category(name: str, speech: Speech) -> str:
    return speech.say(_CATEGORIES.get(name) or name.removeprefix(CATEGORY).replace("_", " ").capitalize())


def _source(one: Measured, speech: Speech) -> str:
    found = "own initiative, found by a rule" if one.machine else "own initiative, found by a person"
    return speech.say("a notice" if one.source == "notice" else found)


def _objections(figures: Figures, speech: Speech) -> tuple[list[str], list[Series]]:
    counts: dict[str, Counter[str]] = {}
    for one in figures.appeals:
        counts.setdefault(one.effect, Counter())[one.became] += one.count
    names = sorted(counts)
    return (
        [speech.name(name) for name in names],
        [
            Series(speech.say("reversed"), [counts[name]["reversed"] for name in names], 2),
            Series(speech.say("upheld"), [counts[name]["upheld"] for name in names], 0),
            Series(
                speech.say("not answered in the period"),
                [
                    max(0, counts[name]["lodged"] - counts[name]["reversed"] - counts[name]["upheld"])
                    for name in names
                ],
                6,
            ),
        ],
    )
