"""Phrases of a list found in a text, whole words only, through disguises.

A text is written as words between single spaces, punctuation left out, every other sign a word of its
own, and so are the characters of scripts that put no spaces between words. Phrases are written the same
way, with a space at both ends: then the automaton finds whole words and nothing else. A second scan looks
at the text without its disguises, in a harder form that tells neither i from l nor one letter from two;
what it finds counts only where a disguised word takes part. So whatever stands in the text in plain sight is
found, disguise or not.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from ahocorasick_rs import AhoCorasick

from bylaw.signals.lists import Entries, built_once
from bylaw.signals.text.characters import folded, script_of
from bylaw.signals.text.confusables import LOOK_ALIKES
from bylaw.signals.text.disguise import read

_REMEMBERED = 8  # texts
_UNSPACED = frozenset(
    {"HAN", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO"}
)


class _Spelling(dict[int, str]):
    """How each character is written for scanning; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        """Return the character, a space, or the character as a word of its own."""
        char = chr(code)
        category = unicodedata.category(char)
        if script_of(char) in _UNSPACED:
            spelling = f" {char} "
        elif category[0] in "LMN":
            spelling = char
        else:
            spelling = f" {char} " if category[0] == "S" or char in "%&#@*" else " "
        self[code] = spelling
        return spelling


_SPELLING = _Spelling()


@dataclass(frozen=True, slots=True, eq=False)
class _Scan:
    """An automaton and, for each of its patterns, the entries of the list that are spelt so."""

    automaton: AhoCorasick
    entries: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Phrases:
    """A list made ready for both scans."""

    entries: tuple[str, ...]
    plain: _Scan
    hard: _Scan


def mentions(text: str, phrases: Entries) -> bool:
    """Return whether the text mentions any phrase of the list, as whole words, in any disguise."""
    return next(_found(text, _ready(phrases)), None) is not None


def mentioned(text: str, phrases: Entries) -> list[str]:
    """Return the entries of the list that the text mentions, as the list writes them and in its order."""
    ready = _ready(phrases)
    return [ready.entries[index] for index in sorted(set(_found(text, ready)))]


def finder(phrases: Entries) -> Callable[[str], set[int]]:
    """Return a function that tells which phrases a text mentions, by their places in the list."""
    ready = _ready(phrases)
    return lambda text: set(_found(text, ready))


def count_mentions(text: str, phrases: Entries) -> int:
    """Return how often the text mentions phrases of the list; overlapping phrases count each."""
    return sum(1 for _ in _found(text, _ready(phrases)))


def _found(text: str, phrases: _Phrases) -> Iterator[int]:
    for pattern, _, _ in phrases.plain.automaton.find_matches_as_indexes(_spelt(text), overlapping=True):
        yield from phrases.plain.entries[pattern]
    hard, starts = _hard_spelt(text)
    if not starts:
        return
    for pattern, start, end in phrases.hard.automaton.find_matches_as_indexes(hard, overlapping=True):
        at = bisect_left(starts, start)
        if at < len(starts) and starts[at] < end:
            yield from phrases.hard.entries[pattern]


# COST: a book asks many lists about one text; its spellings are remembered for the last few texts.
@lru_cache(maxsize=_REMEMBERED)
def _spelt(text: str) -> str:
    return f" {' '.join(folded(text).translate(_SPELLING).split())} "


@lru_cache(maxsize=_REMEMBERED)
def _hard_spelt(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the text in hard form, and where its disguised words start; nothing if it has none."""
    reading = read(text)
    disguised = frozenset(reading.disguised)
    pieces, starts, length = [" "], [], 1
    for at, word in enumerate(reading.words if disguised else ()):
        if piece := _hard(word):
            if at in disguised:
                starts.append(length)
            pieces.append(piece + " ")
            length += len(piece) + 1
    return "".join(pieces), tuple(starts)


def _hard(word: str) -> str:
    letters = word.translate(_SPELLING).replace("l", "i")
    return " ".join("".join(char for char, _ in groupby(part)) for part in letters.split())


@built_once
def _ready(phrases: tuple[str, ...]) -> _Phrases:
    plain = ((_spelt(phrase), index) for index, phrase in enumerate(phrases))
    hard = ((spelling, index) for index, phrase in enumerate(phrases) for spelling in _hard_spellings(phrase))
    return _Phrases(phrases, _scan(plain), _scan(hard))


def _hard_spellings(phrase: str) -> set[str]:
    """Return the hard form, and that of the phrase as if it were Latin: a text may have made it so."""
    words = read(phrase).words
    posing = [
        "".join(LOOK_ALIKES.get(char, char) for char in word)
        if all(char.isascii() or char in LOOK_ALIKES for char in word)
        else word
        for word in words
    ]
    return {f" {' '.join(filter(None, map(_hard, each)))} " for each in (words, posing)}


def _scan(spellings: Iterable[tuple[str, int]]) -> _Scan:
    by_spelling: dict[str, list[int]] = {}
    for spelling, index in spellings:
        if spelling.strip():
            by_spelling.setdefault(spelling, []).append(index)
    return _Scan(AhoCorasick(by_spelling), tuple(map(tuple, by_spelling.values())))
