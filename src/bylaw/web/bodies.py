"""What people and programs ask to have done: read strictly, done once, in the decider's thread."""

from collections.abc import Awaitable, Callable, Hashable
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec
from fastapi import Response

from bylaw.base.errors import InputError, Where
from bylaw.web.exchange import JSON, Exchange
from bylaw.web.limits import MAX_BODY
from bylaw.web.once import HEADER
from bylaw.web.service import Service

_PLAIN: Final = ("Expected", "Object missing required field", "Invalid RFC3339", "Number out of range")
# Other messages of the decoder repeat what somebody wrote.

T = TypeVar("T")


async def taken(exchange: Exchange, kind: type[T]) -> T:
    """Return the body of a request.

    Raises:
        InputError: ``web.media``, it is no JSON; ``web.not_json``; ``web.body``, it is not as it must be;
            ``web.too_large``, ``web.slow``.
    """
    if exchange.media != JSON:
        raise InputError("web.media", "the body is of no known media type", hint="application/json")
    body = await exchange.body(MAX_BODY)
    try:
        read: T = _decoder(cast("Hashable", kind)).decode(body)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError("web.not_json", "the body is not JSON") from None
    return read


async def done(
    exchange: Exchange, service: Service, work: Callable[[], Any], asked: msgspec.Struct | None = None
) -> Response:
    """Do something between two batches of the decider, and answer what it returns.

    With an ``Idempotency-Key`` it is done once, and who asks again gets the same answer. ``asked``: the body.
    """
    return await done_in_turns(exchange, service, lambda: service.gatherer.between(work), asked)


async def done_in_turns(
    exchange: Exchange,
    service: Service,
    work: Callable[[], Awaitable[Any]],
    asked: msgspec.Struct | None = None,
) -> Response:
    """Do something that goes between batches of the decider by itself, as often as it must; else as ``done``."""

    async def now() -> bytes:
        return msgspec.json.encode(await work())

    scope = exchange.scope
    request = b"\x00".join(
        (exchange.path.encode(), scope.get("query_string", b""), msgspec.json.encode(asked))
    )
    answer = await service.once.answer(exchange.caller.id, exchange.header(HEADER), request, now)
    return Response(answer, media_type="application/json")


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401 - a type
    return msgspec.json.Decoder(kind)


def _explained(said: str) -> InputError:
    message, _, path = said.partition(" - at ")
    if message.startswith("Object contains unknown field"):
        told = "it holds a field that is not known"
    elif message.startswith(_PLAIN):
        told = message[:1].lower() + message[1:]
    else:
        told = "it is none of the values that may stand there"
    place = path.strip("`").removeprefix("$").removeprefix(".")
    hint = "/openapi.json tells what may stand there"
    return InputError("web.body", told, where=Where(place or "body"), hint=hint)
