"""Staff over HTTP, as a browser sees it: joining, signing in, showing a factor again, changing who works here."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from authenticators import Authenticator
from bylaw.staff.reading import Purpose, What
from service import PATIENCE, Service, served
from staff_browser import OURS, STEP, Browser, at_a_browser, at_work, cheap, code_of, invited, right
from staff_world import GOOD, HOUR, MINUTE, Clock, address

Make = Callable[..., Browser]
COOKIE = "bylaw-session"


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("staff"), clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def make(service: Service, clock: Clock) -> Iterator[Make]:
    made: list[Browser] = []

    def kept(name: str, *roles: str, phone: bool = True) -> Browser:
        made.append(at_a_browser(service, clock)(name, *roles, phone=phone))
        return made[-1]

    yield kept
    for browser in made:
        browser.client.close()


def cookies(answer: httpx2.Response) -> list[str]:
    return answer.headers.get_list("set-cookie")


# -- coming in


def test_from_a_link_to_a_session(service: Service, clock: Clock) -> None:
    link = invited(service, "ada", "admin")
    with Browser(service, clock, "ada") as ada:
        told = right(ada.post("/v1/join", link=link))
        assert (told["name"], told["address"]) == ("Ada", address("ada"))
        assert told["outside"].startswith("Reviewer ")
        assert code_of(ada.post("/v1/join/password", link=link, password=GOOD[:9])) == (422, "staff.password")
        ada.join(link)
        assert code_of(ada.post("/v1/join/password", link=link, password=GOOD)) == (403, "staff.link")

        answer = ada.post("/v1/session/password", address=address("ada"), password=GOOD)
        assert right(answer)["signed_in"]
        (cookie,) = cookies(answer)
        assert cookie.startswith(f"{COOKIE}=sess_")
        assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
        me = right(ada.ask("GET", "/v1/me"))
        assert (me["name"], me["permissions"], me["second_factor_wanted"]) == ("Ada", [], True)
        assert code_of(ada.ask("GET", "/v1/staff")) == (403, "staff.second_factor")

        assert len(ada.add_phone()) == 10
        me = right(ada.ask("GET", "/v1/me"))
        assert "staff.manage" in me["permissions"]
        assert me["session"]["strong"]
        assert right(ada.ask("GET", "/v1/staff"))["members"][0]["factors"] == [
            "password",
            "phone",
            "recovery",
        ]


def test_whoever_is_not_let_in_learns_nothing(service: Service, make: Make) -> None:
    make("bo", "reviewer", phone=False)
    with httpx2.Client(base_url=service.url, headers=OURS, timeout=PATIENCE) as client:
        answers = [
            client.post("/v1/session/password", json={"address": who, "password": "some words of no use"})
            for who in (address("bo"), address("nobody"), "no address")
        ]
    assert {code_of(answer) for answer in answers} == {(403, "staff.refused")}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert not any(cookies(answer) for answer in answers)


def test_too_many_tries_are_told_when_to_come_again(service: Service) -> None:
    with httpx2.Client(base_url=service.url, headers=OURS, timeout=PATIENCE) as client:
        body = {"address": address("tried"), "password": "some words of no use"}
        codes = [client.post("/v1/session/password", json=body) for _ in range(11)]
    assert code_of(codes[-1]) == (429, "staff.wait")
    assert int(codes[-1].headers["retry-after"]) > 60


def test_a_phone_is_asked_for_and_its_code_lets_in_once(make: Make, clock: Clock) -> None:
    cy = make("cy", "lead")
    clock.pass_(STEP)
    asked = right(cy.post("/v1/session/password", address=address("cy"), password=GOOD))
    assert not asked["signed_in"]
    code = cy.code()
    assert right(cy.post("/v1/session/code", ticket=asked["ticket"], code=code))["session"]["strong"]
    again = right(cy.post("/v1/session/password", address=address("cy"), password=GOOD))
    assert code_of(cy.post("/v1/session/code", ticket=again["ticket"], code=code)) == (403, "staff.code")


def test_a_passkey_lets_in_and_is_shown_again(service: Service, clock: Clock, make: Make) -> None:
    dee = make("dee", "admin", phone=False)
    port = service.port
    key = Authenticator(site="localhost", origin=f"http://localhost:{port}")
    dee.client.headers["origin"] = key.origin
    asked = right(dee.post("/v1/me/passkeys/ask"))
    shown = {"ticket": asked["ticket"], "answer": key.made(asked["ask"]), "label": "laptop"}
    assert not right(dee.post("/v1/me/passkeys", **shown))["signed_out"]
    assert [one["label"] for one in right(dee.ask("GET", "/v1/me/factors"))["factors"]] == ["", "laptop"]

    right(dee.ask("DELETE", "/v1/session"))
    asked = right(dee.post("/v1/session/passkey/ask"))
    entered = right(dee.post("/v1/session/passkey", ticket=asked["ticket"], answer=key.said(asked["ask"])))
    assert entered["session"]["method"] == "passkey"
    clock.pass_(11 * MINUTE)
    invite = {"address": address("late"), "name": "Late", "roles": []}
    assert code_of(dee.ask("POST", "/v1/staff", invite)) == (403, "staff.prove")
    asked = right(dee.post("/v1/session/passkey/ask"))
    proved = right(
        dee.post("/v1/session/proof/passkey", ticket=asked["ticket"], answer=key.said(asked["ask"]))
    )
    assert datetime.fromisoformat(proved["fresh_until"]) > datetime.fromtimestamp(clock.now / 1e6, UTC)
    right(dee.ask("POST", "/v1/staff", invite))


# -- sessions


def test_a_session_is_drawn_anew_and_the_one_before_ends(service: Service, make: Make, clock: Clock) -> None:
    eve = make("eve", "reviewer", phone=False)
    before = eve.client.cookies[COOKIE]
    eve.sign_in()
    assert eve.client.cookies[COOKIE] != before
    old = httpx2.get(service.url + "/v1/me", headers={"cookie": f"{COOKIE}={before}"})
    assert code_of(old) == (401, "staff.session")
    assert len(right(eve.ask("GET", "/v1/me/sessions"))["sessions"]) == 1
    chosen = {"cookie": f"{COOKIE}=sess_chosen-by-somebody-else"}
    body = {"address": address("eve"), "password": GOOD}
    entered = httpx2.post(service.url + "/v1/session/password", headers={**OURS, **chosen}, json=body)
    assert "chosen" not in cookies(entered)[0]


def test_sessions_are_seen_and_ended(make: Make, clock: Clock, service: Service) -> None:
    fay = make("fay", "reviewer", phone=False)
    with Browser(service, clock, "fay") as elsewhere:
        elsewhere.sign_in()
        first, second = right(fay.ask("GET", "/v1/me/sessions"))["sessions"]
        ended = fay.ask("DELETE", f"/v1/me/sessions/{second['session']}")
        assert (right(ended), cookies(ended)) == ({"ended": 1}, [])
        assert code_of(elsewhere.ask("GET", "/v1/me")) == (401, "staff.session")
    assert code_of(fay.ask("DELETE", "/v1/me/sessions/session_0")) == (404, "staff.no_session")
    assert right(fay.ask("GET", "/v1/me"))["session"]["session"] == first["session"]
    over = fay.ask("DELETE", "/v1/me/sessions")
    assert (right(over), cookies(over)[0].split(";")[0]) == ({"ended": 1}, f"{COOKIE}=")
    assert code_of(fay.ask("GET", "/v1/me")) == (401, "web.who")


def test_a_session_ends_by_itself(make: Make, clock: Clock) -> None:
    gus = make("gus", "reviewer", phone=False)
    clock.pass_(HOUR + MINUTE)
    assert code_of(gus.ask("GET", "/v1/me")) == (401, "staff.session")


def test_signing_out_ends_the_session_and_takes_the_cookie(make: Make) -> None:
    hal = make("hal", "reviewer", phone=False)
    assert cookies(hal.ask("DELETE", "/v1/session"))[0].startswith(f"{COOKIE}=; ")
    assert COOKIE not in hal.client.cookies


# -- what lets one in


def test_a_new_password_ends_every_session(make: Make, clock: Clock) -> None:
    ida = make("ida", "reviewer")
    clock.pass_(11 * MINUTE)
    changed = {"password": "quite another set of words"}
    assert code_of(ida.ask("PUT", "/v1/me/password", changed)) == (403, "staff.prove")
    ida.prove()
    assert right(ida.ask("PUT", "/v1/me/password", changed))["signed_out"]
    assert code_of(ida.ask("GET", "/v1/me")) == (401, "web.who")
    ida.sign_in(changed["password"])


def test_the_last_thing_that_lets_in_stays(make: Make) -> None:
    jo = make("jo", "reviewer")
    password, phone, _ = right(jo.ask("GET", "/v1/me/factors"))["factors"]
    assert code_of(jo.ask("DELETE", f"/v1/me/factors/{password['factor']}")) == (409, "staff.last_factor")
    assert len(right(jo.post("/v1/me/recovery"))["recovery"]) == 10
    assert right(jo.ask("DELETE", f"/v1/me/factors/{phone['factor']}"))["signed_out"]
    jo.phone = ""
    jo.sign_in()
    assert code_of(jo.post("/v1/me/recovery")) == (409, "staff.no_phone")


# -- who works here


def test_an_admin_lets_people_in_and_out(service: Service, make: Make, clock: Clock) -> None:
    admin = make("kim", "admin")
    asked = {
        "address": address("lou"),
        "name": "Lou Sample",
        "languages": ["de"],
        "roles": [{"role": "reviewer", "queues": ["spam"]}],
    }
    made = right(admin.ask("POST", "/v1/staff", asked))
    lou, who = Browser(service, clock, "lou"), made["member"]["staff"]
    assert made["member"]["roles"] == [{"role": "reviewer", "queues": ["spam"], "clauses": []}]
    lou.join(made["link"])
    lou.sign_in()
    assert "case.decide" in right(lou.ask("GET", "/v1/me"))["permissions"]

    path = f"/v1/staff/{who}"
    assert right(admin.ask("POST", f"{path}/suspend"))["state"] == "suspended"
    assert code_of(lou.ask("GET", "/v1/me")) == (401, "staff.session")
    assert code_of(admin.ask("POST", f"{path}/suspend")) == (409, "staff.order")
    assert right(admin.ask("POST", f"{path}/resume"))["state"] == "active"
    lou.sign_in()
    assert (
        right(admin.ask("PUT", f"{path}/roles", {"roles": [{"role": "auditor"}]}))["roles"][0]["role"]
        == "auditor"
    )
    assert "audit.read" in right(lou.ask("GET", "/v1/me"))["permissions"]
    described = {"address": address("lou2"), "name": "Lou Other"}
    assert right(admin.ask("PUT", path, described))["name"] == "Lou Other"
    assert len(right(admin.ask("GET", f"{path}/sessions"))["sessions"]) == 1
    assert right(admin.ask("DELETE", f"{path}/sessions")) == {"ended": 1}
    assert code_of(lou.ask("GET", "/v1/me")) == (401, "staff.session")

    again = right(admin.ask("POST", f"{path}/link"))
    assert again["link"].startswith("join_")
    assert right(admin.ask("POST", f"{path}/leave"))["state"] == "left"
    assert code_of(lou.post("/v1/join", link=again["link"])) == (403, "staff.link")
    assert code_of(admin.ask("POST", "/v1/staff/staff_0/leave")) == (404, "staff.unknown")
    mine = right(admin.ask("GET", "/v1/me"))["staff"]
    assert code_of(admin.ask("POST", f"/v1/staff/{mine}/suspend")) == (403, "staff.self")

    kinds = [one["kind"] for one in right(admin.ask("GET", f"{path}/history"))["facts"]]
    assert kinds[0] == "staff.left"
    assert {"staff.invited", "staff.joined", "staff.signed_in", "staff.assigned"} <= set(kinds)
    assert not {"link", "digest"} & set().union(
        *(one["said"] for one in right(admin.ask("GET", f"{path}/history"))["facts"])
    )
    lou.client.close()


def test_members_and_facts_come_page_by_page(make: Make) -> None:
    admin = make("mia", "admin")
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = right(admin.ask("GET", f"/v1/staff?limit=2&cursor={cursor}"))
        found, cursor = found + [one["staff"] for one in page["members"]], page["next"]
    assert found == sorted(set(found))
    mine = right(admin.ask("GET", "/v1/me"))["staff"]
    assert mine in found
    first = right(admin.ask("GET", f"/v1/staff/{mine}/history?limit=1"))
    second = right(admin.ask("GET", f"/v1/staff/{mine}/history?limit=1&cursor={first['next']}"))
    assert first["facts"][0]["seq"] > second["facts"][0]["seq"]
    assert code_of(admin.ask("GET", f"/v1/staff/{mine}/history?cursor=x")) == (422, "web.cursor")


def test_roles_come_from_the_book_in_force(make: Make) -> None:
    told = right(make("ned", "auditor").ask("GET", "/v1/roles"))
    assert {"reviewer", "admin"} <= {one["role"] for one in told["roles"]}
    assert "staff.manage" in {one["permission"] for one in told["permissions"] if one["fresh"]}


# -- keys


def test_a_key_is_made_by_a_person_and_used_by_a_program(service: Service, make: Make, clock: Clock) -> None:
    admin = make("oda", "admin")
    end = datetime.fromtimestamp(clock.now / 1e6, UTC) + timedelta(days=30)
    asked = {"name": "shop", "permissions": ["book.read"], "expires": end.isoformat(), "rate": 60}
    made = right(admin.ask("POST", "/v1/keys", asked))
    assert made["key"]["by"] == right(admin.ask("GET", "/v1/me"))["staff"]
    program = {"authorization": f"Bearer {made['token']}"}
    assert httpx2.get(service.url + "/v1/book", headers=program).status_code == 200
    listed = right(admin.ask("GET", "/v1/keys"))["keys"]
    assert made["key"]["key"] in {one["key"] for one in listed}
    assert made["token"].rpartition("_")[2] not in str(listed)
    right(admin.ask("DELETE", f"/v1/keys/{made['key']['key']}"))
    assert code_of(httpx2.get(service.url + "/v1/book", headers=program)) == (401, "key.revoked")
    never = {"name": "too-much", "permissions": ["staff.manage"], "expires": None}
    assert code_of(admin.ask("POST", "/v1/keys", never)) == (422, "key.permission")
    assert code_of(admin.ask("DELETE", "/v1/keys/key_0")) == (404, "key.unknown")


def test_programs_do_not_do_what_takes_a_person(service: Service) -> None:
    with service.client() as program:
        assert code_of(program.get("/v1/me")) == (403, "web.person")
        assert code_of(program.post("/v1/book/reload")) == (403, "web.person")
        assert program.get("/v1/staff").status_code == 200


# -- readings


def test_readings_of_private_content_are_seen_by_who_may(service: Service, make: Make) -> None:
    auditor, reader = make("pia", "auditor"), make("quy", "reviewer", phone=False)
    who = right(reader.ask("GET", "/v1/me"))["staff"]
    service.staff.reads.note(who, What(objects=("case_1",)), Purpose.CASE)
    (seen,) = right(auditor.ask("GET", f"/v1/reads?staff={who}"))["readings"]
    assert (seen["staff"], seen["purpose"], seen["objects"]) == (who, "case", ["case_1"])
    assert right(auditor.ask("GET", "/v1/reads?account=acc_never_seen"))["readings"] == []
    assert code_of(auditor.ask("GET", "/v1/reads")) == (422, "read.whose")
    assert code_of(reader.ask("GET", f"/v1/reads?staff={who}")) == (403, "web.may_not")


# -- pages of somebody else


SENT = (
    {"x-bylaw-request": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
)


@pytest.mark.parametrize(("number", "sent"), list(enumerate(SENT)))
def test_pages_of_somebody_else_change_nothing(make: Make, number: int, sent: dict[str, str]) -> None:
    rob = make(f"rob{number}", "reviewer", phone=False)
    for method, path in (
        ("POST", "/v1/session/password"),
        ("DELETE", "/v1/session"),
        ("POST", "/v1/actions"),
    ):
        answer = rob.client.request(method, path, json={}, headers=sent)
        assert code_of(answer) == (403, "web.forged"), path
    assert rob.client.get("/v1/me", headers=sent).status_code == 200  # they cannot read the answer


def test_a_program_with_a_key_needs_no_page(service: Service) -> None:
    with service.client("book.read") as program:
        assert program.get("/v1/book", headers={"origin": "https://shop.example"}).status_code == 200


def test_two_cookies_of_one_name_are_nobodys(service: Service, make: Make) -> None:
    sue = make("sue", "reviewer", phone=False)
    both = f"{COOKIE}=sess_tossed; {COOKIE}={sue.client.cookies[COOKIE]}"
    assert code_of(httpx2.get(service.url + "/v1/me", headers={"cookie": both})) == (401, "web.who")
