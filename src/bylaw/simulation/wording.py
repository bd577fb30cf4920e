"""Sentences from templates: ``{town}`` is one of the words of that name, ``{3-12}`` a number.

Words may be templates themselves. ``disguised`` writes a text as people do who do not want filters to read it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import Formatter

from bylaw.simulation.chance import Chance, pick
from bylaw.simulation.words import WORDS

_LOOKS: Mapping[str, str] = {"a": "4@а", "e": "3е", "i": "1!і", "o": "0о", "s": "5$", "t": "7+"}  # noqa: RUF001 - meant


def speak(chance: Chance, template: str) -> str:
    """Return a template with its slots filled."""
    said = []
    for literal, options in _parts(template):
        said.append(literal)
        if options:
            word = options[int(chance.random() * len(options))]
            said.append(speak(chance, word) if "{" in word else word)
    return "".join(said)


def say(chance: Chance, name: str) -> str:
    """Return one of the words, or sentences, of a name."""
    return speak(chance, pick(chance, WORDS[name]))


def disguised(chance: Chance, text: str, share: float) -> str:
    """Return a text with a share of its words disguised; links stay, or nobody could follow them."""
    return " ".join(
        _disguise(chance, word) if "/" not in word and chance.random() < share else word
        for word in text.split(" ")
    )


def _disguise(chance: Chance, word: str) -> str:
    if len(word) > 4 and chance.random() < 0.3:
        return ".".join(word)
    return "".join(pick(chance, _LOOKS[c]) if c in _LOOKS and chance.random() < 0.6 else c for c in word)


@lru_cache(maxsize=2048)
def _parts(template: str) -> tuple[tuple[str, Sequence[str]], ...]:
    return tuple(
        (literal, _options(slot) if slot else ()) for literal, slot, _, _ in Formatter().parse(template)
    )


@lru_cache(maxsize=256)
def _options(slot: str) -> Sequence[str]:
    least, dash, most = slot.partition("-")
    if dash and least.isdigit():
        return tuple(str(number).zfill(len(least)) for number in range(int(least), int(most) + 1))
    return WORDS[slot]
