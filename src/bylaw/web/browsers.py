"""Browsers: the cookie that they carry, where they come from, and whether a page of ours sent them.

A browser sends its cookies along whoever wrote the page. So what changes something and comes with a cookie is done only
if three things agree: the cookie is ``SameSite=Strict``; the request has a header of ours, which a page of somebody else
could send only if we had allowed it (we never do); and the browser says, where it says anything (``Sec-Fetch-Site``,
``Origin``), that the page is one of ours. Signing in is guarded alike, lest a victim be signed in as somebody else.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from bylaw.base.errors import RefusedError
from bylaw.web.exchange import Exchange

HEADER: Final = b"x-bylaw-request"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")  # names under which a browser finds its own machine
MAX_COOKIE: Final = 8 << 10  # bytes that are looked at
_HOST: Final = (
    "__Host-"  # a browser takes it from us over TLS only, for every path, and from no neighbour's host
)
_SESSION: Final = "bylaw-session"
_PROVIDER: Final = "bylaw-provider"
_ERRAND: Final = "bylaw-errand"


class Browsers(NamedTuple):
    """How browsers come. ``origins``: of the pages from which staff work; ``encrypted``: by TLS, here or at a proxy.

    ``behind_proxy``: something in front says in ``X-Forwarded-For`` where they come from; its last entry counts.
    """

    origins: tuple[str, ...]
    encrypted: bool
    behind_proxy: bool

    # -- cookies

    @property
    def session(self) -> str:
        """The name of the cookie that holds the token of a session."""
        return self._named(_SESSION)

    @property
    def provider(self) -> str:
        """The name of the cookie that holds what tells a provider's answer from somebody else's."""
        return self._named(_PROVIDER)

    @property
    def errand(self) -> str:
        """The name of the cookie that holds what a browser was sent to a provider for, by a page."""
        return self._named(_ERRAND)

    def set(self, name: str, value: str, seconds: int | None = None) -> str:
        """Return the header that has a browser keep a value: for so long, or until it is closed; 0 takes it away."""
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self.encrypted else ""
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}"

    def _named(self, name: str) -> str:
        return f"{_HOST}{name}" if self.encrypted else name

    # --

    def source(self, exchange: Exchange) -> str:
        """Return the network address that a request comes from."""
        forwarded = exchange.header(b"x-forwarded-for") if self.behind_proxy else b""
        if forwarded:
            return forwarded.rpartition(b",")[2].strip().decode("ascii", "replace")
        client = exchange.scope.get("client")
        return str(client[0]) if client else ""

    def refuse_forged(self, exchange: Exchange) -> None:
        """See to it that a request that changes something was sent by a page of ours, or by a program.

        A form cannot have a header of ours: of pages the browser must say where it comes from, and ``forms`` looks for a
        token.

        Raises:
            RefusedError: ``web.forged``.
        """
        if exchange.method in SAFE:
            return
        origin = exchange.header(b"origin").decode("ascii", "replace")
        site = exchange.header(b"sec-fetch-site")
        vouched = (origin or site) if exchange.is_page else exchange.header(HEADER)
        if not vouched or site not in {b"", b"same-origin"} or (origin and origin not in self.origins):
            hint = "send the header `X-Bylaw-Request: 1`, from a page at `site` in [staff] of operator.toml"
            raise RefusedError("web.forged", "a page of somebody else may have sent this", hint=hint)


def cookie(exchange: Exchange, name: str) -> str:
    """Return the value of a cookie; empty if there is none, or more than one: then one is not ours."""
    values = {value for header in _cookies(exchange) for value in _values(header, name)}
    return values.pop() if len(values) == 1 else ""


def _cookies(exchange: Exchange) -> Iterable[str]:
    for name, value in exchange.scope["headers"]:
        if name == b"cookie":
            yield bytes(value[:MAX_COOKIE]).decode("ascii", "replace")


def _values(header: str, name: str) -> Iterable[str]:
    for pair in header.split(";"):
        key, _, value = pair.partition("=")
        if key.strip() == name:
            yield value.strip()
