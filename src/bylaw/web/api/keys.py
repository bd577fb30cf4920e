"""Keys of the API: what programs come with. Made and revoked by people, shown once."""

from datetime import datetime
from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import Path, Response

from bylaw.engine.recording import microseconds
from bylaw.staff.keys import MAX_RATE
from bylaw.staff.permissions import PERMISSIONS
from bylaw.web.api.asked_staff import Short
from bylaw.web.api.members import MAX_ID
from bylaw.web.api.staff import Narrowed
from bylaw.web.api.told_staff import KeyView, key_view
from bylaw.web.bodies import done, taken
from bylaw.web.cooked import Asked, Serving, said
from bylaw.web.routes import JSON, Route


class Create(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made. ``expires``: its end, none if nothing; ``rate``: requests a minute, 0 any."""

    name: Short
    permissions: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1, max_length=len(PERMISSIONS))]
    expires: Annotated[datetime, msgspec.Meta(tz=True)] | None
    queues: Narrowed = ()
    clauses: Narrowed = ()
    rate: Annotated[int, msgspec.Meta(ge=0, le=MAX_RATE)] = 0


class Keys(msgspec.Struct, frozen=True):
    """All keys, the oldest first; those that were revoked too."""

    keys: tuple[KeyView, ...]


class NewKey(msgspec.Struct, frozen=True):
    """A key. Nobody can read the token again."""

    key: KeyView
    token: str


async def keys(service: Serving) -> Response:
    """Return all keys."""
    found, used = service.staff.keys.keys(), service.staff.keys.used()
    return said(Keys(tuple(key_view(one, used) for one in found)))


async def create(exchange: Asked, service: Serving) -> Response:
    """Make a key."""
    body, by, ring = await taken(exchange, Create), exchange.caller.id, service.staff.keys

    def work() -> NewKey:
        made = ring.create(
            body.name,
            body.permissions,
            queues=body.queues,
            clauses=body.clauses,
            expires=microseconds(body.expires) if body.expires else 0,
            rate=body.rate,
            by=by,
        )
        return NewKey(key_view(made.key, {}), made.token)

    return await done(exchange, service, work, body)


async def revoke(
    exchange: Asked, service: Serving, key: Annotated[str, Path(max_length=MAX_ID, description="its id")]
) -> Response:
    """Let nobody in by a key any more."""
    ring = service.staff.keys
    work = partial(ring.revoke, key, exchange.caller.id)
    return await done(exchange, service, lambda: key_view(work(), ring.used()))


TAG: Final = "keys"
ROUTES = (
    Route(
        method="GET",
        path="/v1/keys",
        name="keys",
        summary="The keys of the API",
        tag=TAG,
        permission="audit.read",
        answers={JSON: Keys},
        endpoint=keys,
    ),
    Route(
        method="POST",
        path="/v1/keys",
        name="create_key",
        summary="Make a key; its token is shown this once",
        tag=TAG,
        permission="key.manage",
        takes={JSON: Create},
        answers={JSON: NewKey},
        problems=(409, 413, 415),
        endpoint=create,
    ),
    Route(
        method="DELETE",
        path="/v1/keys/{key}",
        name="revoke_key",
        summary="Let nobody in by a key any more",
        tag=TAG,
        permission="key.manage",
        answers={JSON: KeyView},
        problems=(404, 409),
        endpoint=revoke,
    ),
)
