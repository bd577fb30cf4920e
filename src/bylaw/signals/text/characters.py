"""Single characters: which cannot be seen, which script they belong to, and the one plain spelling of a text.

Knows nothing of words and disguises; ``disguise`` builds on it.
"""

import unicodedata
from bisect import bisect_right
from functools import lru_cache

from confusable_homoglyphs.categories import categories_data

from bylaw.signals.scanning import spotter

# SOURCE: Unicode Default_Ignorable_Code_Point, the controls, the blank Braille cell, Arabic tatweel.
_INVISIBLE_RANGES = (
    (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x640, 0x640),
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_INVISIBLE = {code: None for first, last in _INVISIBLE_RANGES for code in range(first, last + 1)}
# Letters A to Z in black circles and squares, which NFKC leaves alone.
_BADGES = {start + n: chr(ord("a") + n) for start in (0x1F150, 0x1F170) for n in range(26)}
_UNSTYLED: dict[int, str | None] = {**_INVISIBLE, **_BADGES}
_STYLED_OR_UNSEEN = spotter(
    "".join(["[", *(f"\\x{{{a:X}}}-\\x{{{b:X}}}" for a, b in _INVISIBLE_RANGES), "\\x{1F150}-\\x{1F189}]"])
)

_RANGES = sorted(tuple(entry[:3]) for entry in categories_data["code_points_ranges"])
_STARTS = [first for first, _, _ in _RANGES]
_SCRIPTS = tuple(categories_data["iso_15924_aliases"])
_NO_SCRIPT = "COMMON"
_MAX_FOLDS = 4  # every text tried is stable after two; the bound keeps a surprise from looping
_KNOWN_CHARACTERS = 8192
_REMEMBERED = 8  # texts


def seen(text: str) -> str:
    """Return the text without what cannot be seen: zero-width, bidi and control characters, fillers."""
    # COST: str.translate looks every character up; most texts hold nothing that it would find, and most of
    # those show it by being ASCII that can be printed.
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return text.translate(_UNSTYLED) if _STYLED_OR_UNSEEN(text) else text


def visible(text: str) -> str:
    """Return what can be seen of the text, in compatibility form (NFKC)."""
    text = seen(text)
    return text if unicodedata.is_normalized("NFKC", text) else seen(unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """Return the visible text with case folded; white space stays as it was.

    Source:
        Unicode, section 3.13, toNFKC_Casefold: folded until nothing changes any more.
    """
    if text.isascii():
        return visible(text).casefold()
    for _ in range(_MAX_FOLDS):
        folded = visible(visible(text).casefold())
        if folded == text:
            break
        text = folded
    return text


# Pure, so remembering changes no result: phrases and disguises are looked for in the same folded text.
folded = lru_cache(maxsize=_REMEMBERED)(fold)


def plain(text: str) -> str:
    """Return the text folded, on one line, its words one space apart."""
    return " ".join(folded(text).split())


@lru_cache(maxsize=_KNOWN_CHARACTERS)
def script_of(char: str) -> str:
    """Return the script of one character in capitals (``LATIN``), ``COMMON`` where it belongs to none.

    Source:
        Unicode Scripts.txt, as packaged with confusable-homoglyphs.
    """
    code = ord(char)
    at = bisect_right(_STARTS, code) - 1
    if at < 0 or code > _RANGES[at][1]:
        return _NO_SCRIPT
    return str(_SCRIPTS[_RANGES[at][2]])
