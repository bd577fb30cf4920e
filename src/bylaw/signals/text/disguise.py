"""Words made unreadable for machines but not for people, and the same words with the disguise taken off.

Five disguises, each a step from a folded word to a plainer one (``STEPS``); spaced-out letters and zero-width
characters are seen on the text as a whole. Only what a step recognises is changed: words in their own
script, ordinary numbers, addresses and links stay as they are. Knows nothing of phrases.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import re2

from bylaw.signals.text.characters import fold, script_of
from bylaw.signals.text.confusables import INTO_SCRIPT, LOOK_ALIKES

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
_LEET = str.maketrans(LEET)
_LEET_DIGITS = frozenset("013457")
_LEET_INSIDE = _LEET_DIGITS | set("@$!|€")
_LEET_IN_FRONT = frozenset("134570$")
_LEET_AT_END = frozenset("0$")  # others only where the word is disguised further in front
_UNITS = frozenset(
    {"st", "nd", "rd", "th", "am", "pm", "km", "kg", "mb", "gb", "tb", "kb", "ms", "min", "hrs", "hr"}
    | {"day", "days", "ml", "cm", "mm", "mg", "px", "pt", "ft", "lb", "lbs", "oz"}
)
Marked = tuple[str, bool]  # a word, and whether it was written otherwise
_MAX_PASSES = 4  # each uncovers what the last one left
_MIN_SINGLES = 3  # letters in a row that count as one spaced-out word
_MIN_TRICK = 4  # shorter ones are joined too, and mostly abbreviations
_MIN_MIXED = 3  # letters of a word whose scripts are compared
_DECORATIONS = 2  # loose marks from which on the accents of a word are taken for decoration too
_BETWEEN = str.maketrans(dict.fromkeys(".-_*/|,~+'·•:", " "))
_GAPS = str.maketrans(
    dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029", "  ")
)  # two spaces keep spaced-out words apart
_SENTENCE_END = ".,!?"
_AROUND = ".,;:!?\"'()[]{}<>«»„“”\u2018\u2019…*_~"
_RUN = 3  # equal letters in a row, from which on they are stretched
_SHARED = frozenset({"INHERITED", "COMMON"})  # marks that no script owns
_SCRIPTS_WITH_LOOSE_MARKS = frozenset({"LATIN", "CYRILLIC", "GREEK"})

# COST: one pass decides for most texts that no word of them needs a closer look.
_SUSPICIOUS = re2.compile(
    r"[a-z][013457@$!|€]|[013457$][a-z]{2}"
    r"|(?:^|[^a-z0-9])[a-z0-9](?:[^a-z0-9]{1,2}[a-z0-9]){2,}(?:[^a-z0-9]|$)"
    r"|[^\x{0}-\x{17F}\p{P}\p{S}\p{Z}]|"
    + "|".join(
        f"{chr(code)}{{3}}" for code in (*range(0x61, 0x7B), *range(0xE0, 0x180)) if chr(code).isalpha()
    )
)
_LEET_WORD = re2.compile(r"[a-z0-9@$!|€]+")
_HIDDEN_INSIDE = re2.compile(
    r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
    r"[\x{AD}\x{34F}\x{180E}\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}\x{E0000}-\x{E007F}]+"
    r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
)
_STYLED = re2.compile(r"[\x{1D400}-\x{1D7CB}\x{24B6}-\x{24E9}\x{1F110}-\x{1F189}]{3}")
_TURNED = re2.compile(r"[\x{202D}\x{202E}]")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text without disguise, and the disguises that were met."""

    words: tuple[str, ...]
    disguised: tuple[int, ...] = ()  # which of the words were written otherwise, in order
    tricks: tuple[str, ...] = ()  # names, sorted

    @property
    def normal(self) -> str:
        """The text without disguise: the words, one space apart."""
        return " ".join(self.words)


@lru_cache(maxsize=8)
def read(text: str) -> Reading:
    """Read a text past its disguises. Linear in its length; pure, and remembered for the last few texts."""
    folded = fold(text)
    tricks = set(() if text.isascii() else _tricks_of(text))
    if not _SUSPICIOUS.search(folded):
        return Reading(tuple(folded.split()), (), tuple(sorted(tricks)))
    words = [(word, False) for word in folded.translate(_GAPS).split(" ")]
    for _ in range(_MAX_PASSES):
        before, words = [marked for marked in words if marked[0]], list(_bared(words, tricks))
        if words == before:
            break
    disguised = tuple(at for at, (_, changed) in enumerate(words) if changed)
    return Reading(tuple(word for word, _ in words), disguised, tuple(sorted(tricks)))


def _tricks_of(text: str) -> Iterator[str]:
    if _HIDDEN_INSIDE.search(text):
        yield "hidden characters"
    if _STYLED.search(text):
        yield "styled letters"
    if _TURNED.search(text):
        yield "turned text"


def _bared(words: list[Marked], tricks: set[str]) -> Iterator[Marked]:
    """Yield the words a step plainer, each with whether it was disguised; empty words are gaps, and end."""
    text = " ".join(word for word, _ in words)
    foreign, stretched = _own_scripts(text), _has_runs(text)
    own = {char for char in set(text) if not char.isascii() and script_of(char) in foreign}
    for word, changed in _joined(words, tricks):
        core = word.strip(_AROUND)
        if core.isalpha() and not stretched and (core.isascii() or own.issuperset(core)):
            yield word, changed
        elif bare := _bare(word, foreign, tricks):
            yield bare, changed or bare != word


def _bare(word: str, foreign: frozenset[str], tricks: set[str]) -> str:
    for name, step in STEPS:
        if (after := step(word, foreign)) != word:
            tricks.add(name)
            word = after
    return word


def _joined(words: list[Marked], tricks: set[str]) -> Iterator[Marked]:
    """Join spaced-out letters: ``c a s i n o``, ``c.a.s.i.n.o``. A wider gap ends a word where it can."""
    for single, group in groupby(words, key=_is_single):
        if not single:
            for word, changed in group:
                letters = _without_dots(word, tricks)
                yield letters, changed or letters != word
            continue
        marked = list(group)
        singles = [word for word, _ in marked]
        parts = [list(part) for word, part in groupby(singles, key=bool) if word]
        parts = parts if all(map(_spells_word, parts)) else [[word for word in singles if word]]
        if not all(map(_spells_word, parts)):
            yield from marked
            continue
        for part in parts:
            if len(part) >= _MIN_TRICK:
                tricks.add("spaced letters")
            yield "".join(part), True


def _is_single(marked: Marked) -> bool:
    word = marked[0]
    return len(word) < 3 and (
        not word or (word[0].isalnum() and (len(word) == 1 or word[1] in _SENTENCE_END))
    )


def _spells_word(singles: list[str]) -> bool:
    letters = sum(word[0].isalpha() for word in singles)
    return (
        letters >= _MIN_SINGLES
        and 2 * letters >= len(singles)
        and all(len(word) == 1 for word in singles[:-1])
    )


def _without_dots(word: str, tricks: set[str]) -> str:
    if len(word) < 2 * _MIN_SINGLES - 1 or word.isalnum():
        return word
    singles = word.strip(_AROUND).translate(_BETWEEN).split()
    if any(len(char) != 1 for char in singles) or not _spells_word(singles):
        return word
    if len(singles) >= _MIN_TRICK:
        tricks.add("spaced letters")
    return "".join(singles)


def _own_scripts(text: str) -> frozenset[str]:
    """Return the scripts that a text really uses: those with a letter that passes for no Latin one.

    Latin itself stands in for texts without any Latin letter: there, no word poses as a Latin one.
    """
    if text.isascii():
        return frozenset()
    chars = set(text)
    scripts = {script_of(c) for c in chars if not c.isascii() and c.isalpha() and c not in LOOK_ALIKES}
    return frozenset(scripts if any("a" <= c <= "z" for c in chars) else {*scripts, "LATIN"})


def _without_marks(word: str, _foreign: frozenset[str]) -> str:
    """Take off marks that no letter has absorbed: strokes through a word, towers of accents."""
    if word.isascii() or not any(map(_is_loose, word, word[1:])):
        return word
    loose = sum(map(_is_loose, word, word[1:]))
    if loose >= _DECORATIONS:
        word = unicodedata.normalize("NFD", word)
    kept = "".join(c for c in word if not unicodedata.combining(c) or script_of(c) not in _SHARED)
    return fold(unicodedata.normalize("NFC", kept))


def _is_loose(base: str, mark: str) -> bool:
    return unicodedata.combining(mark) > 0 and (
        script_of(base) in _SCRIPTS_WITH_LOOSE_MARKS or unicodedata.combining(base) > 0
    )


def _without_look_alikes(word: str, foreign: frozenset[str]) -> str:
    """Write in one script what is written in two, and in Latin what only poses as another script."""
    if word.isascii():
        return word
    runs = ("".join(run) for _, run in groupby(word, key=str.isalpha))
    return "".join(run if run.isascii() else _in_one_script(run, foreign) for run in runs)


def _in_one_script(run: str, foreign: frozenset[str]) -> str:
    others = [char for char in run if not char.isascii()]
    mixed = len(others) < len(run) and len(run) >= _MIN_MIXED
    scripts = {script_of(char) for char in others}
    if all(char in LOOK_ALIKES for char in others):
        posing = scripts == {"LATIN"} or ("LATIN" not in foreign and not scripts & foreign)
        return "".join(LOOK_ALIKES.get(char, char) for char in run) if mixed or posing else run
    into = INTO_SCRIPT.get(next(iter(scripts))) if mixed and len(scripts) == 1 else None
    if into and all(char in into for char in run if char.isascii()):
        return "".join(into.get(char, char) for char in run)
    return run


def _without_leet(word: str, _foreign: frozenset[str]) -> str:
    """Read digits and signs as the letters they stand for, where they stand among letters."""
    if word.isalpha() or "://" in word or word.startswith("www.") or ("@" in word and "." in word):
        return word
    out, at = [], 0
    for found in _LEET_WORD.finditer(word):
        out += [word[at : found.start()], _letters_of(found.group())]
        at = found.end()
    return "".join([*out, word[at:]])


def _letters_of(token: str) -> str:
    start = next((i for i, char in enumerate(token) if char.isalpha()), len(token))
    end = len(token) - next((i for i, char in enumerate(reversed(token)) if char.isalpha()), 0)
    front, inside, back = token[:start], token[start:end], token[end:]
    signs = [char for char in inside if not char.isalpha()]
    letters = len(inside) - len(signs)
    if letters < 2 or len(signs) > letters or not _LEET_INSIDE.issuperset(signs):
        return token
    if (
        len(front) == 1
        and front in _LEET_IN_FRONT
        and inside not in _UNITS
        and (signs or len(inside) > 2 or front == "$")
    ):
        front = front.translate(_LEET)
    if len(back) == 1 and back in (_LEET_DIGITS if signs else _LEET_AT_END) and len(inside) > 2:
        back = back.translate(_LEET)
    return front + inside.translate(_LEET) + back


def _without_stretching(word: str, _foreign: frozenset[str]) -> str:
    """Leave two of three or more equal letters; ``www`` and ``xxx``, all one letter, stay."""
    if not _has_runs(word):
        return word
    runs = [(char, len(list(run))) for char, run in groupby(word)]
    if sum(char.isalpha() for char, _ in runs) == 1:
        return word
    return "".join(char * (2 if count >= _RUN and char.isalpha() else count) for char, count in runs)


def _has_runs(text: str) -> bool:
    return any(a == b == c and a.isalpha() for a, b, c in zip(text, text[1:], text[2:], strict=False))


Step = Callable[[str, frozenset[str]], str]
STEPS: tuple[tuple[str, Step], ...] = (
    ("loose marks", _without_marks),
    ("look-alikes", _without_look_alikes),
    ("leetspeak", _without_leet),
    ("stretched letters", _without_stretching),
)
