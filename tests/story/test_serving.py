"""The service as another program sees it: events in, durable decisions out."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bylaw.base.errors import InputError
from bylaw.runtime.offices import open_record
from service import RULES, Service, message, ndjson, post, served

NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two that speak HTTP"])
def service(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("served"), web=request.param) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def lines(answer: httpx2.Response) -> list[Any]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_an_event_gets_a_decision_that_cites_its_clause(client: httpx2.Client) -> None:
    answer = client.post("/v1/events", json=post("evt_cites", "AAA"))
    assert answer.status_code == 200
    said = answer.json()
    assert said["event_id"] == "evt_cites"
    assert said["outcome"] == "hold"
    assert not said["duplicate"]
    assert [(one["clause"], one["title"], one["text"]) for one in said["clauses"]] == [
        ("house/words/p1", "House Rules", "You must not shout.")
    ]
    assert [one["effect"] for one in said["effects"]] == ["hold", "label", "review"]
    assert said["dropped"] == [
        {"effect": "warn", "argument": None, "rules": ["loud"], "why": said["dropped"][0]["why"]}
    ]
    found = client.get(f"/v1/decisions/{said['decision']}").json()
    assert found["answer"] == said
    assert found["decision"]["event_id"] == "evt_cites"


def test_what_breaks_nothing_is_allowed(client: httpx2.Client) -> None:
    said = client.post("/v1/events", json=post("evt_calm")).json()
    assert (said["outcome"], said["clauses"], said["effects"]) == ("allow", [], [])


def test_the_same_event_gets_the_first_decision_and_another_under_its_id_is_a_conflict(
    client: httpx2.Client,
) -> None:
    first = client.post("/v1/events", json=post("evt_same", "AAA")).json()
    again = client.post("/v1/events", json=post("evt_same", "AAA"))
    assert again.status_code == 200
    assert again.json() == {**first, "duplicate": True}
    other = client.post("/v1/events", json=post("evt_same", "secret words"))
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["code"] == "event.conflict"
    assert "secret" not in other.text


def test_an_event_without_an_id_is_named_by_its_bytes(client: httpx2.Client) -> None:
    event = post("")
    del event["id"]
    first, again = (client.post("/v1/events", json=event).json() for _ in range(2))
    assert first["event_id"].startswith("evt_")
    assert again == {**first, "duplicate": True}


def test_a_stream_is_answered_line_by_line_and_a_bad_line_stops_nobody(client: httpx2.Client) -> None:
    first, last = post("evt_line_1", "AAA"), post("evt_line_5")
    body = ndjson([first, "{bad", "", json.dumps({"kind": "no.such", "id": "x"}), last, first])
    answer = client.post("/v1/events", content=body, headers=NDJSON)
    assert answer.headers["content-type"] == "application/x-ndjson"
    said = lines(answer)
    assert [one["line"] for one in said] == [1, 2, 4, 5, 6]
    assert [one["answer"]["outcome"] for one in said if "answer" in one] == ["hold", "allow", "hold"]
    assert [one["problem"]["code"] for one in said if "problem" in one] == [
        "event.not_json",
        "event.unknown_kind",
    ]
    assert said[4]["answer"]["duplicate"]


def test_who_may_not_is_told_before_a_stream_begins(service: Service) -> None:
    body = ndjson([post("evt_stranger")])
    with service.client("decision.read") as stranger:
        answer = stranger.post("/v1/events", content=body, headers=NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "web.may_not")
    with httpx2.Client(base_url=service.url, headers={"authorization": "Bearer key_1_2"}) as nobody:
        answer = nobody.post("/v1/events", content=body, headers=NDJSON)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_key_that_asks_too_often_is_told_when_to_come_again(service: Service) -> None:
    with service.client("event.write", rate=6) as client:
        assert client.post("/v1/events", json=post("evt_rate_1")).status_code == 200
        late = client.post("/v1/events", json=post("evt_rate_2"))
        assert (late.status_code, late.json()["code"]) == (429, "web.rate")
        assert 1 <= int(late.headers["retry-after"]) <= 10


def test_a_stream_without_a_last_line_end_and_with_a_line_that_is_too_long(client: httpx2.Client) -> None:
    long = json.dumps(post("evt_long", "a" * (1 << 20)))
    body = ndjson([post("evt_before"), long, post("evt_after")]).rstrip()
    said = lines(client.post("/v1/events", content=body, headers=NDJSON))
    assert [(one["line"], one.get("problem", {}).get("code")) for one in said] == [
        (1, None),
        (2, "event.too_long"),
        (3, None),
    ]


def test_an_empty_stream_is_answered_by_nothing(client: httpx2.Client) -> None:
    answer = client.post("/v1/events", content=b"\n\n", headers=NDJSON)
    assert (answer.status_code, answer.text) == (200, "")


def test_a_burst_over_all_connections_counts_exactly(service: Service) -> None:
    events = [message(f"evt_burst_{number}", actor="acc_burst") for number in range(200)]

    def send(event: dict[str, Any]) -> str:
        with service.client() as one:
            return str(one.post("/v1/events", json=event).json()["outcome"])

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(send, events))
    assert outcomes.count("allow") == 5  # the fifth is counted before the sixth is decided
    assert outcomes.count("remove") == 195


def test_access_follows_a_decision_before_its_answer_is_sent(client: httpx2.Client) -> None:
    assert client.get("/v1/access/acc_good").json()["allowed"]
    client.post("/v1/events", json=post("evt_nuisance", "nuisance", actor="acc/bad ü"))
    closed = client.get("/v1/access/acc%2Fbad%20%C3%BC")
    assert (closed.status_code, closed.json()["code"]) == (403, "access.closed")
    assert closed.json()["access"]["clauses"] == ["house/words/p1"]
    assert closed.json()["access"]["until"] > "2026"
    assert closed.headers["x-bylaw-until"][:19] == closed.json()["access"]["until"][:19]
    assert client.get("/v1/access/").status_code == 404


def test_access_tells_what_an_account_may_not(client: httpx2.Client) -> None:
    client.post("/v1/events", json=post("evt_scraper", "scraper", actor="acc_scraper"))
    open_ = client.get("/v1/access/acc_scraper")
    assert open_.status_code == 200
    assert open_.headers["x-bylaw-restricted"] == "search,uploads"
    assert client.get("/v1/access/acc_scraper?feature=posts").status_code == 200
    closed = client.get("/v1/access/acc_scraper?feature=uploads")
    assert (closed.status_code, closed.json()["code"]) == (403, "access.restricted")
    client.post("/v1/events", json=post("evt_chatter", "chatter", actor="acc_chatter"))
    assert client.get("/v1/access/acc_chatter").headers["x-bylaw-per-hour"] == "10"


def test_decisions_are_listed_newest_first_page_by_page(client: httpx2.Client) -> None:
    for number in range(7):
        client.post("/v1/events", json=post(f"evt_paged_{number}", "AAA", actor="acc_paged"))
    found, cursor = [], ""
    while True:
        page = client.get("/v1/decisions", params={"limit": 3, "rule": "shouting", "cursor": cursor}).json()
        found += page["decisions"]
        cursor = page["next"]
        if cursor is None:
            break
    seqs = [one["seq"] for one in found]
    assert seqs == sorted(seqs, reverse=True)
    assert len(set(seqs)) == len(seqs) >= 7
    assert {one["outcome"] for one in found} == {"hold"}
    assert client.get("/v1/decisions", params={"clause": "house/words"}).json()["decisions"]
    assert client.get("/v1/decisions", params={"clause": "house/wor"}).json()["decisions"] == []
    assert client.get("/v1/decisions", params={"kind": "mail.sent"}).json()["decisions"] == []
    assert client.get("/v1/decisions", params={"account": "acc_paged"}).json()["decisions"]
    assert client.get("/v1/decisions", params={"account": "acc_nobody"}).json()["decisions"] == []
    assert client.get("/v1/decisions", params={"since": "2026-03-02T00:00:00Z"}).json()["decisions"] == []
    assert client.get("/v1/decisions", params={"until": "2026-03-02T00:00:00Z"}).json()["decisions"]
    assert client.get("/v1/decisions", params={"cursor": "-1"}).json()["code"] == "web.cursor"
    assert client.get("/v1/decisions", params={"limit": 0}).status_code == 422
    assert client.get("/v1/decisions/dec_none").status_code == 404


def test_the_book_in_force_is_told(client: httpx2.Client) -> None:
    book = client.get("/v1/book").json()
    assert (book["operator"], book["in_force"]) == ("A small house", True)
    assert [one["rule"] for one in book["rules"]] == [
        "shouting",
        "loud",
        "burst",
        "nuisance",
        "scraper",
        "chatter",
    ]
    assert client.get("/v1/books").json() == {"books": [book["digest"]]}
    assert client.get(f"/v1/books/{book['digest']}").json() == book
    assert client.get(f"/v1/books/sha256:{'0' * 64}").status_code == 404
    assert client.get("/v1/books/mine").status_code == 422


def test_every_answer_is_kept_from_caches_and_frames(client: httpx2.Client) -> None:
    for path in ("/health/live", "/v1/decisions", "/nothing", "/v1/events"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"].startswith("req_")
        assert "server" not in headers


def test_problems_say_what_and_what_to_do(client: httpx2.Client) -> None:
    cases = {
        "web.media": client.post("/v1/events", content=b"x", headers={"content-type": "text/plain"}),
        "event.not_json": client.post(
            "/v1/events", content=b"{x", headers={"content-type": "application/json"}
        ),
        "web.no_route": client.get("/v2/events"),
        "web.method": client.delete("/v1/book"),
        "web.parameter": client.get("/v1/decisions?limit=many"),
    }
    for code, answer in cases.items():
        said = answer.json()
        assert (said["code"], said["status"]) == (code, answer.status_code), answer.text
        assert said["type"] == f"urn:bylaw:problem:{code}"
        assert said["instance"] == f"urn:bylaw:request:{answer.headers['x-request-id']}"
        assert answer.headers["content-type"] == "application/problem+json"
    assert cases["web.media"].status_code == 415
    assert cases["web.method"].status_code == 405


def test_a_new_book_is_put_into_force_between_two_events(tmp_path: Path) -> None:
    with served(tmp_path) as service, service.client() as client:
        assert client.post("/v1/events", json=post("evt_1", "whisper")).json()["outcome"] == "allow"
        changed = RULES.replace('event.text == "AAA"', 'event.text == "whisper"')
        (service.book / "rules/words.yaml").write_text(changed)
        stop, seen = threading.Event(), list[tuple[int, str]]()

        def send() -> None:
            with service.client() as one:
                for number in range(10_000):
                    if stop.is_set():
                        return
                    event = post(f"evt_{threading.get_ident()}_{number}", "whisper")
                    said = one.post("/v1/events", json=event).json()
                    seen.append((said["seq"], said["outcome"]))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        while len(seen) < 50:
            pass
        service.control.reload()
        after = len(seen) + 50
        while len(seen) < after:
            pass
        stop.set()
        for thread in threads:
            thread.join()
        outcomes = [outcome for _, outcome in sorted(seen)]
        switched = outcomes.index("hold")
        assert set(outcomes[:switched]) == {"allow"}
        assert set(outcomes[switched:]) == {"hold"}
        (service.book / "rules/words.yaml").write_text("rules: [{id: 1}]")
        with pytest.raises(InputError):
            service.control.reload()
        assert client.post("/v1/events", json=post("evt_last", "whisper")).json()["outcome"] == "hold"


def test_what_was_answered_is_there_after_a_graceful_stop(tmp_path: Path) -> None:
    said: list[dict[str, Any]] = []
    with served(tmp_path) as service:

        def send(number: int) -> None:
            with service.client() as one:
                for count in range(10_000):
                    try:
                        answer = one.post("/v1/events", json=post(f"evt_{number}_{count}", "AAA"))
                    except httpx2.TransportError:
                        return
                    if answer.status_code == 200:
                        said.append(answer.json())

        threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while len(said) < 100:
            pass
        service.control.stop()
        service.ended.wait()
        for thread in threads:
            thread.join()
    with open_record(tmp_path / "data", writing=False) as record:
        found = {one["decision"]: record.archive.find(one["decision"]) for one in said}
        assert all(row is not None for row in found.values())
        assert record.records.latest_checkpoint() is not None
    assert {line["status"] for line in service.logged()} <= {200, 503}
    assert "evt_" not in service.log.getvalue()


def test_actions_name_the_events_that_they_are_about_whoever_else_writes_meanwhile(tmp_path: Path) -> None:
    with served(tmp_path) as service:
        stop = threading.Event()

        def make_keys() -> None:
            while not stop.is_set():
                service.staff.keys.create("another", ["decision.read"])

        others = threading.Thread(target=make_keys)
        others.start()
        with service.client() as client:
            body = ndjson([post(f"evt_{number}", "AAA", actor=f"acc_{number}") for number in range(300)])
            client.post("/v1/events", content=body, headers=NDJSON)
        stop.set()
        others.join()
        records = service.office.records
        sources = [json.loads(row.body)["source"] for row in records.rows(kinds={"enforcement.resolved"})]
        decided = [row.seq for row in records.rows(kinds={"event.decided"})]
        assert sources == decided
        assert len(decided) == 300
