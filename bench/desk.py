"""Every page over a record of a million decisions and fifty thousand cases: server time, as the log has it.

The bench is run only when asked for by name; ``BENCH_DESK`` names a folder that keeps the loaded record for the next run.
"""

import gc
import io
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import httpx2
import pyotp

from bench.desk_holding import holding
from bench.desk_pages import UNMEASURED, World, paths, world_of
from bench.desk_record import BOOK, CASES, DECISIONS, load, roles_of
from bylaw.finding.listing import latest
from bylaw.runtime.offices import Office, open_office
from bylaw.staff.roles import Assignment
from bylaw.staff.workflow import Staff, open_staff
from bylaw.web.callers import by_keys
from bylaw.web.serving import GARBAGE, Control, Settings, serve

ROUNDS: Final = 20
TARGET: Final = 150  # milliseconds
BUSY: Final = 429
PROGRAM: Final = ("event.write", "case.read", "case.decide", "content.remove")
PASSWORD: Final = "a few words that nobody else says"  # noqa: S105 - of a bench
TRIED: Final = 20_000  # rows of a back-test, and of a look back


class Seen(NamedTuple):
    """A page: how long the server took for it, first and then, its CPU time with the client's, in milliseconds; its bytes."""

    path: str
    status: int
    first: float
    ms: float
    p95: float
    cpu: float
    size: int


class Served(NamedTuple):
    """A service, somebody who is signed in, a link by which somebody else may join, and a key."""

    client: httpx2.Client
    office: Office
    log: io.StringIO
    staff: str
    link: str
    key: str  # of a program


def bench() -> None:
    with _folder() as folder:
        if not (folder / "loaded").exists():
            load(folder / "data")
            (folder / "loaded").touch()
        with served(folder) as here:
            world = prepared(here)
            print(
                f"\n{DECISIONS:,} decisions and {CASES:,} cases; server time of each page, of {ROUNDS} rounds"
            )
            print(f"  {'page':64} {'status':>6} {'first':>7} {'median':>7} {'p95':>7} {'CPU':>7} {'KiB':>7}")
            slow = [one.path for one in map(_shown, pages(here, world)) if one.p95 > TARGET]
            print(f"  over {TARGET} ms: {', '.join(slow) or 'none'}")
            for path, why in UNMEASURED.items():
                print(f"  not measured: {path}, {why}")
            holding(str(here.client.base_url), here.key, here.office.records.head)


def _shown(one: Seen) -> Seen:
    late = "  over" if one.p95 > TARGET else ""
    times = f"{one.first:7.1f} {one.ms:7.1f} {one.p95:7.1f} {one.cpu:7.1f}"
    print(f"  {one.path[:64]:64} {one.status:6} {times} {one.size / 1024:7.1f}{late}", flush=True)
    return one


def pages(here: Served, world: World) -> Iterator[Seen]:
    """Yield every page, several times asked for."""
    for path in paths(world):
        before, cpu = len(_lines(here.log)), time.process_time()
        answers = [_asked(here.client, path) for _ in range(ROUNDS)]
        spent = (time.process_time() - cpu) / ROUNDS * 1_000
        while len(lines := _lines(here.log)[before:]) < ROUNDS:
            time.sleep(0.01)
        took = [line["ms"] for line in lines]
        ordered = sorted(took)
        yield Seen(
            path=path,
            status=answers[-1].status_code,
            first=took[0],
            ms=median(took),
            p95=ordered[len(ordered) * 95 // 100 - 1],
            cpu=spent,
            size=len(answers[-1].content),
        )


def _asked(client: httpx2.Client, path: str) -> httpx2.Response:
    """Return a page, when it may be asked for: a member may ask so often in a minute."""
    while (answer := client.get(path)).status_code == BUSY:
        time.sleep(float(answer.headers["retry-after"]))
    return answer


def _lines(log: io.StringIO) -> list[dict[str, Any]]:
    """Return what the log says of requests that were answered."""
    lines = map(json.loads, log.getvalue().splitlines())
    return [line for line in lines if line.get("status", BUSY) != BUSY]


def prepared(here: Served) -> World:
    """Have a draft tried on the record and a rule looked back for, where nobody has; return what there is to look at."""
    with here.office.records.reading() as core:
        last = latest(core, lambda _: True, 1)[0].seq
    stretch = {"first": max(1, last - TRIED), "last": last}
    [draft, *_] = _right(here.client.get("/v1/drafts"))["drafts"]
    for path, body in (
        (f"/v1/drafts/{draft['draft']}/backtest", stretch),
        ("/v1/retroactive", {"rule": "even", **stretch}),
    ):
        _right(here.client.post(path, json=body))
        while (running := _right(here.client.get("/v1/backtest")))["busy"]:
            time.sleep(0.2)
        if running["failed"]:
            sys.exit(str(running["failed"]))
    return world_of(here.office, here.staff, here.link)


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the record, to somebody who is signed in with a second factor."""
    log, started, told = io.StringIO(), list[tuple[Control, Office, Staff]](), threading.Event()
    thread = threading.Thread(target=_serve, args=(folder, log, started, told))
    thread.start()
    told.wait()
    control, office, staff = started[0]
    headers = {"x-bylaw-request": "1", "sec-fetch-site": "same-origin", "origin": control.url}
    try:
        with httpx2.Client(base_url=control.url, headers=headers, timeout=60) as client:
            address, link = _invited(office, staff, "ada")
            _right(client.post("/v1/join/password", json={"link": link, "password": PASSWORD}))
            _right(client.post("/v1/session/password", json={"address": address, "password": PASSWORD}))
            offer = _right(client.post("/v1/me/phone/offer"))
            code = pyotp.TOTP(offer["secret"]).now()
            _right(client.post("/v1/me/phone", json={"ticket": offer["ticket"], "code": code}))
            mine = _right(client.get("/v1/me"))["staff"]
            key = staff.keys.create("bench", PROGRAM).token
            yield Served(client, office, log, mine, _invited(office, staff, "bob")[1], key)
    finally:
        control.stop()
        thread.join()


def _serve(
    folder: Path, log: io.StringIO, started: list[tuple[Control, Office, Staff]], told: threading.Event
) -> None:
    book = folder / "book"
    for name, content in BOOK.items():
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_bytes(content)
    try:
        with open_office(folder / "data") as office:
            office.appoint(BOOK)
            with open_staff(office.records, office.vault, folder / "data") as staff:

                def ready(control: Control) -> None:
                    gc.collect()  # as a service does that is a process of its own
                    gc.freeze()
                    gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])
                    started.append((control, office, staff))
                    told.set()

                settings = Settings(book=book, port=0)
                serve(office, staff, by_keys(staff.keys), settings, log, ready=ready, signals=False)
    finally:
        told.set()


def _invited(office: Office, staff: Staff, name: str) -> tuple[str, str]:
    address = f"{name}{office.records.head}@plain.example"
    link = staff.roster.invite(address, name.title(), [Assignment("looker")], roles_of(office)).token
    return address, link


def _right(answer: httpx2.Response) -> Any:  # noqa: ANN401 - what JSON says
    if answer.status_code != 200:
        sys.exit(answer.text)
    return answer.json()


@contextmanager
def _folder() -> Iterator[Path]:
    kept = os.environ.get("BENCH_DESK")
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="bylaw-bench-") as name:
        yield Path(name)
