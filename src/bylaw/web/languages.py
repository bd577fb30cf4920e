"""The languages of pages: what is said in English stands in the templates, other languages are tables beside them.

``words/de/*.toml`` hold what a page says, in English, and how it is said in German; a text that counts has two
forms under its English plural. A text that a table lacks is shown in English, and a test names it.

What a problem says has its values in it already, and may come from another process (``problems.ToldError``). So
``problems.toml`` holds such texts with ``{}`` in the place of each value, and whoever says one finds the values again.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from bylaw.web.browsers import cookie
from bylaw.web.exchange import Exchange

SOURCE: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch"}
COOKIE: Final = "bylaw-language"
FOLDER: Final = Path(__file__).with_name("words")

MINUTE: Final = 60_000_000  # microseconds
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_MONTHS: Final[Mapping[str, str]] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
}
_UNITS: Final = ((DAY, "{n} d"), (HOUR, "{n} h"), (MINUTE, "{n} min"), (1_000_000, "{n} s"))

VALUE: Final = "{}"  # stands for a value in a text of a problem

Table = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text of a problem: what stands around its values in English, and how it is said."""

    pieces: tuple[str, ...]
    said: str

    def values(self, text: str) -> list[str] | None:
        """Return the values of a text of this kind, each as short as it can be; None, if it is another text."""
        first, *between, last = self.pieces
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last):
            return None
        at, found = len(first), []
        for piece in between:
            stands = text.find(piece, at, end)
            if stands < 0:
                return None
            found.append(text[at:stands])
            at = stands + len(piece)
        return [*found, text[at:end]] if at <= end else None


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: how things are said, counted and dated in it. Instants and lengths in microseconds, UTC."""

    language: str
    table: Table
    patterns: tuple[Pattern, ...] = ()

    def say(self, text: str, **values: object) -> str:
        """Return a text in this language, with values in the place of ``{names}``."""
        said = self.table.get(text, text)
        return (said if isinstance(said, str) else said[-1]).format(**values) if values else str(said)

    def problem(self, text: str) -> str:
        """Return a message or a hint of a problem in this language, its values as they are; English if none is known."""
        known = self.table.get(text)
        if isinstance(known, str) and VALUE not in text:
            return known
        for pattern in self.patterns:
            values = pattern.values(text)
            if values is not None:
                return _Values(self).vformat(pattern.said, values, {})
        return text

    def count(self, one: str, many: str, n: int, **values: object) -> str:
        """Return the form that fits a number; ``{n}`` is the number."""
        forms = self.table.get(many, [one, many])
        singular, plural = (forms, forms) if isinstance(forms, str) else (forms[0], forms[-1])
        return (singular if n == 1 else plural).format(n=self.number(n), **values)

    def number(self, value: float, places: int = 0) -> str:
        """Return a number with its thousands apart."""
        told = f"{value:,.{places}f}"
        return told if self.language == SOURCE else told.translate(_SWAPPED)

    def percent(self, share: float, places: int = 0) -> str:
        """Return a share of one in percent."""
        space = "" if self.language == SOURCE else "\N{NO-BREAK SPACE}"
        return f"{self.number(share * 100, places)}{space}%"

    def day(self, instant: int | datetime) -> str:
        """Return a date."""
        return f"{self.short_day(instant)} {_moment(instant).year}"

    def short_day(self, instant: int | datetime) -> str:
        """Return a date of this year, or one that stands among others."""
        at, months = _moment(instant), _MONTHS[self.language].split()
        dot = "" if self.language == SOURCE else "."
        return f"{at.day}{dot} {months[at.month - 1]}"

    def when(self, instant: int | datetime) -> str:
        """Return a date and a time of day, UTC."""
        return f"{self.day(instant)}, {_moment(instant):%H:%M}"

    def span(self, length: int) -> str:
        """Return how long something takes, in its greatest unit."""
        for unit, text in _UNITS:
            if length >= unit:
                return self.say(text, n=length // unit)
        return self.say("{n} s", n=0)


_SWAPPED: Final = str.maketrans(",.", ".,")


class _Values(Formatter):
    """Puts values into what is said of a problem; what stands in a value is never read as more than itself."""

    def __init__(self, tongue: Tongue) -> None:
        self._tongue = tongue

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as it is inherited
        return _WAYS[format_spec](self._tongue, value)


def _either(tongue: Tongue, value: str) -> str:
    return value.replace("` or `", f"` {tongue.say('or')} `")


_WAYS: Final[Mapping[str, Callable[[Tongue, str], str]]] = {
    "": lambda _tongue, value: value,
    "number": lambda _tongue, value: value.translate(_SWAPPED),
    "said": Tongue.problem,
    "either": _either,
}


def tongue_of(exchange: Exchange, also: Callable[[], str] = str) -> Tongue:
    """Return the language of a page: the one chosen, the one ``also`` says, or the browser's first that is known."""
    asked = exchange.header(b"accept-language").decode("ascii", "replace")[:200]
    named = [part.partition(";")[0].strip()[:2].lower() for part in asked.split(",")]
    wanted = (cookie(exchange, COOKIE), also(), *named)
    return tongue(next((one for one in wanted if one in LANGUAGES), SOURCE))


@cache
def tongue(language: str) -> Tongue:
    """Return a language by its name.

    Raises:
        KeyError: pages do not speak it.
    """
    LANGUAGES[language]
    table: dict[str, str | list[str]] = {}
    for file in sorted((FOLDER / language).glob("*.toml")):
        table.update(tomllib.loads(file.read_text("utf-8")))
    return Tongue(language, table, patterns_of(table))


def patterns_of(table: Table) -> tuple[Pattern, ...]:
    """Return the texts of a table that have ``{}`` in them, those that say most themselves first."""
    texts: Iterable[tuple[str, str]] = ((key, said) for key, said in table.items() if isinstance(said, str))
    found = (Pattern(tuple(key.split(VALUE)), said) for key, said in texts if VALUE in key)
    return tuple(sorted(found, key=lambda one: sum(map(len, one.pieces)), reverse=True))


def _moment(instant: int | datetime) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.fromtimestamp(instant / 1_000_000, UTC)
