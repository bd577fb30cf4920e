"""Pages: HTML made on the server. They work without JavaScript; with it they have keys and live figures.

A page is a row of the table of routes with ``page=True``. Its endpoint gathers values and returns ``page(...)``; what
comes from a form is read by ``forms.posted`` and answered by ``see_other(...)``. In templates::

    {% extends "console/frame.html" %}            or "site/frame.html" for those outside
    {% import "parts.html" as parts with context %}
    {{ _("Queues") }} {{ _n("{n} case", "{n} cases", 3) }} {{ when(at) }} {{ ago(at) }} {{ number(5) }} {{ percent(0.5) }}
    <form method="post">{{ form() }} … </form>     the token that a form needs

Whatever somebody wrote is escaped by the engine; nothing is marked safe but charts of ours. Every visible text passes
``_`` and has its German in ``words/de/AREA.toml``; what a problem says passes ``_problem``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2.loaders import ChoiceLoader
from markupsafe import Markup
from starlette.routing import Match

from bylaw import __version__
from bylaw.base.errors import BylawError
from bylaw.engine.recording import microseconds
from bylaw.web.exchange import Exchange, Headers, extra_headers
from bylaw.web.forms import TOKEN, form_token
from bylaw.web.languages import FOLDER, LANGUAGES, Tongue, tongue_of
from bylaw.web.problems import details_of
from bylaw.web.service import Service
from bylaw.web.static import asset

HTML: Final = "text/html"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DRESS: Final[Headers] = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),  # with none a browser would hide where its forms come from
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_WEB: Final = FOLDER.parent


@cache
def _environment() -> Environment:
    rooms = {name: FileSystemLoader(_WEB / name / "templates") for name in ("console", "site")}
    environment = Environment(
        loader=ChoiceLoader([PrefixLoader(rooms), FileSystemLoader(_WEB / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=asset, languages=LANGUAGES, version=__version__, query=_query)
    return environment


def prepare(rest: Callable[[], None]) -> None:
    """Compile every template, so that nobody waits for it; ``rest`` is called between two."""
    environment = _environment()
    for name in environment.list_templates(extensions=("html",)):
        environment.get_template(name)
        rest()


def page(
    exchange: Exchange,
    service: Service,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    tongue: Tongue | None = None,
) -> Response:
    """Return a page.

    Args:
        exchange: what was asked.
        service: that is asked.
        template: ``console/…`` or ``site/…``.
        values: what the template names, beyond what every page has.
        status: of the answer.
        tongue: its language; else the one that whoever asks wants.
    """
    exchange.dress(DRESS)
    spoken = tongue or tongue_of(exchange)
    shared = _shared(exchange, service, spoken)
    body = _environment().get_template(template).render({**shared, **values})
    return Response(body, status, media_type=HTML)


def see_other(path: str, **query: object) -> Response:
    """Return the answer to a form that was done: the page to look at next. ``query`` as for ``link``."""
    return Response(status_code=303, headers={"location": link(path, **query)})


def link(path: str, **query: object) -> str:
    """Return a path with a query; what is empty is left out."""
    told = {name: value for name, value in query.items() if value not in ("", None, (), [])}
    return f"{path}?{urlencode(told, doseq=True)}" if told else path


def trouble(exchange: Exchange, service: Service, error: BylawError) -> Response:
    """Return the page of an error: who is nobody yet is asked to sign in, who lacks a factor to show it.

    The header ``X-Problem`` has the code, for programs that find themselves among pages.
    """
    details = details_of(error, exchange.request)
    template = _TROUBLE.get(details.code, "site/trouble.html")
    if details.status == 401:
        template = "console/sign_in.html"
    values = {"problem": details, "next": _asked_for(exchange), "ticket": "", "entered": "", "done": ""}
    response = page(exchange, service, template, values, status=details.status)
    for name, value in extra_headers(error):
        response.headers[name.decode()] = value.decode()
    response.headers["x-problem"] = details.code
    return response


_TROUBLE: Final = {"staff.prove": "console/prove.html"}


def _asked_for(exchange: Exchange) -> str:
    """Return where somebody wanted to go: the page asked for, or the one whose form was sent."""
    if exchange.method == "GET":
        query = exchange.scope.get("query_string", b"").decode("ascii", "replace")
        return f"{exchange.path}?{query}" if query else exchange.path
    before = exchange.header(b"referer").decode("ascii", "replace").partition("://")[2]
    path, asked, query = ("/" + before.partition("/")[2]).partition("?")
    if _is_page(exchange, path):
        return path + asked + query
    # What stands there is what was said to a form that was not as it must be: the page is the nearest one above.
    while path and not _is_page(exchange, path):
        path = path.rpartition("/")[0]
    return path or "/console"


def _is_page(exchange: Exchange, path: str) -> bool:
    asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    routes = exchange.scope["app"].routes
    return any(route.matches(asked)[0] is Match.FULL for route in routes)


def _shared(exchange: Exchange, service: Service, tongue: Tongue) -> dict[str, Any]:
    """Return what every template may name."""
    now = microseconds(service.clock())
    token = form_token(exchange, service)

    def ago(instant: int | datetime) -> str:
        at = instant if isinstance(instant, int) else microseconds(instant)
        return tongue.span(max(0, now - at))

    return {
        "_": tongue.say,
        "_n": tongue.count,
        "_problem": tongue.problem,
        "number": tongue.number,
        "percent": tongue.percent,
        "day": tongue.day,
        "when": tongue.when,
        "span": tongue.span,
        "ago": ago,
        "now": now,
        "language": tongue.language,
        "form": lambda: Markup(f'<input type="hidden" name="{TOKEN}" value="{escape(token)}">'),  # noqa: S704 - ours
        "token": token,
        "operator": service.desk.book.operator.operator,
        "providers": sorted(service.desk.book.operator.staff.providers),
        "passkeys": bool(service.browsers.origins),
        "path": exchange.path,
        "caller": exchange.caller,
    }


def _query(pairs: Iterable[tuple[str, object]] = (), **changed: object) -> str:
    """Return a query for a link, with some values changed; for filters that stand in the address."""
    values = {**dict(pairs), **changed}
    told = {name: value for name, value in values.items() if value not in ("", None)}
    return "?" + urlencode(told, doseq=True) if told else "?"
