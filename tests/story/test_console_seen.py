"""Every page of the console as a browser shows it: it fits the screen, axe finds no fault, nothing is blocked or broken."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from bylaw.staff.roles import BUILT_IN, Assignment
from bylaw.web.app import ROUTES
from bylaw.web.routes import Route
from console_browser import Desk
from pages import chromium
from service import BOOK, Service, message, post, served
from staff_browser import STEP, at_a_browser, at_work, cheap
from staff_world import GOOD, HOUR, Clock, address

COOKIE = "bylaw-session"
NO_PAGES = (
    ".json",
    "/proof",
    "/record",
    "/checkpoint",
    "/standing",
    "/rows",
    "/looking",
)  # files and parts of pages
LOOKED = [
    route
    for route in ROUTES
    if route.page
    and route.method == "GET"
    and route.path.startswith("/console")
    and not route.path.endswith(NO_PAGES)
]


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + '\n[transparency]\nservice = "A house"\n'}
    with served(tmp_path_factory.mktemp("seen"), files, clock=clock, hasher=cheap()) as running:
        with running.client() as client:
            for n, text in enumerate(("AAA", "so AAA", "nuisance", "scraper", "chatter", "good morning")):
                client.post("/v1/events", json=post(f"p{n}", text, actor=f"acc_{n}"))
            for n in range(6):
                client.post("/v1/events", json=message(f"m{n}"))
        clock.pass_(48 * HOUR)  # a whole day can be published then
        running.office.attest()
        yield running


@pytest.fixture(scope="module")
def desk(service: Service, clock: Clock) -> Iterator[Desk]:
    with at_a_browser(service, clock)("ada", *map(Assignment, BUILT_IN)) as ada, Desk(service) as desk:
        clock.pass_(STEP)
        desk.sign_in(address("ada"), GOOD, ada.code())
        yield desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def found(desk: Desk) -> list[str]:
    """Return a path for every page that there is a path to: of those with a name in them, the first that a page links to."""
    paths = [route.path for route in LOOKED if "{" not in route.path]
    named = [route for route in LOOKED if "{" in route.path]
    for path in paths:
        for link in desk.get(path).links("/console"):
            route = next((one for one in named if fits(one, urlsplit(link).path)), None)
            if route:
                named.remove(route)
                paths.append(link.partition("#")[0])
    return paths


def fits(route: Route, path: str) -> bool:
    ours, given = route.path.split("/"), path.split("/")
    if path in {one.path for one in LOOKED} or len(ours) != len(given):
        return False
    return all(a == b or (a.startswith("{") and b) for a, b in zip(ours, given, strict=True))


@pytest.mark.parametrize(
    ("width", "colours", "language"), [(1280, "dark", "en"), (390, "light", "de")], ids=["wide", "phone"]
)
def test_every_page_fits_the_screen_and_has_no_fault_that_axe_knows(
    browser: Browser, desk: Desk, service: Service, width: int, colours: str, language: str
) -> None:
    paths = found(desk)
    assert len(paths) > 20, paths
    context = entered(browser, desk, service, width, colours, language)
    faults = []
    for path in paths:
        page = context.new_page()
        told = complaints(page)
        answer = page.goto(path)
        assert answer
        faults += [(path, text) for text in told if "status of" not in text]
        if answer.status != 200 or not page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth"
        ):
            faults.append((path, f"status {answer.status}, or wider than the screen"))
        for fault in Axe().run(page).response["violations"]:
            faults.append((path, f"{fault['id']}: {[node['html'] for node in fault['nodes']][:2]}"))
        page.close()
    context.close()
    assert not faults, "\n".join(f"{path}: {fault}" for path, fault in faults)


def complaints(page: Page) -> list[str]:
    """Return what the browser will complain of."""
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    return told


def entered(
    browser: Browser, desk: Desk, service: Service, width: int, colours: str, language: str
) -> BrowserContext:
    """Sit down where the desk is signed in."""
    context = browser.new_context(
        base_url=service.url,
        viewport={"width": width, "height": 850},
        color_scheme=colours,  # type: ignore[arg-type]
    )
    for name, value in ((COOKIE, desk.client.cookies[COOKIE]), ("bylaw-language", language)):
        context.add_cookies([{"name": name, "value": value, "url": service.url}])
    return context
