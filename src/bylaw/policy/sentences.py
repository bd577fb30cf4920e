"""Where one sentence ends and the next begins.

Written for the English of terms and policies: statutes, company forms, addresses and quotations hold full
stops that end nothing. Other languages are cut at their full stops, without a list of abbreviations.
"""

from collections.abc import Iterator

import re2

from bylaw.policy.passage import Passage

_STOP = re2.compile(r"""[.!?…。！？]["'”’)\]».!?…。！？]*""")  # and what closes after it
_WIDE_STOPS = "。！？"  # need no space after them
_OPENERS = "\"'“‘([«¿¡*_"

# Never the end of a sentence.
_INNER = frozenset(
    "e.g eg i.e ie viz cf vs v mr mrs ms dr prof messrs st attn approx resp al incl ed eds".split()
)
# Not the end when a number follows.
_BEFORE_NUMBERS = frozenset(
    "no nos art arts sec secs fig p pp para paras ch cl ver vol jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
# The end only when a word follows that starts sentences.
_PERHAPS = frozenset("inc llc ltd corp co plc gmbh bros dept ste apt ave u.s u.k d.c ph.d".split())
_STARTERS = frozenset(
    "a additionally all also although an and any as at because before but by each either except failure finally first "
    "for from further furthermore here how however i if in it its likewise many may moreover most neither nevertheless "
    "no not nothing on once one other otherwise our please rather read see should similarly since some such that the "
    "their then there therefore these they this those to unless until upon use users we what when where whether which "
    "while who with without you your".split()
)


def sentences(passage: Passage, label_end: int = 0) -> tuple[Passage, ...]:
    """Cut a passage into its sentences; a label that ends at ``label_end`` stays with the first of them."""
    while 0 < label_end < len(passage.text) and not passage.text[label_end].isalnum():
        label_end += 1
    starts = [0, *_starts(passage, label_end)]
    ends = [*starts[1:], len(passage.text)]
    return tuple(passage.cut(start, end) for start, end in zip(starts, ends, strict=True))


def _starts(passage: Passage, label_end: int) -> Iterator[int]:
    text = passage.text
    edges = {edge for span in passage.emphasis for edge in (span.start, span.end)}
    bracketed = _bracketed(text)
    begin = 0
    for stop in _STOP.finditer(text):
        after = _next_start(text, stop.span(), begin, edges)
        # Inside brackets nothing ends, but a sentence all in brackets ends with them.
        closes = text[begin] == "(" and not bracketed[stop.end() - 1]
        if after > label_end and (closes or not bracketed[stop.start()]):
            begin = after
            yield after


def _next_start(text: str, stop: tuple[int, int], begin: int, edges: set[int]) -> int:
    """Return where the next sentence starts if one that starts at ``begin`` ends at the stop, else 0."""
    at, end = stop
    if end >= len(text):
        return 0
    if text[at] in _WIDE_STOPS:
        return end
    if not (text[end].isspace() or end in edges):
        return 0
    start = first = end + text[end].isspace()
    while first < len(text) and text[first] in _OPENERS:
        first += 1
    if first >= len(text) or not _may_start(text[first]):
        return 0
    return 0 if text[at] == "." and _abbreviates(text, at, begin, first) else start


def _may_start(character: str) -> bool:
    return character.isdigit() or (character.isalpha() and not character.islower())


def _abbreviates(text: str, at: int, begin: int, first: int) -> bool:
    """Tell whether the full stop belongs to the word before it."""
    place = max(begin, text.rfind(" ", begin, at) + 1)
    word = text[place:at].lstrip(_OPENERS)
    plain = word.lower()
    if plain in _INNER or (word.isdigit() and len(word) < 4 and place == begin):
        return True
    if plain in _BEFORE_NUMBERS:
        return text[first].isdigit()
    initials = all(len(part) == 1 and part.isalpha() for part in word.split("."))
    if plain in _PERHAPS or (initials and word[:1].isupper()):
        return _word_at(text, first) not in _STARTERS
    return False


def _word_at(text: str, at: int) -> str:
    end = at
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[at:end].lower()


def _bracketed(text: str) -> list[bool]:
    """Mark the characters inside round brackets; a bracket that is never closed opens nothing."""
    inside = [False] * (len(text) + 1)
    opened: list[int] = []
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            start = opened.pop()
            if not opened:
                inside[start:at] = [True] * (at - start)
    return inside
