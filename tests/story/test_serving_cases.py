"""Cases over HTTP: nobody shares one, queues and clauses narrow, verdicts leave by themselves, many at once."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bylaw.cases.many import AT_ONCE
from bylaw.records.folder import machine_chance
from bylaw.staff.passwords import Hasher
from case_world import CLAUSE, LEAVING, RULES
from service import BOOK, PATIENCE, Service, message, ndjson, post, served
from staff_world import CHEAP

FILES = {
    **BOOK,
    "rules/words.yaml": RULES,
    "operator.toml": LEAVING,
}
SLOW = {**FILES, "operator.toml": FILES["operator.toml"].replace("undo_seconds = 0", "undo_seconds = 3600")}
SAY = {"thing": "your post", "facts": "You shouted."}
VERDICT: dict[str, Any] = {
    "outcome": "violation",
    "clauses": [CLAUSE],
    "reason": "Enough.",
    "orders": [{"effect": "remove"}],
    "say": SAY,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    hasher = Hasher(machine_chance, CHEAP)
    with served(tmp_path_factory.mktemp("served"), FILES, hasher=hasher) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def wave(client: httpx2.Client, prefix: str, count: int, text: str = "AAA") -> None:
    """Posts of so many accounts, each held for people."""
    lines = ndjson([post(f"{prefix}_{n}", text, actor=f"{prefix}_{n}") for n in range(count)])
    media = {"content-type": "application/x-ndjson"}
    answer = client.post("/v1/events", content=lines, headers=media)
    assert answer.status_code == 200, answer.text


def one(client: httpx2.Client, account: str) -> dict[str, Any]:
    """The case about an account."""
    [found] = client.get("/v1/cases", params={"account": account}).json()["cases"]
    case: dict[str, Any] = found
    return case


def code(answer: httpx2.Response) -> str:
    return f"{answer.status_code} {answer.json()['code']}"


def done_about(client: httpx2.Client, account: str) -> set[str]:
    return {act["effect"] for act in client.get("/v1/actions", params={"account": account}).json()["actions"]}


def wait_closed(client: httpx2.Client, case: str) -> dict[str, Any]:
    """Until a worker has carried a verdict out."""
    for _ in range(int(PATIENCE * 20)):
        found: dict[str, Any] = client.get(f"/v1/cases/{case}").json()["case"]
        if found["state"] == "closed":
            return found
        threading.Event().wait(0.05)
    raise AssertionError("the verdict was not carried out")


def test_twenty_reviewers_who_claim_at_once_never_share_a_case(
    service: Service, client: httpx2.Client
) -> None:
    wave(client, "claimed", 60)
    taken: list[str] = []
    failed: list[str] = []
    ready = threading.Barrier(20)

    def reviewer(key: str) -> None:
        with httpx2.Client(
            base_url=service.url, headers={"authorization": f"Bearer {key}"}, timeout=PATIENCE
        ) as mine:
            ready.wait()
            for _ in range(3):
                answer = mine.post("/v1/cases/next", json={"queues": ["words"]})
                if answer.status_code != 200 or answer.json()["case"] is None:
                    failed.append(answer.text)
                    return
                case = answer.json()["case"]["case"]
                taken.append(case)
                decided = mine.post(f"/v1/cases/{case}/decide", json={**VERDICT, "orders": []})
                if decided.status_code != 200:
                    failed.append(decided.text)

    keys = [service.staff.keys.create(f"reviewer-{n}", ["case.read", "case.decide"]).token for n in range(20)]
    threads = [threading.Thread(target=reviewer, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [case for case, times in Counter(taken).items() if times > 1] == []
    assert len(taken) == 60


def test_a_case_is_read_decided_and_carried_out_and_every_step_is_told(client: httpx2.Client) -> None:
    wave(client, "told", 1)
    case = one(client, "told_0")
    assert (case["queue"], case["what"], case["state"]) == ("words", "review", "open")
    assert 0.3 < case["priority"] < 0.5
    content = client.post(f"/v1/cases/{case['case']}/read").json()
    assert content["items"][0]["event"]["text"] == "AAA"
    assert content["noted"] > 0
    claimed = client.post(f"/v1/cases/{case['case']}/claim").json()
    assert claimed["state"] == "claimed"
    client.post(f"/v1/cases/{case['case']}/notes", json={"text": "It is loud."})
    given = client.post(f"/v1/cases/{case['case']}/decide", json=VERDICT)
    assert given.status_code == 200, given.text
    wait_closed(client, case["case"])
    assert done_about(client, "told_0") == {"hold", "remove"}
    detail = client.get(f"/v1/cases/{case['case']}").json()
    assert [entry["kind"] for entry in detail["history"]] == [
        "case.claimed",
        "case.noted",
        "case.decided",
        "case.carried",
    ]
    assert [entry["words"] for entry in detail["history"]] == [None, "It is loud.", "Enough.", None]
    assert code(client.post(f"/v1/cases/{case['case']}/withdraw")) == "409 case.order"


def test_a_verdict_without_clause_or_reason_or_words_is_refused(client: httpx2.Client) -> None:
    wave(client, "refused", 1)
    path = f"/v1/cases/{one(client, 'refused_0')['case']}/decide"
    assert code(client.post(path, json={**VERDICT, "clauses": []})) == "422 web.body"
    assert code(client.post(path, json={**VERDICT, "reason": ""})) == "422 web.body"
    assert code(client.post(path, json={**VERDICT, "say": None})) == "422 action.untold"
    assert code(client.post(path, json={**VERDICT, "clauses": ["house/none"]})) == "422 case.clause"
    assert code(client.post(path, json={**VERDICT, "orders": [{"effect": "terminate"}]})) == "422 case.hidden"
    assert (
        code(client.post(path, json={**VERDICT, "orders": [{"effect": "suspend"}]})) == "422 action.argument"
    )


def test_who_is_for_some_queues_or_clauses_sees_and_decides_those_only(
    service: Service, client: httpx2.Client
) -> None:
    wave(client, "narrow", 1)
    wave(client, "letter", 1, "CCC")
    case = one(client, "narrow_0")["case"]

    def narrowed(**to: list[str]) -> httpx2.Client:
        key = service.staff.keys.create("narrow", ["case.read", "case.decide"], **to)  # type: ignore[arg-type]
        headers = {"authorization": f"Bearer {key.token}"}
        return httpx2.Client(base_url=service.url, headers=headers, timeout=PATIENCE)

    with narrowed(queues=["letters"]) as letters:
        assert {found["queue"] for found in letters.get("/v1/cases").json()["cases"]} == {"letters"}
        assert [found["queue"] for found in letters.get("/v1/queues").json()["queues"]] == ["letters"]
        assert code(letters.get(f"/v1/cases/{case}")) == "404 case.unknown"
        assert code(letters.post(f"/v1/cases/{case}/claim")) == "404 case.unknown"
        assert letters.post("/v1/cases/next", json={}).json()["case"]["queue"] == "letters"
    with narrowed(clauses=["house/complaints"]) as complaints:
        assert code(complaints.get(f"/v1/cases/{case}")) == "404 case.unknown"
    with narrowed(queues=["words"]) as words:
        assert words.get(f"/v1/cases/{case}").status_code == 200
        assert code(words.post(f"/v1/cases/{case}/decide", json=VERDICT)) == "403 web.may_not_here"
        assert words.post(f"/v1/cases/{case}/decide", json={**VERDICT, "orders": []}).status_code == 200


def test_many_are_previewed_and_then_exactly_these_are_decided(client: httpx2.Client) -> None:
    wave(client, "bulk", 12, "BBB")
    asked = {"filter": {"queue": "words", "rule": "loud"}, "verdict": VERDICT}
    preview = client.post("/v1/cases/bulk?preview=true", json=asked).json()
    assert (preview["preview"], preview["cases"], preview["accounts"], preview["batch"]) == (
        True,
        12,
        12,
        None,
    )
    wave(client, "late", 1, "BBB")
    assert code(client.post("/v1/cases/bulk", json={**asked, "set": preview["set"]})) == "409 case.changed"
    preview = client.post("/v1/cases/bulk?preview=true", json=asked).json()
    done = client.post("/v1/cases/bulk", json={**asked, "set": preview["set"]})
    assert done.status_code == 200, done.text
    assert (done.json()["cases"], done.json()["decided"], done.json()["left"]) == (13, 13, {})


def test_more_than_a_step_is_one_batch_and_who_lost_its_name_finds_it(
    tmp_path: Path,
) -> None:
    with (
        served(tmp_path, SLOW) as slow,
        slow.client() as mine,
        slow.client("case.decide", "case.read") as other,
    ):
        wave(mine, "many", AT_ONCE + 10)
        asked = {"filter": {"queue": "words"}, "verdict": VERDICT}
        preview = mine.post("/v1/cases/bulk?preview=true", json=asked).json()
        taken = other.post("/v1/cases/next", json={}).json()["case"]["case"]
        answer = mine.post("/v1/cases/bulk", json={**asked, "set": preview["set"]}).json()
        assert (answer["decided"], answer["left"]) == (AT_ONCE + 9, {taken: "case.taken"})
        [batch] = mine.get("/v1/cases/batches").json()["batches"]
        assert batch == {"batch": answer["batch"], "cases": AT_ONCE + 9, "leaves": answer["leaves"]}
        assert other.get("/v1/cases/batches").json() == {"batches": []}
        assert other.post(f"/v1/cases/batches/{batch['batch']}/withdraw").json() == {"withdrawn": 0}
        assert mine.post(f"/v1/cases/batches/{batch['batch']}/withdraw").json() == {"withdrawn": AT_ONCE + 9}
        assert mine.get("/v1/cases/batches").json() == {"batches": []}


def test_queues_say_what_waits_and_quality_what_was_right(client: httpx2.Client) -> None:
    wave(client, "count", 3)
    [words] = [found for found in client.get("/v1/queues").json()["queues"] if found["queue"] == "words"]
    assert words["open"] >= 3
    quality = client.get("/v1/quality").json()
    assert {one["queue"] for one in quality["queues"]} >= {"words", "letters"}
    found = client.get("/v1/cases", params={"queue": "words", "limit": 2}).json()
    assert len(found["cases"]) == 2
    rest = client.get("/v1/cases", params={"queue": "words", "cursor": found["next"]}).json()
    assert not {case["case"] for case in found["cases"]} & {case["case"] for case in rest["cases"]}
    assert code(client.get("/v1/cases", params={"cursor": "x"})) == "422 web.cursor"


def test_a_case_is_left_handed_on_and_given_to_somebody(service: Service, client: httpx2.Client) -> None:
    client.post("/v1/events", json=message("msg_1", actor="mover"))
    wave(client, "moved", 1)
    case = one(client, "moved_0")["case"]
    client.post(f"/v1/cases/{case}/claim")
    left = client.post(f"/v1/cases/{case}/leave", json={"skip": "unsure", "note": "I am new."}).json()
    assert (left["state"], left["by"]) == ("open", "")
    assert code(client.post(f"/v1/cases/{case}/claim")) == "409 case.barred"
    assert client.post(f"/v1/cases/{case}/escalate", json={}).json()["queue"] == "leads"
    assert code(client.post(f"/v1/cases/{case}/escalate", json={"queue": "nowhere"})) == "404 case.queue"
    assert code(client.post(f"/v1/cases/{case}/assign", json={"to": "stf_nobody"})).startswith("404")


def test_care_is_asked_for_and_a_break_is_a_break(service: Service) -> None:
    key = service.staff.keys.create("tired", ["case.read", "case.decide"]).token
    with httpx2.Client(
        base_url=service.url, headers={"authorization": f"Bearer {key}"}, timeout=PATIENCE
    ) as tired:
        assert tired.get("/v1/care").json()["blur"] is True
        assert tired.post("/v1/care", json={"blur": False, "budget": 2}).json()["budget"] == 2
        assert tired.post("/v1/care/rest", json={}).json()["resting"] is not None
        assert code(tired.post("/v1/cases/next", json={})) == "403 case.resting"


def test_verdicts_that_have_not_left_are_withdrawn_alone_and_together(tmp_path: Path) -> None:
    with served(tmp_path, SLOW) as service, service.client() as client:
        wave(client, "slow", 4)
        first = one(client, "slow_0")["case"]
        client.post(f"/v1/cases/{first}/decide", json=VERDICT)
        assert client.get(f"/v1/cases/{first}").json()["case"]["state"] == "decided"
        assert client.post(f"/v1/cases/{first}/withdraw").json() == {"withdrawn": 1}
        asked = {"filter": {"queue": "words"}, "verdict": VERDICT}
        preview = client.post("/v1/cases/bulk?preview=true", json=asked).json()
        batch = client.post("/v1/cases/bulk", json={**asked, "set": preview["set"]}).json()["batch"]
        assert client.post(f"/v1/cases/batches/{batch}/withdraw").json() == {"withdrawn": 4}
        assert done_about(client, "slow_1") == {"hold"}
