"""How often somebody may try to sign in: counts in windows, as plain functions over values.

Tries are counted by whom they are for and where they come from. A source from which a member signed in lately has a
count of its own, so that strangers cannot lock the member out there.
"""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final, NamedTuple

MINUTE: Final = 60_000_000  # microseconds
NETWORK_BITS: Final = 64  # of an IPv6 address: what one customer of a provider gets at least (RFC 6177)
FAMILIAR: Final = 30 * 24 * 60 * MINUTE  # how long a source stays known after signing in from it


class Scope(StrEnum):
    """What tries are counted by."""

    SOURCE = "source"
    NAME = "name"  # from sources that are strange to it
    FAMILIAR = "familiar"  # a name from a source known to it
    ANYBODY = "anybody"  # all names, from strange sources
    CODE = "code"  # one-time codes of a member
    TICKET = "ticket"  # one-time codes after one password


class Limit(NamedTuple):
    """So many tries within a window, in microseconds."""

    tries: int
    window: int


LIMITS: Final[Mapping[Scope, Limit]] = {
    Scope.SOURCE: Limit(30, 15 * MINUTE),
    Scope.NAME: Limit(10, 60 * MINUTE),
    Scope.FAMILIAR: Limit(10, 15 * MINUTE),
    Scope.ANYBODY: Limit(300, 15 * MINUTE),
    Scope.CODE: Limit(10, 60 * MINUTE),
    Scope.TICKET: Limit(5, 10 * MINUTE),
}


class Count(NamedTuple):
    """Tries since an instant."""

    tries: int
    since: int


def counted(count: Count | None, limit: Limit, now: int) -> Count:
    """Return the count with one more try."""
    if count is None or _is_over(count, limit, now):
        return Count(1, now)
    return Count(count.tries + 1, count.since)


def forgiven(count: Count | None) -> Count | None:
    """Return the count without one try, which turned out to be right."""
    return Count(count.tries - 1, count.since) if count and count.tries > 1 else None


def wait(count: Count | None, limit: Limit, now: int) -> int:
    """Return how many microseconds until another try is taken; 0 means now."""
    if count is None or count.tries < limit.tries or _is_over(count, limit, now):
        return 0
    return count.since + limit.window - now


def scopes(*, familiar: bool) -> tuple[Scope, ...]:
    """Return what a try of a password is counted by."""
    return (Scope.SOURCE, Scope.FAMILIAR) if familiar else (Scope.SOURCE, Scope.NAME, Scope.ANYBODY)


def network(address: str) -> str:
    """Return what stands for a source: an IPv4 address, an IPv6 network, or the text as given."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> NETWORK_BITS << NETWORK_BITS))
    return str(parsed)


def _is_over(count: Count, limit: Limit, now: int) -> bool:
    return not 0 <= now - count.since < limit.window
