"""Coming in at the console: joining by a link, phones and paper, passkeys, providers, one's own page; mostly without a script."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyotp
import pytest
import re2
from playwright.sync_api import Route

from console_browser import Desk, Page
from identity_provider import IdentityProvider, identity_provider
from pages import chromium
from service import BOOK, Service, served
from staff_browser import STEP, Browser, at_a_browser, at_work, cheap, invited
from staff_world import GOOD, MINUTE, Clock, address

OTHER = "other words that nobody else says"
COOKIE = "bylaw-session"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("entering"), clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def desk(service: Service) -> Iterator[Desk]:
    with Desk(service) as desk:
        yield desk


@pytest.fixture
def make(service: Service, clock: Clock) -> Iterator[Callable[..., Browser]]:
    made: list[Browser] = []

    def kept(name: str, *roles: str, phone: bool = True) -> Browser:
        made.append(at_a_browser(service, clock)(name, *roles, phone=phone))
        clock.pass_(STEP)
        return made[-1]

    yield kept
    for browser in made:
        browser.client.close()


def secret_of(page: Page) -> str:
    found = re2.search(r'class="secret">([A-Z2-7]+)<', page.answer.text)
    assert found
    return str(found[1])


def test_from_a_link_to_a_phone_without_a_script(service: Service, clock: Clock, desk: Desk) -> None:
    link = invited(service, "ada", "admin")
    page = desk.get(f"/staff/join/{link}")
    assert "Welcome, Ada" in page.text
    page = desk.send(page.form("/staff/join"), password=GOOD[:9])
    assert page.answer.status_code == 422
    assert "Welcome, Ada" in page.text
    page = desk.send(page.form("/staff/join"), password=GOOD)
    assert (page.path, "You have joined" in page.text) == ("/console/sign-in", True)
    page = desk.send(page.form("/console/sign-in"), address=address("ada"), password=GOOD)
    assert page.path == "/console"

    page = desk.get("/console/people")
    assert page.problem == "staff.second_factor"
    page = desk.get(page.links("/console/me")[0])
    assert "ask for a second factor" in page.text
    page = desk.get("/console/me/phone")
    assert "<svg" in page.answer.text
    form, phone = page.form("/console/me/phone"), pyotp.TOTP(secret_of(page))
    page = desk.send(form, code="000000")
    assert page.answer.status_code == 403
    assert secret_of(page) == phone.secret
    page = desk.send(page.form("/console/me/phone"), code=phone.at(clock.now // 1_000_000))
    paper = re2.findall(r"<li><code>([A-Z2-7-]+)</code>", page.answer.text)
    assert len(paper) == 10
    assert desk.get("/console/people").answer.status_code == 200

    desk.send(desk.get("/console").form("/console/sign-out"))
    page = desk.sign_in(address("ada"), GOOD, paper[0])
    assert page.path == "/console"


def test_a_link_lets_in_once_and_a_made_up_one_never(service: Service, desk: Desk) -> None:
    link = invited(service, "bo", "reviewer")
    form = desk.get(f"/staff/join/{link}").form("/staff/join")
    desk.send(form, password=GOOD)
    for page in (
        desk.send(form, password=OTHER),
        desk.get(f"/staff/join/{link}"),
        desk.get("/staff/join/join_x"),
    ):
        assert (page.answer.status_code, page.problem) == (403, "staff.link")
    assert desk.sign_in(address("bo"), OTHER).answer.status_code == 403


def test_a_session_is_drawn_anew_at_signing_in_and_the_one_before_ends(
    service: Service, make: Callable[..., Browser], desk: Desk
) -> None:
    make("cy", "reviewer", phone=False)
    form = desk.get("/console/sign-in").form("/console/sign-in")
    chosen = {"cookie": f"{COOKIE}=sess_chosen-by-somebody-else"}
    filled = {**form.fields, "address": address("cy"), "password": GOOD}
    with Desk(service) as fixed:
        drawn = fixed.client.post(form.action, data=filled, headers=chosen, follow_redirects=False)
    assert "chosen" not in drawn.headers["set-cookie"]
    desk.sign_in(address("cy"), GOOD)
    first = desk.client.cookies[COOKIE]
    desk.sign_in(address("cy"), GOOD)
    second = desk.client.cookies[COOKIE]
    assert first != second
    with Desk(service) as thief:
        thief.client.cookies.set(COOKIE, first)
        assert thief.get("/console/me").answer.status_code == 401


def test_who_followed_a_link_from_elsewhere_signs_in_though_the_cookie_comes_along(
    make: Callable[..., Browser], desk: Desk
) -> None:
    make("dee", "reviewer", phone=False)
    form = desk.get("/console/sign-in").form("/console/sign-in")  # shown without the cookie: no token
    desk.sign_in(address("dee"), GOOD)
    assert desk.send(form, address=address("dee"), password=GOOD).path == "/console"


def test_one_session_is_ended_and_then_all(
    service: Service, make: Callable[..., Browser], desk: Desk
) -> None:
    make("eve", "reviewer", phone=False)
    desk.sign_in(address("eve"), GOOD)
    with Desk(service) as other:
        other.sign_in(address("eve"), GOOD)
        page = desk.get("/console/me")
        forms = [one for one in page.forms() if one.action == "/console/me/sessions/end"]
        assert len(forms) == 3  # with the one that joined
        page = desk.send(forms[-1])
        assert "The session is over." in page.text
        assert other.get("/console/me").answer.status_code == 401
    page = desk.send(page.form("/console/me/sessions/end-all"))
    assert page.path == "/console/sign-in"
    assert desk.get("/console/me").answer.status_code == 401


def test_a_session_of_somebody_else_is_nobody_elses_to_end(
    service: Service, make: Callable[..., Browser], desk: Desk
) -> None:
    victim = make("fay", "reviewer", phone=False)
    make("gus", "reviewer", phone=False)
    desk.sign_in(address("gus"), GOOD)
    session = victim.ask("GET", "/v1/me").json()["session"]["session"]
    page = desk.send(desk.get("/console/me").form("/console/me/sessions/end"), session=session)
    assert page.answer.status_code == 404
    assert victim.ask("GET", "/v1/me").status_code == 200


def test_a_password_is_replaced_by_who_showed_a_factor_just_before(
    make: Callable[..., Browser], clock: Clock, desk: Desk
) -> None:
    hal = make("hal", "reviewer")
    desk.sign_in(address("hal"), GOOD, hal.code())
    page = desk.send(desk.get("/console/me").form("/console/me/password"), password=OTHER, again=GOOD)
    assert (page.answer.status_code, "not alike" in page.text) == (422, True)
    clock.pass_(11 * MINUTE)
    page = desk.send(desk.get("/console/me").form("/console/me/password"), password=OTHER, again=OTHER)
    assert page.problem == "staff.prove"
    page = desk.send(page.form("/console/prove"), code=hal.code())
    assert page.path == "/console/me"
    page = desk.send(page.form("/console/me/password"), password=OTHER, again=OTHER)
    assert (page.path, "Sign in anew" in page.text) == ("/console/sign-in", True)
    clock.pass_(STEP)
    assert desk.sign_in(address("hal"), OTHER, hal.code()).path == "/console"


def test_who_has_one_factor_signs_in_once_more_instead(
    make: Callable[..., Browser], clock: Clock, desk: Desk
) -> None:
    make("ida", "reviewer", phone=False)
    desk.sign_in(address("ida"), GOOD)
    clock.pass_(11 * MINUTE)
    page = desk.get("/console/me/phone")
    assert page.problem == "staff.prove"
    assert "Sign in once more" in page.text
    page = desk.get(page.links("/console/sign-in")[0])
    page = desk.send(page.form("/console/sign-in"), address=address("ida"), password=GOOD)
    assert page.path == "/console/me/phone"


def test_a_phone_is_taken_away_with_its_paper_and_a_last_factor_stays(
    make: Callable[..., Browser], clock: Clock, desk: Desk
) -> None:
    jo = make("jo", "reviewer")
    desk.sign_in(address("jo"), GOOD, jo.code())
    page = desk.send(desk.get("/console/me").form("/console/me/paper"))
    assert "Codes on paper" in page.text
    forms = [f for f in desk.get("/console/me").forms() if f.action == "/console/me/factors/remove"]
    phone = next(form for form in forms if form.fields["factor"][0].startswith("phone_"))
    word = next(form for form in forms if form.fields["factor"][0].startswith("password_"))
    assert desk.send(word).problem == "staff.last_factor"
    assert desk.send(phone).path == "/console/sign-in"
    clock.pass_(STEP)
    desk.sign_in(address("jo"), GOOD)
    assert "codes on paper" not in desk.get("/console/me").text


# -- providers


@pytest.fixture(scope="module")
def work(clock: Clock) -> Iterator[IdentityProvider]:
    with identity_provider(clock) as running:
        yield running


@pytest.fixture(scope="module")
def vouched(
    tmp_path_factory: pytest.TempPathFactory, clock: Clock, work: IdentityProvider
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("vouched")
    own = f'\n[staff]\nsite = "http://localhost:9999"\n\n{work.settings()}'
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + own}
    with served(folder, files, clock=clock, hasher=cheap()) as running:
        yield running


def came(desk: Desk, page: Page, work: IdentityProvider, subject: str) -> Page:
    """A browser is sent to the provider, which sends it back, without cookies; our own page goes on with them."""
    url = page.answer.headers["refresh"].removeprefix("0; url=")
    back = work.visit(url, subject)
    with Desk(desk.service) as elsewhere:
        page = Page(
            elsewhere.client.get("/staff/back", params=back, headers={"sec-fetch-site": "cross-site"})
        )
    return desk.send(page.form("/staff/back"))


def test_a_provider_joins_lets_in_and_is_added(vouched: Service, work: IdentityProvider) -> None:
    with Desk(vouched) as desk:
        desk.client.headers["origin"] = "http://localhost:9999"
        page = desk.get(f"/staff/join/{invited(vouched, 'ada', 'reviewer')}")
        page = desk.send(page.form("/staff/join/provider"), provider="employer")
        page = came(desk, page, work, "ada at work")
        assert "You have joined" in page.text
        page = desk.send(page.form("/console/sign-in/provider"), provider="employer")
        page = came(desk, page, work, "ada at work")
        assert page.path == "/console"
        page = desk.send(desk.get("/console/me").form("/console/me/provider"), provider="employer")
        page = came(desk, page, work, "ada at home")
        assert "The account lets you in" in page.text


def test_what_a_provider_says_counts_only_in_the_browser_that_asked(
    vouched: Service, work: IdentityProvider
) -> None:
    with Desk(vouched) as desk, Desk(vouched) as other:
        for one in (desk, other):
            one.client.headers["origin"] = "http://localhost:9999"
        page = desk.send(desk.get("/console/sign-in").form("/console/sign-in/provider"), provider="employer")
        assert came(other, page, work, "ada at work").problem == "staff.ticket"
        assert "did not say who you are" in desk.get("/staff/back?error=access_denied").text
        assert desk.send(page.form("/console")).answer.status_code < 500 if page.forms() else True


def test_a_browser_comes_back_from_elsewhere_and_the_page_goes_on_by_itself(
    tmp_path: Path, clock: Clock, work: IdentityProvider
) -> None:
    with served(tmp_path, clock=clock, hasher=cheap()) as here, chromium() as browser:
        site = f"http://localhost:{here.port}"
        own = f'\n[staff]\nsite = "{site}"\n\n{work.settings()}'
        (here.book / "operator.toml").write_text(BOOK["operator.toml"] + own)
        here.control.reload()
        page = browser.new_page()

        def vouch(route: Route) -> None:
            back = urlencode(work.visit(route.request.url, "lee at work"))
            route.fulfill(content_type="text/html", body=f'<a href="{site}/staff/back?{back}">back</a>')

        page.route("**/authorize?*", vouch)
        page.goto(f"{site}/staff/join/{invited(here, 'lee', 'reviewer')}")
        page.click("text=Go to employer")
        page.click("text=back")  # from another site: the cookies stay behind
        page.wait_for_url(f"{site}/console/sign-in?done=joined")
        page.click("text=Sign in with employer")
        page.click("text=back")
        page.wait_for_url(f"{site}/console")
        assert page.locator("text=Lee").count()


# -- passkeys


def test_a_passkey_is_made_lets_in_and_is_shown_again_in_a_browser(service: Service, clock: Clock) -> None:
    site = f"http://localhost:{service.port}"
    with chromium() as browser:
        page = browser.new_context().new_page()
        tool = page.context.new_cdp_session(page)
        tool.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        ready = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        tool.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **ready}})
        page.goto(f"{site}/staff/join/{invited(service, 'kim', 'admin')}")
        page.click("text=Make a passkey")
        page.wait_for_url("**/console/sign-in?done=joined")
        page.click("text=Sign in with a passkey")
        page.wait_for_url(f"{site}/console")
        clock.pass_(11 * MINUTE)
        page.goto(f"{site}/console/me/phone")
        page.click("text=Show a passkey")
        page.wait_for_selector("text=Code of the phone")
        page.goto(f"{site}/console/me")
        page.fill("[name=label]", "second")
        page.click("text=Add a passkey")
        page.wait_for_selector(".wrong:not([hidden])")  # this device has one already
