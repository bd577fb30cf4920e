"""The web processes of a service: started, started again when one dies, stopped when all is answered."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from typing import Final

import msgspec

from bylaw.web.limits import BACKLOG, STOP_SECONDS
from bylaw.web.relay.hub import Hub
from bylaw.web.relay.outpost import Given
from bylaw.web.server import AT_ONCE, Tls

PATIENCE: Final = (
    5.0  # seconds beyond those for requests under way, until a process is ended that does not end
)
PAUSE: Final = 1.0  # seconds until a process that died is started again


class Outposts:
    """Runs as a ``Server`` does, with the work of HTTP done by other processes.

    Args:
        count: how many.
        hub: makes what answers one of them.
        tls: how they speak.
        quiet: they log only requests that failed.
        note: called with what happens to them.
        told: called once somebody listens.
    """

    def __init__(
        self,
        count: int,
        hub: Callable[[], Hub],
        tls: Tls,
        *,
        quiet: bool,
        note: Callable[[dict[str, object]], None],
        told: Callable[[], None],
    ) -> None:
        self._count = count
        self._hub = hub
        self._tls = tls
        self._quiet = quiet
        self._note = note
        self._told = told
        self._running: set[Process] = set()
        self._stopping = asyncio.Event()

    async def serve(self, sockets: list[socket.socket]) -> None:
        """Serve until told to stop; on return every process has ended."""
        (bound,) = sockets
        bound.listen(BACKLOG)
        kept = [asyncio.ensure_future(self._keep(bound)) for _ in range(self._count)]
        self._told()
        await self._stopping.wait()
        bound.close()
        for process in self._running:
            process.terminate()
        _, late = await asyncio.wait(kept, timeout=STOP_SECONDS + PATIENCE)
        if late:
            self._kill()
            await asyncio.wait(late)

    def stop(self) -> None:
        """Have them take no more connections and finish what is under way; the second time, end at once."""
        if self._stopping.is_set():
            self._kill()
            os._exit(AT_ONCE)
        self._stopping.set()

    def _kill(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGKILL)

    async def _keep(self, bound: socket.socket) -> None:
        while not self._stopping.is_set():
            status = await self._run(bound)
            if not self._stopping.is_set():
                self._note({"web": "a process ended and is started again", "status": status})
                await asyncio.sleep(PAUSE)

    async def _run(self, bound: socket.socket) -> int:
        ours, theirs = socket.socketpair()
        with theirs:
            given = Given(bound.fileno(), theirs.fileno(), self._tls, self._quiet)
            command = [sys.executable, "-m", Given.__module__, msgspec.json.encode(given).decode()]
            files = (given.listening, given.line)
            process = await asyncio.create_subprocess_exec(
                *command, pass_fds=files, stdin=asyncio.subprocess.DEVNULL
            )
        hub = self._hub()
        await asyncio.get_running_loop().create_connection(lambda: hub.line, sock=ours)
        self._running.add(process)
        if self._stopping.is_set():
            process.terminate()
        try:
            return await process.wait()
        finally:
            self._running.discard(process)
            hub.line.close()
