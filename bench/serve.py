"""The service over HTTP, durable: single events, streams, look-ups; beside a bare ASGI echo behind the same server.

The load comes from this process: 32 connections on the same two cores.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench.load import Load, request, run
from bench.record import PLAIN, ROOT
from bylaw.book.book import load_book
from bylaw.simulation.stream import Plan, simulate

CONNECTIONS = 32
EVENTS = 40_000
WARM = 4_000
SINGLE = 12_000
STREAM = 20_000
IDLE = 500
ACCESS = 20_000
HARBOUR = ROOT / "examples/harbour"

ECHO = """
import sys, uvicorn
from bylaw.web.protocol import BoundedProtocol
async def app(scope, receive, send):
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})
config = uvicorn.Config(app, port=int(sys.argv[1]), http=BoundedProtocol, loop="uvloop", log_level="critical", access_log=False, lifespan="off")
uvicorn.Server(config).run()
"""


class Served(NamedTuple):
    """A service that runs."""

    port: int
    key: str
    process: subprocess.Popen[str]


def bench() -> None:
    codec = load_book(HARBOUR).codec
    lines = [codec.encode(one.event) for one in simulate(Plan(events=EVENTS))]
    print(f"\nOver HTTP, {CONNECTIONS} connections, durable; the load takes its share of the same cores")
    for name, book, web in (
        ("plain book", None, 1),
        ("plain book, two web processes", None, 2),
        ("Harbour's book", HARBOUR, 1),
    ):
        with serving(book, "--web", str(web)) as served:
            of_book(name, served, lines)
    with echo() as (port, process):
        one = request("POST", "/", "", lines[0])
        show("peer: a bare ASGI echo", process, lambda: run(port, CONNECTIONS, repeat(one, ACCESS)))


def of_book(name: str, served: Served, lines: list[bytes]) -> None:
    posts = (request("POST", "/v1/events", served.key, line) for line in lines)
    port, process = served.port, served.process.pid
    run(port, CONNECTIONS, islice(posts, WARM))
    asked = request("GET", "/v1/access/acc_1", served.key)
    print(f" {name}")
    show("POST /v1/events", process, lambda: run(port, CONNECTIONS, islice(posts, SINGLE)))
    show("the same, one connection", process, lambda: run(port, 1, islice(posts, IDLE)))
    show("GET /v1/access/{account}", process, lambda: run(port, CONNECTIONS, repeat(asked, ACCESS)))
    stream("POST /v1/events, a stream of lines", served, lines[WARM + SINGLE + IDLE :][:STREAM])


def stream(name: str, served: Served, lines: list[bytes]) -> None:
    with cpu(served.process.pid) as spent:
        seconds, answers = streamed(served, lines)
    print(
        f"  {name:44} {answers / seconds:10,.0f} events/s   {spent[0] / answers * 1e6:6,.0f} µs of CPU each"
    )


def streamed(served: Served, lines: list[bytes]) -> tuple[float, int]:
    """Send lines in one request; return how many seconds it took and how many were answered."""

    async def once() -> tuple[float, int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        body = b"\n".join(lines) + b"\n"
        began = time.perf_counter()
        writer.write(request("POST", "/v1/events", served.key, body, "application/x-ndjson"))
        answers, tail, mark = 0, b"", b'{"line":'
        while chunk := await reader.read(1 << 16):
            answers += (tail + chunk).count(mark)
            tail = chunk[1 - len(mark) :]  # a mark may be torn
            if answers >= len(lines):
                break
        writer.close()
        return time.perf_counter() - began, answers

    return asyncio.run(once())


@contextmanager
def cpu(process: int) -> Iterator[list[float]]:
    """Tell how many seconds of CPU a process took meanwhile."""
    spent = [0.0]
    before = _cpu(process)
    yield spent
    spent[0] = _cpu(process) - before


def _cpu(process: int) -> float:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return sum(map(_cpu_of, [str(process), *children]))


def _cpu_of(process: str) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(name: str, process: int, load: Callable[[], Load]) -> None:
    with cpu(process) as spent:
        told = load()
    _show(name, told, spent[0])


def _show(name: str, load: Load, cpu: float) -> None:
    bad = {status: count for status, count in load.statuses.items() if status != 200}
    print(
        f"  {name:44} {load.rate:10,.0f}/s   p50 {load.at(0.5):7.2f} ms   p99 {load.at(0.99):7.2f} ms   "
        f"max {max(load.times) * 1000:7.1f} ms   {cpu / load.answers * 1e6:6,.0f} µs of CPU each {bad or ''}"
    )


def repeat(one: bytes, times: int) -> Iterator[bytes]:
    return (one for _ in range(times))


@contextmanager
def serving(book: Path | None, *more: str) -> Iterator[Served]:
    """Serve a book on a fresh data folder; without one, the plain book of ``bench.record``."""
    folder = Path(tempfile.mkdtemp(prefix="bylaw-bench-"))
    book = book or written(folder / "book", PLAIN)
    command = [sys.executable, "-c", "from bylaw.cli.main import main; main()", "serve", "--book", str(book)]
    command += ["--data", str(folder / "data"), "--port", "0", "--quiet", *more]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout  # noqa: S101
            told = process.stdout.readline() + process.stdout.readline()
            port = re.search(r":(\d+)", told)  # noqa: TID251 - our own words
            if not port:
                sys.exit((folder / "log").read_text())
            key = (folder / "data" / "first.key").read_text().strip()
            yield Served(int(port[1]), key, process)
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@contextmanager
def echo() -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", ECHO, str(port)])
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()
