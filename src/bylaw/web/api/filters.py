"""Queries that people keep under a name."""

from typing import Annotated

import msgspec
from fastapi import Path, Response

from bylaw.finding import filters
from bylaw.finding.query import MAX_QUERY
from bylaw.web.api.decisions import MAX_ID, Sought, query_for
from bylaw.web.bodies import done, taken
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route


class Keep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A query to keep under a name; ``shared``: everybody who looks at decisions sees it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=filters.MAX_NAME)]
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_QUERY)]
    shared: bool = False


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a filter."""

    filter: str


class FilterView(msgspec.Struct, frozen=True, kw_only=True):
    """A query that somebody keeps."""

    filter: str
    by: str
    shared: bool
    name: str
    query: str


def keeping(service: Serving, exchange: Asked) -> Response:
    """Return the filters of whoever asks, and those that others share."""
    found = service.desk.office.filters.of(exchange.caller.id)
    return said(tuple(FilterView(**one._asdict()) for one in found))


async def keep(service: Serving, exchange: Asked) -> Response:
    """Keep a query under a name."""
    asked = await taken(exchange, Keep)
    query_for(service, Sought(asked.query))

    def work() -> Kept:
        save = service.desk.office.filters.save
        return Kept(filter=save(exchange.caller.id, asked.name, asked.query, shared=asked.shared))

    return await done(exchange, service, work, asked)


async def remove(
    service: Serving, exchange: Asked, kept: Annotated[str, Path(max_length=MAX_ID)]
) -> Response:
    """Keep a filter no more."""

    def work() -> Kept:
        service.desk.office.filters.remove(exchange.caller.id, kept)
        return Kept(filter=kept)

    return await done(exchange, service, work)


ROUTES = (
    Route(
        method="GET",
        path="/v1/filters",
        name="filters",
        summary="Queries that you keep, and those that others share",
        tag="decisions",
        permission="decision.read",
        answers={JSON: tuple[FilterView, ...]},
        endpoint=keeping,
    ),
    Route(
        method="POST",
        path="/v1/filters",
        name="keep_filter",
        summary="Keep a query under a name",
        tag="decisions",
        permission="decision.read",
        takes={JSON: Keep},
        answers={JSON: Kept},
        problems=(408, 409, 413, 415),
        endpoint=keep,
    ),
    Route(
        method="DELETE",
        path="/v1/filters/{kept}",
        name="remove_filter",
        summary="Keep a query no more",
        tag="decisions",
        permission="decision.read",
        answers={JSON: Kept},
        problems=(404,),
        endpoint=remove,
    ),
)
