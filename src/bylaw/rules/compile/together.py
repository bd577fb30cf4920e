"""Many RE2 patterns looked for in a text at once.

Most share one automaton, which reads the text once whatever they are. Those with a long counted
repetition (``a.{0,40}b``) would make it as large as the text is varied: they stand behind a filter, RE2's
own, and are looked for one by one where the letters that they cannot do without are in the text.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import re2

SET_BYTES = 32 << 20  # of one joined automaton
FILTER_CHARACTERS = 10_000  # of all patterns of one filter: its automaton is small then, and never gives up

_LONG_REPETITION: Final = re2.compile(r"\{[0-9]*,?[0-9]{2,}\}|\{[0-9]{2,},")
_NOTHING: Final = (
    rb"[^\x00-\x{10FFFF}]"  # never found: keeps the place of a pattern that is looked for elsewhere
)

Look = Callable[[str], Collection[int]]


def pattern_set(patterns: Sequence[str]) -> Look:
    """Return a function that says which patterns are found in a text, by place, and perhaps a place beyond them.

    It raises ``ValueError`` where the automaton gives up or the text holds half a character.

    Raises:
        ValueError: one of them is no pattern, or they are too large together.
    """
    apart = [place for place, pattern in enumerate(patterns) if _LONG_REPETITION.search(pattern)]
    joined = re2.Set.SearchSet(_options())
    try:
        for place, pattern in enumerate(patterns):
            joined.Add(_NOTHING if place in apart else pattern.encode())
        canary = joined.Add(rb"\z")  # found in every text, unless the automaton gave up
        joined.Compile()
        look_apart = _filtered([patterns[place].encode() for place in apart]) if apart else None
    except re2.error as error:
        raise ValueError("no patterns, or too large together") from error
    look = joined.Match

    def scan(text: str) -> Collection[int]:
        data = text.encode()
        found = frozenset(look(data) or ())
        if canary not in found:
            raise ValueError("the automaton gave up")
        return found.union(apart[number] for number in look_apart(data)) if look_apart else found

    return scan


def _filtered(patterns: Sequence[bytes]) -> Callable[[bytes], Sequence[int]]:
    if len(patterns) > 1 and sum(map(len, patterns)) > FILTER_CHARACTERS:
        raise ValueError("too many patterns for one filter")
    ahead, options = re2.Filter(), _options()
    for pattern in patterns:
        ahead.Add(pattern, options)
    ahead.Compile()
    return lambda data: ahead.Match(data) or ()


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = SET_BYTES
    return options
