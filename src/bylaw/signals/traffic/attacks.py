"""Which families of attack a request carries in its path, query, referrer or user agent.

A family is a tuple of patterns; all are matched at once, in time linear in the request. An ordinary request
is told apart by its characters and never decoded.
"""

import re2

from bylaw.signals.scanning import spotter
from bylaw.signals.traffic import markup, server, sql
from bylaw.signals.traffic.decoding import decoded, valid

_FAMILIES = {
    "command": server.COMMAND,
    "java": server.JAVA,
    "php": server.PHP,
    "protocol": server.PROTOCOL,
    "rfi": server.REMOTE,
    "sqli": sql.PATTERNS,
    "template": server.TEMPLATE,
    "traversal": server.TRAVERSAL,
    "xss": markup.PATTERNS,
}
FAMILIES = tuple(_FAMILIES)
"""The names of all families, sorted."""

_MAX_MEMORY = 64 << 20  # octets for the states of the automaton, which grows with what is met
_TARGET = "\x7f"  # stands before the target where headers and target are looked at together
_ODD = spotter(
    r"(?i)[<>'\"\x60{}$\\%\x00-\x1f|]|\.\.|/etc/|/proc/|/var/|/sys/|/root/|file:/|[a-z]:/[^/]|\.ini|-inf/"
    r"|\.(?:ssh|aws|git)"
    r"|\w\(|jndi|java|ro0ab|aced00|__|[xs]p_|document\.|window\.|class\.|union\W|;\s*(?:wget|curl|cat|nc)\b"
    r"|\x7f.*(?:[^\w/.=&~,:@!+?-]|:/|0x|--|\+.*[=(,]|,.*\+|\+(?:x?or|and|order|group|having|limit)\+)"
)
_COMMENT = re2.compile(r"/\*!?\d*[^*/]*\*+/|(?:--|#)[^\n\x1e]*\n")
_MAX_COMMENTS = 64  # comments taken out of a part; a few are enough to hide words
_MARKERS = re2.compile(r"/\*!\d*|\*/")


def attacks(target: str, *headers: str) -> list[str]:
    """Return the sorted families of attack met in a request's target (path and query) and in its headers."""
    # COST: one look at all parts; most requests have nothing odd, and no part of them is decoded.
    if not _ODD(valid(" ".join(headers) + _TARGET + target)):
        return []
    odd = [header for header in headers if _ODD(valid(header))]
    if _ODD(valid(_TARGET + target)):
        odd.append(target)
    return [FAMILIES[at] for at in sorted({at for part in odd for at in _families_of(decoded(part))})]


def _families_of(text: str) -> set[int]:
    found = set(_SET.Match(text) or ())
    if "*" in text or "\n" in text:
        for stand_in in (" ", ""):
            found.update(
                _SET.Match(_MARKERS.sub(stand_in, _COMMENT.sub(stand_in, text, _MAX_COMMENTS), _MAX_COMMENTS))
                or ()
            )
    return found


def _compiled() -> re2.Set:
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.dot_nl = True
    patterns = re2.Set.SearchSet(options)
    for family in _FAMILIES.values():
        patterns.Add("|".join(f"(?:{pattern})" for pattern in family))
    patterns.Compile()
    return patterns


_SET = _compiled()
