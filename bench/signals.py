"""Signals over texts of about 200 bytes: personal data, reading past disguises, phrases, patterns, names.

A quarter of the texts hold personal data, a quarter of them a disguised word: far more than any service sees.
"""

from collections.abc import Callable, Iterator
from itertools import cycle, islice

from bench.measure import rate, show
from bylaw.signals.personal_data import scan
from bylaw.signals.text import disguise
from bylaw.signals.text.look_alikes import looks_like
from bylaw.signals.text.patterns import matches_any
from bylaw.signals.text.phrases import mentions

WORDS = (
    "the ferry leaves the quay at four and the lantern on the pier is lit by then so come early bring bread "
    "and a letter for the keeper who reads the tide tables every winter morning before the market opens"
)
PERSONAL = (
    "card 4111 1111 1111 1111",
    "write to jane.doe@example.com",
    "call me on 020 7946 0958",
    "SSN 536-90-4399 and +44 20 7946 0958",
)
DISGUISED = ("c4s1n0", "c a s i n o", "cas\u200bino", "c\u0430sino")
PHRASES = tuple(
    f"{one} {other}" for one in WORDS.split()[:10] for other in ("casino", "bonus", "offer", "deal")
)
LISTS = tuple(tuple(f"{phrase} {number}" for phrase in PHRASES) for number in range(10))
PATTERNS = tuple(rf"(?i)\b{word}[a-z]* (?:is|was) \d+" for word in sorted(set(WORDS.split()))[:20])
NAMES = ("Harbour", "Harbour Support", "Granite Bay Data Halls", "Ilse Varnholt")
TEXTS = 400


def texts(inserts: tuple[str, ...] = ()) -> list[str]:
    """Texts of about 200 bytes, no two the same; every fourth has one of the inserts in it."""
    words = WORDS.split()
    made = []
    for number in range(TEXTS):
        row = list(islice(cycle(words[number % len(words) :] + words), 34))
        row[20] = f"note{number}"
        if inserts and number % 4 == 0:
            row[10] = inserts[number // 4 % len(inserts)]
        made.append(" ".join(row))
    return made


def over(work: Callable[[str], object], rows: list[str]) -> Callable[[], int]:
    def run() -> int:
        for row in rows:
            work(row)
        return len(rows)

    return run


def works() -> Iterator[tuple[str, Callable[[str], object], list[str]]]:
    plain, personal, disguised = texts(), texts(PERSONAL), texts(DISGUISED)
    count, read = scan.count.__wrapped__, disguise.read.__wrapped__  # nothing is remembered between rounds
    yield "all personal data, plain texts", count, plain
    yield "all personal data, a quarter with some", count, personal
    yield "read past disguises, plain texts", read, plain
    yield "read past disguises, a quarter disguised", read, disguised
    yield "mentions, 40 phrases, plain texts", lambda text: mentions(text, PHRASES), plain
    yield "mentions, ten such lists, plain texts", lambda text: [mentions(text, one) for one in LISTS], plain
    yield "mentions, 40 phrases, a quarter disguised", lambda text: mentions(text, PHRASES), disguised
    yield "matches_any, 20 patterns", lambda text: matches_any(text, PATTERNS), plain
    yield "looks_like, 4 names", lambda text: looks_like(text[:16], NAMES), plain


def bench() -> None:
    rows = [rate(name, over(work, made)) for name, work, made in works()]
    size = sum(map(len, texts())) // TEXTS
    show(f"Signals over texts of {size} characters", rows, "texts")
