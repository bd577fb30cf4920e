"""What a handle tells about who chose it: a person, or a program that makes names.

Measures of spelling only. A handle of many digits breaks no clause; a hundred such accounts in an hour may.
"""

import unicodedata
from itertools import pairwise

MAX_HANDLE = 64  # characters that are looked at
_MIN_HANDLE = 6  # below, initials and abbreviations look like chance
_VOWELS = frozenset("aeiouy")
# Consonants that follow a consonant in names, European, Indian, African and East Asian ones alike.
_FOLLOWERS = {
    "b": "bhlr", "c": "chklrstz", "d": "dghlnrvwz", "f": "flrst", "g": "ghlnrw", "h": "hlmnrtvw", "j": "hj",
    "k": "hklmnrsw", "l": "bcdfghklmnpstvwz", "m": "bhmnpr", "n": "cdfghjknrstvwz", "p": "hlprst", "q": "v",
    "r": "bcdfghjklmnpqrstvwz", "s": "chklmnpqrstvwz", "t": "chlmnrstvwz", "v": "dhklnrs", "w": "hklnrsz",
    "x": "t", "z": "bdhklmnrstvz",
}  # fmt: skip
_SPOKEN = frozenset(a + b for a, followers in _FOLLOWERS.items() for b in followers)
_FREE_CHANGES = 1.0  # a number at the end of a name is nothing unusual
_NEW_WORD = 0.5  # a capital after a small letter, half as odd as a digit between letters
_ALL_ODD = 0.5  # the share of odd neighbours from which on a handle could not be odder


def digit_share(handle: str) -> float:
    """Return the share of digits among the first ``MAX_HANDLE`` characters, from 0 to 1; 0 for nothing."""
    handle = handle[:MAX_HANDLE]
    return sum(map(str.isdecimal, handle)) / len(handle) if handle else 0.0


def randomness(handle: str) -> float:
    """Return how unlike a name that could be spoken a handle is, from 0 to 1; 0 below six characters.

    Twice the share of neighbours that do not go together: two consonants that names do not join, and
    changes between letters and digits, or from small letter to capital, beyond what one number at the
    end makes. Letters outside a to z are taken for ordinary. Initials and abbreviations (``fpfmgt``)
    look like chance too.
    """
    letters = _bare(handle[:MAX_HANDLE])
    if len(letters) < _MIN_HANDLE:
        return 0.0
    pairs = list(pairwise(letters))
    unspoken = sum(map(_unspoken, pairs))
    changes = max(0.0, sum(map(_change, pairs)) - _FREE_CHANGES)
    return min(1.0, (unspoken + changes) / len(pairs) / _ALL_ODD)


def _bare(handle: str) -> str:
    if handle.isascii():
        return handle
    return "".join(c for c in unicodedata.normalize("NFKD", handle) if not unicodedata.combining(c))


def _unspoken(pair: tuple[str, str]) -> bool:
    a, b = pair
    if _starts_word(pair) or not (a.isalpha() and b.isalpha() and a.isascii() and b.isascii()):
        return False
    a, b = a.lower(), b.lower()
    return a not in _VOWELS and b not in _VOWELS and a + b not in _SPOKEN


def _change(pair: tuple[str, str]) -> float:
    a, b = pair
    if _starts_word(pair):
        return _NEW_WORD
    return float((a.isalpha() and b.isdecimal()) or (a.isdecimal() and b.isalpha()))


def _starts_word(pair: tuple[str, str]) -> bool:
    return pair[0].islower() and pair[1].isupper()
