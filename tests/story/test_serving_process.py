"""``bylaw serve`` as a process: it says where it is, it is killed, it is stopped, it is told to read its book again."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bylaw.runtime.offices import open_record
from commandline import Bylaw
from service import BOOK, PATIENCE, RULES, message, post, written

SENDERS = 8


@dataclass(frozen=True, slots=True)
class Process:
    url: str
    key: str
    running: "subprocess.Popen[str]"

    def client(self, key: str = "") -> httpx2.Client:
        headers = {"authorization": f"Bearer {self.key or key}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE)


@contextmanager
def process(folder: Path, *more: str) -> Iterator[Process]:
    command = [sys.executable, "-c", "from bylaw.cli.main import main; main()", "serve", "--port", "0"]
    command += ["--book", str(folder / "book"), "--data", str(folder / "data"), *more]
    with (folder / "log").open("a") as log:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert running.stdout
        try:
            told = running.stdout.readline()
            assert "http" in told, (folder / "log").read_text()
            url = next(word.rstrip(",") for word in told.split() if word.startswith("http"))
            if not (folder / "key").exists():
                kept = folder / "data" / "first.key"
                assert str(kept) in running.stdout.readline()
                (folder / "key").write_text(kept.read_text().strip())
            yield Process(url, (folder / "key").read_text(), running)
        finally:
            running.kill()
            running.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "book", BOOK)
    return tmp_path


def send_until_it_is_gone(served: Process, sender: int, said: list[dict[str, Any]]) -> None:
    with served.client() as client:
        for number in range(100_000):
            event = message(f"evt_{sender}_{number}", actor="acc_same")
            try:
                answer = client.post("/v1/events", json=event)
            except httpx2.TransportError:
                return
            assert answer.status_code in {200, 503}, answer.text
            if answer.status_code == 200:
                said.append({**answer.json(), "event": event})


def under_load(served: Process, blow: signal.Signals, acknowledged: int) -> list[dict[str, Any]]:
    """Send from many connections, give the signal when so much was answered, and return what was."""
    said: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=send_until_it_is_gone, args=(served, sender, said))
        for sender in range(SENDERS)
    ]
    for thread in threads:
        thread.start()
    while len(said) < acknowledged and any(thread.is_alive() for thread in threads):
        assert served.running.poll() is None
    served.running.send_signal(blow)
    for thread in threads:
        thread.join()
    return said


@pytest.mark.parametrize("web", ["1", "2"])
def test_killed_under_load_nothing_acknowledged_is_lost_and_nothing_is_decided_twice(
    folder: Path, bylaw: Bylaw, web: str
) -> None:
    with process(folder, "--web", web) as served:
        said = under_load(served, signal.SIGKILL, 300)
    with process(folder, "--web", web) as served, served.client() as client:
        for one in said[:: len(said) // 40]:
            again = client.post("/v1/events", json=one["event"]).json()
            assert {**again, "duplicate": False, "event": one["event"]} == one
        after = client.post("/v1/events", json=message("evt_after", actor="acc_same")).json()
        assert after["outcome"] == "remove"  # what was counted before is counted still
        served.running.send_signal(signal.SIGTERM)
        assert served.running.wait() == 0
        assert served.running.stdout
        assert "key_" not in served.running.stdout.read()  # it was shown once, and works still
    with open_record(folder / "data", writing=False) as record:
        rows = list(record.records.rows(kinds={"event.decided"}))
        decided = [record.archive.recall(row).decision for row in rows]
    assert len({one.event_id for one in decided}) == len(decided)
    by_seq = {row.seq: decision for row, decision in zip(rows, decided, strict=True)}
    assert all(by_seq[one["seq"]].id == one["decision"] for one in said)
    outcomes = ["remove" if one.effects else "allow" for one in decided]
    assert outcomes == ["allow"] * 5 + ["remove"] * (len(decided) - 5)
    assert bylaw("replay", "--verify", "--data", folder / "data", "--jobs", 1).status == 0
    assert bylaw("check", "--data", folder / "data").status == 0


@pytest.mark.parametrize("web", ["1", "2"])
def test_told_to_stop_under_load_it_answers_what_was_handed_over_and_ends_well(
    folder: Path, web: str
) -> None:
    with process(folder, "--quiet", "--web", web) as served:
        said = under_load(served, signal.SIGTERM, 100)
        assert served.running.wait() == 0
    with open_record(folder / "data", writing=False) as record:
        decided = {row.seq for row in record.records.rows(kinds={"event.decided"})}
        assert {one["seq"] for one in said} <= decided
        checkpoint = record.records.latest_checkpoint()
        assert checkpoint is not None
        assert checkpoint[0] == record.records.head
    lines = (folder / "log").read_text().splitlines()
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    assert {line["status"] for line in logged} <= {503}


def send_until_it_is_answered(served: Process, sender: int, events: int, said: list[dict[str, Any]]) -> None:
    for number in range(events):
        while True:
            try:
                with served.client() as client:
                    event = message(f"evt_{sender}_{number}", actor="acc_same")
                    answer = client.post("/v1/events", json=event)
            except httpx2.TransportError:
                continue
            if answer.status_code == 200:
                said.append(answer.json())
                break


def test_a_web_process_that_dies_under_load_loses_nothing_and_comes_back(folder: Path) -> None:
    with process(folder, "--web", "2") as served:
        said: list[dict[str, Any]] = []
        threads = [
            threading.Thread(target=send_until_it_is_answered, args=(served, sender, 60, said))
            for sender in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        while len(said) < 100:
            assert served.running.poll() is None
        pid = served.running.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 2
        os.kill(int(children[0]), signal.SIGKILL)
        for thread in threads:
            thread.join()
        served.running.send_signal(signal.SIGTERM)
        assert served.running.wait() == 0
    assert len({one["event_id"] for one in said}) == len(said) == SENDERS * 60
    by_seq = sorted(said, key=lambda one: int(one["seq"]))
    assert [one["outcome"] for one in by_seq] == ["allow"] * 5 + ["remove"] * (len(said) - 5)


def wait_until_nobody_is_let_in(served: Process) -> None:
    while True:
        try:
            httpx2.get(f"{served.url}/health/live")
        except httpx2.TransportError:
            return


def test_told_twice_it_ends_at_once(folder: Path) -> None:
    with process(folder) as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as dangling:
            head = f"POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {served.key}\r\n"
            dangling.sendall(f"{head}content-type: application/json\r\ncontent-length: 9\r\n\r\n".encode())
            with served.client() as client:  # when this is answered, the other is under way
                assert client.get("/health/live").status_code == 200
            served.running.send_signal(signal.SIGINT)
            wait_until_nobody_is_let_in(served)
            served.running.send_signal(signal.SIGINT)
            assert served.running.wait() == 130


def test_told_to_read_its_book_again_it_decides_by_it_or_says_why_not(folder: Path) -> None:
    with process(folder) as served, served.client() as client:
        assert client.post("/v1/events", json=post("evt_1", "psst")).json()["outcome"] == "allow"
        (folder / "book/rules/words.yaml").write_text(RULES.replace('"AAA"', '"psst"'))
        served.running.send_signal(signal.SIGHUP)
        before = client.get("/v1/book").json()["digest"]
        while client.get("/v1/book").json()["digest"] == before:
            pass
        assert client.post("/v1/events", json=post("evt_2", "psst")).json()["outcome"] == "hold"
        served.running.send_signal(signal.SIGTERM)
        assert served.running.wait() == 0
    assert '{"book":"sha256:' in (folder / "log").read_text()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - what is to be refused
def test_it_does_not_speak_in_the_open_with_other_machines(bylaw: Bylaw, folder: Path, host: str) -> None:
    refused = bylaw("serve", "--book", folder / "book", "--data", folder / "data", "--host", host)
    assert refused.status == 2
    assert "web.plain" in refused.err
    assert not (folder / "data").exists()


def test_a_port_that_is_taken_is_told(bylaw: Bylaw, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = bylaw("serve", "--book", folder / "book", "--data", folder / "data", "--port", port)
    assert refused.status == 2
    assert "web.port" in refused.err


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "house.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def test_with_a_certificate_it_speaks_tls_and_nothing_else(folder: Path) -> None:
    made, key = certificate(folder)
    with process(folder, "--certificate", str(made), "--key", str(key), "--host", "0.0.0.0") as served:  # noqa: S104
        port = served.url.rpartition(":")[2]
        trusted = ssl.create_default_context(cafile=str(made))
        headers = {"authorization": f"Bearer {served.key}"}
        with httpx2.Client(base_url=f"https://127.0.0.1:{port}", verify=trusted, headers=headers) as client:
            answer = client.post("/v1/events", json=post("evt_1", "AAA"))
            assert answer.json()["outcome"] == "hold"
            assert "max-age" in answer.headers["strict-transport-security"]
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"http://127.0.0.1:{port}/health/live")
