"""Programs that run beside a test: started until they say that they are there, and ended with it."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

NO_ENVIRONMENT: Mapping[str, str] = {}


@contextmanager
def running(
    command: Sequence[str], *, says: str, within: Path, environment: Mapping[str, str] = NO_ENVIRONMENT
) -> Iterator["subprocess.Popen[str]"]:
    """Run a program in a folder; it is there when a line that it says has ``says`` in it."""
    program = subprocess.Popen(
        command,
        cwd=within,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert program.stdout
    said: list[str] = []
    for line in program.stdout:
        said.append(line)
        if says in line:
            break
    else:
        program.wait()
        program.stdout.close()
        raise AssertionError("".join(said))
    rest = threading.Thread(target=said.extend, args=(program.stdout,))
    rest.start()
    try:
        yield program
    finally:
        program.terminate()
        program.wait()
        rest.join()
        program.stdout.close()


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at, each another one."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports
