"""How a page speaks: texts, numbers, days and lengths in one language. What is said in English stands in the templates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

Say = Callable[..., str]

_UNITS: Final = ((86_400, "{n} d"), (3_600, "{n} h"), (60, "{n} min"))
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _english(text: str, **values: object) -> str:
    return text.format(**values) if values else text


def _number(value: float, places: int = 0) -> str:
    return f"{value:,.{places}f}"


def _percent(share: float, places: int = 0) -> str:
    return f"{_number(share * 100, places)}%"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _short(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One language; English unless said otherwise. ``say`` puts values in the place of ``{names}``."""

    language: str = "en"
    say: Say = _english
    number: Callable[[float, int], str] = _number
    percent: Callable[[float, int], str] = _percent
    day: Callable[[date], str] = _day
    short: Callable[[date], str] = _short  # without the year

    def name(self, name: str) -> str:
        """Return the word for a name of the program, such as an effect."""
        return self.say(name.replace("_", " "))

    def whole(self, value: float) -> str:
        """Return a number: whole, or with up to two places."""
        return self.number(value, 0 if value == round(value) else 2)

    def span(self, seconds: float) -> str:
        """Return a length of time: ``12 s``, ``3.5 h``."""
        length, text = next((unit for unit in _UNITS if seconds >= unit[0]), (1, "{n} s"))
        count = round(seconds / length, 1)
        return self.say(text, n=self.number(count, 0 if count == round(count) else 1))


ENGLISH: Final = Speech()
