"""Identity providers as the book names them, and what is fetched from them when a browser comes back."""

import hmac
import os
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fastapi import Response

from bylaw.base.errors import NotFoundError, RefusedError
from bylaw.book.sign_in import RETURN, IdentityProvider
from bylaw.notices.ways import secret_at
from bylaw.staff import providers
from bylaw.staff.providers import Asked, Provider
from bylaw.staff.throttle import network
from bylaw.web.api.asked_staff import GoTo, Vouched
from bylaw.web.callers import Caller
from bylaw.web.cooked import said
from bylaw.web.porter import Kind
from bylaw.web.service import Service

CALLS: Final = 120  # a minute that one network address may have a provider asked
TICKET_SECONDS: Final = 600  # that a browser keeps what tells a provider's answer from somebody else's


class Named(NamedTuple):
    """A provider: as the book has it, and as the room of staff asks it."""

    settings: IdentityProvider
    asked: Provider


class Fetched(NamedTuple):
    """What a provider said: an ID token, and the keys that it signs with; neither is verified yet."""

    provider: Provider
    id_token: str
    keys: Mapping[str, Any]


def named_providers(service: Service) -> tuple[str, ...]:
    """Return the names of those who vouch for staff."""
    return tuple(sorted(service.desk.book.operator.staff.providers))


def provider_named(service: Service, name: str) -> Named:
    """Return a provider of the book in force.

    Raises:
        NotFoundError: ``staff.no_provider``.
    """
    staff = service.desk.book.operator.staff
    settings = staff.providers.get(name)
    if settings is None:
        raise NotFoundError("staff.no_provider", "the book names no such identity provider")
    asked = Provider(
        name=name,
        issuer=settings.issuer,
        client_id=settings.client_id,
        authorize=settings.authorize,
        redirect=staff.site + RETURN,
        scopes=settings.scopes,
        algorithms=settings.algorithms,
        two_factors=settings.two_factors,
    )
    return Named(settings, asked)


async def fetched(service: Service, source: str, asked: Asked, came: Vouched) -> Fetched:
    """Fetch what a provider has to say, for a code that it gave the browser. ``source``: where that comes from.

    Raises:
        RefusedError: ``staff.provider``, this is not the answer to what was asked.
        UpstreamError: ``staff.provider_away``.
        InputError: ``secret.missing``.
        BusyError: ``web.rate``, ``web.busy``.
    """
    # Whoever is nobody yet makes us call somebody: so often, and no more.
    service.rates.spend(Caller(f"from {network(source)}", (), CALLS), 1)
    if not hmac.compare_digest(asked.state.encode(), came.state.encode("utf-8", "replace")):
        hint = "begin again"
        raise RefusedError("staff.provider", "the identity provider's answer does not hold", hint=hint)
    settings, provider = provider_named(service, asked.provider)

    def fetch() -> Fetched:
        secret = secret_at(settings.secret, os.environ) if settings.secret else ""
        form = providers.token_form(provider, asked, came.code)
        id_token = service.fetcher.token(settings, form, secret)
        return Fetched(provider, id_token, service.fetcher.keys(settings))

    return await service.porter.do(Kind.AWAY, fetch)


def sent_away(service: Service, ticket: str, url: str) -> Response:
    """Return the answer that sends a browser to a provider; only this browser can bring its answer back."""
    response, browsers = said(GoTo(url)), service.browsers
    response.headers.append("set-cookie", browsers.set(browsers.provider, ticket, TICKET_SECONDS))
    return response


def came_back(service: Service, response: Response) -> Response:
    """Return an answer that takes away what a browser brought back from a provider."""
    browsers = service.browsers
    response.headers.append("set-cookie", browsers.set(browsers.provider, "", 0))
    return response
