"""The sample operator, running: a service, yesterday's traffic sent to it, and today's for as long as you look.

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
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

BYLAW = [sys.executable, "-c", "from bylaw.cli.main import main; main()"]
HARBOUR = Path(__file__).parent / "harbour"
FOLDER = Path("demo")
EVENTS = 20_000
TOGETHER = 500  # events in a request
LIVE_A_SECOND = 20
SECONDS = float(os.environ.get("DEMO_SECONDS", "inf"))

screen = Console()


def bylaw(*arguments: object) -> None:
    """Run a command as a person would."""
    subprocess.run([*BYLAW, *map(str, arguments)], check=True)


def main() -> None:
    """Run the demonstration until Ctrl-C."""
    record = FOLDER / "record"
    for made in (record, FOLDER / "export"):
        shutil.rmtree(made, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    bylaw("check", "--book", HARBOUR)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    for name, seed, start in (("day", 1, yesterday), ("live", 2, yesterday)):
        out, truth = FOLDER / f"{name}.jsonl", FOLDER / f"{name}-truth.jsonl"
        bylaw(
            *("simulate", "--events", EVENTS, "--seed", seed, "--start", start),
            *("--out", out, "--truth", truth, "--replace"),
        )
    with (FOLDER / "service.log").open("w") as log:
        service = subprocess.Popen(
            [*BYLAW, "serve", "--book", str(HARBOUR), "--data", str(record), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            url, key = address(service)
            show_day(url, key)
            tell(url, key)
            go_on(url, key)
        except KeyboardInterrupt:
            screen.print()
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(30)
    bylaw("check", "--data", record)
    tell_of_record(record)


def address(service: "subprocess.Popen[str]") -> tuple[str, str]:
    """Return where the service is, and its first key, from what it prints when it is ready."""
    said = ""
    for line in service.stdout or ():
        said += line
        words = said.replace("(", " ").split()
        keys = [word for word in words if word.startswith("key_")]
        if keys:
            return next(word for word in words if word.startswith("http://")).rstrip(","), keys[0]
    raise SystemExit("the service did not start; see demo/service.log")


def ask(url: str, key: str, path: str, lines: list[bytes] | None = None) -> bytes:
    """Ask the service."""
    request = urllib.request.Request(  # noqa: S310 - the service on this machine
        url + path,
        data=None if lines is None else b"".join(lines),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return bytes(answer.read())


def show_day(url: str, key: str) -> None:
    """Send yesterday, and show what was decided."""
    outcomes, clauses = Counter[str](), Counter[str]()
    begun = time.monotonic()
    with (FOLDER / "day.jsonl").open("rb") as day, Progress(console=screen, transient=True) as bar:
        task = bar.add_task("yesterday, over HTTP", total=EVENTS)
        while lines := list(islice(day, TOGETHER)):
            for line in ask(url, key, "/v1/events", lines).splitlines():
                answer = json.loads(line).get("answer", {})
                outcomes[answer.get("outcome", "rejected")] += 1
                clauses.update(cited["clause"] for cited in answer.get("clauses", ()))
            bar.advance(task, len(lines))
    took = time.monotonic() - begun
    table = Table(title="Yesterday at Harbour", title_justify="left", box=None, min_width=40)
    table.add_column("clause")
    table.add_column("events", justify="right")
    for clause, count in clauses.most_common(12):
        table.add_row(clause, f"{count:,}")
    screen.print(table)
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common())
    screen.print(f"{EVENTS:,} events in {took:.1f} s, durable and sealed: {told}")


def tell(url: str, key: str) -> None:
    """Say what can be asked while it runs."""
    screen.print(
        f"\nThe service runs at [bold]{url}[/], described at {url}/openapi.json. Traffic flows through it. Ask it:",
        soft_wrap=True,
    )
    asked = ("decisions?limit=3", "actions?limit=3", "outbox")
    for path in asked:
        screen.print(
            f'  curl -H "Authorization: Bearer {key}" "{url}/v1/{path}"', soft_wrap=True, highlight=False
        )
    screen.print("Ctrl-C stops it; nothing that was answered is lost.")


def go_on(url: str, key: str) -> None:
    """Let traffic flow, as it happens now."""
    end = time.monotonic() + SECONDS
    for lines in now():
        if time.monotonic() > end:
            return
        ask(url, key, "/v1/events", lines)
        time.sleep(1)


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
        ("forget a person", f"erase --data {record} --person ID"),
        ("what carries each clause", f"coverage --book {book}"),
        ("how good the rules are", f"test {book} --simulated"),
        ("start with your own policy", "init my-book --policy FILE"),
    ):
        screen.print(f"  {what:36}{folder}/bylaw {command}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    main()
