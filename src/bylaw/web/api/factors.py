"""What lets one in: passwords, phones, codes on paper, passkeys, accounts with identity providers; one's own.

Whoever changes it showed it just before, both factors if they have two. After a new password, and after something was
taken away, every session ends, and one signs in again.
"""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Response

from bylaw.staff import wallet
from bylaw.staff.sessions import Present
from bylaw.staff.wallet import Answer
from bylaw.web.api.asked_staff import GoTo, Question, Short, Shown, Ticket, Vouched, question, words
from bylaw.web.api.own import MAX_ID, own, parted
from bylaw.web.api.told_staff import FactorView, factor_view
from bylaw.web.api.vouching import came_back, fetched, provider_named, sent_away
from bylaw.web.bodies import taken
from bylaw.web.browsers import cookie
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.exchange import Exchange
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON
from bylaw.web.service import Service

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
    body = await taken(exchange, NewPassword)
    await change_password(service, exchange.caller.here, body.password)
    return parted(service, said(Changed("password", signed_out=True)))


async def change_password(service: Service, here: Present, password: str) -> None:
    """Replace the password of whoever is here; raises as ``Sessions.demand_own`` and ``Wallet.set_password`` do."""
    staff = service.staff

    def change() -> None:
        staff.sessions.demand_own(here)
        staff.wallet.set_password(here.member, password)

    await service.porter.do(Kind.DOOR, change)


async def offer_phone(exchange: Asked, service: Serving) -> Response:
    """Return a secret for a phone."""
    offer = await make_offer(service, exchange.caller.here)
    return said(PhoneOffer(ticket=offer.ticket, secret=offer.secret, uri=offer.uri))


async def make_offer(service: Service, here: Present) -> wallet.PhoneOffer:
    """Return a secret for the phone of whoever is here; raises as ``Sessions.demand_own`` does."""
    staff = service.staff
    await service.porter.do(Kind.DESK, partial(staff.sessions.demand_own, here))
    return staff.wallet.offer_phone(here.member, service.desk.book.operator.operator.name)


async def add_phone(exchange: Asked, service: Serving) -> Response:
    """Take a phone whose code is right."""
    body, here = await taken(exchange, PhoneCode), exchange.caller.here
    add = partial(service.staff.sessions.add_phone, here, body.ticket, body.code)
    return said(Paper(await service.porter.do(Kind.DOOR, add)))


async def renew_recovery(exchange: Asked, service: Serving) -> Response:
    """Return new codes on paper."""
    return said(Paper(await new_paper(service, exchange.caller.here)))


async def new_paper(service: Service, here: Present) -> tuple[str, ...]:
    """Return new codes for whoever is here; raises as ``Sessions.demand_own`` and ``Wallet.renew_recovery`` do."""
    staff = service.staff

    def renew() -> tuple[str, ...]:
        staff.sessions.demand_own(here)
        return staff.wallet.renew_recovery(here.member)

    return await service.porter.do(Kind.DOOR, renew)


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
    added = await take_identity(exchange, service, exchange.caller.here, await taken(exchange, Vouched))
    return came_back(service, said(Changed(added, signed_out=False)))


async def take_identity(exchange: Exchange, service: Service, here: Present, came: Vouched) -> str:
    """Take the account with a provider that sent the browser of whoever is here back; return the factor's id."""
    staff, ticket = service.staff, cookie(exchange, service.browsers.provider)
    await service.porter.do(Kind.DESK, partial(staff.sessions.demand_own, here))
    source = service.browsers.source(exchange)
    found = await fetched(service, source, staff.wallet.asked(here.member, ticket), came)
    answer = Answer(came.state, found.id_token)
    add = partial(staff.wallet.add_identity, here.member, found.provider, ticket, answer, found.keys)
    return await service.porter.do(Kind.DOOR, add)


async def remove(exchange: Asked, service: Serving, factor: Factor) -> Response:
    """Take away what lets one in."""
    await take_away(service, exchange.caller.here, factor)
    return parted(service, said(Changed(factor, signed_out=True)))


async def take_away(service: Service, here: Present, factor: str) -> None:
    """Take away what lets in whoever is here; raises as ``Sessions.demand_own`` and ``Wallet.remove`` do."""
    staff = service.staff

    def work() -> None:
        staff.sessions.demand_own(here)
        staff.wallet.remove(here.member, factor, here.member.id)

    await service.gatherer.between(work)


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
