"""Which addresses may be called: those of the open internet, and networks that the operator allows.

Whoever can name a URL must not be able to make us call what only we can reach: ourselves, our neighbours, the metadata
service of a cloud. Pure.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NEVER: Final[Sequence[Network]] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # carriers' own; 100.100.100.200 tells what a machine of Alibaba's is
            "168.63.129.16/32",  # the same for Azure
            "192.0.0.0/24",  # protocol assignments; 192.0.0.192 for Oracle
            "192.88.99.0/24",  # 6to4 relays
            "240.0.0.0/4",
            "::/96",  # IPv4 in an old dress
            "64:ff9b:1::/48",  # NAT64 of somebody's own network
            "fec0::/10",  # site-local, as it was
        ),
    )
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def may_be_called(address: str, allowed: Iterable[str] = ()) -> bool:
    """Tell whether an address (as a resolver writes it) may be called; ``allowed`` are networks that may be anyway."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    networks = [ipaddress.ip_network(network) for network in allowed]
    if any(one in network for one in _faces(ip) for network in networks):
        return True
    return all(_is_public(one) for one in _faces(ip))


def is_allowed(address: str, allowed: Iterable[str]) -> bool:
    """Tell whether the operator names a network that an address is in."""
    networks = [ipaddress.ip_network(network) for network in allowed]
    return any(one in network for one in _faces(ipaddress.ip_address(address)) for network in networks)


def _is_public(ip: Address) -> bool:
    return (
        ip.is_global
        and not (ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_unspecified)
        and not any(ip in network for network in _NEVER)
    )


def _faces(ip: Address) -> Iterator[Address]:
    """Yield an address and those that it leads to: IPv4 is written into IPv6 in several ways."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
        return
    if ip in _NAT64:
        yield ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    elif ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
    else:
        yield ip
        yield from (one for one in (ip.sixtofour, *(ip.teredo or ())) if one is not None)
