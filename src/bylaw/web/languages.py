"""The languages of pages: what is said in English stands in the templates, other languages are tables beside them.

``words/de/*.toml`` hold what a page says, in English, and how it is said in German; a text that counts has two
forms under its English plural. A text that a table lacks is shown in English, and a test names it.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

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

Table = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: how things are said, counted and dated in it. Instants and lengths in microseconds, UTC."""

    language: str
    table: Table

    def say(self, text: str, **values: object) -> str:
        """Return a text in this language, with values in the place of ``{names}``."""
        said = self.table.get(text, text)
        return (said if isinstance(said, str) else said[-1]).format(**values) if values else str(said)

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
        at, months = _moment(instant), _MONTHS[self.language].split()
        dot = "" if self.language == SOURCE else "."
        return f"{at.day}{dot} {months[at.month - 1]} {at.year}"

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
    return Tongue(language, table)


def _moment(instant: int | datetime) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.fromtimestamp(instant / 1_000_000, UTC)
