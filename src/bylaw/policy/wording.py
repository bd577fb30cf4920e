"""When two texts say the same, and how alike they are when they do not."""

import hashlib
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, LCSseq

HASH_DIGITS = 12  # 48 bits: enough to tell the clauses of one document apart
SLIP = 0.75  # likeness by letters of a short text with a mistake mended
SHORT = 6  # words; when both texts have fewer, letters are compared as well

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00ad": ""})


def normalised(text: str) -> str:
    """Return the text with one form for its letters, quotation marks, dashes and white space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY).split())


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts differ in nothing but typography, space around dashes included."""
    return closely_set(one) == closely_set(other)


def closely_set(text: str) -> str:
    """Return the normalised text without space around its dashes."""
    return normalised(text).replace(" -", "-").replace("- ", "-")


def text_hash(text: str) -> str:
    """Return `HASH_DIGITS` hexadecimal digits that stand for a normalised text."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:HASH_DIGITS]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words in lower case, without punctuation."""
    plain = normalised(text).lower()
    return tuple("".join(c if c.isalnum() or c == "'" else " " for c in plain).split())


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two texts are, from 0 to 1: the share of words they have in common, in order."""
    alike = Indel.normalized_similarity(one, other)
    if max(len(one), len(other)) < SHORT:
        letters = fuzz.ratio(" ".join(one), " ".join(other)) / 100
        return max(alike, letters) if letters >= SLIP else alike
    return alike


def containment(part: Sequence[str], whole: Sequence[str]) -> float:
    """Return the share of a part's words that the whole has, in order, from 0 to 1."""
    return LCSseq.similarity(part, whole) / len(part) if part else 0.0
