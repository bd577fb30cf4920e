"""The sample operator, running: a week is behind it, and traffic goes on for as long as you look.

``python examples/demo.py`` (or ``make demo``) needs nothing but an installed Bylaw. DEMO_SECONDS ends it by itself.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from week import Lived, live

BYLAW = [sys.executable, "-c", "from bylaw.cli.main import main; main()"]
HARBOUR = Path(__file__).parent / "harbour"
FOLDER = Path("demo")
EVENTS = 18_000
LIVE_A_SECOND = 20
SECONDS = float(os.environ.get("DEMO_SECONDS", "inf"))

screen = Console()


PERMITTED = ("event.write", "decision.read", "action.read", "action.acknowledge", "case.read", "account.read")


def bylaw(*arguments: object) -> None:
    """Run a command as a person would."""
    subprocess.run([*BYLAW, *map(str, arguments)], check=True)


def told(beginning: str, *arguments: object) -> str:
    """Run a command, and return the word that begins so of what it prints: a link, a key."""
    done = subprocess.run([*BYLAW, *map(str, arguments)], check=True, capture_output=True, text=True)
    return next(word for word in done.stdout.split() if word.startswith(beginning))


def main() -> None:
    """Run the demonstration until Ctrl-C."""
    record = FOLDER / "record"
    shutil.rmtree(FOLDER / "export", ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    bylaw("check", "--book", HARBOUR)
    traffic()
    week = lived(record)
    with running(record) as (url, key):
        try:
            tell(url, key, week)
            go_on(url, key)
        except KeyboardInterrupt:
            screen.print()
    bylaw("check", "--data", record)
    tell_of_record(record)


def traffic() -> None:
    """Make traffic for as long as somebody looks."""
    bylaw(
        *("simulate", "--events", EVENTS, "--seed", 2),
        *("--out", FOLDER / "live.jsonl", "--truth", FOLDER / "live-truth.jsonl", "--replace"),
    )


def lived(record: Path) -> Lived:
    """Live the week, and show what was decided in it."""
    shutil.rmtree(record, ignore_errors=True)
    begun = time.monotonic()
    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task("a week at Harbour", total=EVENTS)
        week = live(record, HARBOUR, EVENTS, lambda more: bar.advance(task, more))
    took = time.monotonic() - begun
    table = Table(title="A week at Harbour", title_justify="left", box=None, min_width=40)
    table.add_column("clause")
    table.add_column("events", justify="right")
    for clause, count in Counter(week.clauses).most_common(12):
        table.add_row(clause, f"{count:,}")
    screen.print(table)
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in Counter(week.outcomes).most_common())
    screen.print(
        f"{week.events:,} events, what people decided about them, what members objected to, in {took:.0f} s: {told}",
        soft_wrap=True,
    )
    return week


@contextmanager
def running(record: Path) -> Iterator[tuple[str, str]]:
    """Run the service on a record; give its address and a key of the API."""
    may = [word for permission in PERMITTED for word in ("--may", permission)]
    key = told("key_", "key", "create", "--data", record, "--name", "demo", *may)
    with (FOLDER / "service.log").open("w") as log:
        service = subprocess.Popen(
            [*BYLAW, "serve", "--book", str(HARBOUR), "--data", str(record), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield address(service), key
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(30)


def address(service: "subprocess.Popen[str]") -> str:
    """Return where the service is, from what it prints when it is ready."""
    for line in service.stdout or ():
        found = next((word for word in line.split() if word.startswith("http://")), "")
        if found:
            return found.rstrip(",")
    raise SystemExit("the service did not start; see demo/service.log")


def ask(
    url: str, key: str, path: str, body: bytes | None = None, media: str = "application/x-ndjson"
) -> bytes:
    """Ask the service."""
    request = urllib.request.Request(  # noqa: S310 - the service on this machine
        url + path, body, {"Authorization": f"Bearer {key}", "Content-Type": media}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return bytes(answer.read())


def tell(url: str, key: str, week: Lived) -> None:
    """Say where to look while it runs, and how to sign in."""
    screen.print(f"\nThe console is at [bold]{url}/console[/]. Traffic flows. Sign in as", soft_wrap=True)
    for member, _, password, codes in week.entrances:
        screen.print(
            f"  [bold]{member.address}[/]  password [bold]{password}[/]  ({member.doc})", soft_wrap=True
        )
        if codes:
            screen.print(
                f"    codes, each good once: {'  '.join(codes[:4])}", soft_wrap=True, highlight=False
            )
    screen.print(
        f"What a member sees, without an account: {url}/your/{week.page}", soft_wrap=True, highlight=False
    )
    screen.print(f"The API is described at {url}/openapi.json. Ask it:", soft_wrap=True)
    for path in ("decisions?limit=3", "actions?limit=3", "cases?limit=3"):
        screen.print(
            f'  curl -H "Authorization: Bearer {key}" "{url}/v1/{path}"', soft_wrap=True, highlight=False
        )
    screen.print("Ctrl-C stops it; nothing that was answered is lost.")
    if sys.stdout.isatty() and float("inf") == SECONDS:
        webbrowser.open(f"{url}/console")


def go_on(url: str, key: str) -> None:
    """Let traffic flow, as it happens now, and carry out what comes of it as Harbour's own service would."""
    end = time.monotonic() + SECONDS
    for lines in now():
        if time.monotonic() > end:
            return
        ask(url, key, "/v1/events", b"".join(lines))
        carry_out(url, key)
        time.sleep(1)


def carry_out(url: str, key: str) -> None:
    """Say of what is planned that it was done."""
    planned = json.loads(ask(url, key, "/v1/actions?state=planned&limit=100"))["actions"]
    if planned:
        body = json.dumps({"actions": [one["action"] for one in planned]}).encode()
        ask(url, key, "/v1/actions/acknowledge", body, "application/json")


def now() -> Iterator[list[bytes]]:
    """Yield simulated events of this moment, some for each second, for as long as anybody wants them."""
    number = 0
    while True:
        with (FOLDER / "live.jsonl").open("rb") as live:
            while lines := list(islice(live, LIVE_A_SECOND)):
                at, made = datetime.now(UTC).isoformat(), []
                for line in lines:
                    number += 1
                    made.append(
                        json.dumps(json.loads(line) | {"at": at, "id": f"live-{number}"}).encode() + b"\n"
                    )
                yield made


def tell_of_record(record: Path) -> None:
    """Say what can be asked of the record."""
    folder = os.path.relpath(Path(sys.executable).parent)
    book = os.path.relpath(HARBOUR)
    screen.print(f"\nThe record is in {record}. Ask it:")
    export = f'--key "$({folder}/bylaw ledger key --data {record})"'
    for what, command in (
        ("what was decided, and why", f"explain --data {record}"),
        ("is it derived again, byte for byte", f"replay --verify --data {record}"),
        ("has anybody rewritten it", f"ledger export demo/export --data {record}"),
        ("", f"ledger verify demo/export {export}"),
        (
            "what would another book say",
            f"backtest --data {record} --book {book} --report demo/backtest.html",
        ),
        ("what was done, and undo it", f"action list --data {record}"),
        ("what waits for people", f"case queues --data {record}"),
        ("forget a person: two people", f"erase --data {record} --person ID --by STAFF"),
        ("what carries each clause", f"coverage --book {book}"),
        ("how good the rules are", f"test {book} --simulated"),
        ("start with your own policy", "init my-book --policy FILE"),
    ):
        screen.print(f"  {what:36}{folder}/bylaw {command}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    main()
