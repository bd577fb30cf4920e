"""RE2 patterns of a list, tried on a text in one pass."""

import re2

from bylaw.base.errors import InputError
from bylaw.signals.lists import Entries, built_once
from bylaw.signals.scanning import PatternSet, pattern


def matches_any(text: str, patterns: Entries) -> bool:
    """Return whether any pattern of the list is found in the text as written. Linear in the text.

    Raises:
        InputError: ``signals.bad_pattern``, an entry is not an RE2 pattern; ``signals.too_many_patterns``,
            all together need too much memory. A book checks its lists when it is loaded.
    """
    return bool(_ready(patterns).found_in(text))


@built_once
def _ready(patterns: tuple[str, ...]) -> PatternSet:
    try:
        return PatternSet(patterns)
    except re2.error as error:
        bad = next((number for number, entry in enumerate(patterns, start=1) if not _is_pattern(entry)), 0)
        if bad:
            message = f"entry {bad} of the list is not an RE2 pattern"
            hint = "see the RE2 syntax; look-around and back-references do not exist"
            raise InputError("signals.bad_pattern", message, hint=hint) from error
        message = "the patterns of the list need too much memory together"
        raise InputError("signals.too_many_patterns", message, hint="split the list") from error


def _is_pattern(entry: str) -> bool:
    try:
        pattern(entry)
    except re2.error:
        return False
    return True
