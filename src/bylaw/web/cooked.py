"""What FastAPI's routes share: who asks, the service, answers from msgspec's types."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Request, Response

from bylaw.web.exchange import Exchange
from bylaw.web.service import Service

EXCHANGE: Final = "bylaw.exchange"  # in the scope of a request
SERVICE: Final = "bylaw.service"


async def exchange_of(request: Request) -> Exchange:
    """Return the request as the service sees it."""
    found: Exchange = request.scope[EXCHANGE]
    return found


async def service_of(request: Request) -> Service:
    """Return the service that is asked."""
    found: Service = request.scope[SERVICE]
    return found


Asked = Annotated[Exchange, Depends(exchange_of)]
Serving = Annotated[Service, Depends(service_of)]


def said(value: Any, status: int = 200) -> Response:  # noqa: ANN401 - whatever msgspec can spell
    """Return an answer."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
