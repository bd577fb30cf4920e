"""A service that runs on a free port in a thread, for tests to ask; and the small book it serves."""

import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bylaw.cases.model import State
from bylaw.records.folder import machine_clock
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.staff.passwords import Hasher
from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.workflow import Staff, open_staff
from bylaw.web.callers import Identify, by_keys
from bylaw.web.serving import Control, Settings, serve
from small_book import FILES

EVERYTHING = tuple(name for name, permission in PERMISSIONS.items() if not permission.fresh)
PATIENCE = 20.0

RULES = """\
on_error: hold
rules:
  - id: shouting
    clause: house/words/p1
    on: post.created
    when: event.text == "AAA"
    then: [hold, {label: loud}, {review: {queue: words}}]
  - id: loud
    clause: house/words/p1
    on: post.created
    when: event.text.contains("AAA")
    then: [warn]
  - id: burst
    clause: house/words/p1
    on: message.sent
    when: count("message.sent", event.actor, duration("1h")) >= 5
    then: [remove]
  - id: nuisance
    clause: house/words/p1
    on: post.created
    when: event.text == "nuisance"
    then: [{suspend: 3}]
  - id: scraper
    clause: house/words/p1
    on: post.created
    when: event.text == "scraper"
    then: [{restrict: [uploads, search]}]
  - id: chatter
    clause: house/words/p1
    on: post.created
    when: event.text == "chatter"
    then: [{rate_limit: 10}]
"""
BOOK = {**FILES, "rules/words.yaml": RULES}


@dataclass(slots=True)
class Service:
    """A service under test."""

    control: Control
    office: Office
    staff: Staff
    book: Path
    log: io.StringIO
    ended: threading.Event
    _keys: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.control.url

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def key(self, *permissions: str, rate: int = 0) -> str:
        """Return a key for permissions; without any, for everything that a key may have."""
        wanted = permissions or EVERYTHING
        if rate or wanted not in self._keys:
            self._keys[wanted] = self.staff.keys.create("test", wanted, rate=rate).token
        return self._keys[wanted]

    def client(self, *permissions: str, rate: int = 0) -> httpx2.Client:
        headers = {"authorization": f"Bearer {self.key(*permissions, rate=rate)}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE)

    def carried(self, case: str) -> None:
        """Return once the verdict on a case was carried out."""
        for _ in range(int(PATIENCE * 20)):
            if self.office.cases.find(case).state is State.CLOSED:
                return
            threading.Event().wait(0.05)
        raise AssertionError("the verdict was not carried out")

    def logs(self, text: str) -> bool:
        """Tell whether the log says something, once what is on its way there has come."""
        for _ in range(int(PATIENCE * 20)):
            if text in self.log.getvalue():
                return True
            threading.Event().wait(0.05)
        return False

    def logged(self) -> list[dict[str, Any]]:
        """Return the lines of the log, once the service has stopped."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@contextmanager
def served(
    folder: Path,
    files: Mapping[str, str] = BOOK,
    *,
    around: Callable[[Office], None] = lambda _: None,
    identify: Callable[[Staff], Identify] = lambda staff: by_keys(staff.keys),
    clock: Callable[[], int] = machine_clock,
    hasher: Hasher | None = None,
    web: int = 1,
) -> Iterator[Service]:
    """Serve a book. ``around`` is given the office before anybody is; ``identify`` tells callers.

    ``clock`` is that of the record, ``hasher`` that of staff's passwords; ``web`` is how many processes speak HTTP.
    """
    book, data = written(folder / "book", files), folder / "data"
    if not data.exists():
        init_data(data, "house")
    started: list[Service] = []
    failed: list[BaseException] = []
    told, ended = threading.Event(), threading.Event()

    def run() -> None:
        log = io.StringIO()
        try:
            with open_office(data, clock=clock) as office:
                office.appoint(_bytes(book))
                around(office)
                with open_staff(office.records, office.vault, data, hasher=hasher) as staff:

                    def ready(control: Control) -> None:
                        started.append(Service(control, office, staff, book, log, ended))
                        told.set()

                    settings = Settings(book=book, port=0, web=web)
                    serve(office, staff, identify(staff), settings, log, ready=ready, signals=False)
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            failed.append(error)
        finally:
            ended.set()
            told.set()

    thread = threading.Thread(target=run)
    thread.start()
    told.wait()
    try:
        if failed:
            raise failed[0]
        yield started[0]
    finally:
        if started and not ended.is_set():
            started[0].control.stop()
        thread.join()
    if failed:
        raise failed[0]


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a book into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def _bytes(book: Path) -> dict[str, bytes]:
    return {p.relative_to(book).as_posix(): p.read_bytes() for p in book.rglob("*") if p.is_file()}


def post(name: str, text: str = "good morning", actor: str = "acc_1") -> dict[str, Any]:
    """Return an event as JSON has it."""
    at = "2026-03-01T10:00:00Z"
    return {"kind": "post.created", "id": name, "at": at, "actor": actor, "text": text}


def message(name: str, actor: str = "acc_1") -> dict[str, Any]:
    """Return a message as JSON has it."""
    at = "2026-03-01T10:00:00Z"
    return {
        "kind": "message.sent",
        "id": name,
        "at": at,
        "actor": actor,
        "recipient": "acc_2",
        "text": "hello",
    }


def ndjson(events: Sequence[Mapping[str, Any] | str]) -> bytes:
    """Return events as lines; what is a text already stays as it is."""
    return "".join((e if isinstance(e, str) else json.dumps(e)) + "\n" for e in events).encode()
