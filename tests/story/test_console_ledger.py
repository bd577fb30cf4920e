"""The ledger at the console: what is signed, one fact with its proof, computed again; damage is told with its row."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bylaw.records.ledger import verifier
from bylaw.records.ledger.note import VerifierKey
from bylaw.records.ledger.proof import Proof
from bylaw.records.verifying import verify
from bylaw.web.verifying import Verification
from console_browser import Desk, Page
from service import Service, post, served
from staff_browser import at_a_browser, at_work, cheap
from staff_world import GOOD, Clock, address


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, clock=clock, hasher=cheap()) as running:
        with running.client() as client:
            for n in range(30):
                client.post("/v1/events", json=post(f"p{n}"))
        running.office.attest()
        yield running


@pytest.fixture
def desk(service: Service, clock: Clock) -> Iterator[Desk]:
    with at_a_browser(service, clock)("eve", "auditor", phone=False), Desk(service) as desk:
        desk.sign_in(address("eve"), GOOD)
        yield desk


def computed(desk: Desk) -> Page:
    """Press the button, and look until it is done."""
    page = desk.send(desk.get("/console/ledger").form("/console/ledger/verify"))
    for thread in threading.enumerate():
        if thread.name == "verification":
            thread.join()
    assert "data-done" in desk.get("/console/ledger/standing").answer.text
    return desk.get(page.path)


def test_a_sound_ledger_is_told_so_with_its_root(desk: Desk, service: Service) -> None:
    assert "Not computed again" in desk.get("/console/ledger").text
    page = computed(desk)
    assert "Sound:" in page.text
    checked = verify(service.office.records, service.office.log_key.public)
    assert f"{checked.rows} facts" in page.text
    assert checked.root.hex() in page.text
    assert str(service.office.log_key.public) in page.text


def test_a_row_that_was_changed_is_named(desk: Desk, service: Service) -> None:
    database = service.office.records.place.folder / "bylaw.db"
    with sqlite3.connect(database) as raw:
        guards = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
        ).fetchall()
        for name, _ in guards:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE journal SET body = CAST('{\"changed\":1}' AS BLOB) WHERE seq = 7")
        for _, sql in guards:
            raw.execute(sql)
    raw.close()
    page = computed(desk)
    assert "Damaged" in page.text
    assert "row 7 of the journal is not what its leaf says" in page.text
    assert desk.get("/console/ledger/7").problem == "records.altered"


def test_a_fact_is_shown_with_its_proof_and_nothing_that_is_sealed(
    desk: Desk, service: Service, tmp_path: Path
) -> None:
    decided = next(row for row in service.office.records.rows(kinds=["event.decided"]))
    page = desk.get(f"/console/ledger?seq={decided.seq}")
    assert page.path == f"/console/ledger/{decided.seq}"
    assert "Proved" in page.text
    assert "good morning" not in page.text
    assert "bytes more are sealed" in page.text
    proof, record = (desk.client.get(f"{page.path}/{name}") for name in ("proof", "record"))
    assert "attachment" in proof.headers["content-disposition"]
    assert json.loads(record.text)["seq"] == decided.seq
    key = service.office.log_key.public
    Proof.read(proof.content).verify(decided.leaf, VerifierKey.read(str(key)))
    files = tmp_path / "r.tlog-proof", tmp_path / "r.json"
    for file, answer in zip(files, (proof, record), strict=True):
        file.write_bytes(answer.content)
    assert verifier.main([str(files[0]), "--record", str(files[1]), "--key", str(key)]) == 0


def test_what_is_not_signed_yet_says_so(desk: Desk, service: Service) -> None:
    page = desk.get(f"/console/ledger/{service.office.records.head}")
    assert "Not signed yet" in page.text
    assert desk.client.get(f"{page.path}/proof").status_code == 404
    assert desk.get("/console/ledger/999999").answer.status_code == 404
    note = desk.client.get("/console/ledger/checkpoint").text
    assert note.startswith(service.office.log_key.public.name)


def test_facts_are_paged_from_the_newest(desk: Desk, service: Service) -> None:
    page = desk.get("/console/ledger")
    older = desk.get("/console/ledger" + page.links("?before=")[0])
    numbers = [
        [one for one in p.links("/console/ledger/") if one.split("/")[-1].isdigit()] for p in (page, older)
    ]
    assert f"/console/ledger/{service.office.records.head}" in numbers[0]
    assert len(numbers[1]) >= 10


def test_only_one_is_under_way_and_it_ends_with_the_service() -> None:
    verification, go = Verification(), threading.Event()

    def work(progress: object) -> object:
        while True:
            assert callable(progress)
            progress(1, 2)
            go.set()

    verification.start(work, lambda: 1)  # type: ignore[arg-type]
    go.wait()
    assert (verification.standing.is_running, verification.standing.total) == (True, 2)
    with pytest.raises(Exception, match="being verified"):
        verification.start(work, lambda: 1)  # type: ignore[arg-type]
    verification.close()
