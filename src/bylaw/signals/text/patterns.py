"""RE2 patterns of a list, tried on a text in one pass."""

from collections.abc import Callable

from bylaw.base.errors import InputError
from bylaw.rules.compile.together import pattern_set
from bylaw.rules.patterns import PatternError, compile_pattern
from bylaw.signals.lists import Entries, built_once


def matches_any(text: str, patterns: Entries) -> bool:
    """Return whether any pattern of the list is found in the text as written. Linear in the text.

    Raises:
        InputError: ``signals.bad_pattern``, an entry is not an RE2 pattern; ``signals.too_many_patterns``,
            all together need too much memory. A book checks its lists when it is loaded.
    """
    return _ready(patterns)(text)


@built_once
def _ready(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    try:
        look = pattern_set(patterns)
    except ValueError as error:
        bad = next((number for number, entry in enumerate(patterns, start=1) if not _is_pattern(entry)), 0)
        if bad:
            message = f"entry {bad} of the list is not an RE2 pattern"
            hint = "see the RE2 syntax; look-around and back-references do not exist"
            raise InputError("signals.bad_pattern", message, hint=hint) from error
        message = "the patterns of the list need too much memory together"
        raise InputError("signals.too_many_patterns", message, hint="split the list") from error

    def found_in(text: str) -> bool:
        try:
            return any(place < len(patterns) for place in look(text))
        except ValueError:  # an automaton gave up, or the text holds half a character
            return any(compile_pattern(entry).found_in(text) for entry in patterns)

    return found_in


def _is_pattern(entry: str) -> bool:
    try:
        compile_pattern(entry)
    except PatternError:
        return False
    return True
