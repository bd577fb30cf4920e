"""The signals about how a text is written. What it is about is the business of lists and of later families."""

import unicodedata

from bylaw.signals.scanning import pattern
from bylaw.signals.signal import Signal, of_text
from bylaw.signals.text.characters import plain, seen
from bylaw.signals.text.disguise import read

_MIN_LETTERS = 12  # below, a few capitals are no shouting
_MIN_WORDS = 8  # below, a word said twice is no repetition
_TWO_SCRIPTS = pattern(
    r"\p{Latin}[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}]"
    r"|[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}]\p{Latin}"
)


def _normal(text: str) -> str:
    return read(text).normal


def _words(text: str) -> int:
    return len(text.split())


def _obfuscation(text: str) -> float:
    reading = read(text)
    disguised = len(reading.disguised) - reading.stretched
    return disguised / len(reading.words) if reading.words else 0.0


def _tricks(text: str) -> list[str]:
    return list(read(text).tricks)


def _scripts_mixed(text: str) -> bool:
    return not text.isascii() and _TWO_SCRIPTS.search(seen(text)) is not None


def _shouting(text: str) -> float:
    capitals = sum(map(str.isupper, text))
    letters = capitals + sum(map(str.islower, text))
    return capitals / letters if letters >= _MIN_LETTERS else 0.0


def _repetition(text: str) -> float:
    words = plain(text).split()
    return 1 - len(set(words)) / len(words) if len(words) >= _MIN_WORDS else 0.0


def _emoji(text: str) -> int:
    return 0 if text.isascii() else sum(unicodedata.category(char) == "So" for char in text)


def _handles(text: str) -> int:
    return sum(word[0] == "@" and word[1:2].isalnum() for word in text.split())


def _hashtags(text: str) -> int:
    return sum(word[0] == "#" and word[1:2].isalpha() for word in text.split())


def _written(text: str) -> str:
    return text


SIGNALS = (
    Signal(
        name="text.written",
        type="string",
        doc="All that was written, as it was: the title, subject and text of the event on lines of their own.",
        compute=of_text(_written),
        personal=True,
    ),
    Signal(
        name="text.plain",
        type="string",
        doc="The text in small letters on one line, in its plain Unicode form (NFKC), nothing invisible in it.",
        compute=of_text(plain),
        personal=True,
    ),
    Signal(
        name="text.normal",
        type="string",
        doc="The plain text without disguises: look-alike letters, leetspeak, spaced-out and stretched words.",
        compute=of_text(_normal),
        cost=6,
        personal=True,
    ),
    Signal(
        name="text.words",
        type="int",
        doc="How many words there are between spaces.",
        compute=of_text(_words),
    ),
    Signal(
        name="text.obfuscation",
        type="double",
        doc="The share of words that are disguised, from 0 to 1; stretched words (sooo) do not count.",
        compute=of_text(_obfuscation),
        cost=6,
    ),
    Signal(
        name="text.tricks",
        type="list(string)",
        doc="The disguises met: hidden characters, leetspeak, look-alikes, loose marks, spaced letters, "
        "stretched letters, styled letters, turned text.",
        compute=of_text(_tricks),
        cost=6,
    ),
    Signal(
        name="text.scripts_mixed",
        type="bool",
        doc="Whether Latin letters stand beside Greek, Cyrillic or other ones inside one word.",
        compute=of_text(_scripts_mixed),
    ),
    Signal(
        name="text.shouting",
        type="double",
        doc="The share of capitals among the letters, from 0 to 1; 0 below 12 letters.",
        compute=of_text(_shouting),
        cost=12,
    ),
    Signal(
        name="text.repetition",
        type="double",
        doc="The share of words that were said before in the same text, from 0 to 1; 0 below 8 words.",
        compute=of_text(_repetition),
        cost=3,
    ),
    Signal(
        name="text.emoji",
        type="int",
        doc="How many emoji and other pictures there are.",
        compute=of_text(_emoji),
    ),
    Signal(
        name="text.handles",
        type="int",
        doc="How many names are addressed with @.",
        compute=of_text(_handles),
        cost=5,
    ),
    Signal(
        name="text.hashtags",
        type="int",
        doc="How many words are marked with #.",
        compute=of_text(_hashtags),
        cost=5,
    ),
)
