"""Readable id parts from titles, headings and labels."""

import unicodedata

MAX_SLUG = 40  # characters; cut between words

_LOOSE_ENDS = frozenset(
    "a about an and are as at by for from how in is of on or our that the these this to we with your".split()
)


def slug(text: str, *, drop_policy: bool = False) -> str:
    """Return ``text`` in lower case, its words joined by ``-``, cut to `MAX_SLUG`; may be empty.

    Args:
        text: any language; accents are dropped, other scripts stay as they are.
        drop_policy: leave out a last word "policy", as in titles and headings.
    """
    words = _words(text)
    if drop_policy and words[1:] and words[-1] == "policy" and words[-2] not in _LOOSE_ENDS:
        words = words[:-1]
    kept: list[str] = []
    for word in words:
        if kept and len("-".join([*kept, word])) > MAX_SLUG:
            while len(kept) > 1 and kept[-1] in _LOOSE_ENDS:
                kept.pop()
            break
        kept.append(word[:MAX_SLUG])
    return "-".join(kept)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower().replace("&", " and "))
    letters = (c for c in plain if not unicodedata.combining(c) and c not in "'’‘`")
    return "".join(c if c.isalnum() else " " for c in letters).split()
