"""Links that look like others: hosts in foreign letters, hosts that pose as protected ones, false link texts.

Knows hosts and texts; what an operator protects comes in as lists.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

import ada_url
import re2

from bylaw.signals.lists import Entries, built_once
from bylaw.signals.text.characters import script_of
from bylaw.signals.text.confusables import skeleton
from bylaw.signals.text.look_alikes import looks_like
from bylaw.signals.urls.domains import canonical_host, domain_of, in_domains
from bylaw.signals.urls.find import whole
from bylaw.signals.urls.links import read_links

MAX_LINK_TEXT = 500  # characters of a link's text that are looked at
MAX_LINK_TEXTS = 200  # link texts of a text that are looked at
_KNOWN_HOSTS = 1024
_NO_SCRIPT = frozenset({"COMMON", "INHERITED"})
# SOURCE: UTS #39, section 5.2, "highly restrictive": scripts that are written together.
_TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)

_MARKDOWN = re2.compile(r"\[([^\[\]]+)\]\(\s*<?([^\s<>()]+)")
_HTML = re2.compile(r"(?is)<a\s(?:[^>]*\s)?href\s*=\s*[\x22']?([^\s\x22'<>]+)[^>]*>(.*?)</a\b")
_TAG = re2.compile(r"<[^<>]*>")


@lru_cache(maxsize=_KNOWN_HOSTS)
def is_disguised(host: str) -> bool:
    """Return whether a host mixes scripts in a label, or is all foreign and only looks Latin.

    Labels in one foreign script are what they seem under an ending in the same script.

    Source:
        UTS #39, sections 4 and 5.
    """
    if "xn--" not in host:
        return False
    labels = ada_url.idna_to_unicode(host).split(".")
    latin_ending = labels[-1].isascii()
    return any(
        not label.isascii() and (_mixed(label) or (latin_ending and skeleton(label).isascii()))
        for label in labels
    )


def poses(host: str, names: Entries, domains: Entries) -> bool:
    """Return whether a host poses as a protected name or domain without being under one of the domains.

    A protected name in plain letters is no pose by itself: the name alone does not tell whose site it is.
    The name of a protected domain is one under any other ending.
    """
    if not (names or domains) or in_domains(host, domains):
        return False
    return _like_name(names)(host) or _like_domain(domains)(host)


def has_false_text(text: str) -> bool:
    """Return whether a Markdown or HTML link shows an address of another domain than it leads to."""
    return any(_is_false(shown, target) for shown, target in _link_texts(text))


def _mixed(label: str) -> bool:
    scripts = {script_of(char) for char in label if char.isalpha()} - _NO_SCRIPT
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


@built_once
def _like_name(names: tuple[str, ...]) -> Callable[[str], bool]:
    plain = frozenset("".join(filter(str.isalnum, name.casefold())) for name in names)

    @lru_cache(maxsize=_KNOWN_HOSTS)
    def like(host: str) -> bool:
        return any(label not in plain and looks_like(label, names) for label in _own_labels(host))

    return like


@built_once
def _like_domain(domains: tuple[str, ...]) -> Callable[[str], bool]:
    hosts = tuple(filter(None, map(canonical_host, (each.removeprefix("*.") for each in domains))))
    names = tuple(domain_of(host).partition(".")[0] for host in hosts)

    @lru_cache(maxsize=_KNOWN_HOSTS)
    def like(host: str) -> bool:
        inside = any(f".{each}." in f".{host}" or f".{each}-" in f".{host}" for each in hosts)
        return inside or any(looks_like(label, names) for label in _own_labels(host))

    return like


def _own_labels(host: str) -> list[str]:
    """Return the labels that the holder of a host chose, in Unicode: all but the public suffix."""
    suffix = domain_of(host).partition(".")[2]
    return ada_url.idna_to_unicode(host.removesuffix(suffix).rstrip(".")).split(".")


def _link_texts(text: str) -> Iterator[tuple[str, str]]:
    """Yield what each link of a marked-up text shows, and where it leads."""
    text = whole(text)
    if "](" in text:
        for found in islice(_MARKDOWN.finditer(text), MAX_LINK_TEXTS):
            yield found.group(1)[:MAX_LINK_TEXT], found.group(2)
    if "</" in text:
        for found in islice(_HTML.finditer(text), MAX_LINK_TEXTS):
            yield _TAG.sub("", found.group(2)[:MAX_LINK_TEXT]), found.group(1)


def _is_false(shown: str, target: str) -> bool:
    leads_to = {domain_of(link.host) for link in read_links(target)}
    named = {domain_of(link.host) for link in read_links(shown)}
    return bool(leads_to) and bool(named) and leads_to.isdisjoint(named)
