"""Characters that look like others: the skeleton of UTS #39, and the letters that pass for a to z.

The packaged table holds each pair in both directions and does not say which of the two is the
prototype. The published file maps a source, always one character, to a prototype that is no source
itself; so what has several partners is a prototype, a partner of several characters is one too, and
between two single partners the plainer one is taken: either choice gives the same comparisons.
"""

import unicodedata
from collections.abc import Iterator

from confusable_homoglyphs.confusables import confusables_data

from bylaw.signals.text.characters import fold, script_of, seen

_MARK = "\u200e"  # written around right-to-left characters in the source file
_LIVING_LATIN = 0x180  # letters below belong to alphabets in daily use: dotless i, thorn
_SMALL_CAPITALS = "LATIN LETTER SMALL CAPITAL "
_MAX_STEPS = 2
_PHONETIC = (*range(0x250, 0x2B0), *range(0x1D00, 0x1D2C), *range(0xA730, 0xA7FF))
_ALPHABETS = {"CYRILLIC": "авекмнорстухіјѕһԁ", "GREEK": "αβεηικμνορτυχ"}


def skeleton(text: str) -> str:
    """Return the text with every character replaced by the prototype of its look-alikes.

    Two texts that look alike have equal skeletons. A skeleton is for comparing, not for reading.

    Source:
        UTS #39, section 4.
    """
    decomposed = unicodedata.normalize("NFD", seen(text))
    return unicodedata.normalize("NFD", decomposed.translate(_PROTOTYPES))


def _prototypes() -> Iterator[tuple[int, str]]:
    for char, partners in confusables_data.items():
        source = char.replace(_MARK, "")
        if len(partners) != 1 or len(source) != 1:
            continue
        partner = partners[0]["c"]
        target = partner.replace(_MARK, "")
        if len(confusables_data[partner]) > 1 or _plainness(target) < _plainness(source):
            yield ord(source), target


def _plainness(text: str) -> tuple[bool, bool, bool, str]:
    return len(text) == 1, not text.isascii(), not unicodedata.is_normalized("NFKC", text), text


def _closed(table: dict[int, str]) -> dict[int, str]:
    # A prototype of several characters may hold one that has a prototype itself.
    for _ in range(_MAX_STEPS):
        table = {
            code: unicodedata.normalize("NFD", target).translate(table) for code, target in table.items()
        }
    return table


def _letters() -> Iterator[tuple[str, str]]:
    """Yield folded letters outside a-z with the letter they pass for; small letters win over capitals."""
    for code, target in _PROTOTYPES.items():
        small = chr(code).casefold()
        if len(small) == 1 and target.isascii() and target.isalpha() and len(target) == 1:
            yield small, target.lower()
    for code, target in _PROTOTYPES.items():
        if chr(code).casefold() == chr(code) and target in _A_TO_Z:
            yield chr(code), target
    for code in _PHONETIC:
        name = unicodedata.name(chr(code), "")
        if name.startswith(_SMALL_CAPITALS) and len(name) == len(_SMALL_CAPITALS) + 1:
            yield chr(code), name[-1].lower()


_A_TO_Z = frozenset("abcdefghijklmnopqrstuvwxyz")
_PROTOTYPES = _closed(dict(_prototypes()))

LOOK_ALIKES = {
    letter: latin
    for letter, latin in _letters()
    if letter.isalpha() and fold(letter) == letter and ord(letter) >= _LIVING_LATIN
}
"""Folded letters that look like one of a to z, by small or capital form: ``м`` → ``m``."""

INTO_SCRIPT = {
    script: {
        LOOK_ALIKES[letter]: letter
        for letter in reversed(alphabet)
        if letter in LOOK_ALIKES and script_of(letter) == script
    }
    for script, alphabet in _ALPHABETS.items()
}
"""The way back: which letter of a script a Latin letter passes for."""
