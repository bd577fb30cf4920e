"""The links of an event, taken apart as a browser would.

Links stand in the texts of an event and in the fields that hold nothing else. What they lead to is never
asked for: everything here is read off the address itself.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import ada_url
import msgspec
import re2

from bylaw.events.event import Event
from bylaw.signals.once import once_an_event
from bylaw.signals.signal import written
from bylaw.signals.urls.domains import registrable
from bylaw.signals.urls.find import find_urls, whole

MAX_URLS = 200  # links of a text that are looked at; what follows is not
_REMEMBERED = 8  # texts; every signal of the family asks for the same one
_KNOWN_LINKS = 1_024
_FIELDS = ("url", "website", "links")
_HOST_ALONE = re2.compile(r"[^\s/\\?#:@\[\]]+\.[^\s/\\?#:@\[\]]+(?::[0-9]+)?(?:[/?#]\S*)?")
_PLAIN_AUTHORITY = re2.compile(r"([a-z]+:[/\\]+(?:[^/\\?#@]*@)?[A-Za-z0-9._-]+)")


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One link. ``host`` is in ASCII and lower case; ``length`` counts the characters as written."""

    href: str  # as a browser writes it
    host: str
    port: str  # empty where it is the scheme's own
    credentials: bool  # something stands before @
    length: int

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, however it was written (``0x7f.1``, ``2130706433``)."""
        return self.host.startswith("[") or self.host[-1:].isdigit()


@once_an_event
def links_of(event: Event) -> tuple[Link, ...]:
    """Return the different links of an event, in order: those in its texts, then those in its fields."""
    return _remembered(written_in(event))


@once_an_event
def written_in(event: Event) -> str:
    """Return what may hold links, on lines: the texts of an event and its fields for links."""
    text = written(event)
    fields = _fields_of(type(event))
    return "\n".join([text, *_told(event, fields)]) if fields else text


def read_links(text: str) -> tuple[Link, ...]:
    """Return the different links of a text, at most ``MAX_URLS``, in order. Linear; never raises.

    Source:
        The URL Standard of the WHATWG, as implemented by ada.
    """
    links: dict[str, Link] = {}
    for as_written, url in islice(find_urls(text), MAX_URLS):
        if link := _parsed(url, len(as_written)):
            links.setdefault(link.href, link)
    return tuple(links.values())


# Pure, so remembering changes no result: the signals of an event share one reading of its text.
_remembered = lru_cache(maxsize=_REMEMBERED)(read_links)


# The same pages are linked to again and again; pure, as above.
@lru_cache(maxsize=_KNOWN_LINKS)
def _parsed(url: str, length: int) -> Link | None:
    link = _taken_apart(url, length)
    if link and (registrable(link.host) or link.is_address):
        return link
    # No suffix is known: words may stick to the host, as in "https://example.comを見て".
    plain = _PLAIN_AUTHORITY.match(url)
    if not plain or plain.end() == len(url):
        return link
    shorter = _taken_apart(plain.group(), length - len(url) + plain.end())
    return shorter if shorter and (link is None or registrable(shorter.host)) else link


def _taken_apart(url: str, length: int) -> Link | None:
    try:
        href = ada_url.URL(url).href
    except ValueError:
        return None
    # COST: each attribute of a parsed URL costs as much as parsing it; the href is normal and splits safely.
    authority = href.partition("://")[2].partition("/")[0]
    _userinfo, at, place = authority.rpartition("@")
    host, bracket, port = place.partition("]") if place.startswith("[") else place.partition(":")
    host = f"{host}]" if bracket == "]" else host.rstrip(".")
    if not any(map(str.isalnum, host)):  # "http://..." stands for no link
        return None
    return Link(href=href, host=host, port=port.removeprefix(":"), credentials=bool(at), length=length)


@lru_cache(maxsize=256)
def _fields_of(kind: type[Event]) -> tuple[str, ...]:
    return tuple(name for name in _FIELDS if name in kind.__struct_fields__)


def _told(event: Event, fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        value = getattr(event, field)
        # A declared kind may have a field of that name that is no string.
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, str) and each:
                yield f"http://{each}" if _HOST_ALONE.fullmatch(whole(each)) else each
