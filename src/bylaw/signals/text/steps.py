"""The disguises of a single word, each with the step that takes it off.

A step takes a folded word and the scripts that its text really uses, and returns a plainer word, or the
same: words in their own script and ordinary numbers stay as they are.
"""

import unicodedata
from collections.abc import Callable
from itertools import groupby

from bylaw.signals.scanning import pattern
from bylaw.signals.text.characters import fold, script_of
from bylaw.signals.text.confusables import INTO_SCRIPT, LOOK_ALIKES

Step = Callable[[str, frozenset[str]], str]

LEET = {
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "i",
    "€": "e",
}
RUN = 3  # equal letters in a row, from which on they are stretched

_LEET = str.maketrans(LEET)
_LEET_WORD = pattern(r"[a-z0-9@$!|€]+")
_LEET_INSIDE = frozenset(LEET)
_LEET_DIGITS = frozenset("013457")
_LEET_AT_END = frozenset("0$")  # others only where the word is disguised further in front
_LEET_PAIRS_AT_END = frozenset({"00", "33", "55"})  # as in free, pass
_MAX_LEET = 20  # characters; what is longer is a key or a digest
_STOPS = frozenset("@!|")  # these also stand between words: only near the start they are letters
_MAX_BEFORE_STOP = 3
_MAX_AFTER_DOLLAR = 4  # letters; longer ones are ticker symbols and variables
_MIN_MIXED = 3  # letters of a word whose scripts are compared
_DECORATIONS = 2  # loose marks from which on the accents of a word are taken for decoration too
_SHARED = frozenset({"INHERITED", "COMMON"})  # marks that no script owns
_WITH_LOOSE_MARKS = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def without_marks(word: str, _own: frozenset[str]) -> str:
    """Take off marks that no letter has absorbed: strokes through a word, towers of accents."""
    loose = 0 if word.isascii() else _loose_marks(word)
    if not loose:
        return word
    if loose >= _DECORATIONS:
        word = unicodedata.normalize("NFD", word)
    kept = "".join(c for c in word if not unicodedata.combining(c) or script_of(c) not in _SHARED)
    return fold(unicodedata.normalize("NFC", kept))


def _loose_marks(word: str) -> int:
    count, base = 0, ""
    for char in word:
        if not unicodedata.combining(char):
            base = char
        elif not base or script_of(base) in _WITH_LOOSE_MARKS:
            count += 1
    return count


def without_look_alikes(word: str, own: frozenset[str]) -> str:
    """Write in one script what is written in two, and in Latin what only poses as another script."""
    if word.isascii():
        return word
    runs = ("".join(run) for _, run in groupby(word, key=str.isalpha))
    return "".join(run if run.isascii() else _in_one_script(run, own) for run in runs)


def _in_one_script(run: str, own: frozenset[str]) -> str:
    others = [char for char in run if not char.isascii()]
    mixed = len(others) < len(run) and len(run) >= _MIN_MIXED
    scripts = {script_of(char) for char in others}
    if all(char in LOOK_ALIKES for char in others):
        posing = scripts == {"LATIN"} or ("LATIN" in own and not scripts & own)
        return "".join(LOOK_ALIKES.get(char, char) for char in run) if mixed or posing else run
    into = INTO_SCRIPT.get(next(iter(scripts))) if mixed and len(scripts) == 1 else None
    if into and all(char in into for char in run if char.isascii()):
        return "".join(into.get(char, char) for char in run)
    return run


def without_leet(word: str, _own: frozenset[str]) -> str:
    """Read digits and signs as the letters they stand for, where they stand among letters."""
    if _LEET_INSIDE.isdisjoint(word) or not any(map(str.isalpha, word)):
        return word
    out, at = [], 0
    for found in _LEET_WORD.finditer(word):
        start, end = found.span()
        out += [word[at:start], _letters_of(found.group())]
        at = end
    return "".join([*out, word[at:]])


def _letters_of(token: str) -> str:
    start = next((i for i, char in enumerate(token) if char.isalpha()), len(token))
    end = len(token) - next((i for i, char in enumerate(reversed(token)) if char.isalpha()), 0)
    front, inside, back = token[:start], token[start:end], token[end:]
    signs = [(at, char) for at, char in enumerate(inside) if not char.isalpha()]
    letters = len(inside) - len(signs)
    if len(token) > _MAX_LEET or letters < 2 or len(signs) > letters:
        return token
    if any(char not in _LEET_INSIDE or (char in _STOPS and at > _MAX_BEFORE_STOP) for at, char in signs):
        return token
    if len(front) == 1 and (
        front in _LEET_DIGITS if signs else front == "$" and letters <= _MAX_AFTER_DOLLAR
    ):
        front = front.translate(_LEET)
    at_end = back in (_LEET_DIGITS if signs else _LEET_AT_END) and len(inside) > 2
    if at_end or back in _LEET_PAIRS_AT_END:
        back = back.translate(_LEET)
    return front + inside.translate(_LEET) + back


def without_stretching(word: str, _own: frozenset[str]) -> str:
    """Leave two of three or more equal letters; ``www`` and ``xxx``, all one letter, stay."""
    runs = [(char, len(list(run))) for char, run in groupby(word)]
    if sum(char.isalpha() for char, _ in runs) == 1:
        return word
    return "".join(char * (2 if count >= RUN and char.isalpha() else count) for char, count in runs)


STRETCHED = "stretched letters"
STEPS: tuple[tuple[str, Step], ...] = (
    ("loose marks", without_marks),
    ("look-alikes", without_look_alikes),
    ("leetspeak", without_leet),
    (STRETCHED, without_stretching),
)
