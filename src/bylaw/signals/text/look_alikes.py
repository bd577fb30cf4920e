"""Names that pose as protected ones: ``Harb0ur-Support`` for ``Harbour``.

A name is compared without spaces, case, accents and disguise, and without the words that impostors put
around a name (support, official, team …). It poses when what is left is the protected name or one or two
slips of the keyboard away from it, depending on length. ``Sarah Harbour`` does not pose as ``Harbour``:
another word than those stands beside it.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bylaw.signals.lists import Entries, built_once
from bylaw.signals.text.characters import fold
from bylaw.signals.text.confusables import LOOK_ALIKES, skeleton
from bylaw.signals.text.steps import LEET

MAX_NAME = 200  # characters of a name that are looked at
_MIN_LEFT = 4  # characters that must be left of a word from which words around names are cut off
_MIN_CUT = 4  # characters of a word that can be cut off
_MAX_CUTS = 3
_SLIPS = ((9, 2), (5, 1))  # shapes at least so long may differ by so many slips; shorter ones by none
_DIGITS = "0123456789"
_BETWEEN = str.maketrans(dict.fromkeys("_-.,;:/\\()[]{}<>'\"`*~+&#•·–—=^?", " "))
_SHAPE = str.maketrans({**LEET, **LOOK_ALIKES, "l": "i"})
_WORDS_AROUND_NAMES = """
    a abuse account accounts admin administrator agent alert alerts announcements app at assistance at
    billing bot by care center centre chat compliance contact customer department desk dept from help helpdesk
    helper helpline here hq info inc it legal live ltd mail mod moderation moderator moderators mods my news
    notice notices notifications of office official online operator ops page payments portal privacy real
    recovery refunds safety sales secure security service services staff supp support system team tech
    technical the to trust uk us update updates verification verified verify web
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Names:
    """The shapes of protected names, and those among them that may be missed by some slips."""

    shapes: frozenset[str]
    by_slips: tuple[tuple[int, tuple[str, ...]], ...]


def looks_like(name: str, names: Entries) -> bool:
    """Return whether a name poses as one of the protected names, or is one of them.

    Looks at the first ``MAX_NAME`` characters. Slips are insertions, deletions, replacements and
    transpositions of characters (optimal string alignment).
    """
    protected = _ready(names)
    shapes = set(_shapes(name[:MAX_NAME]))
    return not protected.shapes.isdisjoint(shapes) or any(
        extractOne(shape, choices, scorer=OSA.distance, score_cutoff=slips) is not None
        for shape in shapes
        for slips, choices in protected.by_slips
    )


@built_once
def _ready(names: tuple[str, ...]) -> _Names:
    shapes = frozenset(filter(None, (_shape("".join(_words(name[:MAX_NAME]))) for name in names)))
    bounds = zip(_SLIPS, ((MAX_NAME * 18, 0), *_SLIPS), strict=False)
    return _Names(
        shapes,
        tuple(
            (slips, tuple(sorted(shape for shape in shapes if least <= len(shape) < most)))
            for (least, slips), (most, _) in bounds
        ),
    )


# COST: the same account acts many times; its name is read once while it does.
@lru_cache(maxsize=1024)
def _shapes(name: str) -> tuple[str, ...]:
    """Return what the protected name may look like inside a name: all of it, its core, its core cut free."""
    return tuple(_shapes_in(name))


def _shapes_in(name: str) -> Iterator[str]:
    words = _words(name)
    for each in (words, [word.strip(_DIGITS) for word in words]):
        shapes = list(map(_shape, each))
        core = "".join(shape for shape in shapes if shape not in _AROUND)
        yield from filter(None, ("".join(shapes), core, _cut_free(core)))


def _words(name: str) -> list[str]:
    humps = (f" {b}" if a.islower() and b.isupper() else b for a, b in zip(f" {name}", name, strict=False))
    return "".join(humps).translate(_BETWEEN).split()


def _shape(word: str) -> str:
    """Return what a word looks like: Latin where it can be, no accents, neither case nor i and l told apart."""
    latin = fold(word).translate(_SHAPE)
    letters = (char for char in skeleton(latin) if not unicodedata.combining(char))
    return "".join(letters).casefold().translate(_SHAPE).replace("vv", "w")


def _cut_free(core: str) -> str:
    for _ in range(_MAX_CUTS):
        for word in _CUTS:
            if len(core) - len(word) >= _MIN_LEFT:
                core = core.removeprefix(word) if core.startswith(word) else core.removesuffix(word)
    return core


_AROUND = frozenset(map(_shape, _WORDS_AROUND_NAMES.split()))
_CUTS = tuple(
    sorted((word for word in _AROUND if len(word) >= _MIN_CUT), key=lambda word: (-len(word), word))
)
