"""The page about the interface lists every route that programs can ask, and what it needs. Pages are told elsewhere."""

from pathlib import Path

from bylaw.web.app import API
from bylaw.web.routes import Route

PAGE = Path(__file__).parents[3] / "docs/api.md"


def needs(route: Route) -> str:
    if route.permission:
        return " or ".join(f"`{permission}`" for permission in route.permissions)
    return "*staff*" if route.signed_in else "*everybody*"


def test_every_route_is_on_the_page() -> None:
    table = PAGE.read_text().partition("## Every route")[2]
    listed = [tuple(cell.strip() for cell in line.split("|")[1:5]) for line in table.splitlines()]
    assert {row for row in listed if len(row) == 4 and row[1].startswith("`/")} == {
        (route.method, f"`{route.path}`", needs(route), route.summary) for route in API
    }
