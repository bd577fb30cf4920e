"""Documents of an identity provider: its token for a code, its keys. Bounded in bytes and in time, never redirected.

A provider is named in the book, so it is reached as a webhook is: at addresses of the open internet, or in networks
that the operator allows.
"""

from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote_plus, urlencode

import msgspec
from ada_url import URL

from bylaw.base.errors import RefusedError, UpstreamError
from bylaw.book.sign_in import IdentityProvider
from bylaw.notices.webhooks.posting import request
from bylaw.notices.webhooks.reaching import Reach

MAX_DOCUMENT: Final = 256 << 10  # bytes of an answer, its head included
SECONDS: Final = 10.0  # for one call
_FORM: Final = "application/x-www-form-urlencoded"


T = TypeVar("T")


class _Token(msgspec.Struct):
    id_token: str


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


class Fetcher:
    """Fetches; one for any number of threads."""

    def __init__(self, reach: Reach | None = None) -> None:
        self._reach = reach or Reach()

    def token(self, provider: IdentityProvider, form: Mapping[str, str], secret: str) -> str:
        """Return the ID token that a provider gives for a code. ``form`` is what ``providers.token_form`` says.

        Raises:
            UpstreamError: ``staff.provider_away``.
            RefusedError: ``staff.provider``, it takes neither the code nor us.
        """
        headers = {"Content-Type": _FORM, "Accept": "application/json"}
        if secret:  # RFC 6749, 2.3.1: both encoded as in a form before they are joined
            pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        body = urlencode(form).encode()
        return self._fetch(provider.token, "POST", headers, body, provider.allow, _Token).id_token

    def keys(self, provider: IdentityProvider) -> dict[str, Any]:
        """Return the keys with which a provider signs (a JWKS).

        Raises:
            UpstreamError, RefusedError: as for ``token``.
        """
        headers = {"Accept": "application/json"}
        return {"keys": self._fetch(provider.keys, "GET", headers, b"", provider.allow, _Keys).keys}

    def _fetch(
        self,
        address: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        allow: tuple[str, ...],
        kind: type[T],
    ) -> T:
        url, data = URL(address), bytearray()
        try:
            with self._reach.open(url, allow, SECONDS) as line:
                line.send(request(url, method, headers, body))
                while more := line.receive():
                    data += more
                    if len(data) > MAX_DOCUMENT:
                        raise _away()
        except UpstreamError as error:
            raise _away() from error
        status, document = _read(bytes(data))
        if 400 <= status < 500:
            raise RefusedError(
                "staff.provider", "the identity provider's answer does not hold", hint="begin again"
            )
        if status != 200:
            raise _away()
        try:
            return msgspec.json.decode(document, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise _away() from error


class _Said:
    """What came back, as ``HTTPResponse`` wants to read it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(self._data)


def _read(data: bytes) -> tuple[int, bytes]:
    response = HTTPResponse(cast("Any", _Said(data)))
    try:
        response.begin()
        return response.status, response.read()
    except (HTTPException, OSError, ValueError) as error:
        raise _away() from error


def _away() -> UpstreamError:
    return UpstreamError(
        "staff.provider_away", "the identity provider does not answer as it should", hint="try again later"
    )
