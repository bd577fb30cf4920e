"""What lets one in: passwords, phones, codes on paper, passkeys, accounts with identity providers; one's own.

Whoever changes it showed it just before, both factors if they have two. After a new password, and after something was
taken away, every session ends, and one signs in again.
"""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Response

from bylaw.staff.wallet import Answer
from bylaw.web.api.asked_staff import GoTo, Question, Short, Shown, Ticket, Vouched, question, words
from bylaw.web.api.own import MAX_ID, own, parted
from bylaw.web.api.told_staff import FactorView, factor_view
from bylaw.web.api.vouching import came_back, fetched, provider_named, sent_away
from bylaw.web.bodies import taken
from bylaw.web.browsers import cookie
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON

Factor = Annotated[str, Path(max_length=MAX_ID, description="its id")]
Provider = Annotated[str, Path(max_length=64, description="its name")]


class Factors(msgspec.Struct, frozen=True):
    """What lets one in, the oldest first."""

    factors: tuple[FactorView, ...]


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password, in the place of the one before."""

    password: Short


class PhoneOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone is to be given; ``uri`` is for a picture. It counts when its code came back with the ticket."""

    ticket: str
    secret: str
    uri: str


class PhoneCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first code of a phone."""

    ticket: Ticket
    code: Short


class Paper(msgspec.Struct, frozen=True):
    """Codes to be kept on paper, shown this once; each stands in for the phone once."""

    recovery: tuple[str, ...]


class Changed(msgspec.Struct, frozen=True):
    """What was added, replaced or taken away; ``signed_out``: all sessions ended."""

    factor: str
    signed_out: bool


async def factors(exchange: Asked, service: Serving) -> Response:
    """Return what lets one in."""
    held = await service.porter.do(Kind.DESK, partial(service.staff.wallet.held, exchange.caller.id))
    return said(Factors(tuple(map(factor_view, held))))


async def set_password(exchange: Asked, service: Serving) -> Response:
    """Replace one's password."""
    body, here = await taken(exchange, NewPassword), exchange.caller.here
    staff = service.staff

    def change() -> None:
        staff.sessions.demand_own(here)
        staff.wallet.set_password(here.member, body.password)

    await service.porter.do(Kind.DOOR, change)
    return parted(service, said(Changed("password", signed_out=True)))


async def offer_phone(exchange: Asked, service: Serving) -> Response:
    """Return a secret for a phone."""
    here, staff = exchange.caller.here, service.staff
    await service.porter.do(Kind.DESK, partial(staff.sessions.demand_own, here))
    offer = staff.wallet.offer_phone(here.member, service.desk.book.operator.operator.name)
    return said(PhoneOffer(ticket=offer.ticket, secret=offer.secret, uri=offer.uri))


async def add_phone(exchange: Asked, service: Serving) -> Response:
    """Take a phone whose code is right."""
    body, here = await taken(exchange, PhoneCode), exchange.caller.here
    add = partial(service.staff.sessions.add_phone, here, body.ticket, body.code)
    return said(Paper(await service.porter.do(Kind.DOOR, add)))


async def renew_recovery(exchange: Asked, service: Serving) -> Response:
    """Return new codes on paper."""
    here, staff = exchange.caller.here, service.staff

    def renew() -> tuple[str, ...]:
        staff.sessions.demand_own(here)
        return staff.wallet.renew_recovery(here.member)

    return said(Paper(await service.porter.do(Kind.DOOR, renew)))


async def ask_passkey(exchange: Asked, service: Serving) -> Response:
    """Return what makes a browser make a passkey."""
    ask = partial(service.staff.wallet.ask_passkey, exchange.caller.here.member, service.site)
    return said(question(await service.porter.do(Kind.DESK, ask)))


async def add_passkey(exchange: Asked, service: Serving) -> Response:
    """Take a passkey."""
    body, here = await taken(exchange, Shown), exchange.caller.here
    add = partial(
        service.staff.sessions.add_passkey, here, service.site, body.ticket, words(body), body.label
    )
    return said(Changed(await service.porter.do(Kind.DOOR, add), signed_out=False))


async def ask_provider(exchange: Asked, service: Serving, provider: Provider) -> Response:
    """Return where to go to be vouched for."""
    named = provider_named(service, provider)
    asked = service.staff.wallet.ask_provider(exchange.caller.here.member, named.asked)
    return sent_away(service, asked.ticket, asked.ask)


async def add_identity(exchange: Asked, service: Serving) -> Response:
    """Take an account with a provider."""
    body, here, staff = await taken(exchange, Vouched), exchange.caller.here, service.staff
    ticket = cookie(exchange, service.browsers.provider)
    await service.porter.do(Kind.DESK, partial(staff.sessions.demand_own, here))
    source = service.browsers.source(exchange)
    found = await fetched(service, source, staff.wallet.asked(here.member, ticket), body)
    answer = Answer(body.state, found.id_token)
    add = partial(staff.wallet.add_identity, here.member, found.provider, ticket, answer, found.keys)
    added = await service.porter.do(Kind.DOOR, add)
    return came_back(service, said(Changed(added, signed_out=False)))


async def remove(exchange: Asked, service: Serving, factor: Factor) -> Response:
    """Take away what lets one in."""
    here, staff = exchange.caller.here, service.staff

    def take_away() -> None:
        staff.sessions.demand_own(here)
        staff.wallet.remove(here.member, factor, here.member.id)

    await service.gatherer.between(take_away)
    return parted(service, said(Changed(factor, signed_out=True)))


_BODY: Final = (413, 415)
_CHANGED: Final[dict[str, Any]] = {"answers": {JSON: Changed}}
ROUTES = (
    own("GET", "/v1/me/factors", "my_factors", "What lets one in", answers={JSON: Factors}, endpoint=factors),
    own(
        "PUT",
        "/v1/me/password",
        "set_my_password",
        "Replace one's password; every session ends",
        takes={JSON: NewPassword},
        problems=_BODY,
        endpoint=set_password,
        **_CHANGED,
    ),
    own(
        "POST",
        "/v1/me/phone/offer",
        "offer_phone",
        "A secret for a phone",
        answers={JSON: PhoneOffer},
        endpoint=offer_phone,
    ),
    own(
        "POST",
        "/v1/me/phone",
        "add_my_phone",
        "Take a phone whose code is right",
        takes={JSON: PhoneCode},
        answers={JSON: Paper},
        problems=_BODY,
        endpoint=add_phone,
    ),
    own(
        "POST",
        "/v1/me/recovery",
        "renew_my_recovery",
        "New codes on paper, in the place of those before",
        answers={JSON: Paper},
        problems=(409,),
        endpoint=renew_recovery,
    ),
    own(
        "POST",
        "/v1/me/passkeys/ask",
        "ask_for_new_passkey",
        "What to ask a browser for, to make a passkey",
        answers={JSON: Question},
        endpoint=ask_passkey,
    ),
    own(
        "POST",
        "/v1/me/passkeys",
        "add_my_passkey",
        "Take a passkey",
        takes={JSON: Shown},
        problems=(409, *_BODY),
        endpoint=add_passkey,
        **_CHANGED,
    ),
    own(
        "POST",
        "/v1/me/identities/{provider}/ask",
        "ask_for_new_identity",
        "Where to send the browser, to add an account with an identity provider",
        answers={JSON: GoTo},
        problems=(404,),
        endpoint=ask_provider,
    ),
    own(
        "POST",
        "/v1/me/identities",
        "add_my_identity",
        "Take an account with an identity provider",
        takes={JSON: Vouched},
        problems=(404, 409, *_BODY),
        endpoint=add_identity,
        **_CHANGED,
    ),
    own(
        "DELETE",
        "/v1/me/factors/{factor}",
        "remove_my_factor",
        "Take away what lets one in; every session ends",
        problems=(404, 409),
        endpoint=remove,
        **_CHANGED,
    ),
)
