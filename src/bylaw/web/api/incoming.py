"""``POST /v1/incoming/{name}``: what another service says happened, decided like any event.

Who calls is told by the signature, not by a key of ours; what the book names nothing for is answered 202 and counted.
"""

from functools import partial
from typing import Final

import msgspec

from bylaw.base.errors import BylawError, InputError, NotFoundError
from bylaw.web.exchange import JSON, Exchange
from bylaw.web.gathering import Waiting
from bylaw.web.limits import MAX_BODY
from bylaw.web.porter import Kind
from bylaw.web.receiving import Call, Receiver, receiver
from bylaw.web.routes import JSON as MEDIA
from bylaw.web.routes import Route
from bylaw.web.service import Service

STEM: Final = "/v1/incoming/"
_ENCODE: Final = msgspec.json.Encoder().encode


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A call was genuine. ``taken``: it was an event, now or before, and is decided durably."""

    taken: bool


async def post_incoming(exchange: Exchange, service: Service) -> None:
    """Take a call of another service."""
    name = exchange.path.removeprefix(STEM)
    one = await _receiver(name, service)
    if exchange.media != JSON:
        raise InputError("web.media", "the body is of no known media type", hint="application/json")
    call = Call(headers=_headers(exchange), body=await exchange.body(MAX_BODY))
    codec, arrived = service.desk.codec, service.clock()
    try:
        event = one.event(call, codec, arrived)
        if event is None:
            service.metrics.received(name, "ignored")
            await exchange.answer(_ENCODE(Received(taken=False)), status=202)
            return
        (said,) = await service.gatherer.hand_over((Waiting(codec.encode(event), event, codec, arrived),))
        if isinstance(said, BylawError):
            raise said
    except BylawError as error:
        service.metrics.received(name, error.code)
        raise
    service.metrics.received(name, "taken")
    await exchange.answer(_ENCODE(Received(taken=True)))


async def _receiver(name: str, service: Service) -> Receiver:
    """Return what takes the calls of a source; made once for each book, beside the loop."""
    book = service.desk.book
    source = book.operator.incoming.get(name)
    if source is None:
        raise NotFoundError(
            "incoming.unknown", "nobody of this name calls here", hint="[incoming] of operator.toml"
        )
    known = service.receivers.get(name)
    if known is None or known[0] != book.digest:
        make = partial(receiver, name, source, service.reading.vault)
        known = service.receivers[name] = book.digest, await service.porter.do(Kind.DESK, make)
    return known[1]


def _headers(exchange: Exchange) -> dict[str, str]:
    return {key.decode("latin-1"): value.decode("latin-1") for key, value in exchange.scope["headers"]}


ROUTES = (
    Route(
        method="POST",
        path=STEM + "{name}",
        name="incoming",
        summary="What another service says happened",
        doc=(
            "`name` is a source under `[incoming]` of operator.toml. Who calls is told by a signature over the body. The same "
            "call again is the same event. 202: it is genuine, and nothing becomes of such messages."
        ),
        tag="events",
        permission=None,
        takes={MEDIA: dict},
        answers={MEDIA: Received},
        statuses=(200, 202),
        problems=(403, 404, 408, 409, 410, 413, 415),
        raw=post_incoming,
    ),
)
