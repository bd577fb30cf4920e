"""The public account over HTTP: for anybody where it is published, for staff at the console; counted beside the service."""

import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe

from bylaw.records.ledger.export import export
from bylaw.transparency.published import Report, decode
from bylaw.transparency.publishing import verify
from bylaw.transparency.sources import OfExport
from console_browser import Desk
from pages import chromium
from service import BOOK, Service, post, served
from staff_browser import at_a_browser, at_work, cheap
from staff_world import GOOD, HOUR, Clock, address

TABLE = '\n[transparency]\nservice = "Commons <i>"\n[transparency.words]\n"Care" = "We take <b>care</b>."\n'
PUBLIC = {**BOOK, "operator.toml": BOOK["operator.toml"] + TABLE}
DAY = 24 * HOUR
MONTH = "2026-09"  # in which the clock stands


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, PUBLIC, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=service.url, headers={"accept-language": "en"}) as client:
        yield client


def happen(service: Service, count: int, first: int = 0) -> None:
    """Have members shout, so that posts are held."""
    with service.client() as client:
        for n in range(first, first + count):
            assert client.post("/v1/events", json=post(f"p{n}", "AAA")).status_code == 200


def counted() -> None:
    """Return when the days are counted."""
    for thread in threading.enumerate():
        if thread.name == "account":
            thread.join()


def page(client: httpx2.Client, path: str) -> str:
    """A page, once its days are counted."""
    client.get(path)
    counted()
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


def report(client: httpx2.Client, period: str = MONTH) -> Report:
    page(client, f"/transparency/{period}")
    answer = client.get(f"/transparency/{period}.json")
    assert answer.headers["content-type"] == "application/json"
    return decode(answer.content)


def over(service: Service, clock: Clock) -> None:
    """Let the day be over, and sign what happened."""
    with service.office.records.turn:  # nothing of the day is being committed
        clock.pass_(DAY)
    service.office.attest()


def test_days_are_published_when_they_are_over_and_signed(
    service: Service, client: httpx2.Client, clock: Clock
) -> None:
    happen(service, 3)
    assert "Nothing can be published yet" in client.get("/transparency").text
    service.office.attest()
    assert "Nothing can be published yet" in client.get("/transparency").text
    clock.pass_(DAY)
    happen(service, 1, first=3)  # of the next day, and not signed
    told = report(client)
    assert sum(kind.events for kind in told.figures.events) == 3
    assert (told.period.until - told.period.since).days == 1
    over(service, clock)
    assert sum(kind.events for kind in report(client).figures.events) == 4


def test_it_is_counted_beside_the_service_and_told_meanwhile(
    service: Service, client: httpx2.Client, clock: Clock
) -> None:
    happen(service, 2)
    over(service, clock)
    first = client.get("/transparency")
    assert "1 day is still being counted." in first.text
    assert client.get(f"/transparency/{MONTH}.json").status_code in {200, 503}
    counted()
    answer = client.get("/transparency")
    assert "Events looked at" in answer.text
    assert "Commons &lt;i&gt;" not in answer.text
    assert "We take &lt;b&gt;care&lt;/b&gt;." in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "public" in answer.headers["cache-control"]
    assert ">2026-q3<".upper() in answer.text
    assert "Angesehene Ereignisse" in client.get("/transparency", headers={"accept-language": "de"}).text


def test_its_file_is_counted_again_from_an_export_and_is_the_same(
    service: Service, client: httpx2.Client, clock: Clock, tmp_path: Path
) -> None:
    happen(service, 5)
    over(service, clock)
    happen(service, 5, first=5)
    over(service, clock)
    told = report(client)
    assert sum(one.measures for one in told.figures.measures if one.effect == "hold") == 10
    note = service.office.records.latest_checkpoint()
    assert note is not None
    export(service.office.records, note[1], tmp_path / "export")
    file = tmp_path / "report.json"
    file.write_bytes(client.get(f"/transparency/{MONTH}.json").content)
    assert list(verify(file, OfExport(tmp_path / "export"))) == []


def test_its_sheets_come_in_one_file(service: Service, client: httpx2.Client, clock: Clock) -> None:
    happen(service, 1)
    over(service, clock)
    report(client)
    answer = client.get(f"/transparency/{MONTH}.csv.zip")
    assert answer.headers["content-disposition"].endswith('.csv.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 11
    assert client.get(f"/transparency/{MONTH}.csv.zip").content == answer.content


@pytest.mark.parametrize("period", ["1999", "2026-13", "2026-09-21", "x", "2026-09.xml", "..%2f..%2fetc"])
def test_what_is_no_period_is_not_found(
    service: Service, client: httpx2.Client, clock: Clock, period: str
) -> None:
    happen(service, 1)
    over(service, clock)
    assert client.get(f"/transparency/{period}").status_code in {404, 422}


def test_nothing_is_public_unless_the_operator_publishes_it_here(tmp_path: Path, clock: Clock) -> None:
    for name, table in (("none", ""), ("private", "\n[transparency]\npublic = false\n")):
        book = {**BOOK, "operator.toml": BOOK["operator.toml"] + table}
        with served(tmp_path / name, book, clock=clock, hasher=cheap()) as running:
            happen(running, 1)
            over(running, clock)
            with httpx2.Client(base_url=running.url) as client:
                for path in ("", f"/{MONTH}", f"/{MONTH}.json"):
                    assert client.get(f"/transparency{path}").status_code == 404


def test_staff_see_it_at_the_console(service: Service, clock: Clock) -> None:
    happen(service, 2)
    over(service, clock)
    with at_a_browser(service, clock)("eve", "auditor", phone=False), Desk(service) as desk:
        desk.sign_in(address("eve"), GOOD)
        desk.get("/console/transparency")
        counted()
        assert "Events looked at" in desk.get("/console/transparency").text
        assert desk.get(f"/console/transparency/{MONTH}").answer.status_code == 200


@pytest.mark.browser
def test_it_is_a_good_page(service: Service, client: httpx2.Client, clock: Clock) -> None:
    happen(service, 4)
    over(service, clock)
    page(client, "/transparency")
    complaints: list[str] = []
    with chromium() as browser:
        for width, colours in ((360, "light"), (1280, "dark")):
            shown = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=colours)  # type: ignore[arg-type]
            shown.on("console", lambda said: complaints.append(str(said)))
            shown.goto(f"{service.url}/transparency")
            assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            faults = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(shown).response["violations"]]
            assert not faults, faults
            assert not complaints, complaints
            shown.close()
