"""Two operators in one installation: whatever one has an id for is unknown to the other, whoever asks."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx2
import pytest

from bylaw.staff.roles import BUILT_IN
from service import BOOK, PATIENCE, Service, post, served
from staff_browser import OURS, Browser, at_a_browser, at_work, cheap, code_of, right
from staff_world import GOOD, Clock, address

OTHER = {**BOOK, "operator.toml": BOOK["operator.toml"].replace("A small house", "Another house")}
COOKIE = "bylaw-session"
ACCOUNT = "acc_of_theirs"


class Operator(NamedTuple):
    """An operator's service; ``anybody`` may do all that a person may, ``program`` all that a program may."""

    service: Service
    anybody: Browser
    program: httpx2.Client


class Theirs(NamedTuple):
    """What the one operator has ids for."""

    event: str
    decision: str
    action: str
    notice: str
    book: str
    staff: str
    session: str
    factor: str
    key: str
    key_token: str
    session_token: str
    link: str
    code_ticket: str
    passkey_ticket: str


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Operator]:
    with (
        served(tmp_path_factory.mktemp("house"), clock=clock, hasher=cheap()) as service,
        service.client() as program,
        at_a_browser(service, clock)("ada", *BUILT_IN) as anybody,
    ):
        yield Operator(service, anybody, program)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Operator]:
    with (
        served(tmp_path_factory.mktemp("other"), OTHER, clock=clock, hasher=cheap()) as service,
        service.client() as program,
        at_a_browser(service, clock)("bob", *BUILT_IN) as anybody,
    ):
        yield Operator(service, anybody, program)


@pytest.fixture(scope="module")
def theirs(house: Operator, clock: Clock) -> Theirs:
    ada, program = house.anybody, house.program
    decided = right(program.post("/v1/events", json=post("evt_theirs", "nuisance", actor=ACCOUNT)))
    (action,) = right(program.get(f"/v1/actions?account={ACCOUNT}"))["actions"]
    (notice,) = right(program.get(f"/v1/notices?account={ACCOUNT}"))["notices"]
    made = right(
        ada.ask("POST", "/v1/keys", {"name": "theirs", "permissions": ["book.read"], "expires": None})
    )
    invite = {"address": address("cy"), "name": "Cy", "roles": []}
    asked = right(ada.post("/v1/session/password", address=address("ada"), password=GOOD))
    me = right(ada.ask("GET", "/v1/me"))
    return Theirs(
        event="evt_theirs",
        decision=decided["decision"],
        action=action["action"],
        notice=notice["notice"],
        book=right(program.get("/v1/book"))["digest"],
        staff=me["staff"],
        session=me["session"]["session"],
        factor=right(ada.ask("GET", "/v1/me/factors"))["factors"][0]["factor"],
        key=made["key"]["key"],
        key_token=made["token"],
        session_token=ada.client.cookies[COOKIE],
        link=right(ada.ask("POST", "/v1/staff", invite))["link"],
        code_ticket=asked["ticket"],
        passkey_ticket=right(ada.post("/v1/session/passkey/ask"))["ticket"],
    )


def test_ids_of_one_are_unknown_to_the_other(other: Operator, theirs: Theirs) -> None:
    reason = {"reason": "because it was asked for"}
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", f"/v1/decisions/{theirs.event}", None),
        ("GET", f"/v1/decisions/{theirs.decision}", None),
        ("GET", f"/v1/actions/{theirs.action}", None),
        ("POST", f"/v1/actions/{theirs.action}/undo", reason),
        ("POST", f"/v1/actions/{theirs.action}/approve", reason),
        ("GET", f"/v1/books/{theirs.book}", None),
        ("GET", f"/v1/accounts/{ACCOUNT}", None),
        ("POST", f"/v1/notices/{theirs.notice}/release", None),
        ("POST", f"/v1/notices/{theirs.notice}/repeat", None),
        ("GET", f"/v1/staff/{theirs.staff}", None),
        ("GET", f"/v1/staff/{theirs.staff}/history", None),
        ("GET", f"/v1/staff/{theirs.staff}/sessions", None),
        ("DELETE", f"/v1/staff/{theirs.staff}/sessions", None),
        ("POST", f"/v1/staff/{theirs.staff}/suspend", None),
        ("POST", f"/v1/staff/{theirs.staff}/link", None),
        ("PUT", f"/v1/staff/{theirs.staff}/roles", {"roles": []}),
        ("DELETE", f"/v1/me/sessions/{theirs.session}", None),
        ("DELETE", f"/v1/keys/{theirs.key}", None),
        ("GET", f"/v1/reads?staff={theirs.staff}", None),
    ]
    told = {f"{method} {path}": other.anybody.ask(method, path, body) for method, path, body in asked}
    assert {name: answer.status_code for name, answer in told.items()} == dict.fromkeys(told, 404)


def test_an_account_that_one_closed_may_act_with_the_other(
    house: Operator, other: Operator, theirs: Theirs
) -> None:
    assert house.program.get(f"/v1/access/{ACCOUNT}").status_code == 403
    assert right(other.program.get(f"/v1/access/{ACCOUNT}"))["allowed"]
    for path in ("actions", "notices"):
        assert right(other.program.get(f"/v1/{path}?account={ACCOUNT}"))[path] == []
    assert right(other.anybody.ask("GET", f"/v1/reads?account={ACCOUNT}"))["readings"] == []
    told = right(other.program.post("/v1/actions/acknowledge", json={"actions": [theirs.action]}))
    assert told["actions"] == [{"action": theirs.action, "state": None}]


def test_what_lets_in_here_lets_nobody_in_there(
    house: Operator, other: Operator, theirs: Theirs, clock: Clock
) -> None:
    def ask(method: str, path: str, headers: dict[str, str], **body: Any) -> tuple[int, str]:
        url = other.service.url + path
        return code_of(httpx2.request(method, url, headers={**OURS, **headers}, json=body, timeout=PATIENCE))

    bearer = {"authorization": f"Bearer {theirs.key_token}"}
    assert ask("GET", "/v1/book", bearer) == (401, "key.refused")
    assert ask("GET", "/v1/me", {"cookie": f"{COOKIE}={theirs.session_token}"}) == (401, "staff.session")
    assert ask("POST", "/v1/join", {}, link=theirs.link) == (403, "staff.link")
    assert ask("POST", "/v1/join/password", {}, link=theirs.link, password=GOOD) == (403, "staff.link")
    code = {"ticket": theirs.code_ticket, "code": house.anybody.code()}
    assert ask("POST", "/v1/session/code", {}, **code) == (403, "staff.ticket")
    shown = {"ticket": theirs.passkey_ticket, "answer": {"id": "AAAA"}}
    assert ask("POST", "/v1/session/passkey", {}, **shown) == (403, "staff.ticket")
    password = {"address": address("ada"), "password": GOOD}
    assert ask("POST", "/v1/session/password", {}, **password) == (403, "staff.refused")


def test_the_same_event_is_decided_by_each_and_their_ids_differ(house: Operator, other: Operator) -> None:
    said = [
        right(one.program.post("/v1/events", json=post("evt_both", "AAA", actor="acc_both")))
        for one in (house, other)
    ]
    assert [one["duplicate"] for one in said] == [False, False]
    assert said[0]["decision"] != said[1]["decision"]
    assert right(house.program.get("/v1/decisions/evt_both"))["answer"]["decision"] == said[0]["decision"]


def test_ids_of_nobody_are_told_as_those_of_the_other(other: Operator, theirs: Theirs) -> None:
    pairs = [
        ("/v1/decisions/{}", theirs.decision, "dec_0"),
        ("/v1/actions/{}", theirs.action, "act_0"),
        ("/v1/staff/{}", theirs.staff, "staff_0"),
        ("/v1/accounts/{}", ACCOUNT, "acc_of_nobody"),
    ]
    for path, one, none in pairs:
        first, second = (other.anybody.ask("GET", path.format(name)) for name in (one, none))
        assert code_of(first) == code_of(second), path
