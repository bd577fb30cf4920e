"""``[staff]`` of operator.toml: where staff work, and the identity providers that vouch for them."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from ada_url import URL

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.outgoing import is_link, is_network, says_where
from bylaw.staff.providers import ALGORITHMS

JOIN: Final = "/staff/join/"  # the page to which a link leads; its token follows
RETURN: Final = "/staff/back"  # the page to which a provider sends a browser back

Place = Callable[[tuple[str, ...]], Where]  # where a key is written


class IdentityProvider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider (OpenID Connect). ``authorize``, ``token`` and ``keys`` are its endpoints; ``secret`` says where ours is.

    ``two_factors``: it asks everybody for two. ``allow``: private networks that may be connected to.
    """

    issuer: str
    client_id: str
    authorize: str
    token: str
    keys: str
    secret: str = ""
    scopes: tuple[str, ...] = ("openid",)
    algorithms: tuple[str, ...] = ("RS256",)
    two_factors: bool = False
    allow: tuple[str, ...] = ()


class StaffPages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where staff work. ``site`` is the origin of their pages: browsers are let in from there, passkeys bound to it."""

    site: str = ""
    providers: dict[str, IdentityProvider] = {}


def check_sign_in(staff: StaffPages, place: Place) -> Iterable[Problem]:
    """Find what cannot work."""
    if staff.site and not _is_origin(staff.site):
        hint = "write https://staff.example.com, without a path; http is for this machine only"
        yield _problem("`site` is no origin of pages", place(("staff", "site")), hint)
    if staff.providers and not staff.site:
        hint = f"set `site`; providers send browsers back to site{RETURN}"
        yield _problem("providers are named, and no `site`", place(("staff", "providers")), hint)
    for name, provider in staff.providers.items():
        yield from _check_provider(name, provider, place)


def _check_provider(name: str, provider: IdentityProvider, place: Place) -> Iterable[Problem]:
    def at(*keys: str) -> Where:
        return place(("staff", "providers", name, *keys))

    if not name.replace("-", "").isalnum() or not name.islower():
        yield _problem(f"`{name}` is no name of a provider", at(), "use small letters, digits and dashes")
    for key in ("issuer", "authorize", "token", "keys"):
        if not is_link(getattr(provider, key), http=bool(provider.allow)):
            yield _problem(f"`{key}` is no https address", at(key), "http is for networks under `allow` only")
    if not provider.client_id or "openid" not in provider.scopes:
        yield _problem(f"`{name}` cannot be asked", at("scopes"), 'give a client_id, and scopes = ["openid"]')
    if provider.secret and not says_where(provider.secret, ("env", "file")):
        yield _problem("`secret` is no place of a secret", at("secret"), "write env:NAME or file:PATH")
    yield from _check_lists(provider, at)


def _check_lists(provider: IdentityProvider, at: Callable[[str], Where]) -> Iterable[Problem]:
    for algorithm in provider.algorithms:
        if algorithm not in ALGORITHMS:
            hint = did_you_mean(algorithm, ALGORITHMS) or f"take of {', '.join(ALGORITHMS)}"
            yield _problem(f"`{algorithm}` is no signature that is taken", at("algorithms"), hint)
    for network in provider.allow:
        if not is_network(network):
            yield _problem(f"`{network}` is no network", at("allow"), "write 10.1.2.0/24")


def _is_origin(text: str) -> bool:
    try:
        url = URL(text)
    except ValueError:
        return False
    local = url.hostname == "localhost"
    return (
        text == url.origin
        and (url.protocol == "https:" or (url.protocol == "http:" and local))
        and not _is_address(url.hostname)
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _problem(message: str, where: Where, hint: str) -> Problem:
    return Problem(code="operator.staff", message=message, where=where, hint=hint)
