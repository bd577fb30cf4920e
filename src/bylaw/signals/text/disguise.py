"""A text read past its disguises: the words a person sees in it, and which of them were made unreadable.

Spaced-out letters are joined, then each word goes through the ``steps``, until nothing changes any more.
Links and addresses are left alone. Knows nothing of phrases.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from bylaw.signals.scanning import spotter
from bylaw.signals.text.characters import folded, script_of
from bylaw.signals.text.confusables import LOOK_ALIKES
from bylaw.signals.text.steps import RUN, STEPS, STRETCHED

_AS_WRITTEN, _STRETCHED, _DISGUISED = range(3)
Marked = tuple[str, int]  # a word, and one of the above

MAX_PASSES = 4  # each uncovers what the last one left
_REMEMBERED = 8  # readings; several signals and functions ask for the same text
_MIN_SINGLES = 3  # letters in a row that count as one spaced-out word
_MIN_TRICK = 4  # shorter ones are joined too, and mostly abbreviations
_BETWEEN = str.maketrans(dict.fromkeys(".-_*/|,~+'·•:", " "))
_GAPS = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029", "  "))
_SENTENCE_END = ".,!?"
_AROUND = ".,;:!?\"'()[]{}<>«»„“”\u2018\u2019…*_~"
_LATIN = (*range(0x61, 0x7B), *range(0xE0, 0x180))

# COST: one pass decides for most texts that no word of them needs a closer look.
_SUSPICIOUS = spotter(
    r"[a-z][013457@$!|€]+[a-z]|[a-z]{2}(?:00?|\$|33|55)(?:[^a-z0-9]|$)|\$[a-z]{2}"
    r"|(?:^|[^a-z0-9])[a-z0-9](?:[^a-z0-9]{1,2}[a-z0-9]){2,}(?:[^a-z0-9]|$)"
    r"|[^\x{0}-\x{17F}\p{P}\p{S}\p{Z}]|"
    + "|".join(f"{chr(code)}{{{RUN}}}" for code in _LATIN if chr(code).isalpha())
)
_HIDDEN_INSIDE = spotter(
    r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
    r"[\x{AD}\x{34F}\x{180E}\x{200B}-\x{200F}\x{2060}-\x{2064}\x{FEFF}\x{E0000}-\x{E007F}]+"
    r"[\p{Latin}\p{Cyrillic}\p{Greek}]"
)
_STYLED = spotter(r"[\x{1D400}-\x{1D7CB}\x{24B6}-\x{24E9}\x{1F110}-\x{1F189}]{3}")
_TURNED = spotter(r"[\x{202D}\x{202E}]")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text without disguise, and the disguises that were met."""

    words: tuple[str, ...]
    disguised: tuple[int, ...] = ()  # which of the words were written otherwise, in order
    stretched: int = 0  # how many of those are nothing but stretched, as in "sooo"
    tricks: tuple[str, ...] = ()  # names, sorted

    @property
    def normal(self) -> str:
        """The text without disguise: the words, one space apart."""
        return " ".join(self.words)


@lru_cache(maxsize=_REMEMBERED)
def read(text: str) -> Reading:
    """Read a text past its disguises. Linear in its length; pure, and remembered for the last few texts."""
    small = folded(text)
    tricks = set(() if text.isascii() else _tricks_of(text))
    if not _SUSPICIOUS(small):
        return Reading(tuple(small.split()), tricks=tuple(sorted(tricks)))
    words = [(word, _AS_WRITTEN) for word in small.translate(_GAPS).split(" ")]
    for _ in range(MAX_PASSES):
        before, words = [marked for marked in words if marked[0]], list(_bared(words, tricks))
        if words == before:
            break
    return Reading(
        words=tuple(word for word, _ in words),
        disguised=tuple(at for at, (_, mark) in enumerate(words) if mark),
        stretched=sum(mark == _STRETCHED for _, mark in words),
        tricks=tuple(sorted(tricks)),
    )


def _tricks_of(text: str) -> Iterator[str]:
    if _HIDDEN_INSIDE(text):
        yield "hidden characters"
    if _STYLED(text):
        yield "styled letters"
    if _TURNED(text):
        yield "turned text"


def _bared(words: list[Marked], tricks: set[str]) -> Iterator[Marked]:
    """Yield the words a step plainer; empty words are gaps, and end here."""
    text = " ".join(word for word, _ in words)
    own, runs = _own_scripts(text), _runs(text)
    letters = {char for char in set(text) if not char.isascii() and script_of(char) in own}
    for word, mark in _joined(words, tricks):
        core = word.strip(_AROUND)
        ordinary = core.isalpha() and (core.isascii() or letters.issuperset(core))
        if (ordinary and not (runs and any(run in word for run in runs))) or _is_address(word):
            yield word, mark
        elif bare := _bare(word, mark, own, tricks):
            yield bare


def _bare(word: str, mark: int, own: frozenset[str], tricks: set[str]) -> Marked | None:
    for name, step in STEPS:
        if (after := step(word, own)) != word:
            tricks.add(name)
            word, mark = after, max(mark, _STRETCHED if name == STRETCHED else _DISGUISED)
    return (word, mark) if word else None


def _is_address(word: str) -> bool:
    return "//" in word or "www." in word or ("@" in word and "." in word) or word.count("/") > 1


def _runs(text: str) -> set[str]:
    triples = zip(text, text[1:], text[2:], strict=False)
    return {a * RUN for a, b, c in triples if a == b == c and a.isalpha()}


def _own_scripts(text: str) -> frozenset[str]:
    """Return the scripts that a text really uses: Latin, and those with a letter that passes for no Latin one."""
    if text.isascii():
        return frozenset({"LATIN"})
    chars = set(text)
    scripts = {script_of(c) for c in chars if not c.isascii() and c.isalpha() and c not in LOOK_ALIKES}
    return frozenset({*scripts, "LATIN"} if any("a" <= c <= "z" for c in chars) else scripts)


def _joined(words: list[Marked], tricks: set[str]) -> Iterator[Marked]:
    """Join spaced-out letters: ``c a s i n o``, ``c.a.s.i.n.o``. A wider gap ends a word where it can."""
    for single, group in groupby(words, key=_is_single):
        if not single:
            for word, mark in group:
                letters = _without_dots(word, tricks)
                yield letters, mark if letters == word else _DISGUISED
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
            yield "".join(part), _DISGUISED


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
