"""The one spelling of a text in which personal data is looked for, and the words that stand around it.

A span is a place in that spelling, never the characters themselves: what was matched stays where it is.
"""

import unicodedata
from collections.abc import Iterator

from bylaw.signals.scanning import Pattern
from bylaw.signals.text.characters import visible

Span = tuple[int, int]

_BEFORE = 48  # characters before a number in which words tell what it is
_AFTER = 24  # and after it
_MAX_LINK = 200  # characters looked back for the start of a link
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_DIGITS = (char for char in map(chr, range(0x80, 0x1FBFA)) if unicodedata.category(char) == "Nd")
_PLAIN = str.maketrans(
    {**{digit: str(unicodedata.decimal(digit)) for digit in _DIGITS}, **dict.fromkeys(_DASHES, "-")}
)


def readable(text: str) -> str:
    """Return the text with nothing invisible in it, every digit one of 0-9, every dash a hyphen."""
    return text if text.isascii() else visible(text).translate(_PLAIN)


def spans(expression: Pattern, text: str) -> Iterator[Span]:
    """Yield the places of a pattern, left to right, none overlapping."""
    return (found.span() for found in expression.finditer(text))


def stands_near(words: Pattern, text: str, span: Span) -> bool:
    """Return whether one of the words stands shortly before a place, or right after it."""
    start, end = span
    around = f"{text[max(0, start - _BEFORE) : start]} # {text[end : end + _AFTER]}"
    return words.search(around) is not None


def stands_alone(text: str, span: Span) -> bool:
    """Return whether no letter or digit touches a place."""
    start, end = span
    return not text[max(0, start - 1) : start].isalnum() and not text[end : end + 1].isalnum()


def in_link(text: str, span: Span) -> bool:
    """Return whether a place is inside a web address: numbers there are names of pages."""
    word = text[max(0, span[0] - _MAX_LINK) : span[0]].replace("\n", " ").rpartition(" ")[2]
    return "://" in word or "www." in word


def groups_of_digits(text: str, run: Span) -> list[Span]:
    """Return the places of the groups of digits in a run, where one character separates two of them."""
    groups, at = [], run[0]
    for digits in text[run[0] : run[1]].translate(_SEPARATORS).split(" "):
        groups.append((at, at + len(digits)))
        at += len(digits) + 1
    return groups


_SEPARATORS = str.maketrans(dict.fromkeys(".-/_", " "))
