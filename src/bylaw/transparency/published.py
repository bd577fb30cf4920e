"""The published account of a period: figures folded from the ledger, and what the operator says beside them.

``report.json`` is one ``Report`` in its one spelling. Everything else (sheets, page) is made from it alone, so whoever
verifies it has verified them. Medians stand in it, the single durations do not.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec

from bylaw.base.errors import InputError
from bylaw.book.reporting import Transparency
from bylaw.transparency.model import DAY

FORM: Final = "bylaw-transparency-1"
MAX_DAYS: Final = 1_100  # of one report; a page that shows days one by one
EPOCH: Final = date(1970, 1, 1)


class Period(msgspec.Struct, frozen=True, order=True):
    """Days in UTC: from ``since`` to the day before ``until``."""

    since: date
    until: date

    @property
    def start(self) -> int:
        """Its first instant, in microseconds since 1970."""
        return (self.since - EPOCH).days * DAY

    @property
    def end(self) -> int:
        """The first instant after it."""
        return (self.until - EPOCH).days * DAY

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - timedelta(days=1)

    def days(self) -> Iterator[date]:
        """Yield its days."""
        return (self.since + timedelta(days=n) for n in range((self.until - self.since).days))


class Extent(msgspec.Struct, frozen=True):
    """Which records of the ledger were counted: from ``first`` to ``last``; both 0 if there are none."""

    first: int = 0
    last: int = 0
    records: int = 0


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a kind: how many, about how many a rule said something, how many were decided without something."""

    kind: str
    events: int
    spoke: int
    degraded: int


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """How many actions of a kind, and how many of such were taken back in the period, whenever they were made.

    ``keyword`` is the first of the category's; ``illegal``: against the law, not only against the terms.
    """

    effect: str
    clause: str
    category: str
    keyword: str
    illegal: bool
    source: str
    machine: bool
    decided: str
    repeat: bool
    measures: int
    reversals: int


class ClauseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A clause: decisions that cite it, what was done on its ground and taken back, notices about it."""

    clause: str
    category: str
    cited: int
    measures: int
    reversals: int
    notices: int


class RuleFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: events it stood on, events it matched in shadow, what was done for it and taken back."""

    rule: str
    matched: int
    shadow: int
    measures: int
    reversals: int


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which anything was counted."""

    day: date
    counts: dict[str, int]


class Became(msgspec.Struct, frozen=True, kw_only=True):
    """How many of something became what."""

    what: str
    became: str
    count: int


class Objected(msgspec.Struct, frozen=True, kw_only=True):
    """Objections: what they were against and what became of them."""

    became: str
    effect: str
    clause: str
    category: str
    illegal: bool
    automated: bool
    count: int


class Time(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took: the median in seconds, exact. Without category: over all; without keyword: of all."""

    what: str
    category: str
    keyword: str
    count: int
    median: float


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was folded."""

    events: tuple[Kind, ...]
    measures: tuple[Measured, ...]
    clauses: tuple[ClauseFigures, ...]
    rules: tuple[RuleFigures, ...]
    days: tuple[Day, ...]
    statements: dict[str, int]  # what became of statements of reasons
    cases: tuple[Became, ...]
    appeals: tuple[Objected, ...]
    limited: int  # people whose objections were not taken for a while
    times: tuple[Time, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. ``settings`` are the operator's own words, and no figures of the ledger."""

    form: str = FORM
    operator: str
    period: Period
    ledger: Extent
    figures: Figures
    settings: Transparency

    @property
    def service(self) -> str:
        """The service's name."""
        return self.settings.service or self.operator


def demand_period(since: date, until: date) -> Period:
    """Return a period.

    Raises:
        InputError: it has no days, or more than a report shows.
    """
    if not 0 < (until - since).days <= MAX_DAYS:
        raise InputError(
            "transparency.period",
            f"a period has 1 to {MAX_DAYS:,} days",
            hint="--to is the day after the last",
        )
    return Period(since, until)


def encode(report: Report) -> bytes:
    """Return a report in its one spelling: JSON with sorted keys, and a newline."""
    return msgspec.json.encode(report, order="sorted") + b"\n"


def decode(data: bytes) -> Report:
    """Return the report that bytes hold.

    Raises:
        InputError: they are none, or not in the one spelling.
    """
    try:
        report = msgspec.json.decode(data, type=Report)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError("transparency.report", f"this is no report: {error}") from None
    if report.form != FORM or encode(report) != data:
        raise InputError(
            "transparency.report", "this is not a report as this program writes it", hint=f"form `{FORM}`"
        )
    return report
