"""Suggestions for what a person probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean `x`?``, or the known words when few, or nothing."""
    options = sorted(set(known))
    close = get_close_matches(word, options, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if 0 < len(options) <= 12:
        return "known: " + ", ".join(f"`{o}`" for o in options)
    return ""
