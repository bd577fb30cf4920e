"""A back-test as one HTML page: no script, nothing loaded, readable without colours; bars are SVG made here.

The page carries its own content security policy, as a redline does. It names clauses, rules, effects and decisions,
and nothing of what people wrote.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bylaw.engine.backtest_counts import Change, Result
from bylaw.engine.recording import instant
from bylaw.engine.verdicts import Score, Share, shift

SHOWN: Final = 20  # events that the page names

_pages = Environment(
    loader=PackageLoader("bylaw.engine"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TABLES: Final = (
    ("clauses", "Clauses", "On how many events each is cited"),
    ("effects", "Effects", "For how many events each is planned"),
    ("rules", "Rules", "On how many events each stood"),
    ("shadow", "Rules in shadow", "On how many events each matched"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What was compared, in words for the top of the page. Digests name the two books."""

    operator: str
    before: str
    after: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of changes; widths are in hundredths of the widest line."""

    name: str
    words: str
    change: Change
    widths: tuple[float, float, float]  # lost, same, gained

    @property
    def changed(self) -> bool:
        """Whether it came or went on any event."""
        return bool(self.change.gained or self.change.lost)


@dataclass(frozen=True, slots=True)
class Scored:
    """A rule or clause against verdicts, by both books."""

    name: str
    before: Score
    after: Score

    @property
    def changed(self) -> bool:
        """Whether the two books are right, or wrong, on other numbers of events."""
        return self.before != self.after

    @property
    def found(self) -> bool:
        """Whether either found any event that somebody looked at."""
        return any(score.right or score.wrong for score in (self.before, self.after))

    @property
    def violated(self) -> bool:
        """Whether any of these events violates it."""
        return any(score.right or score.missed for score in (self.before, self.after))


def backtest_page(heading: Heading, result: Result, texts: Mapping[str, str]) -> str:
    """Return the whole page; ``texts`` gives the words of clauses by id."""
    return _pages.get_template("backtest.html").render(
        heading=heading,
        result=result,
        tables=[
            (name, title, meaning, rows_of(getattr(result, name), texts)) for name, title, meaning in _TABLES
        ],
        enforced=sorted(result.enforced.items(), key=lambda item: (-item[1].otherwise, item[0])),
        scored=scored(result),
        when=lambda at: instant(at).strftime("%Y-%m-%d %H:%M:%S"),
        percent=percent,
        shift=shift,
        shown=SHOWN,
        notes=list(notes(result)),
        gained=lambda before, after: sorted(after - before),
        style=Markup(_style()),  # noqa: S704 - our own file
        style_source=f"'sha256-{b64encode(sha256(_style().encode()).digest()).decode()}'",
    )


def rows_of(changes: Mapping[str, Change], texts: Mapping[str, str]) -> list[Row]:
    """Return the lines of a table: what changes most first, what stays the same last."""
    widest = max((change.lost + change.same + change.gained for change in changes.values()), default=1)

    def width(count: int) -> float:
        return round(100 * count / widest, 2)

    return [
        Row(name, texts.get(name, ""), one, (width(one.lost), width(one.same), width(one.gained)))
        for name, one in sorted(changes.items(), key=_most_changed)
    ]


def scored(result: Result) -> list[tuple[str, list[Scored]]]:
    """Return what verdicts say: of clauses that were violated or cited, of rules that found what somebody looked at.

    A rule that found none of these events is left out: that others found what it was not made for says nothing of it.
    """
    before, after = result.before, result.after
    return [
        ("Clauses", [one for one in _scored(before.clauses, after.clauses) if one.found or one.violated]),
        ("Rules", [one for one in _scored(before.rules, after.rules) if one.found]),
    ]


def _scored(old: Mapping[str, Score], new: Mapping[str, Score]) -> list[Scored]:
    return [Scored(name, old.get(name, Score()), new.get(name, Score())) for name in sorted({*old, *new})]


def percent(share: Share | None) -> str:
    """Return a share for people, with its interval: ``83 % (61 to 94)``."""
    if share is None:
        return "–"
    return f"{share.value:.0%} ({100 * share.low:.0f} to {100 * share.high:.0f})".replace("%", " %")


def _most_changed(item: tuple[str, Change]) -> tuple[int, int, str]:
    name, change = item
    return -(change.gained + change.lost), -change.same, name


def _style() -> str:
    return _pages.get_template("backtest.css").render()


def notes(result: Result) -> Iterable[str]:
    """Yield what a reader must know of what was left out."""
    if result.unreadable:
        yield f"{result.unreadable:,} events can no longer be read and were left out: a key was destroyed"
    if result.unread_before:
        yield f"{result.unread_before:,} earlier events can no longer be read and are missing in windows"
    if result.damaged:
        yield f"{result.damaged:,} events are damaged and were left out: run `bylaw check`"
    for kind, count in result.unknown.most_common():
        yield f"{count:,} events of `{kind}` are of a kind that the new book does not know"
    if result.fused:
        yield f"{result.fused:,} events were decided under a quota or brake, and compared as without"
