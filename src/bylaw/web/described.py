"""The description of the interface (OpenAPI 3.1), made from the table of routes and the types that they speak."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any, Final, Union

import msgspec
from fastapi import FastAPI

from bylaw.events.event import Event
from bylaw.staff.permissions import PERMISSIONS
from bylaw.web.problems import MEDIA, ProblemDetails
from bylaw.web.routes import Route

EVERYWHERE: Final = (400, 422, 429, 500, 503)  # what may go wrong with any request
WITH_KEY: Final = (401, 403)
KEY: Final = "key"
SESSION: Final = "session"

Json = dict[str, Any]


class Types:
    """Schemas of types, by name. ``kinds``: of events that the book in force knows."""

    def __init__(self, spoken: Iterable[Any], kinds: tuple[type, ...]) -> None:
        wanted = [one for one in spoken if one not in {str, Event}]
        if kinds:
            wanted.append(Union[kinds])  # noqa: UP007 - made from a tuple
        schemas, self.components = msgspec.json.schema_components(
            wanted, ref_template="#/components/schemas/{name}"
        )
        self._schemas = dict(zip(map(id, wanted), schemas, strict=True))
        self._event = schemas[-1] if kinds else {}
        for told in filter(None, (self.components.get(kind.__name__) for kind in kinds)):
            told["required"] = [name for name in told["required"] if name != "id"]  # else its bytes name it

    def schema(self, wanted: Any) -> Json:  # noqa: ANN401 - a type
        """Return what refers to a type's schema."""
        return self._event if wanted is Event else self._schemas.get(id(wanted), {"type": "string"})


def types_of(routes: Iterable[Route], kinds: tuple[type, ...]) -> Types:
    """Return the types that routes speak; an event is of one of ``kinds``."""
    spoken: list[Any] = [ProblemDetails]
    for route in routes:
        types = (*route.takes.values(), *route.answers.values(), route.refused)
        spoken += [one for one in dict.fromkeys(types) if one not in spoken]
    return Types(spoken, kinds)


def operation(route: Route, types: Types) -> Json:
    """Return the part of a route's description that its types and its permission say."""
    made: Json = {"security": [{scheme: []} for scheme in _schemes(route)]}
    if route.permission:
        made["x-permission"] = list(route.permissions)
    if route.takes:
        made["requestBody"] = {"required": True, "content": _content(route.takes, types)}
    return made


def responses(route: Route, types: Types) -> dict[int | str, Json]:
    """Return what a route answers, by status."""
    problems = {403: {"anyOf": [types.schema(one) for one in {ProblemDetails: 0, route.refused: 0}]}}
    problem = types.schema(ProblemDetails)
    refusing = {*(WITH_KEY if _schemes(route) else ()), *((403,) if route.guarded else ())}
    statuses = sorted({*EVERYWHERE, *refusing, *route.problems})
    return {
        **{
            status: {"description": HTTPStatus(status).phrase, "content": _content(route.answers, types)}
            for status in route.statuses
        },
        **{
            status: {
                "description": HTTPStatus(status).phrase,
                "content": {MEDIA.decode(): {"schema": problems.get(status, problem)}},
            }
            for status in statuses
        },
    }


def described(app: FastAPI, routes: Iterable[Route], types: Types, cookie: str) -> Json:
    """Return the whole description: FastAPI's of its own routes, ours of the raw ones, and the types of both.

    ``cookie`` is the name of that of sessions.
    """
    document: Json = deepcopy(FastAPI.openapi(app))  # FastAPI keeps its own
    for route in routes:
        if route.raw:
            document["paths"].setdefault(route.path, {})[route.method.lower()] = _raw(route, types)
    components = document.setdefault("components", {})
    components["schemas"] = types.components
    components["securitySchemes"] = {
        KEY: {"type": "http", "scheme": "bearer", "description": "A key of the API: `key_…`."},
        SESSION: {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": (
                "A member of staff who is signed in. Requests that change something need the header `X-Bylaw-Request: 1` "
                "too, and come from a page at `site` in [staff] of operator.toml, or from no page."
            ),
        },
    }
    return document


def _schemes(route: Route) -> tuple[str, ...]:
    """Return by what a route lets somebody in: what takes a factor shown just before takes a person."""
    if route.permission is None:
        return (SESSION,) if route.signed_in else ()
    return (SESSION,) if PERMISSIONS[route.permission].fresh else (KEY, SESSION)


def _raw(route: Route, types: Types) -> Json:
    parameter = route.path.partition("{")[2].partition("}")[0]
    made: Json = {
        "tags": [route.tag],
        "summary": route.summary,
        "description": route.doc,
        "operationId": route.name,
        "responses": {str(status): said for status, said in responses(route, types).items()},
        **operation(route, types),
    }
    text = {"schema": {"type": "string"}}
    named: list[Json] = [
        {"name": one.name, "in": "query", "description": one.doc, **text} for one in route.query
    ]
    if parameter:
        schema = {"type": "string", "minLength": 1}
        named.append({"name": parameter, "in": "path", "required": True, "schema": schema})
    return {**made, "parameters": named} if named else made


def _content(by_media: Mapping[str, Any], types: Types) -> Json:
    return {media: {"schema": types.schema(one)} for media, one in by_media.items()}
