"""Joining by a link: whoever holds it chooses what will let them in. The link is used up; what let them in before ends."""

from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Path, Response

from bylaw.records.fact import Fact
from bylaw.staff import wallet
from bylaw.staff.model import Member
from bylaw.staff.wallet import Answer
from bylaw.web.api.asked_staff import GoTo, Question, Short, Shown, Vouched, question, words
from bylaw.web.api.told_staff import RoleView, role_views
from bylaw.web.api.vouching import came_back, fetched, provider_named, sent_away
from bylaw.web.bodies import taken
from bylaw.web.browsers import cookie
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.exchange import Exchange
from bylaw.web.porter import Kind
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

Link = Annotated[str, msgspec.Meta(max_length=256)]


class ByLink(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The token of a link, ``join_…``."""

    link: Link


class WithPassword(ByLink, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link, and the password that its holder chose."""

    password: Short


class WithPasskey(Shown, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link, and the passkey that its holder made."""

    link: Link


class WithProvider(Vouched, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link, and with what a provider sent its holder back."""

    link: Link


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a link is for."""

    staff: str
    outside: str
    name: str
    address: str
    roles: tuple[RoleView, ...]


class Joined(msgspec.Struct, frozen=True):
    """Who has joined; they sign in next."""

    staff: str


async def look(exchange: Asked, service: Serving) -> Response:
    """Return whom a link is for."""
    return said(await whom(service, (await taken(exchange, ByLink)).link))


async def whom(service: Service, link: str) -> Invited:
    """Return whom a link is for.

    Raises:
        RefusedError: ``staff.link``.
    """
    roster = service.staff.roster

    def find() -> Invited:
        member = roster.invited(link)
        profile = roster.profile(member)
        return Invited(
            staff=member.id,
            outside=member.outside,
            name=profile.name if profile else "",
            address=profile.address if profile else "",
            roles=role_views(member.roles),
        )

    return await service.porter.do(Kind.DESK, find)


async def with_password(exchange: Asked, service: Serving) -> Response:
    """Join with a password."""
    body = await taken(exchange, WithPassword)
    return said(Joined((await join(service, body.link, body.password)).id))


async def join(service: Service, link: str, password: str) -> Member:
    """Have the holder of a link join with a password; raises as ``Roster.join`` and ``Wallet.new_password`` do."""
    staff = service.staff

    def first(member: Member) -> Fact:
        return staff.wallet.new_password(member, password)

    return await service.porter.do(Kind.DOOR, partial(staff.roster.join, link, first))


async def ask_passkey(exchange: Asked, service: Serving) -> Response:
    """Return what makes a browser make a passkey."""
    body, staff, site = await taken(exchange, ByLink), service.staff, service.site

    def ask() -> Question:
        return question(staff.wallet.ask_passkey(staff.roster.invited(body.link), site))

    return said(await service.porter.do(Kind.DESK, ask))


async def with_passkey(exchange: Asked, service: Serving) -> Response:
    """Join with a passkey."""
    body, staff, site = await taken(exchange, WithPasskey), service.staff, service.site

    def first(member: Member) -> Fact:
        return staff.wallet.new_passkey(member, site, body.ticket, words(body), body.label)

    member = await service.porter.do(Kind.DOOR, partial(staff.roster.join, body.link, first))
    return said(Joined(member.id))


async def ask_provider(
    exchange: Asked, service: Serving, provider: Annotated[str, Path(max_length=64, description="its name")]
) -> Response:
    """Return where to go to be vouched for."""
    asked = await ask_to_join(service, (await taken(exchange, ByLink)).link, provider)
    return sent_away(service, asked.ticket, asked.ask)


async def ask_to_join(service: Service, link: str, provider: str) -> wallet.Question:
    """Return where the holder of a link is to go to be vouched for."""
    staff, named = service.staff, provider_named(service, provider)
    member = await service.porter.do(Kind.DESK, partial(staff.roster.invited, link))
    return staff.wallet.ask_provider(member, named.asked)


async def with_provider(exchange: Asked, service: Serving) -> Response:
    """Join with an account with a provider."""
    body = await taken(exchange, WithProvider)
    joined = await join_vouched(exchange, service, body.link, Vouched(state=body.state, code=body.code))
    return came_back(service, said(Joined(joined.id)))


async def join_vouched(exchange: Exchange, service: Service, link: str, came: Vouched) -> Member:
    """Have the holder of a link join with what a provider sent the browser back with."""
    staff, ticket = service.staff, cookie(exchange, service.browsers.provider)
    member = await service.porter.do(Kind.DESK, partial(staff.roster.invited, link))
    source = service.browsers.source(exchange)
    found = await fetched(service, source, staff.wallet.asked(member, ticket), came)

    def first(member: Member) -> Fact:
        answer = Answer(came.state, found.id_token)
        return staff.wallet.new_identity(member, found.provider, ticket, answer, found.keys)

    return await service.porter.do(Kind.DOOR, partial(staff.roster.join, link, first))


def _step(path: str, name: str, summary: str, takes: Any, **more: Any) -> Route:  # noqa: ANN401 - fields of a route
    return Route(
        method="POST",
        path=f"/v1/join{path}",
        name=name,
        summary=summary,
        tag="session",
        permission=None,
        guarded=True,
        takes={JSON: takes},
        **more,
    )


_JOINED: Final[dict[str, Any]] = {"answers": {JSON: Joined}, "problems": (404, 409, 413, 415)}
_ASKED: Final = (404, 413, 415)
ROUTES = (
    _step(
        "",
        "look_at_link",
        "Whom a link is for",
        ByLink,
        answers={JSON: Invited},
        problems=_ASKED,
        endpoint=look,
    ),
    _step(
        "/password",
        "join_with_password",
        "Join with a password",
        WithPassword,
        endpoint=with_password,
        **_JOINED,
    ),
    _step(
        "/passkey/ask",
        "ask_for_first_passkey",
        "What to ask a browser for, to join with a passkey",
        ByLink,
        answers={JSON: Question},
        problems=_ASKED,
        endpoint=ask_passkey,
    ),
    _step(
        "/passkey", "join_with_passkey", "Join with a passkey", WithPasskey, endpoint=with_passkey, **_JOINED
    ),
    _step(
        "/providers/{provider}/ask",
        "ask_for_first_identity",
        "Where to send the browser, to join with an identity provider",
        ByLink,
        answers={JSON: GoTo},
        problems=_ASKED,
        endpoint=ask_provider,
    ),
    _step(
        "/provider",
        "join_with_provider",
        "Join with what an identity provider sent the browser back with",
        WithProvider,
        endpoint=with_provider,
        **_JOINED,
    ),
)
