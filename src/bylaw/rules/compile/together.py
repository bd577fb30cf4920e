"""Many patterns looked for in a text at once.

Those that repeat nothing share one RE2 automaton, which reads the text once whatever they are. What
repeats something would make it as large as the text is varied: it is looked for by Hyperscan
(``bylaw.rules.counted``), unless it is little. What Hyperscan does not take stays in the automaton, or, if
it counts far, behind RE2's own filter of necessary letters.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeVar

import re2

from bylaw.rules.counted import SET_MOST, TOLD, NotTakenError, counted_set, counts, repeats, taken, told_apart
from bylaw.rules.patterns import PROGRAM_BYTES

SET_BYTES = 32 << 20  # of one joined automaton
FILTER_CHARACTERS = 10_000  # of all patterns of one filter: its automaton is small then, and never gives up
REPEATING_TOGETHER = 400  # instructions of what repeats something in one automaton: 1 ms for 10 KB at worst
COUNTED_TIMES = 4  # as much as other repetition costs what counts a little

_NOTHING: Final = (
    rb"[^\x00-\x{10FFFF}]"  # never found: keeps the place of a pattern that is looked for elsewhere
)

Look = Callable[[str], Collection[int]]
LookInBytes = Callable[[bytes], Collection[int]]
Places = Sequence[int]
T = TypeVar("T")


def pattern_set(patterns: Sequence[str]) -> Look:
    """Return a function that says which patterns are found in a text, by place, and perhaps a place beyond them.

    It raises ``ValueError`` where an automaton gives up or the text holds half a character.

    Raises:
        ValueError: one of them is no pattern, or they are too large together.
    """
    counted = [place for place, pattern in enumerate(patterns) if counts(pattern)]
    apart = [place for place in (*_repeating(patterns), *counted) if taken(patterns[place])]
    behind = [place for place in counted if not taken(patterns[place])]
    try:
        look = _joined(patterns, frozenset([*apart, *behind]))
        looks_apart = _by_hyperscan(patterns, apart)
        look_behind = _placed(_filtered([patterns[place].encode() for place in behind]), behind)
    except (re2.error, NotTakenError) as error:
        raise ValueError("no patterns, or too large together") from error

    def scan(text: str) -> Collection[int]:
        found = look(text.encode())
        if looks_apart:
            found = found.union(*(one(text) for one in looks_apart))
        return found.union(look_behind(text.encode())) if behind else found

    return scan


def _repeating(patterns: Sequence[str]) -> Places:
    """Those that repeat something without counting far, where all of them are too much for one automaton."""
    places = [place for place, pattern in enumerate(patterns) if repeats(pattern) and not counts(pattern)]
    size = sum(_size(patterns[place]) for place in places)
    return places if size > REPEATING_TOGETHER else ()


def _size(pattern: str) -> int:
    try:
        size = int(re2.compile(pattern.encode(), _options()).programsize)
    except re2.error as error:
        raise ValueError("no pattern") from error
    return size * COUNTED_TIMES if "{" in pattern else size


def _joined(patterns: Sequence[str], elsewhere: Collection[int]) -> Callable[[bytes], frozenset[int]]:
    joined = re2.Set.SearchSet(_options())
    for place, pattern in enumerate(patterns):
        joined.Add(_NOTHING if place in elsewhere else pattern.encode())
    canary = joined.Add(rb"\z")  # found in every text, unless the automaton gave up
    joined.Compile()
    match = joined.Match

    def look(data: bytes) -> frozenset[int]:
        found = frozenset(match(data) or ())
        if canary not in found:
            raise ValueError("the automaton gave up")
        return found

    return look


def _by_hyperscan(patterns: Sequence[str], places: Places) -> Sequence[Look]:
    """One function for each group of patterns that Hyperscan takes together."""
    groups: list[tuple[list[int], set[str], bool]] = []
    for place in places:
        told, far = told_apart(patterns[place]), counts(patterns[place])
        fitting = (
            (members, known)
            for members, known, is_far in groups
            if is_far == far and len(known | told) <= TOLD and not (far and len(members) >= SET_MOST)
        )
        members, known = next(fitting, ([], set[str]()))
        if not members:
            groups.append((members, known, far))
        members.append(place)
        known.update(told)
    return [_placed(counted_set([patterns[n] for n in members]), members) for members, _, _ in groups]


def _placed(look: Callable[[T], Collection[int]], places: Places) -> Callable[[T], Collection[int]]:
    def placed(text: T) -> Collection[int]:
        found = look(text)
        return [places[number] for number in found] if found else ()

    return placed


def _filtered(patterns: Sequence[bytes]) -> LookInBytes:
    if not patterns:
        return lambda _: ()
    if len(patterns) > 1 and sum(map(len, patterns)) > FILTER_CHARACTERS:
        raise ValueError("too many patterns for one filter")
    ahead, options = re2.Filter(), _options(PROGRAM_BYTES)
    for pattern in patterns:
        ahead.Add(pattern, options)
    ahead.Compile()
    return lambda data: ahead.Match(data) or ()


def _options(memory: int = SET_BYTES) -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    return options
