"""Staff for whom an identity provider vouches, over HTTP: the browser goes there and comes back."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from identity_provider import IdentityProvider, identity_provider
from service import BOOK, Service, served
from staff_browser import Browser, at_work, cheap, code_of, invited, right
from staff_world import Clock

SITE = "http://localhost:9999"  # where staff work, by the book; the service itself listens elsewhere
SUBJECT = "248289761001"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def work(clock: Clock) -> Iterator[IdentityProvider]:
    with identity_provider(clock) as running:
        yield running


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, clock: Clock, work: IdentityProvider
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("vouched")
    secret = folder / "secret"
    secret.write_text("s3cret & more\n")
    own = f'\n[staff]\nsite = "{SITE}"\n\n{work.settings(f"file:{secret}")}'
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + own}
    with served(folder, files, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def browser(service: Service, clock: Clock) -> Iterator[Browser]:
    with Browser(service, clock, "nobody") as browser:
        browser.client.headers["origin"] = SITE
        yield browser


def join(browser: Browser, work: IdentityProvider, name: str, subject: str) -> str:
    link = invited(browser.service, name, "reviewer")
    sent = right(browser.post("/v1/join/providers/employer/ask", link=link))["url"]
    return str(right(browser.post("/v1/join/provider", link=link, **work.visit(sent, subject)))["staff"])


def test_who_joined_by_a_provider_is_let_in_by_it(browser: Browser, work: IdentityProvider) -> None:
    assert right(browser.ask("GET", "/v1/session/providers")) == {"providers": ["employer"]}
    staff = join(browser, work, "ada", SUBJECT)
    asked = browser.post("/v1/session/providers/employer/ask")
    url = right(asked)["url"]
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A9999%2Fstaff%2Fback" in url
    (cookie,) = asked.headers.get_list("set-cookie")
    assert cookie.startswith("bylaw-provider=")
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict; Max-Age=600")

    entered = browser.post("/v1/session/provider", **work.visit(url, SUBJECT))
    assert right(entered)["session"]["method"] == "provider"
    assert "bylaw-provider=; " in entered.headers["set-cookie"]
    assert right(browser.ask("GET", "/v1/me"))["staff"] == staff
    path, shown, form = work.taken[-1]
    assert path == "/token"
    assert shown == "Basic " + b64encode(b"bylaw:s3cret+%26+more").decode()
    assert (form["grant_type"], form["redirect_uri"]) == ("authorization_code", f"{SITE}/staff/back")


def test_whoever_is_vouched_for_and_is_nobody_here_is_not_let_in(
    browser: Browser, work: IdentityProvider
) -> None:
    url = right(browser.post("/v1/session/providers/employer/ask"))["url"]
    refused = browser.post("/v1/session/provider", **work.visit(url, "somebody"))
    assert code_of(refused) == (403, "staff.refused")


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    browser: Browser, work: IdentityProvider, service: Service, clock: Clock
) -> None:
    join(browser, work, "bo", "bo at work")
    url = right(browser.post("/v1/session/providers/employer/ask"))["url"]
    back = work.visit(url, "bo at work")
    with Browser(service, clock, "mallory") as other:
        other.client.headers["origin"] = SITE
        assert code_of(other.post("/v1/session/provider", **back)) == (403, "staff.ticket")
        right(other.post("/v1/session/providers/employer/ask"))
        assert code_of(other.post("/v1/session/provider", **back)) == (403, "staff.provider")
    ticket = browser.client.cookies["bylaw-provider"]
    right(browser.post("/v1/session/provider", **back))
    browser.client.cookies.set("bylaw-provider", ticket)
    assert code_of(browser.post("/v1/session/provider", **back)) == (403, "staff.provider")


def test_an_account_with_a_provider_is_added_in_an_open_session(
    service: Service, clock: Clock, work: IdentityProvider
) -> None:
    member = Browser(service, clock, "cy")
    member.client.headers["origin"] = SITE
    with member:
        member.join(invited(service, "cy", "reviewer"))
        member.sign_in()
        url = right(member.post("/v1/me/identities/employer/ask"))["url"]
        right(member.post("/v1/me/identities", **work.visit(url, "cy at work")))
        kinds = [(one["kind"], one["label"]) for one in right(member.ask("GET", "/v1/me/factors"))["factors"]]
        assert kinds == [("password", ""), ("provider", "employer")]
        assert code_of(member.post("/v1/me/identities/other/ask")) == (404, "staff.no_provider")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b'{"error":"invalid_grant"}', (403, "staff.provider")),
        (302, b"", (503, "staff.provider_away")),
        (500, b"oops", (503, "staff.provider_away")),
        (200, b"<html>", (503, "staff.provider_away")),
        (200, b'{"access_token":"x"}', (503, "staff.provider_away")),
        (200, b'{"id_token":"a.b.c"}', (403, "staff.provider")),
        (200, b'{"id_token":"' + b"a" * (1 << 20) + b'"}', (503, "staff.provider_away")),
    ],
    ids=["refusal", "redirect", "broken", "page", "no token", "no signature", "bomb"],
)
def test_a_provider_that_misbehaves_lets_nobody_in(
    browser: Browser, work: IdentityProvider, status: int, body: bytes, code: tuple[int, str]
) -> None:
    url = right(browser.post("/v1/session/providers/employer/ask"))["url"]
    work.answers.append((status, body))
    assert code_of(browser.post("/v1/session/provider", **work.visit(url, SUBJECT))) == code


def test_a_provider_in_a_network_that_nobody_allowed_is_not_asked(
    tmp_path: Path, clock: Clock, work: IdentityProvider
) -> None:
    inside = work.settings().replace("http://127.0.0.1", "https://localhost").replace('"127.0.0.0/8"', "")
    own = f'\n[staff]\nsite = "{SITE}"\n\n{inside}'
    files = {**BOOK, "operator.toml": BOOK["operator.toml"] + own}
    with (
        served(tmp_path, files, clock=clock, hasher=cheap()) as service,
        Browser(service, clock, "x") as here,
    ):
        here.client.headers["origin"] = SITE
        url = right(here.post("/v1/session/providers/employer/ask"))["url"]
        calls = len(work.taken)
        refused = here.post("/v1/session/provider", **work.visit(url, SUBJECT))
        assert code_of(refused) == (503, "staff.provider_away")
        assert len(work.taken) == calls


def test_one_address_has_a_provider_asked_so_often_and_no_more(
    browser: Browser, work: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bylaw.web.api.vouching.CALLS", 1)  # a minute
    url = right(browser.post("/v1/session/providers/employer/ask"))["url"]
    calls, state = len(work.taken), work.visit(url, SUBJECT)["state"]
    answers = [browser.post("/v1/session/provider", state=state, code="made up") for _ in range(3)]
    assert code_of(answers[-1]) == (429, "web.rate")
    assert int(answers[-1].headers["retry-after"]) > 1
    assert len(work.taken) - calls <= 1


def test_pages_of_another_site_than_the_books_are_not_ours(service: Service, clock: Clock) -> None:
    with Browser(service, clock, "x") as here:  # its pages come from the address of the service
        assert code_of(here.post("/v1/session/providers/employer/ask")) == (403, "web.forged")
