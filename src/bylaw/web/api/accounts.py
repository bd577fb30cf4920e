"""An account: what it may do, what stands against it, who it says it is; and that somebody had taken it over."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Path, Response

from bylaw.accounts.details import details_of
from bylaw.base.errors import InputError
from bylaw.enforcement import store
from bylaw.enforcement.machine import STANDING
from bylaw.enforcement.model import State
from bylaw.enforcement.standing import Strike
from bylaw.enforcement.store import Stood
from bylaw.engine.recording import instant, microseconds
from bylaw.records.people import alias_of
from bylaw.runtime.profiles import Profile, Profiles
from bylaw.staff.reading import MAX_ID as MAX_OBJECT
from bylaw.staff.reading import MAX_REASON as MAX_WORDS
from bylaw.staff.reading import Purpose, What
from bylaw.web.api.access import AccessAnswer, answer_of
from bylaw.web.api.told_actions import (
    MAX_ID,
    ActionView,
    Clauses,
    Reason,
    Tell,
    Withhold,
    readable,
    say_of,
    told,
)
from bylaw.web.bodies import done, taken
from bylaw.web.callers import Caller, demand
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.people import demand_known
from bylaw.web.routes import JSON, Route
from bylaw.web.service import Service

MAX_OBJECTS: Final = 20

Account = Annotated[
    str, Path(min_length=1, max_length=MAX_ID, description="by the service's own id; it may have slashes")
]


class StrikeView(msgspec.Struct, frozen=True, kw_only=True):
    """A strike that counts. ``answering``: it is for what an end user of this customer did."""

    action: str
    weight: int
    at: datetime
    until: datetime | None
    clauses: tuple[str, ...]
    answering: bool


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account: what it may do now, what stands against it and who may look at that.

    ``weight`` is that of all strikes that count. ``actions`` stand or wait for people, the newest first, at most 200.
    ``customer`` is the account that it belongs to, as it told last. ``told`` is how often it told of itself.
    """

    account: str
    access: AccessAnswer
    weight: int
    strikes: tuple[StrikeView, ...]
    actions: tuple[ActionView, ...]
    customer: str | None
    told: int


class ReadProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it is read for. ``objects`` are ids, of the case for one; a purpose of its own needs a reason in words."""

    purpose: Purpose
    objects: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_OBJECT)], ...],
        msgspec.Meta(max_length=MAX_OBJECTS),
    ] = ()
    reason: Annotated[str, msgspec.Meta(max_length=MAX_WORDS)] = ""


class ProfileView(msgspec.Struct, frozen=True, kw_only=True):
    """What an account told of itself. ``noted`` is the number of the fact that tells of this reading."""

    account: str
    email: str
    name: str
    language: str
    customer: str
    plan: str
    noted: int


class Compromised(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Between which instants somebody else used the account.

    ``clauses`` is the ground for its recovery; without any, the clauses of the strikes of that time.
    """

    since: Annotated[datetime, msgspec.Meta(tz=True)]
    until: Annotated[datetime, msgspec.Meta(tz=True)]
    reason: Reason
    clauses: Clauses = ()
    say: Tell | None = None
    withheld: Withhold | None = None


class Recovering(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back: the strikes of that time, and the sanctions that had followed from them."""

    undone: tuple[str, ...]


def account(service: Serving, exchange: Asked, account: Account) -> Response:
    """Return what stands against an account, as far as whoever asks may look at it."""
    return said(account_of(service, exchange.caller, account))


def account_of(service: Service, caller: Caller, account: str) -> AccountView:
    """Return what stands against an account, as far as somebody may look at it; raises ``account.unknown``."""
    subject = demand_known(service, account)
    now = microseconds(service.clock())
    with service.reading.records.reading() as core:
        standing = store.actions(core, states=[*STANDING, State.AWAITING], person=alias_of(subject))
        strikes = list(store.standing(core, ["strike"], alias_of(subject)))
    counting = [s for s in strikes if Strike(s.action, s.at).counts(now)]
    profile = Profiles(service.reading.records, service.archive).of(subject)
    return AccountView(
        account=account,
        access=answer_of(service.access(account, now)),
        weight=sum(Strike(s.action, s.at).weight for s in counting),
        strikes=tuple(_strike(stood) for stood in readable(caller, counting)),
        actions=tuple(told(service, stood) for stood in readable(caller, standing)),
        customer=profile.customer or None,
        told=len(details_of(service.reading.records, alias_of(subject))),
    )


async def profile(service: Serving, exchange: Asked, account: Account) -> Response:
    """Return what an account told of itself; that it was read, by whom and what for is recorded first."""
    asked = await taken(exchange, ReadProfile)
    caller = exchange.caller

    def work() -> ProfileView:
        demand(caller, "content.read", ())
        subject = demand_known(service, account)
        what = What(
            records=tuple(details_of(service.reading.records, alias_of(subject))),
            objects=asked.objects,
            people=(alias_of(subject),),
        )
        noted = service.staff.reads.note(caller.id, what, asked.purpose, asked.reason)
        return _profile(account, Profiles(service.reading.records, service.archive).of(subject), noted)

    return await done(exchange, service, work, asked)


async def compromised(service: Serving, exchange: Asked, account: Account) -> Response:
    """Find that an account had been taken over."""
    asked = await taken(exchange, Compromised)
    caller, since, until = exchange.caller, microseconds(asked.since), microseconds(asked.until)
    say = say_of(asked.say, asked.withheld)
    if say is None:
        raise InputError("action.untold", "the account must be told", hint="give `say` or `withheld`")

    def work() -> Recovering:
        subject = demand_known(service, account)
        cited = _demand_strikes(service, exchange, alias_of(subject), since, until)
        demand(caller, "account.act", asked.clauses or cited)
        reversal = service.desk.office.enforcement.compromised(
            alias_of(subject),
            since,
            until,
            by=caller.id,
            reason=asked.reason,
            say=say,
            clauses=asked.clauses,
        )
        return Recovering(undone=tuple(reversal.undone))

    return await done(exchange, service, work, asked)


def _demand_strikes(service: Service, exchange: Asked, person: str, since: int, until: int) -> set[str]:
    """See to it that the strikes of a time are on clauses of whoever asks; return these clauses."""
    with service.reading.records.reading() as core:
        strikes = [s for s in store.standing(core, ["strike"], person) if since <= s.at <= until]
    cited = {clause for stood in strikes for clause in stood.action.clauses}
    if cited:
        demand(exchange.caller, "account.act", cited)
    return cited


def _strike(stood: Stood) -> StrikeView:
    action = stood.action
    return StrikeView(
        action=action.action,
        weight=Strike(action, stood.at).weight,
        at=instant(stood.at),
        until=None if action.until is None else instant(action.until),
        clauses=action.clauses,
        answering=action.answering,
    )


def _profile(account: str, profile: Profile, noted: int) -> ProfileView:
    return ProfileView(
        account=account,
        email=profile.email,
        name=profile.name,
        language=profile.language,
        customer=profile.customer,
        plan=profile.plan,
        noted=noted,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/accounts/{account}",
        name="account",
        summary="An account: what it may do, and what stands against it",
        doc="An account of which nothing was ever recorded is not found.",
        tag="accounts",
        slashes=True,
        permission="account.read",
        answers={JSON: AccountView},
        problems=(404,),
        endpoint=account,
    ),
    Route(
        method="POST",
        path="/v1/accounts/{account}/profile",
        name="profile",
        summary="Read what an account told of itself",
        doc=(
            "It is personal data: who read it, and what for, is recorded before it is answered. This is a POST so that no "
            "reason stands in an address."
        ),
        tag="accounts",
        slashes=True,
        permission="content.read",
        takes={JSON: ReadProfile},
        answers={JSON: ProfileView},
        problems=(404, 408, 413, 415),
        endpoint=profile,
    ),
    Route(
        method="POST",
        path="/v1/accounts/{account}/compromised",
        name="compromised",
        summary="Find that an account had been taken over",
        doc="The strikes of that time are taken back with what followed from them, and recovery of the account begins.",
        tag="accounts",
        slashes=True,
        permission="account.act",
        takes={JSON: Compromised},
        answers={JSON: Recovering},
        problems=(404, 408, 409, 413, 415),
        endpoint=compromised,
    ),
)
