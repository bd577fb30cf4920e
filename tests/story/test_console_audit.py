"""The audit by somebody who may only look: the trail, the ledger, people; every page is shown, every form is refused."""

from collections.abc import Iterator

import pytest

from bylaw.staff.reading import Purpose, What
from bylaw.staff.roles import BUILT_IN, Assignment
from bylaw.web.app import ROUTES
from console_browser import Desk, Form
from service import Service, post, served
from staff_browser import STEP, Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, HOUR, Clock, address

REASON = "asked by the court of <b>Bremen</b>"
OPEN_TO_ALL = {
    "sign-out",
    "language",
    "prove",
    "me",
    "sign-in",
}  # second part of paths that need no permission


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("audit"), clock=clock, hasher=cheap()) as running:
        with running.client() as client:
            client.post("/v1/events", json=post("p1", actor="acc_watched"))
        yield running


@pytest.fixture(scope="module")
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    """An admin, who did things."""
    with at_a_browser(service, clock)("ada", "admin", "reviewer") as ada:
        yield ada


@pytest.fixture(scope="module")
def auditor(service: Service, clock: Clock, ada: Browser) -> Iterator[Desk]:
    del ada
    with at_a_browser(service, clock)("eve", "auditor", phone=False), Desk(service) as desk:
        desk.sign_in(address("eve"), GOOD)
        yield desk


def member(service: Service, name: str) -> str:
    found = service.staff.roster.at(address(name))
    assert found
    return found.id


def test_the_trail_tells_who_did_what_to_whom(auditor: Desk, service: Service, ada: Browser) -> None:
    staff = member(service, "ada")
    made = service.staff.roster.invite(address("bo"), "Bo", [Assignment("reviewer")], BUILT_IN, by=staff)
    service.staff.roster.leave(made.member.id, staff)
    ada.post("/v1/session/password", address=address("ada"), password=GOOD[::-1])
    page = auditor.get("/console/audit")
    for told in ("Ada invited Bo", "Ada recorded as having left Bo", "was not let in"):
        assert told in page.text
    page = auditor.get(f"/console/audit?kind=people&member={made.member.id}")
    assert "recorded as having left" in page.text
    assert "was not let in" not in page.text


def test_a_reading_stands_with_its_purpose_its_reason_and_whom_it_concerns(
    auditor: Desk, service: Service
) -> None:
    staff = member(service, "ada")
    decided = next(row.seq for row in service.office.records.rows(kinds=["event.decided"]))
    service.staff.reads.note(staff, What(records=(decided,)), Purpose.LEGAL_PROCESS, REASON)
    page = auditor.get("/console/audit?kind=reading")
    assert "Ada read content" in page.text
    assert "for legal process" in page.text
    assert "concerns 1 person" in page.text
    assert REASON in page.text
    assert "<b>Bremen" not in page.answer.text
    assert f"/console/ledger/{decided}" in page.links("/console/ledger/")
    assert "Ada read content" in auditor.get("/console/audit?account=acc_watched").text
    assert "Nothing is recorded" in auditor.get("/console/audit?account=acc_other").text


def test_the_trail_is_cut_by_day_and_told_a_page_at_a_time(
    auditor: Desk, service: Service, clock: Clock
) -> None:
    staff = member(service, "ada")
    clock.pass_(30 * HOUR)
    for _ in range(60):
        service.staff.sessions.revoke(staff, staff)
    auditor.sign_in(address("eve"), GOOD)
    first = auditor.get("/console/audit?kind=signing-in")
    second = auditor.get("/console/audit" + first.links("?")[-1])
    numbers = [set(page.links("/console/ledger/")) - {"/console/ledger"} for page in (first, second)]
    newer, older = numbers
    assert len(newer) == 50
    assert not newer & older
    today = auditor.get("/console/audit?kind=people&since=2026-09-22")
    assert "invited" not in today.text.partition("Did")[2]
    assert auditor.get("/console/audit?since=yesterday").answer.status_code == 422


def test_who_only_looks_sees_every_page_there_is_for_it_and_no_form_is_done(
    auditor: Desk, service: Service
) -> None:
    head = service.office.records.head
    token = auditor.get("/console").form("/console/sign-out").fields
    pages = [route for route in ROUTES if route.page and route.path.startswith("/console")]
    shown = [route.path for route in pages if route.method == "GET" and "{" not in route.path]
    statuses = {path: auditor.get(path).answer.status_code for path in shown}
    assert all(status < 500 for status in statuses.values()), statuses
    for path in ("/console", "/console/audit", "/console/people", "/console/keys"):
        assert statuses[path] == 200, path
    allowed = []
    for route in pages:
        parts = route.path.split("/")
        if route.method == "POST" and route.permission and parts[2] not in OPEN_TO_ALL:
            page = auditor.send(Form(route.path.replace("{", "").replace("}", ""), "post", token))
            if page.problem not in {"web.may_not", "staff.prove"}:
                allowed.append(route.path)
    assert set(allowed) <= LOOKING, allowed
    assert service.office.records.head == head


LOOKING = {  # forms of those who look: one computes, the others keep a question for oneself
    "/console/ledger/verify",
    "/console/search/keep",
    "/console/search/remove",
}


@pytest.mark.parametrize("role", ["reviewer", "lead", "legal"])
def test_who_may_not_read_the_trail_is_told_so(service: Service, clock: Clock, role: str) -> None:
    clock.pass_(STEP)
    with at_a_browser(service, clock)(f"x{role}", role) as browser, Desk(service) as desk:
        clock.pass_(STEP)
        desk.sign_in(address(f"x{role}"), GOOD, browser.code())
        page = desk.get("/console/audit")
        assert (page.answer.status_code, page.problem) == (403, "web.may_not")
        assert "/console/audit" not in desk.get("/console/me").links("/console/audit")
