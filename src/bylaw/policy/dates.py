"""Dates as people write them in documents: ISO, or with the month in English words."""

from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun".split()
)
_NOISE = frozenset(["of", "the", "on", "as", "from", "since", "utc", "gmt"])
_ORDINALS = ("st", "nd", "rd", "th")


def read_date(text: str) -> date:
    """Return the day that ``text`` names.

    Reads ``2017-09-26``, ``September 26, 2017``, ``26th Sept 2017``, ``26.9.2017``; a time of day after the
    date is left out.

    Raises:
        ValueError: there is no such day, or day and month could be exchanged (``3/4/2017``).
    """
    numbers: list[int] = []
    months: list[int] = []
    for word in _words(text):
        number = _number(word)
        if number is not None:
            numbers.append(number)
        elif month := _month(word):
            months.append(month)
        elif word not in _NOISE:
            raise ValueError(f"`{text}` is not a date")
    if len(months) == 1 and len(numbers) == 2:
        return _day(text, max(numbers), months[0], min(numbers))
    if not months and len(numbers) == 3:
        return _from_numbers(text, numbers)
    raise ValueError(f"`{text}` is not a date")


def _words(text: str) -> list[str]:
    day, found, _time = text.strip().partition("T")
    if found and day.replace("-", "").isdigit():
        text = day
    for sign in ",./-()":
        text = text.replace(sign, " ")
    return [w for w in text.lower().split() if ":" not in w and w not in _WEEKDAYS]


def _number(word: str) -> int | None:
    digits = word[:-2] if word.endswith(_ORDINALS) else word
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


def _month(word: str) -> int:
    if len(word) < 3:
        return 0
    return next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(word.removesuffix("."))), 0)


def _from_numbers(text: str, numbers: list[int]) -> date:
    first, second, third = numbers
    if first > 31:
        return _day(text, first, second, third)
    if first > 12 >= second:
        return _day(text, third, second, first)
    if second > 12 >= first:
        return _day(text, third, first, second)
    if first == second:
        return _day(text, third, first, second)
    raise ValueError(f"`{text}` could name two days")


def _day(text: str, year: int, month: int, day: int) -> date:
    if year < 1900:
        raise ValueError(f"`{text}` names no year")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"`{text}` is no day of the calendar") from None
