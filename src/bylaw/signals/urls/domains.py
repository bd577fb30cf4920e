"""Hosts and the domains they are under. Knows names only, no addresses and no network."""

from functools import lru_cache

import ada_url
import tldextract

from bylaw.signals.lists import Entries, built_once

MAX_HOST = 253  # RFC 1035, section 2.3.4

# The list packaged with tldextract: no network, no cache on disk, the same answer everywhere.
_EXTRACT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def in_domains(host: str, domains: Entries) -> bool:
    """Return whether a host is one of the listed domains or under one; ``*.`` and case do not matter."""
    listed = _ready(domains)
    host = canonical_host(host)
    while host:
        if host in listed:
            return True
        host = host.partition(".")[2]
    return False


def canonical_host(host: str) -> str:
    """Return a host in lower case and ASCII, without its final dot; empty where it is no host name."""
    host = host.strip().rstrip(".").lower()
    if len(host) > MAX_HOST:
        return ""
    return host if host.isascii() else ada_url.idna_to_ascii(host).decode()


@lru_cache(maxsize=1024)
def registrable(host: str) -> str:
    """Return the domain that was registered for a host (``shop.example.co.uk`` → ``example.co.uk``), or nothing.

    Only suffixes run by registries count: what somebody keeps under a hosting company's domain is that
    company's registration.

    Source:
        The Public Suffix List, ICANN section.
    """
    return _EXTRACT.extract_str(host).top_domain_under_public_suffix


def domain_of(host: str) -> str:
    """Return the domain a host is under: the registrable one, or the last two labels where no suffix is known.

    Source:
        The Public Suffix List, algorithm: if no rule matches, the prevailing rule is ``*``.
    """
    return registrable(host) or ".".join(host.rsplit(".", 2)[-2:])


def is_top_level(label: str) -> bool:
    """Return whether a label in lower case, Unicode or ASCII form, ends the names of some registry."""
    return label in _top_level()


@lru_cache(maxsize=1)
def _top_level() -> frozenset[str]:
    labels = {suffix.rpartition(".")[2] for suffix in _EXTRACT.tlds}
    return frozenset(labels | {canonical_host(label) for label in labels})


@built_once
def _ready(domains: tuple[str, ...]) -> frozenset[str]:
    return frozenset(canonical_host(domain.removeprefix("*").removeprefix(".")) for domain in domains) - {""}
