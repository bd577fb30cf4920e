"""Timestamps and durations: reading, writing, and their parts in a time zone.

The zones are those of the package tzdata, never the machine's, so that a decision comes out the same
elsewhere and later.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from bylaw.rules.cel.operators import instant, span
from bylaw.rules.cel.values import CelError, Duration, Timestamp

SECOND = 10**9
_SPAN_LIMIT = 100  # characters of a duration
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"h": 3600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": 10**6, "us": 10**3, "µs": 10**3, "ns": 1}

_RFC3339 = re.compile(  # noqa: TID251 - our own format
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_SPAN_PART = re.compile(r"([0-9]{1,20})?(?:\.([0-9]{0,20}))?(h|ms|m|s|us|µs|ns)")  # noqa: TID251 - our own format
_OFFSET = re.compile(r"([+-]?)([0-9]{1,2}):([0-9]{2})")  # noqa: TID251 - our own format


def read_timestamp(text: str) -> Timestamp:
    """Read a time as RFC 3339 writes it; digits beyond nanoseconds are dropped.

    Raises:
        CelError: ``conversion``, it is none; ``range``, outside the years 1 to 9999.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise CelError("conversion", "the text is no time such as 2026-03-01T10:00:00Z")
    *civil, fraction, sign, hours, minutes = match.groups()
    offset = _offset(sign, hours, minutes) if hours else timedelta()
    try:
        local = datetime.fromisoformat("{}-{}-{}T{}:{}:{}+00:00".format(*civil))
    except ValueError:
        raise CelError("range", "no such day or time of day") from None
    seconds = (local - _EPOCH) // timedelta(seconds=1) - int(offset.total_seconds())
    return instant(seconds * SECOND + int((fraction or "0")[:9].ljust(9, "0")))


def write_timestamp(moment: Timestamp) -> str:
    """Write a time as RFC 3339 in UTC, with as many groups of three decimals as it needs."""
    seconds, ns = divmod(moment.ns, SECOND)
    civil = _EPOCH + timedelta(seconds=seconds)
    return f"{civil.replace(tzinfo=None).isoformat()}{_fraction(ns)}Z"


def read_duration(text: str) -> Duration:
    """Read a duration: numbers with units, such as ``1h30m`` or ``-1.5s``; units are h, m, s, ms, us, ns.

    Raises:
        CelError: ``conversion``, it is none; ``range``, beyond 292 years.
    """
    sign = -1 if text.startswith("-") else 1
    body = text[1:] if text[:1] in ("-", "+") else text
    total = end = 0
    while end < len(body) <= _SPAN_LIMIT:
        match = _SPAN_PART.match(body, end)
        if match is None or not (match[1] or match[2]):
            break
        unit, decimals = _UNITS[match[3]], match[2] or ""
        total += int(match[1] or 0) * unit + int(decimals or 0) * unit // 10 ** len(decimals)
        end = match.end()
    if body != "0" and (not body or end < len(body)):
        raise CelError("conversion", "the text is no duration such as 90s or 1h30m")
    return span(sign * total)


def write_duration(length: Duration) -> str:
    """Write a duration in seconds: ``5400s``, ``-0.500s``."""
    seconds, ns = divmod(abs(length.ns), SECOND)
    return f"{'-' if length.ns < 0 else ''}{seconds}{_fraction(ns)}s"


def _fraction(ns: int) -> str:
    if not ns:
        return ""
    digits = f"{ns:09}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"


def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    if int(hours) > 23 or int(minutes) > 59:
        raise CelError("conversion", "no such offset from UTC")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if sign == "-" else offset


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset((files("tzdata") / "zones").read_text().split())


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo:
    fixed = _OFFSET.fullmatch(name)
    if fixed:
        return timezone(_offset(*fixed.groups()))
    if name not in _zone_names():
        raise CelError("conversion", "no such time zone")
    with (files("tzdata") / "zoneinfo" / name).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def _local(moment: Timestamp, zone: str) -> datetime:
    try:
        return (_EPOCH + timedelta(seconds=moment.ns // SECOND)).astimezone(_zone(zone))
    except OverflowError:
        raise CelError("range", "the local time lies outside the years 1 to 9999") from None


def _part(of: Callable[[datetime], int]) -> Callable[..., int]:
    return lambda moment, zone="UTC": of(_local(moment, zone))


PARTS: dict[str, Callable[..., int]] = {
    "getFullYear": _part(lambda t: t.year),
    "getMonth": _part(lambda t: t.month - 1),
    "getDate": _part(lambda t: t.day),
    "getDayOfMonth": _part(lambda t: t.day - 1),
    "getDayOfYear": _part(lambda t: t.timetuple().tm_yday - 1),
    "getDayOfWeek": _part(lambda t: t.isoweekday() % 7),
    "getHours": _part(lambda t: t.hour),
    "getMinutes": _part(lambda t: t.minute),
    "getSeconds": _part(lambda t: t.second),
    "getMilliseconds": lambda moment, _zone="UTC": moment.ns % SECOND // 10**6,
}


def _count(unit: int, wrap: int = 0) -> Callable[[Duration], int]:
    def count(length: Duration) -> int:
        units = abs(length.ns) // unit
        return (units % wrap if wrap else units) * (-1 if length.ns < 0 else 1)

    return count


SPAN_PARTS: dict[str, Callable[[Duration], int]] = {
    "getHours": _count(3600 * SECOND),
    "getMinutes": _count(60 * SECOND),
    "getSeconds": _count(SECOND),
    "getMilliseconds": _count(10**6, wrap=1000),
}
