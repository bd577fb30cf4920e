"""A report as a page: figures, charts, tables, and how anybody can verify it. No script, nothing loaded.

``body`` is what stands in a page of the site, in its language; ``document`` is a page of its own, with its own content
security policy. Both are made from the report alone.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bylaw.transparency import drawing
from bylaw.transparency.folding import APPEAL, CASE, NOTICE, REVERSAL
from bylaw.transparency.pictures import charts
from bylaw.transparency.published import Figures, Report
from bylaw.transparency.speech import ENGLISH, Speech

_pages = Environment(
    loader=PackageLoader("bylaw.transparency"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TIMES: Final = (
    (NOTICE, "From a notice to what was done about it"),
    (APPEAL, "From an objection to its answer"),
    (REVERSAL, "From an action to its being taken back"),
    (f"{CASE}review", "From a question of a rule to a person's verdict"),
    (f"{CASE}complaint", "From a complaint to a person's verdict"),
)


class Row(NamedTuple):
    """A name, how many, how many of such were taken back, and the share."""

    name: str
    done: int
    back: int
    share: str


class Longevity(NamedTuple):
    """What took how long, and how often."""

    what: str
    times: int
    median: str


def body(report: Report, speech: Speech = ENGLISH) -> Markup:
    """Return the parts of a page below its heading."""
    return Markup(_pages.get_template("account.html").render(**_values(report, speech)))  # noqa: S704 - ours, escaped


def document(report: Report, files: Sequence[str] = (), speech: Speech = ENGLISH) -> str:
    """Return a page of its own; ``files`` lie beside it."""
    css = _pages.get_template("page.css").render() + drawing.style()
    return _pages.get_template("page.html").render(
        report=report,
        body=body(report, speech),
        files=files,
        _=speech.say,
        speech=speech,
        style=Markup(css),  # noqa: S704 - our own file
        style_source=f"'sha256-{b64encode(sha256(css.encode()).digest()).decode()}'",
    )


def _values(report: Report, speech: Speech) -> dict[str, Any]:
    figures = report.figures
    measures = sum(one.measures for one in figures.measures)
    return {
        "report": report,
        "_": speech.say,
        "speech": speech,
        "headline": _headline(figures, measures, speech),
        "charts": [draw(chart) for draw, chart in charts(report, speech)],
        "rules": _rules(figures, speech),
        "statements": sorted((speech.name(name), count) for name, count in figures.statements.items()),
        "cases": [
            (speech.name(one.what), speech.name(one.became), one.count) for one in figures.cases if one.what
        ],
        "times": [
            Longevity(speech.say(text), one.count, speech.span(one.median))
            for what, text in _TIMES
            for one in figures.times
            if (one.what, one.category) == (what, "")
        ],
        "moderators": report.settings.moderators,
        "recipients": report.settings.recipients,
        "words": report.settings.words,
    }


def _headline(figures: Figures, measures: int, speech: Speech) -> list[tuple[str, str, str]]:
    """Return what is told first: a label, a figure, and a word beside it."""
    say, number = speech.say, speech.whole
    back = sum(one.reversals for one in figures.measures)
    automated = sum(one.measures for one in figures.measures if one.decided == "fully")
    became = Counter[str]()
    for one in figures.appeals:
        became[one.became] += one.count
    answered = became["upheld"] + became["reversed"]
    return [
        (
            say("Events looked at"),
            number(sum(one.events for one in figures.events)),
            say("{n} with something to say", n=number(sum(one.spoke for one in figures.events))),
        ),
        (
            say("Actions"),
            number(measures),
            say("{share} by automated means alone", share=_share(automated, measures, speech)),
        ),
        (say("Taken back"), number(back), _share(back, measures, speech)),
        (say("Notices received"), number(sum(one.notices for one in figures.clauses)), ""),
        (
            say("Objections"),
            number(became["lodged"]),
            say("{share} of the answers reversed", share=_share(became["reversed"], answered, speech)),
        ),
    ]


def _rules(figures: Figures, speech: Speech) -> list[Row]:
    return [
        Row(one.rule, one.measures, one.reversals, _share(one.reversals, one.measures, speech))
        for one in sorted(figures.rules, key=lambda one: (-one.measures, one.rule))
        if one.measures or one.reversals
    ]


def _share(part: int, whole: int, speech: Speech) -> str:
    return speech.percent(part / whole, 1 if part and part != whole else 0) if whole else "–"
