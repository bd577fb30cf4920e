"""The signals about links: how many, where they lead, and how they hide it.

They read the texts of an event and its fields ``url``, ``website`` and ``links``. The book's lists
``url_shorteners``, ``blocked_domains``, ``protected_names`` and ``protected_domains`` are used where it has
them. Hosts and domains are personal: a site may carry its owner's name, and a link may be all that somebody
wrote, so evidence shows how many there are and never which. Counts and flags are not personal.
"""

from collections.abc import Callable

from bylaw.events.event import Event
from bylaw.signals.signal import Lists, Signal
from bylaw.signals.urls.disguise import has_false_text, is_disguised, poses
from bylaw.signals.urls.domains import domain_of, in_domains
from bylaw.signals.urls.links import Link, links_of, written_in
from bylaw.signals.urls.shorteners import SHORTENERS

_USUAL_PORTS = frozenset({"", "80", "443"})


def _any(test: Callable[[Link], bool]) -> Callable[[Event, Lists], bool]:
    return lambda event, _lists: any(map(test, links_of(event)))


def _count(event: Event, _lists: Lists) -> int:
    return len(links_of(event))


def _hosts(event: Event, _lists: Lists) -> list[str]:
    return list(dict.fromkeys(link.host for link in links_of(event)))


def _domains(event: Event, _lists: Lists) -> list[str]:
    named = (link.host for link in links_of(event) if not link.is_address)
    return list(dict.fromkeys(map(domain_of, named)))


def _longest(event: Event, _lists: Lists) -> int:
    return max((link.length for link in links_of(event)), default=0)


def _shortened(event: Event, lists: Lists) -> int:
    own = lists.get("url_shorteners", ())
    return sum(in_domains(link.host, SHORTENERS) or in_domains(link.host, own) for link in links_of(event))


def _listed(event: Event, lists: Lists) -> bool:
    blocked = lists.get("blocked_domains", ())
    return any(in_domains(link.host, blocked) for link in links_of(event))


def _look_alike(event: Event, lists: Lists) -> bool:
    names, domains = lists.get("protected_names", ()), lists.get("protected_domains", ())
    return any(is_disguised(link.host) or poses(link.host, names, domains) for link in links_of(event))


def _deceptive_text(event: Event, _lists: Lists) -> bool:
    return has_false_text(written_in(event))


SIGNALS: tuple[Signal, ...] = (
    Signal(
        name="urls.count",
        type="int",
        doc="How many different links there are, e-mail addresses not counted; at most 200.",
        compute=_count,
        cost=15,
    ),
    Signal(
        name="urls.hosts",
        type="list(string)",
        doc="The hosts that the links lead to, in lower case and ASCII, each once.",
        compute=_hosts,
        cost=15,
        personal=True,
    ),
    Signal(
        name="urls.domains",
        type="list(string)",
        doc="The registered domains of those hosts (shop.example.co.uk: example.co.uk), each once; no addresses.",
        compute=_domains,
        cost=17,
        personal=True,
    ),
    Signal(
        name="urls.has_ip_host",
        type="bool",
        doc="Whether a link leads to an IP address, in any spelling.",
        compute=_any(lambda link: link.is_address),
        cost=15,
    ),
    Signal(
        name="urls.has_punycode",
        type="bool",
        doc="Whether a link leads to a host with letters outside ASCII, written out or as xn--.",
        compute=_any(lambda link: "xn--" in link.host),
        cost=15,
    ),
    Signal(
        name="urls.shortened",
        type="int",
        doc="How many links go through a shortener: a well-known one, or one of the list `url_shorteners`.",
        compute=_shortened,
        cost=17,
    ),
    Signal(
        name="urls.has_credentials",
        type="bool",
        doc="Whether a link has a name or password before its host, as in https://bank.com@evil.example.",
        compute=_any(lambda link: link.credentials),
        cost=15,
    ),
    Signal(
        name="urls.has_odd_port",
        type="bool",
        doc="Whether a link names a port other than 80, 443 and the one its scheme has by itself.",
        compute=_any(lambda link: link.port not in _USUAL_PORTS),
        cost=15,
    ),
    Signal(
        name="urls.longest",
        type="int",
        doc="The characters of the longest link, as written; 0 without links, at most 4096.",
        compute=_longest,
        cost=15,
    ),
    Signal(
        name="urls.look_alike",
        type="bool",
        doc="Whether a host mixes scripts, is Latin in looks only, or poses as one of the lists "
        "`protected_names` and `protected_domains` without being under a protected domain.",
        compute=_look_alike,
        cost=60,
    ),
    Signal(
        name="urls.deceptive_text",
        type="bool",
        doc="Whether a Markdown or HTML link shows an address of another domain than it leads to.",
        compute=_deceptive_text,
        cost=5,
    ),
    Signal(
        name="urls.listed",
        type="bool",
        doc="Whether a host is in or under a domain of the list `blocked_domains`.",
        compute=_listed,
        cost=16,
    ),
)
