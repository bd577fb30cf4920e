"""Where links stand in a text, as people and spammers write them.

A link is what has a scheme; what begins with ``www.``; a bare host with a path; or a bare host whose
ending nobody takes for a word or for a kind of file: ``harbour.com`` is a link, ``main.py``, ``asp.net``
and ``check in.so`` are not. Addresses that were made harmless (``hxxp://``, ``example[.]com``) count as what
they were; e-mail addresses do not count. Knows nothing of what a link's parts mean.
"""

from collections.abc import Iterator

import re2

from bylaw.signals.text.characters import visible
from bylaw.signals.urls.domains import MAX_HOST, is_top_level, registrable

MAX_URL = 4_096  # characters of a link that are looked at

_STOP = r"\s\x00-\x1f\x{7f}-\x{9f}\p{Z}<>\x{22}`|«»“”„‹›「」『』【】"
_BODY = rf"(?:[^{_STOP}\]]|\][^{_STOP}(])*"  # "](" ends the text of a Markdown link
_ALNUM = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}0-9"  # other scripts stand beside links without a space

_SCHEME = re2.compile(rf"((?i:h(?:tt|xx)ps?|fx?tps?):[/\\]+(?:\[[0-9A-Fa-f:.]+\])?{_BODY})")
_GLUED = re2.compile(r"(?i),+(h(?:tt|xx)ps?://)")
_BARE = re2.compile(
    rf"[{_ALNUM}_.+%-]+@[{_ALNUM}.-]+"
    rf"|((?:[{_ALNUM}][{_ALNUM}-]*\.)+[{_ALNUM}][{_ALNUM}-]*)((?::[0-9]{{1,5}})?(?:[/?#]{_BODY})?)"
)
_DEFUSED_DOT = re2.compile(r"(?i)\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?")
_DEFUSED_SIGN = re2.compile(r"[\[(](:|://|/)[\])]")
_ADDRESS = re2.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")

_NOT_BEFORE = frozenset("@._-\\$%~")
_NOT_AFTER = frozenset("@(=[_\\")  # calls and assignments: os.name(), this.name = …
_SCHEMES = {"hxxp": "http", "hxxps": "https", "ftps": "ftp", "fxtp": "ftp", "fxtps": "ftp"}

_BRACKETS = {")": "(", "]": "[", "}": "{"}
_TAIL = frozenset(".,;:!?'*_~…’‘、。") | _BRACKETS.keys()

_CLASSIC = frozenset("com net org edu gov mil info biz".split())
_FAMILIAR = _CLASSIC | frozenset(
    """
    app asia bet bid casino cat cfd click club cloud coop cyou dev icu link loan lol mobi museum online porn
    sbs sex shop site store tel top travel vip website wiki xin xyz
    """.split()
)
_WORDS = frozenset("ai am as at be by do id im in is it la ma me my no pa re so st to tv us va yt".split())
_FILES = frozenset("bz cc cf gz la md mk ml mo ms pl pm ps py rs sh so tf vi".split())
_NAMES = frozenset("ado.net asp.net java.io java.net ml.net socket.io system.io system.net vb.net".split())


def find_urls(text: str) -> Iterator[tuple[str, str]]:
    """Yield each link of a text as written and as a URL with a scheme. Linear in the text; never raises."""
    # COST: most texts hold none of these signs, and then this is all that is spent on them.
    if not ("." in text or ":" in text or "dot" in text or "DOT" in text or not text.isascii()):
        return
    text = _readable(text)
    # The pattern captures, so links with a scheme stand at the odd places, the text between at the even ones.
    for at, piece in enumerate(_SCHEME.split(text) if ":/" in text or ":\\" in text else (text,)):
        if at % 2:
            yield from _with_scheme(piece)
        # COST: in most texts dots only end sentences; a host has one with something after it.
        elif "." in piece.replace(". ", " ").replace(".\n", " ").rstrip("."):
            yield from _bare(piece)


def whole(text: str) -> str:
    """Return the text with a question mark for each lone surrogate, which RE2 does not take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _readable(text: str) -> str:
    """Return the text without what cannot be seen, without styles, and with its defused links made whole."""
    if not text.isascii():
        text = visible(whole(text))
    if "[" in text or "(" in text or "{" in text:
        text = _DEFUSED_SIGN.sub(r"\1", _DEFUSED_DOT.sub(".", text))
    return text


def _with_scheme(piece: str) -> Iterator[tuple[str, str]]:
    parts = _GLUED.sub(r"\n\1", piece).split("\n") if piece.count("://") > 1 else (piece,)
    for part in parts:
        written = _trimmed(part[:MAX_URL])
        scheme, _, rest = written.partition(":")
        scheme = scheme.lower()
        yield written, f"{_SCHEMES.get(scheme, scheme)}:{rest}"


def _bare(piece: str) -> Iterator[tuple[str, str]]:
    for found in _BARE.finditer(piece):
        host = found.group(1)
        if not host or not _free_standing(piece, *found.span()):
            continue
        rest = found.group(2)[:MAX_URL]
        if _is_link(host, rest):
            written = _trimmed(host + rest)
            yield written, f"http://{written}"


def _free_standing(piece: str, start: int, end: int) -> bool:
    before = piece[max(0, start - 2) : start]
    if before.endswith("/"):
        return before == "//"
    return before[-1:] not in _NOT_BEFORE and piece[end : end + 1] not in _NOT_AFTER


def _is_link(host: str, rest: str) -> bool:
    """Tell whether a host without a scheme is meant as a link; ``rest`` is its port, path and query."""
    lower = host.lower()
    last = lower.rpartition(".")[2]
    if last.isdigit():  # a version or a network, unless a path of letters follows
        return bool(_ADDRESS.fullmatch(host)) and rest.partition("/")[2][:1].isalpha()
    if lower.startswith("www.") and lower.count(".") > 1:
        return True
    # COST: most words around a dot end in no suffix, and a look at a set is cheaper than one at the list.
    if len(host) > MAX_HOST or not is_top_level(last) or not registrable(lower):
        return False
    return len(rest) > 1 or _is_familiar(host)


def _is_familiar(host: str) -> bool:
    """Tell whether a host by itself is taken for a link: by its ending, and by how that is written."""
    last = host.rpartition(".")[2]
    ending, lower = last.lower(), host.lower()
    if ending in _CLASSIC:
        return lower not in _NAMES
    if not (last.islower() or host.isupper()):  # a new sentence, or a name in a program
        return False
    of_country = len(ending) == 2 and ending not in _WORDS and ending not in _FILES
    several = registrable(lower).count(".") > 1  # co.uk
    return ending in _FAMILIAR or of_country or several or not ending.isascii()


def _trimmed(written: str) -> str:
    """Return a link without the punctuation of the sentence it stands in."""
    if written[-1:] not in _TAIL:
        return written
    surplus = {close: written.count(close) - written.count(start) for close, start in _BRACKETS.items()}
    end = len(written)
    while end and (char := written[end - 1]) in _TAIL:
        if char in surplus:
            if surplus[char] <= 0:
                break
            surplus[char] -= 1
        end -= 1
    return written[:end]
