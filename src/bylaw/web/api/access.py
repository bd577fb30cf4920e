"""``GET /v1/access/{account}``: may this account act? For gateways, which look at the status, and for programs.

Answered on the loop from memory. What was decided shows here before the decision's answer is sent.
"""

from datetime import datetime
from typing import Final
from urllib.parse import parse_qs

import msgspec

from bylaw.base.errors import NotFoundError, RefusedError
from bylaw.enforcement.standing import OPEN, Access
from bylaw.engine.recording import instant, microseconds
from bylaw.web.exchange import Exchange, Headers
from bylaw.web.problems import MEDIA, ProblemDetails, details_of
from bylaw.web.routes import JSON, Parameter, Route
from bylaw.web.service import Service

STEM: Final = "/v1/access/"
_ENCODE: Final = msgspec.json.Encoder().encode


class AccessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What an account may do now.

    ``until``: when what closes it ends by itself. ``restricted`` are features it may not use; ``per_hour`` is how often it
    may do something. ``clauses`` are those for which, ``actions`` the ids of what was done.
    """

    allowed: bool
    until: datetime | None
    restricted: tuple[str, ...]
    per_hour: int | None
    clauses: tuple[str, ...]
    actions: tuple[str, ...]


class NoAccess(ProblemDetails, frozen=True, kw_only=True):
    """The account may not do this now; ``access`` says for which clauses, and until when."""

    access: AccessAnswer


async def get_access(exchange: Exchange, service: Service) -> None:
    """Tell whether an account may act, or use a feature."""
    service.rates.spend(exchange.caller, 1)
    account = exchange.path.removeprefix(STEM)
    if not account:
        raise NotFoundError("web.no_route", "no account is named")
    access = service.access(account, microseconds(service.clock()))
    feature = _feature(exchange)
    if access.allowed and feature not in access.restricted:
        body = _OPEN if access is OPEN else _ENCODE(answer_of(access))
        await exchange.answer(body, headers=_headers(access))
        return
    code = "access.restricted" if access.allowed else "access.closed"
    message = "the account may not use this feature" if access.allowed else "the account is closed"
    details = details_of(RefusedError(code, message), exchange.request)
    told = NoAccess(**msgspec.structs.asdict(details), access=answer_of(access))
    await exchange.answer(_ENCODE(told), status=details.status, media=MEDIA, headers=_headers(access))


def answer_of(access: Access) -> AccessAnswer:
    """Return what is told of access."""
    return AccessAnswer(
        allowed=access.allowed,
        until=None if access.until is None else instant(access.until),
        restricted=access.restricted,
        per_hour=access.per_hour,
        clauses=access.clauses,
        actions=access.actions,
    )


_OPEN: Final = _ENCODE(answer_of(OPEN))  # what most accounts are answered


def _feature(exchange: Exchange) -> str:
    query = exchange.scope.get("query_string", b"")
    return parse_qs(query.decode("ascii", "replace")).get("feature", [""])[0] if query else ""


def _headers(access: Access) -> Headers:
    headers = []
    if access.until is not None:
        headers.append((b"x-bylaw-until", instant(access.until).isoformat(timespec="seconds").encode()))
    if access.restricted:
        restricted = ",".join(name for name in access.restricted if name.isascii() and name.isprintable())
        headers.append((b"x-bylaw-restricted", restricted.encode()))
    if access.per_hour is not None:
        headers.append((b"x-bylaw-per-hour", b"%d" % access.per_hour))
    return headers


ROUTES = (
    Route(
        method="GET",
        path=STEM + "{account}",
        name="access",
        summary="May this account act?",
        doc=(
            "200: it may; the headers `X-Bylaw-Restricted` and `X-Bylaw-Per-Hour` say what it may not, or not so often. 403 "
            "with the code `access.closed` or `access.restricted`: it may not; `X-Bylaw-Until` says when that ends by itself. "
            "An account that nobody knows may act."
        ),
        tag="access",
        permission="access.read",
        query=(Parameter("feature", "of the service: is it one that the account may not use?"),),
        answers={JSON: AccessAnswer},
        problems=(404,),
        refused=NoAccess,
        raw=get_access,
    ),
)
