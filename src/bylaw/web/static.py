"""The one stylesheet, the one script and the mark: served under names that change with what is in them."""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from bylaw.base.errors import NotFoundError
from bylaw.transparency.drawing import style
from bylaw.web.exchange import Exchange
from bylaw.web.routes import Route
from bylaw.web.service import Service

FOLDER: Final = Path(__file__).with_name("assets")
MEDIA: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PATH: Final = "/assets/"
STYLE: Final = "bylaw.css"  # holds what charts are drawn by, too
_FOREVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")


class Asset(NamedTuple):
    """A file as it is served."""

    name: str
    media: str
    body: bytes


@cache
def assets() -> dict[str, Asset]:
    """Return what is served, by the name of its file."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        if file.suffix in MEDIA:
            body = (style().encode() if file.name == STYLE else b"") + file.read_bytes()
            mark = blake2b(body, digest_size=6).hexdigest()
            found[file.name] = Asset(f"{file.stem}.{mark}{file.suffix}", MEDIA[file.suffix], body)
    return found


def asset(name: str) -> str:
    """Return the path of a file, for templates.

    Raises:
        KeyError: there is no such file.
    """
    return PATH + assets()[name].name


@cache
def _served() -> dict[str, Asset]:
    return {one.name: one for one in assets().values()}


async def serve_asset(exchange: Exchange, _service: Service) -> None:
    """Send a file."""
    found = _served().get(exchange.path.removeprefix(PATH))
    if found is None:
        raise NotFoundError("web.no_route", "there is nothing here")
    exchange.dress([_FOREVER])
    await exchange.answer(found.body, media=found.media.encode())


ROUTES = (
    Route(
        method="GET",
        path="/assets/{file}",
        name="asset",
        summary="The stylesheet and the script of the pages",
        tag="pages",
        permission=None,
        answers=dict.fromkeys(MEDIA.values(), str),
        problems=(404,),
        page=True,
        raw=serve_asset,
    ),
)
