"""What a service is sent by those who wish it no good, or whose programs are broken."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import repeat

import httpx2
import pytest

from bylaw.staff.permissions import PERMISSIONS
from bylaw.web import exchange, protocol
from bylaw.web.app import ROUTES
from bylaw.web.limits import MAX_BODY, MAX_HEAD, MAX_HEADERS
from bylaw.web.routes import Route
from service import EVERYTHING, PATIENCE, Service, ndjson, post, served

NDJSON = {"content-type": "application/x-ndjson"}
JSON = {"content-type": "application/json"}
SHORT = 0.2  # seconds, in the place of those of the service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def raw(service: Service, *pieces: bytes) -> bytes:
    """Send bytes, and return everything that comes back until the service closes the connection."""
    with closing(socket.create_connection(("127.0.0.1", service.port), PATIENCE)) as connection:
        answer = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            while more := connection.recv(1 << 16):
                answer += more
        except ConnectionError:
            pass
        return answer


def head(service: Service, *more: str, length: int | None = None, media: str = "application/json") -> bytes:
    lines = ["POST /v1/events HTTP/1.1", "host: x", f"authorization: Bearer {service.key()}", *more]
    lines += [f"content-type: {media}"]
    lines += [] if length is None else [f"content-length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def code_of(answer: bytes) -> str:
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["code"])


# -- who may


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.permission and not route.page],
    ids=lambda route: route.name,
)
def test_nobody_gets_through_a_door_without_the_key_to_it(service: Service, route: Route) -> None:
    path = route.path.replace("{digest}", f"sha256:{'0' * 64}").replace("{decision}", "dec_1")
    others = [name for name in EVERYTHING if name not in route.permissions]
    keys = {
        "": 401,
        "Bearer": 401,
        "Bearer key_1_2": 401,
        "Basic a2V5OnNlY3JldA==": 401,
        f"Bearer {service.key()}x": 401,
        f"Bearer {service.key(*others)}": 403,
    }
    for shown, expected in keys.items():
        headers = {"authorization": shown, "content-type": "application/json"}
        answer = httpx2.request(route.method, service.url + path, headers=headers, content=b"{}")
        assert (answer.status_code, answer.headers["content-type"]) == (expected, "application/problem+json")
        assert (expected == 401) == ("www-authenticate" in answer.headers)
    for permission in set(route.permissions) & set(EVERYTHING):
        headers = {"authorization": f"Bearer {service.key(permission)}"}
        allowed = httpx2.request(route.method, service.url + path, headers=headers, content=b"")
        assert allowed.status_code not in {401, 403}


def test_every_route_needs_a_permission_that_exists_or_is_for_everybody() -> None:
    assert {permission for route in ROUTES for permission in route.permissions} <= set(PERMISSIONS)
    assert not any(PERMISSIONS[also].fresh for route in ROUTES for also in route.also)
    open_to_all = [route for route in ROUTES if route.permission is None and not route.signed_in]
    assert {route.path for route in open_to_all if not route.guarded} == {
        "/health/live",
        "/health/ready",
        "/v1/incoming/{name}",  # told by its signature
        "/assets/{file}",
        "/your/{token}",  # the token is the key
        "/your/{token}/appeal",
        "/your/{token}/answer",
        "/your/{token}/mended",
        "/transparency",  # the public account
        "/transparency/{period}",
    }
    guarded = ("/v1/session", "/v1/join", "/console/", "/staff/")
    assert all(route.path.startswith(guarded) for route in open_to_all if route.guarded)


def test_a_revoked_key_lets_nobody_in(service: Service) -> None:
    made = service.staff.keys.create("short", ["decision.read"])
    with httpx2.Client(base_url=service.url, headers={"authorization": f"Bearer {made.token}"}) as client:
        assert client.get("/v1/decisions").status_code == 200
        service.staff.keys.revoke(made.key.id)
        assert client.get("/v1/decisions").json()["code"] == "key.revoked"


# -- too much


def test_a_body_that_is_too_large_is_refused_unread(service: Service, client: httpx2.Client) -> None:
    assert code_of(raw(service, head(service, "connection: close", length=MAX_BODY + 1))) == "web.too_large"
    pieces = (b"x" * (1 << 16) for _ in range(100))
    assert client.post("/v1/events", content=pieces, headers=JSON).status_code == 413


@pytest.mark.parametrize(
    "bomb",
    [
        ("x-bomb: " + "x" * MAX_HEAD,),
        tuple(f"x-{number}: 1" for number in range(MAX_HEADERS + 1)),
    ],
    ids=["one header", "many headers"],
)
def test_a_head_that_is_too_large_is_refused(service: Service, bomb: tuple[str, ...]) -> None:
    answer = raw(service, head(service, *bomb, length=2), b"{}")
    assert answer.startswith(b"HTTP/1.1 431 "), answer[:100]
    assert code_of(answer) == "web.head_too_large"


def test_a_head_that_never_ends_is_refused(service: Service) -> None:
    answer = raw(service, b"GET / HTTP/1.1\r\nx-bomb: ", *[b"x" * 1000] * 100)
    assert not answer or answer.startswith(
        b"HTTP/1.1 431 "
    )  # closed while more was on its way: it may be lost
    answer = raw(service, b"GET /" + b"x" * (2 * MAX_HEAD))
    assert not answer or answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("nonsense", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_is_told_so(service: Service, nonsense: bytes) -> None:
    answer = raw(service, nonsense)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert code_of(answer) == "web.bad_request"


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 500_000,
        b'{"kind":"post.created","id":' + b'{"a":' * 100_000,
        b'{"kind":"post.created","id":"' + b"\\u0000" * 100 + b'","at":"2026-03-01T10:00:00Z"}',
        b'{"kind":"post.created","id":"a","at":"2026-03-01T10:00:00Z","text":1e999999}',
        b'{"kind":"post.created","id":"a","at":"9999-12-31T23:59:59Z","text":"a"}',
        b'{"kind":"post.created","id":"a\\ud800","at":"2026-03-01T10:00:00Z","text":"a"}',
        b"\xff\xfe",
        b"",
    ],
)
def test_crafted_json_is_told_what_is_wrong_with_it(client: httpx2.Client, bomb: bytes) -> None:
    answer = client.post("/v1/events", content=bomb, headers=JSON)
    assert answer.status_code in {400, 422}
    assert answer.json()["code"].startswith("event.")
    assert client.get("/health/ready").status_code == 200


def test_an_event_that_names_too_many_people_is_refused(client: httpx2.Client) -> None:
    event = {
        "kind": "message.sent",
        "id": "evt_people",
        "at": "2026-03-01T10:00:00Z",
        "text": "to everybody",
        "recipients": [f"acc_{number}" for number in range(2_000)],
    }
    assert client.post("/v1/events", json=event).json()["code"] == "event.people"


# -- too slow


def test_a_head_that_comes_too_slowly_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", SHORT)
    assert raw(service) == b""
    assert raw(service, b"GET / HTTP/1.1\r\nhost:") == b""
    assert raw(service, b"\r\n\r\n") == b""


def test_a_body_that_does_not_come_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", SHORT)
    monkeypatch.setattr(exchange, "BODY_SECONDS", SHORT)
    answer = raw(service, head(service, length=100), b'{"kind":')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert code_of(answer) == "web.slow"


def test_a_stream_that_pauses_too_long_is_told_so_and_ended(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "LINE_SECONDS", SHORT)
    monkeypatch.setattr(protocol, "HEAD_SECONDS", SHORT)
    lines = ndjson([post("evt_slow_1")])
    answer = raw(service, head(service, length=1000, media="application/x-ndjson"), lines)
    last = json.loads(next(line for line in answer.splitlines() if b'"problem"' in line))
    assert b'"line":1,"answer"' in answer
    assert (last["line"], last["problem"]["code"], last["ended"]) == (2, "web.slow", True)


def test_slow_ones_do_not_keep_others_waiting(service: Service, client: httpx2.Client) -> None:
    dangling = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(200)]
    try:
        for number, connection in enumerate(dangling):
            connection.sendall(head(service, length=1000)[: 50 + number])
        assert client.post("/v1/events", json=post("evt_beside")).status_code == 200
    finally:
        for connection in dangling:
            connection.close()


# -- what goes wrong behind it


def test_an_event_that_cannot_be_recorded_does_not_take_its_neighbours_along(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bylaw.records.records.MAX_BODY", 2_000)
    poison = {
        "kind": "message.sent",
        "id": "evt_poison",
        "at": "2026-03-01T10:00:00Z",
        "text": "to everybody",
        "recipients": [f"acc_{number}" for number in range(200)],
    }
    body = ndjson([post("evt_n1"), post("evt_n2"), poison, post("evt_n3", "AAA")])
    said = [
        json.loads(line) for line in client.post("/v1/events", content=body, headers=NDJSON).text.splitlines()
    ]
    assert [one.get("answer", {}).get("outcome") for one in said] == ["allow", "allow", None, "hold"]
    assert said[2]["problem"]["code"] == "records.fact"


def test_a_full_disk_is_told_and_nothing_is_lost_when_there_is_room_again(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bylaw.web.gathering.REST_SECONDS", 0.01)
    with served(tmp_path_factory.mktemp("full")) as service, service.client() as client:
        assert client.post("/v1/events", json=post("evt_0")).status_code == 200
        core = service.office.records.store.core

        def send(number: int) -> httpx2.Response:
            return client.post("/v1/events", json=post(f"evt_{number}", "AAA" * 500))

        def pages(number: int) -> None:
            with service.office.records.turn:
                core.exec_driver_sql(f"PRAGMA max_page_count = {number}")

        pages(1)
        refused = next(answer for answer in map(send, range(1, 2_000)) if answer.status_code != 200)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["code"] == "records.disk_full"
        pages(1 << 30)
        taken = next(answer for answer in map(send, repeat(2_000)) if answer.status_code == 200)
        assert not taken.json()["duplicate"]


def test_a_damaged_record_is_told_stops_no_neighbour_and_calls_a_person(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    with served(folder) as service, service.client() as client:
        first = client.post("/v1/events", json=post("evt_1")).json()
        with closing(sqlite3.connect(folder / "data" / "bylaw.db")) as database:
            triggers = database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                database.execute(f"DROP TRIGGER {name}")
            database.execute("UPDATE journal SET leaf = zeroblob(32) WHERE seq = ?", (first["seq"],))
            database.commit()
        body = ndjson([post("evt_0"), post("evt_1"), post("evt_2", "AAA")])
        answer = client.post("/v1/events", content=body, headers=NDJSON)
        said = [json.loads(line) for line in answer.text.splitlines()]
        assert [one.get("answer", {}).get("outcome") for one in said] == ["allow", None, "hold"]
        assert (said[1]["problem"]["code"], said[1]["problem"]["status"]) == ("records.altered", 500)
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["code"]) == (503, "web.damaged")
        assert "bylaw_unforeseen_total 1.0" in client.get("/metrics").text


def test_who_goes_away_is_not_waited_for(service: Service, client: httpx2.Client) -> None:
    for _ in range(20):
        with closing(socket.create_connection(("127.0.0.1", service.port))) as connection:
            body = json.dumps(post("evt_gone")).encode()
            connection.sendall(head(service, length=len(body)) + body)
    assert client.post("/v1/events", json=post("evt_stays")).status_code == 200


def test_streams_end_when_the_service_stops_and_say_where(tmp_path_factory: pytest.TempPathFactory) -> None:
    with served(tmp_path_factory.mktemp("stopping")) as service:
        with closing(socket.create_connection(("127.0.0.1", service.port), PATIENCE)) as connection:
            connection.sendall(head(service, "transfer-encoding: chunked", media="application/x-ndjson"))
            lines = ndjson([post("evt_1"), post("evt_2")])
            connection.sendall(b"%x\r\n%b\r\n" % (len(lines), lines))
            answer = b""
            while b'"line":2' not in answer:
                answer += connection.recv(1 << 16)
            service.control.stop()
            while more := connection.recv(1 << 16):
                answer += more
        service.ended.wait()
        assert b'"line":3,"problem"' in answer
        assert b"web.stopping" in answer
