"""The frame around every page of the console: who is signed in, where one can go, what waits there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from bylaw.staff.permissions import may_somewhere
from bylaw.web.console.waiting import waiting
from bylaw.web.exchange import Exchange
from bylaw.web.languages import tongue_of
from bylaw.web.pages import HTML, page
from bylaw.web.routes import Endpoint, Route
from bylaw.web.service import Service


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the rail. ``count`` names the live figure beside it; ``key`` leads there."""

    label: str
    path: str
    permissions: tuple[str, ...]
    key: str
    count: str = ""


RAIL: Final[tuple[tuple[str, tuple[Place, ...]], ...]] = (
    (
        "Work",
        (
            Place("Overview", "/console", (), "g o"),
            Place("Queues", "/console/queues", ("case.read",), "g q", "cases"),
            Place("Appeals", "/console/appeals", ("appeal.read",), "g a", "appeals"),
            Place("Approvals", "/console/approvals", ("action.read",), "g w", "awaiting"),
            Place("Quality", "/console/quality", ("case.read",), "g u"),
        ),
    ),
    (
        "Look",
        (
            Place("Search", "/console/search", ("decision.read",), "g s"),
            Place("Live", "/console/live", ("decision.read",), "g l"),
            Place("Actions", "/console/actions", ("action.read",), "g n"),
        ),
    ),
    (
        "Rules",
        (
            Place("Rules", "/console/rules", ("book.read",), "g r"),
            Place("Drafts", "/console/drafts", ("book.read",), "g d", "drafts"),
            Place("Policies", "/console/policies", ("book.read",), "g p"),
            Place("Settings", "/console/settings", ("book.read",), "g e"),
        ),
    ),
    (
        "Proof",
        (
            Place("Ledger", "/console/ledger", ("ledger.read",), "g y"),
            Place("Audit trail", "/console/audit", ("audit.read",), "g t"),
            Place("Transparency", "/console/transparency", ("decision.read",), "g c"),
            Place("People", "/console/people", ("staff.read",), "g m"),
        ),
    ),
)


def rail_of(exchange: Exchange) -> list[tuple[str, list[Place]]]:
    """Return the places where whoever is signed in may go."""
    grants = exchange.caller.grants

    def open_to(place: Place) -> bool:
        return not place.permissions or any(may_somewhere(grants, one) for one in place.permissions)

    rows = ((group, [place for place in places if open_to(place)]) for group, places in RAIL)
    return [(group, places) for group, places in rows if places]


def framed(  # noqa: PLR0913 - what a page is made of
    exchange: Exchange,
    service: Service,
    template: str,
    values: Mapping[str, Any],
    *,
    current: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    """Return a page of the console.

    Args:
        exchange: what was asked, by a member of staff.
        service: that is asked.
        template: its name in the console's folder, such as ``case.html``; it extends ``console/frame.html``.
        values: what it names.
        current: the path of its place in the rail.
        said: a message above the page, in English: it is translated.
        status: of the answer.
    """
    here, tongue = exchange.caller.here, tongue_of(exchange)
    profile = service.staff.roster.profile(here.member)
    frame = {
        "rail": rail_of(exchange),
        "current": current,
        "who": profile.name if profile and profile.name else here.member.outside,
        "waiting": waiting(service, exchange.caller),
        "said": tongue.say(said) if said else "",
    }
    if taken := frame.keys() & values:
        raise ValueError(f"a page cannot call its own {', '.join(sorted(taken))}")
    return page(exchange, service, f"console/{template}", {**frame, **values}, status=status, tongue=tongue)


def show(  # noqa: PLR0913 - the fields of a route
    path: str,
    name: str,
    summary: str,
    endpoint: Endpoint,
    permission: str | None = None,
    *,
    also: tuple[str, ...] = (),
    statuses: tuple[int, ...] = (200,),
) -> Route:
    """Return the row of a page of the console. Without a permission every member of staff may look."""
    return _row("GET", path, name, summary, endpoint, permission, also=also, statuses=statuses)


def do(
    path: str,
    name: str,
    summary: str,
    endpoint: Endpoint,
    permission: str | None = None,
    *,
    also: tuple[str, ...] = (),
) -> Route:
    """Return the row of a form of the console: it answers 303, or a page that says what is wrong."""
    return _row("POST", path, name, summary, endpoint, permission, also=also, statuses=(303,))


def _row(  # noqa: PLR0913 - the fields of a route
    method: str,
    path: str,
    name: str,
    summary: str,
    endpoint: Endpoint,
    permission: str | None,
    *,
    also: tuple[str, ...],
    statuses: tuple[int, ...],
) -> Route:
    return Route(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag="pages",
        permission=permission,
        also=also,
        signed_in=True,
        answers={HTML: str},
        statuses=statuses,
        page=True,
        endpoint=endpoint,
    )
