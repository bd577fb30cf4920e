"""Forms of pages: read strictly, and only from a page of ours.

A form holds a token that is made from the session's own: a page of somebody else can neither read the cookie nor
guess it. Who is nobody yet has none; then where the browser says it comes from decides alone (``browsers``).
"""

import hmac
from collections import defaultdict
from hashlib import blake2b
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from bylaw.base.errors import InputError, RefusedError, Where
from bylaw.web.browsers import cookie
from bylaw.web.exchange import Exchange
from bylaw.web.service import Service

MEDIA: Final = b"application/x-www-form-urlencoded"
MAX_FORM: Final = 1 << 20  # bytes
MAX_FIELDS: Final = 2_000
TOKEN: Final = "form"  # the field that holds the token  # noqa: S105 - a name

T = TypeVar("T")


def form_token(exchange: Exchange, service: Service) -> str:
    """Return what a form of this session must hold; nothing for who is nobody yet."""
    session = cookie(exchange, service.browsers.session)
    return blake2b(session.encode(), key=b"form", digest_size=16).hexdigest() if session else ""


async def posted(exchange: Exchange, service: Service, kind: type[T], *, anybody: bool = False) -> T:
    """Return what a form says; fields that may come several times are tuples, an empty field was left out.

    ``anybody``: it is of a door, and sent by who is nobody yet, or not any more; such a form needs no token of a session. The
    page it stands on may have been shown without the cookie that comes with it, to who followed a link from elsewhere.

    Raises:
        RefusedError: ``web.forged``, it lacks the session's token.
        InputError: ``web.media``, ``web.form``; ``web.too_large``, ``web.slow``.
    """
    fields = await _fields(exchange)
    token = form_token(exchange, service)
    if token and not anybody and not hmac.compare_digest(token, "".join(fields.pop(TOKEN, ()))):
        hint = "open the page again, and send the form from there"
        raise RefusedError("web.forged", "this form is not of your session", hint=hint)
    fields.pop(TOKEN, None)
    several = {
        field.encode_name
        for field in msgspec.structs.fields(kind)  # type: ignore[arg-type]
        if _is_several(field.type)
    }
    values: dict[str, Any] = {}
    for name, given in fields.items():
        if name in several:
            values[name] = tuple(one for one in given if one)
        elif given[-1]:
            values[name] = given[-1]
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _unfit(str(error)) from None


def _is_several(kind: Any) -> bool:  # noqa: ANN401 - a type
    bare = kind.__origin__ if hasattr(kind, "__metadata__") else kind  # of Annotated
    return getattr(bare, "__origin__", None) is tuple


async def _fields(exchange: Exchange) -> dict[str, list[str]]:
    if exchange.media != MEDIA:
        raise InputError("web.media", "the body is of no known media type", hint=MEDIA.decode())
    body = await exchange.body(MAX_FORM)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except (ValueError, UnicodeDecodeError):
        raise InputError("web.form", "the form cannot be read") from None
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        fields[name].append(value.replace("\r\n", "\n").strip())
    return dict(fields)


def _unfit(said: str) -> InputError:
    """Return what is wrong with a form, without repeating what somebody wrote."""
    message, _, path = said.partition(" - at ")
    place = path.strip("`").removeprefix("$").removeprefix(".")
    if message.startswith("Object missing required field"):
        place = message.partition("`")[2].partition("`")[0]
        message = "this is needed"
    elif not message.startswith(("Expected", "Number out of range", "Length")):
        message = "this is none of what may stand there"
    return InputError("web.form", message[:1].lower() + message[1:], where=Where(place or "form"))
