"""Regular expressions on what people wrote: they mean what RE2 says, and take a time linear in the text."""

from functools import lru_cache
from typing import Any, NamedTuple

import re2

from bylaw.rules.counted import Look, counts, taken

PATTERN_LIMIT = 4_096  # characters
PROGRAM_BYTES = 1 << 20  # of one compiled expression; counted repetition makes short ones large
INSTRUCTIONS = 100  # of one that counts ten or more and that RE2 carries out: up to 4 ns a character each
_KEPT = 2_048  # compiled expressions


_ADVICE = (
    f"more than {INSTRUCTIONS}; write a shorter gap, or two conditions joined by &&, or leave out "
    r"classes of characters beyond ASCII (`\p{…}`), `(?m)` and flags inside"
)


class PatternError(ValueError):
    """The expression is not RE2's, or too large; the message says which, in its writer's words."""


class Pattern(NamedTuple):
    """A compiled expression. ``look`` is how one with long counts is found, if Hyperscan takes it."""

    text: str
    program: Any
    look: Look | None

    def found_in(self, text: str) -> bool:
        """Tell whether the expression matches anywhere in the text."""
        if self.look:
            try:
                return bool(self.look(text))
            except ValueError:  # it holds half a character, or Hyperscan gave up
                pass
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
        program = re2.compile(text.encode(), options)
    except re2.error as error:
        raise PatternError(f"the pattern is not RE2's: {_words(error)}") from None
    except UnicodeEncodeError:
        raise PatternError("the pattern holds half a character") from None
    look = taken(text) if counts(text) else None
    if counts(text) and look is None and program.programsize > INSTRUCTIONS:
        raise PatternError(f"the pattern counts too far: {program.programsize} steps a character, {_ADVICE}")
    return Pattern(text, program, look)


def _words(error: Exception) -> str:
    reason = error.args[0] if error.args else "unknown reason"
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
