"""What people and programs do about accounts over HTTP: orders, agreement, undoing, reading, telling, the outbox."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest

from bylaw.records.delivery import Delivery
from bylaw.records.folder import machine_chance
from bylaw.records.outbox import MAX_ATTEMPTS
from bylaw.runtime.offices import open_record
from bylaw.staff.passwords import Hasher
from bylaw.staff.roles import BUILT_IN, Assignment
from service import BOOK, EVERYTHING, PATIENCE, RULES, Service, post, served
from staff_world import CHEAP

STRIKES = """\
  - id: rude
    clause: house/words/p1
    on: post.created
    when: event.text == "rude"
    then: [remove, {strike: 1}]
  - id: rude-too
    clause: house/words/p1
    on: post.created
    when: event.text == "rude" && event.actor == "acc_both"
    then: [remove]
  - id: worst
    clause: house/words/p1
    on: post.created
    when: event.text == "worst"
    then: [terminate]
"""
OPERATOR = """
[strikes]
customer_share = 50

[[ladder]]
strikes = 2
then = "suspend"
days = 7
"""
FILES = {
    **BOOK,
    "rules/words.yaml": RULES + STRIKES,
    "operator.toml": BOOK["operator.toml"] + OPERATOR,
}
SAY = {"thing": "your posts", "facts": "You shouted, again and again."}
CLAUSE = "house/words/p1"
WORDS = "a few words that nobody else says"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    hasher = Hasher(machine_chance, CHEAP)
    with served(tmp_path_factory.mktemp("served"), FILES, hasher=hasher) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


def signed_in(service: Service, name: str) -> httpx2.Client:
    """A lead of reviewers who has just shown two factors."""
    staff = service.staff
    token = staff.roster.invite(f"{name}@house.example", name, [Assignment("lead")], BUILT_IN).token
    member = staff.roster.join(token, lambda one: staff.wallet.new_password(one, WORDS))
    entered = staff.door.with_password(f"{name}@house.example", WORDS, "192.0.2.7")
    session = staff.sessions.present(entered.token)  # type: ignore[union-attr]  # there is no phone yet
    offer = staff.wallet.offer_phone(member, "House")
    staff.sessions.add_phone(session, offer.ticket, pyotp.TOTP(offer.secret).now())
    return httpx2.Client(
        base_url=service.url,
        headers={"x-bylaw-request": "1"},
        cookies={"bylaw-session": entered.token},  # type: ignore[union-attr]
        timeout=PATIENCE,
    )


def order(client: httpx2.Client, account: str, *orders: dict[str, Any], **more: Any) -> httpx2.Response:
    asked = {"account": account, "orders": orders, "clauses": [CLAUSE], "reason": "Enough.", "say": SAY}
    return client.post("/v1/actions", json={**asked, **more})


def decided(client: httpx2.Client, name: str, text: str, actor: str) -> dict[str, Any]:
    answer = client.post("/v1/events", json=post(name, text, actor=actor))
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def listed(client: httpx2.Client, **asked: Any) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = client.get("/v1/actions", params={"limit": 3, "cursor": cursor, **asked}).json()
        found += page["actions"]
        if page["next"] is None:
            return found
        cursor = page["next"]


def code(answer: httpx2.Response) -> str:
    return f"{answer.status_code} {answer.json()['code']}"


# -- orders


def test_an_order_shows_at_the_gate_before_it_is_answered_and_is_told(client: httpx2.Client) -> None:
    decided(client, "evt_order", "hello", "acc_ordered")
    answer = order(client, "acc_ordered", {"effect": "suspend", "argument": 3})
    assert answer.status_code == 200, answer.text
    [done] = answer.json()["actions"]
    assert (done["state"], done["account"], done["effect"], done["argument"]) == (
        "planned",
        "acc_ordered",
        "suspend",
        3,
    )
    assert done["by"].startswith("key_")
    assert client.get("/v1/access/acc_ordered").status_code == 403
    [notice] = client.get("/v1/notices", params={"account": "acc_ordered"}).json()["notices"]
    assert (notice["action"], notice["state"], notice["clauses"]) == (done["action"], "planned", [CLAUSE])
    assert listed(client, account="acc_ordered") == [done]
    assert client.get(f"/v1/actions/{done['action']}").json() == {
        "action": done,
        "approvals": [],
        "reason": None,
    }


def test_an_order_about_a_decision_is_about_who_answers_for_it(client: httpx2.Client) -> None:
    made = decided(client, "evt_about", "AAA", "acc_about")
    answer = order(client, "", {"effect": "remove"}, decision="evt_about")
    assert [one["account"] for one in answer.json()["actions"]] == ["acc_about"]
    about = {one["effect"] for one in listed(client, decision=made["decision"])}
    assert about == {"hold", "label", "remove"}
    decided(client, "evt_other", "hello", "acc_other")
    wrong = order(client, "acc_other", {"effect": "remove"}, decision="evt_about")
    assert code(wrong) == "422 action.about"


def test_an_order_with_the_same_key_is_done_once(client: httpx2.Client) -> None:
    decided(client, "evt_once", "hello", "acc_once")
    client.headers["idempotency-key"] = "k1"
    first, again = (order(client, "acc_once", {"effect": "warn"}) for _ in range(2))
    assert first.json() == again.json()
    assert len(listed(client, account="acc_once")) == 1
    assert code(order(client, "acc_once", {"effect": "remove"})) == "422 web.key_reused"
    client.headers["idempotency-key"] = "k2"
    assert order(client, "acc_nobody", {"effect": "warn"}).status_code == 404  # what failed is not remembered
    assert order(client, "acc_once", {"effect": "warn"}).status_code == 200
    client.headers["idempotency-key"] = "k" * 300
    assert code(order(client, "acc_once", {"effect": "warn"})) == "400 web.idempotency_key"


def test_orders_that_lack_something_say_what(client: httpx2.Client) -> None:
    decided(client, "evt_lacks", "hello", "acc_lacks")
    suspend = {"effect": "suspend", "argument": 3}
    cases = {
        "422 action.untold": order(client, "acc_lacks", suspend, say=None),
        "422 action.say": order(client, "acc_lacks", suspend, withheld={"ground": "terms", "reason": "x"}),
        "422 action.argument": order(client, "acc_lacks", {"effect": "suspend"}),
        "422 action.clause": order(client, "acc_lacks", suspend, clauses=["house/nothing"]),
        "422 action.no_clause": order(client, "acc_lacks", suspend, clauses=[]),
        "422 action.about": order(client, "", suspend),
        "404 account.unknown": order(client, "acc_never_seen", suspend),
        "404 decision.not_found": order(client, "", suspend, decision="evt_never_seen"),
        "422 web.body": order(client, "acc_lacks", {"effect": "purge"}),
        "400 web.not_json": client.post(
            "/v1/actions", content=b"{", headers={"content-type": "application/json"}
        ),
        "415 web.media": client.post("/v1/actions", content=b"{}"),
    }
    assert {wanted: code(answer) for wanted, answer in cases.items()} == {wanted: wanted for wanted in cases}
    unknown = order(client, "acc_lacks", suspend, shouted="secret").json()
    assert unknown["detail"] == "it holds a field that is not known"
    assert listed(client, account="acc_lacks") == []


def test_strikes_by_hand_climb_the_ladder_and_taking_one_back_opens_the_account(
    client: httpx2.Client,
) -> None:
    decided(client, "evt_hand", "hello", "acc_hand")
    for _ in range(2):
        order(client, "acc_hand", {"effect": "strike"})
    seen = client.get("/v1/accounts/acc_hand").json()
    assert (seen["weight"], len(seen["strikes"]), seen["access"]["allowed"]) == (2, 2, False)
    assert {one["effect"] for one in seen["actions"]} == {"strike", "suspend"}
    strike = seen["strikes"][0]["action"]
    undone = client.post(f"/v1/actions/{strike}/undo", json={"reason": "It was a song."})
    assert len(undone.json()["undone"]) == 2
    assert client.get("/v1/access/acc_hand").json()["allowed"]
    again = client.post(f"/v1/actions/{strike}/undo", json={"reason": "It was a song."})
    assert code(again) == "409 action.order"


def test_the_choice_not_to_enforce_may_name_all_below_a_clause(client: httpx2.Client) -> None:
    decided(client, "evt_none", "hello", "acc_none")
    chosen = order(client, "acc_none", {"effect": "none", "days": 9}, clauses=["house/words"], say=None)
    assert chosen.status_code == 200
    decided(client, "evt_none_2", "nuisance", "acc_none")
    assert client.get("/v1/access/acc_none").json()["allowed"]
    said = decided(client, "evt_none_3", "rude", "acc_none")
    assert (said["outcome"], said["effects"]) == ("allow", [])
    assert {one["effect"] for one in said["dropped"]} == {"remove", "strike"}
    assert decided(client, "evt_none_3", "rude", "acc_none") == {**said, "duplicate": True}
    assert client.get(f"/v1/decisions/{said['decision']}").json()["answer"] == said


# -- two people


def test_what_cannot_be_undone_takes_two_people_who_are_signed_in(
    service: Service, client: httpx2.Client
) -> None:
    decided(client, "evt_end", "worst", "acc_end")
    [waiting] = listed(client, account="acc_end", state="awaiting")
    name = waiting["action"]
    assert code(client.post(f"/v1/actions/{name}/approve")) == "403 web.person"
    with signed_in(service, "ada") as ada, signed_in(service, "bob") as bob:
        assert ada.post(f"/v1/actions/{name}/approve").json()["state"] == "awaiting"
        assert code(ada.post(f"/v1/actions/{name}/approve")) == "409 action.same_person"
        assert client.get("/v1/access/acc_end").json()["allowed"]
        assert bob.post(f"/v1/actions/{name}/approve").json()["state"] == "planned"
        assert client.get("/v1/access/acc_end").status_code == 403
        assert len(ada.get(f"/v1/actions/{name}").json()["approvals"]) == 2
        decided(client, "evt_mine", "hello", "acc_mine")
        [mine] = order(ada, "acc_mine", {"effect": "terminate"}).json()["actions"]
        assert code(ada.post(f"/v1/actions/{mine['action']}/approve")) == "409 action.same_person"
        assert bob.get(f"/v1/actions/{mine['action']}").json()["reason"] == "Enough."
        assert bob.post(f"/v1/actions/{mine['action']}/refuse").json()["state"] == "refused"
        assert client.get("/v1/access/acc_mine").json()["allowed"]


# -- undoing a rule


def test_a_rule_is_counted_first_and_then_taken_back(client: httpx2.Client) -> None:
    for number in range(2):
        for actor in ("acc_r1", "acc_r2", "acc_both"):
            decided(client, f"evt_rude_{actor}_{number}", "rude", actor)
    assert client.get("/v1/access/acc_r1").status_code == 403  # two strikes
    asked = {"since": "2026-01-01T00:00:00Z", "reason": "It read songs."}
    counted = client.post("/v1/rules/rude/undo", params={"preview": True}, json=asked).json()
    assert (counted["preview"], counted["accounts"], counted["undone"]) == (True, 3, 10)
    assert client.get("/v1/access/acc_r1").status_code == 403
    done = client.post("/v1/rules/rude/undo", json=asked).json()
    assert (done["undone"], done["kept"]) == (13, 2)  # three suspensions went with their strikes
    assert client.get("/v1/access/acc_r1").json()["allowed"]
    assert client.post("/v1/rules/rude/undo", json=asked).json()["undone"] == 0
    assert code(client.post("/v1/rules/rude/undo", json={**asked, "since": "today"})) == "422 web.body"


def test_a_rule_that_did_much_is_taken_back_in_several_turns(tmp_path: Path) -> None:
    with served(tmp_path, FILES) as service, service.client() as client:
        posts = [post(f"evt_{number}", "rude", actor=f"acc_{number}") for number in range(130)]
        lines = b"".join(json.dumps(one).encode() + b"\n" for one in posts)
        client.post("/v1/events", content=lines, headers={"content-type": "application/x-ndjson"})
        asked = {"since": "2026-01-01T00:00:00Z", "reason": "It read songs."}
        key = {"idempotency-key": "once"}
        done = client.post("/v1/rules/rude/undo", json=asked, headers=key).json()
        assert (done["undone"], done["accounts"]) == (260, 130)
    with open_record(tmp_path / "data", writing=False) as kept:
        rows = kept.records.rows(1, kinds={"enforcement.undone"})
        assert [len(json.loads(row.body)["inverses"]) for row in rows] == [100, 100, 60]


# -- the service that carries out


def test_what_was_carried_out_is_acknowledged_once_and_what_was_taken_back_stays_so(
    client: httpx2.Client,
) -> None:
    decided(client, "evt_ack", "AAA", "acc_ack")
    names = [one["action"] for one in listed(client, account="acc_ack")]
    client.post(f"/v1/actions/{names[0]}/undo", json={"reason": "A song."})
    said = client.post("/v1/actions/acknowledge", json={"actions": [*names, *names, "act_none"]}).json()
    assert said["acknowledged"] == len(names) - 1
    states = [one["state"] for one in said["actions"]]
    assert states == ["undone", *["acknowledged"] * (len(names) - 1), None]
    assert client.post("/v1/actions/acknowledge", json={"actions": names}).json()["acknowledged"] == 0
    assert client.post("/v1/actions/acknowledge", json={"actions": []}).status_code == 422


def test_pages_of_actions_are_whole_and_hold_each_once(client: httpx2.Client) -> None:
    for number in range(5):
        decided(client, f"evt_page_{number}", "AAA", "acc_page")
    found = [one["action"] for one in listed(client, account="acc_page")]
    assert len(found) == len(set(found)) == 10  # held and labelled
    assert code(client.get("/v1/actions?cursor=x")) == "422 web.cursor"
    assert listed(client, account="acc_never_seen") == []
    assert listed(client, rule="no-such-rule") == []


# -- accounts


def test_an_account_shows_its_customers_answering_strikes(client: httpx2.Client) -> None:
    event = {**post("evt_kid", "rude", actor="acc_kid"), "account": "acc/club ü"}
    assert client.post("/v1/events", json=event).status_code == 200
    club = client.get("/v1/accounts/acc%2Fclub%20%C3%BC").json()
    assert [(one["weight"], one["answering"]) for one in club["strikes"]] == [(1, True)]
    assert code(client.get("/v1/accounts/acc_never_seen")) == "404 account.unknown"


def test_a_profile_is_read_for_a_purpose_that_is_recorded(service: Service, client: httpx2.Client) -> None:
    event = {
        "kind": "account.registered",
        "id": "evt_registered",
        "at": "2026-03-01T10:00:00Z",
        "actor": "acc_reg",
        "email": "reg@example.org",
        "account": "acc_customer",
    }
    assert client.post("/v1/events", json=event).status_code == 200
    shown = client.get("/v1/accounts/acc_reg")
    assert shown.json()["customer"] == "acc_customer"
    assert "example.org" not in shown.text
    refused = client.post("/v1/accounts/acc_reg/profile", json={"purpose": "investigation"})
    assert code(refused) == "422 read.reason"
    asked = {"purpose": "case", "objects": ["case_1"]}
    read = client.post("/v1/accounts/acc_reg/profile", json=asked).json()
    assert read["email"] == "reg@example.org"
    noted = service.office.records.row(read["noted"])
    assert noted.kind == "content.read"
    assert b"example.org" not in noted.body
    with signed_in(service, "cy") as cy:
        assert cy.post("/v1/accounts/acc_reg/profile", json=asked).json()["email"] == "reg@example.org"


def test_an_account_that_was_taken_over_loses_the_strikes_of_then(client: httpx2.Client) -> None:
    for number in range(2):
        decided(client, f"evt_thief_{number}", "rude", "acc_thief")
    assert client.get("/v1/access/acc_thief").status_code == 403
    asked = {"since": "2026-01-01T00:00:00Z", "until": "2126-01-01T00:00:00Z", "reason": "A thief."}
    assert code(client.post("/v1/accounts/acc_thief/compromised", json=asked)) == "422 action.untold"
    said = client.post("/v1/accounts/acc_thief/compromised", json={**asked, "say": SAY}).json()
    assert len(said["undone"]) == 3
    assert client.get("/v1/access/acc_thief").json()["allowed"]
    nothing = client.post("/v1/accounts/acc_thief/compromised", json={**asked, "say": SAY})
    assert code(nothing) == "422 action.no_clause"


# -- notices and the outbox


def test_a_notice_is_withheld_on_a_ground_and_released(client: httpx2.Client) -> None:
    decided(client, "evt_notice", "hello", "acc_notice")
    order(client, "acc_notice", {"effect": "remove"})
    [notice] = client.get("/v1/notices", params={"account": "acc_notice"}).json()["notices"]
    path = f"/v1/notices/{notice['notice']}"
    lacking = client.post(f"{path}/suppress", json={"ground": "secrecy_order", "reason": "as ordered"})
    assert lacking.status_code == 422
    said = client.post(f"{path}/suppress", json={"ground": "safety", "reason": "A child is in danger."})
    assert (said.json()["state"], said.json()["ground"]) == ("suppressed", "safety")
    assert client.get("/v1/notices", params={"state": "suppressed"}).json()["notices"] == [said.json()]
    assert client.post(f"{path}/repeat").status_code == 409
    assert client.post(f"{path}/release").json()["state"] == "planned"
    assert client.post("/v1/notices/not_none/release").status_code == 404
    assert client.get("/v1/notices", params={"account": "acc_never_seen"}).json()["notices"] == []


def test_a_dead_letter_is_seen_and_revived(service: Service, client: httpx2.Client) -> None:
    decided(client, "evt_dead", "hello", "acc_dead")
    order(client, "acc_dead", {"effect": "remove"})
    delivery, later = Delivery(service.office.records), 1 << 52  # when everything is due
    for _ in range(MAX_ATTEMPTS):
        for token, _ in delivery.take(later, handlers=["notices"]):
            delivery.failed(token, "mail.away", later, 0)
    seen = client.get("/v1/outbox").json()
    dead = [one for one in seen["stuck"] if one["dead"]]
    assert seen["dead"] == len(dead) > 0
    assert (dead[0]["code"], dead[0]["attempts"]) == ("mail.away", MAX_ATTEMPTS)
    path = f"/v1/outbox/{dead[0]['seq']}/{dead[0]['n']}/revive"
    assert client.post(path).json() == {"seq": dead[0]["seq"], "n": dead[0]["n"]}
    assert client.post(path).status_code == 404
    assert client.get("/v1/outbox").json()["dead"] == len(dead) - 1
    assert client.post("/v1/outbox/1/0/revive").status_code == 404
    assert client.post("/v1/outbox/-1/0/revive").status_code == 422


# -- who may


def narrowed(service: Service, *permissions: str) -> httpx2.Client:
    key = service.staff.keys.create("narrow", permissions, clauses=["house/complaints"]).token
    return httpx2.Client(base_url=service.url, headers={"authorization": f"Bearer {key}"}, timeout=PATIENCE)


def test_who_may_for_other_clauses_may_not_here(service: Service, client: httpx2.Client) -> None:
    decided(client, "evt_narrow", "rude", "acc_narrow")
    [strike] = [one for one in listed(client, account="acc_narrow") if one["effect"] == "strike"]
    asked = {"since": "2026-01-01T00:00:00Z", "reason": "It read songs."}
    [notice] = client.get("/v1/notices", params={"account": "acc_narrow"}).json()["notices"]
    some = [name for name in EVERYTHING if name != "event.write"]
    with narrowed(service, *some) as other:
        refused = [
            order(other, "acc_narrow", {"effect": "warn"}),
            other.post(f"/v1/actions/{strike['action']}/undo", json={"reason": "Mine."}),
            other.get(f"/v1/actions/{strike['action']}"),
            other.post("/v1/actions/acknowledge", json={"actions": [strike["action"]]}),
            other.post("/v1/rules/rude/undo", json=asked),
            other.post("/v1/rules/rude/undo", params={"preview": True}, json=asked),
            other.post(f"/v1/notices/{notice['notice']}/release"),
            other.post("/v1/accounts/acc_narrow/profile", json={"purpose": "case", "objects": ["case_1"]}),
            other.post(
                "/v1/accounts/acc_narrow/compromised",
                json={**asked, "until": "2126-01-01T00:00:00Z", "say": SAY, "clauses": ["house/complaints"]},
            ),
        ]
        assert [code(answer) for answer in refused] == ["403 web.may_not_here"] * len(refused)
        assert listed(other, account="acc_narrow") == []
        assert other.get("/v1/notices", params={"account": "acc_narrow"}).json()["notices"] == []
        seen = other.get("/v1/accounts/acc_narrow").json()
        assert (seen["strikes"], seen["actions"]) == ([], [])


# -- figures


def test_figures_tell_what_waits_to_be_carried_out(tmp_path: Path) -> None:
    with served(tmp_path, FILES) as service, service.client() as client:
        for number in range(3):
            decided(client, f"evt_{number}", "AAA", "acc_1")
        told = client.get("/metrics").text.splitlines()
        assert 'bylaw_actions{state="planned"} 6.0' in told
        assert 'bylaw_notices{state="planned"} 3.0' in told
        assert 'bylaw_outbox{entries="dead"} 0.0' in told
        ages = [line for line in told if line.startswith("bylaw_action_unacknowledged_seconds ")]
        assert float(ages[0].split()[1]) > 0
