"""RE2 patterns of a list, tried on a text in one pass."""

import re2

from bylaw.base.errors import InputError
from bylaw.signals.lists import Entries, built_once


def matches_any(text: str, patterns: Entries) -> bool:
    """Return whether any pattern of the list is found in the text as written. Linear in the text.

    Raises:
        InputError: ``signals.bad_pattern``, an entry is not an RE2 pattern; ``signals.too_many_patterns``,
            all together need more memory than RE2 allows. A book checks its lists when it is loaded.
    """
    ready = _ready(patterns)
    return ready is not None and bool(ready.Match(text))


@built_once
def _ready(patterns: tuple[str, ...]) -> re2.Set | None:
    if not patterns:
        return None
    options = re2.Options()
    options.log_errors = False
    ready = re2.Set.SearchSet(options)
    added = 0
    try:
        for pattern in patterns:
            ready.Add(pattern)
            added += 1
        ready.Compile()
    except re2.error as error:
        if added == len(patterns):
            raise InputError(
                "signals.too_many_patterns", "the list needs more memory than RE2 allows"
            ) from error
        raise InputError(
            "signals.bad_pattern",
            f"entry {added + 1} of the list is not an RE2 pattern",
            hint="see the RE2 syntax; look-around and back-references do not exist",
        ) from error
    return ready
