"""Regular expressions on what people wrote: RE2, whose time is linear in the text, and nothing else."""

from functools import lru_cache
from typing import Any, NamedTuple

import re2

PATTERN_LIMIT = 4_096  # characters
PROGRAM_BYTES = 1 << 20  # of one compiled expression; counted repetition makes short ones large
_KEPT = 2_048  # compiled expressions


class PatternError(ValueError):
    """The expression is not RE2's, or too large; the message says which, in its writer's words."""


class Pattern(NamedTuple):
    """A compiled expression."""

    text: str
    program: Any

    def found_in(self, text: str) -> bool:
        """Tell whether the expression matches anywhere in the text."""
        return self.program.search(text.encode("utf-8", "replace")) is not None


@lru_cache(maxsize=_KEPT)
def compile_pattern(text: str) -> Pattern:
    """Return the compiled expression.

    Raises:
        PatternError: a syntax error, or a limit passed.
    """
    if len(text) > PATTERN_LIMIT:
        raise PatternError(f"the pattern is longer than {PATTERN_LIMIT} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = PROGRAM_BYTES
    try:
        return Pattern(text, re2.compile(text.encode(), options))
    except re2.error as error:
        raise PatternError(f"the pattern is not RE2's: {_words(error)}") from None
    except UnicodeEncodeError:
        raise PatternError("the pattern holds half a character") from None


def _words(error: Exception) -> str:
    reason = error.args[0] if error.args else "unknown reason"
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
