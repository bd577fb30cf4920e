"""People and keys at the console: invited, given roles, suspended, let go; keys made, shown once, revoked."""

from collections.abc import Callable, Iterator

import pytest
import re2

from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import BUILT_IN
from bylaw.web.languages import tongue
from console_browser import Desk, Form, Page
from service import Service, served
from staff_browser import STEP, Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, MINUTE, Clock, address

SECRET = re2.compile(r'class="secret">([^<]+)<')


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("people"), clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def make(service: Service, clock: Clock) -> Iterator[Callable[..., Browser]]:
    made: list[Browser] = []

    def kept(name: str, *roles: str, phone: bool = True) -> Browser:
        made.append(at_a_browser(service, clock)(name, *roles, phone=phone))
        return made[-1]

    yield kept
    for browser in made:
        browser.client.close()


@pytest.fixture(scope="module")
def ada(make: Callable[..., Browser]) -> Browser:
    return make("ada", "admin")


@pytest.fixture
def desk(service: Service, clock: Clock, ada: Browser) -> Iterator[Desk]:
    """Ada's, two factors shown just now."""
    clock.pass_(STEP)
    with Desk(service) as desk:
        desk.sign_in(address("ada"), GOOD, ada.code())
        yield desk


def form(page: Page, ending: str) -> Form:
    return next(one for one in page.forms() if one.action.endswith(ending))


def shown(page: Page) -> str:
    found = SECRET.search(page.answer.text)
    assert found, page.text
    return str(found[1])


def test_somebody_is_invited_joins_and_is_narrowed(desk: Desk, service: Service) -> None:
    page = desk.get("/console/people")
    page = desk.send(
        page.form("/console/people/invite"),
        name="Bo",
        address=address("bo"),
        roles=["reviewer"],
        languages="en, de",
    )
    link = shown(page)
    assert link.startswith(f"{service.url}/staff/join/join_")
    with Desk(service) as bo:
        joined = bo.get(link.removeprefix(service.url))
        bo.send(joined.form("/staff/join"), password=GOOD)
        bo.sign_in(address("bo"), GOOD)
        assert "reviewer" in bo.get("/console/me").text

    page = desk.get(page.links("/console/people/")[0])
    page = desk.send(form(page, "/roles/give"), role="auditor", clauses="house/words house/complaints")
    assert "The roles count from the next request on." in page.text
    assert "house/words, house/complaints" in page.text
    first, second = [one for one in page.forms() if one.action.endswith("/roles/take")]
    page = desk.send(second)
    assert "house/words" not in page.text
    assert desk.send(second).problem == "staff.no_role"
    page = desk.send(first)
    assert "No role: nothing is granted." in page.text


def test_a_member_is_suspended_let_in_again_and_leaves(
    desk: Desk, service: Service, make: Callable[..., Browser]
) -> None:
    make("cy", "reviewer", phone=False)
    with Desk(service) as cy:
        cy.sign_in(address("cy"), GOOD)
        staff = service.staff.roster.at(address("cy"))
        assert staff
        page = desk.send(form(desk.get(f"/console/people/{staff.id}"), "/suspend"))
        assert cy.get("/console").answer.status_code == 401
        page = desk.send(form(page, "/resume"))
        cy.sign_in(address("cy"), GOOD)
        page = desk.send(form(desk.get(f"/console/people/{staff.id}"), "/sessions"))
        assert cy.get("/console").answer.status_code == 401
        page = desk.send(form(page, "/link"))
        assert "lets in once" in page.text
        page = desk.send(
            form(desk.get(f"/console/people/{staff.id}"), "/describe"), name="Cyan", address=address("cyan")
        )
        assert "Cyan" in page.text
        page = desk.send(form(page, "/leave"))
        assert "They have left" in page.text
        assert not [one for one in page.forms() if staff.id in one.action]


def test_roles_and_permissions_are_told_in_german_too() -> None:
    told = [one.doc for one in PERMISSIONS.values() if not one.fresh]
    told += [role.purpose for role in BUILT_IN.values()]
    assert not [one for one in told if one not in tongue("de").table]


def test_what_cannot_be_is_told_by_a_page(desk: Desk, service: Service) -> None:
    page = desk.get("/console/people")
    invite = page.form("/console/people/invite")
    assert desk.send(invite, name="X", address="nowhere", roles=["admin"]).problem == "staff.address"
    assert desk.send(invite, name="X", address=address("x"), roles=["adnim"]).problem == "staff.role"
    assert desk.send(invite, name="Ada", address=address("ada")).problem == "staff.address_taken"
    ada = service.staff.roster.at(address("ada"))
    assert ada
    page = desk.get(f"/console/people/{ada.id}")
    assert "Nobody changes their own roles" in page.text
    token = page.form("/console/sign-out").fields
    gone = desk.send(Form(f"/console/people/{ada.id}/suspend", "post", token))
    assert gone.problem == "staff.self"
    assert desk.get("/console/people/staff_x").answer.status_code == 404


def test_who_showed_no_factor_just_now_is_led_to_the_prove_page_and_back(
    desk: Desk, clock: Clock, ada: Browser
) -> None:
    before = desk.get("/console/people").form("/console/people/invite")
    clock.pass_(11 * MINUTE)
    page = desk.send(before, name="Late", address=address("late"))
    assert page.problem == "staff.prove"
    page = desk.get("/console/people")
    assert not [one for one in page.forms() if one.action == before.action]
    page = desk.get(page.links("/console/prove")[0])
    page = desk.send(page.form("/console/prove"), code=ada.code())
    assert (page.path, bool(page.form(before.action))) == ("/console/people", True)


def test_a_key_is_made_shown_once_used_and_revoked(desk: Desk, service: Service) -> None:
    page = desk.get("/console/keys")
    page = desk.send(page.form("/console/keys"), name="shop", permissions=["access.read", "event.write"])
    token = shown(page)
    asked = {"authorization": f"Bearer {token}"}
    assert desk.client.get("/v1/access/acc_1", headers=asked).status_code == 200
    page = desk.get("/console/keys")
    assert token not in page.answer.text
    assert "shop" in page.text
    page = desk.send(form(page, "/revoke"))
    assert "lets nobody in any more" in page.text
    assert desk.client.get("/v1/access/acc_1", headers=asked).status_code == 401
    assert desk.send(page.form("/console/keys"), name="No Name").answer.status_code == 422
    refused = desk.send(page.form("/console/keys"), name="strong", permissions=["staff.manage"])
    assert refused.problem == "key.permission"


def test_who_only_looks_sees_no_form_and_whoever_sends_one_is_refused(
    service: Service, make: Callable[..., Browser], desk: Desk
) -> None:
    make("eve", "auditor", phone=False)
    forms = [*desk.get("/console/people").forms(), *desk.get("/console/keys").forms()]
    changing = [
        one
        for one in forms
        if one.action.startswith(("/console/people/", "/console/keys")) and one.method == "post"
    ]
    assert len(changing) >= 2
    with Desk(service) as eve:
        eve.sign_in(address("eve"), GOOD)
        for path in ("/console/people", "/console/keys"):
            page = eve.get(path)
            assert page.answer.status_code == 200
            assert not {one.action for one in page.forms()} & {one.action for one in changing}
        token = eve.get("/console").form("/console/sign-out").fields
        for one in changing:
            assert eve.send(Form(one.action, "post", token)).problem == "web.may_not"
