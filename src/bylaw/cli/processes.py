"""Work shared out over processes: each does a share, and what they find comes back as it is found."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final, TypeVar

from bylaw.base.errors import BylawError, Problem, Problems, UpstreamError

T = TypeVar("T")
Work = Callable[..., Iterator[T]]

PER_PROCESS: Final = 20_000  # events for which a process of their own is worth starting
MOST: Final = 256  # processes
_CONTEXT: Final = get_context("spawn")  # nothing open is inherited: no database, no thread
_END: Final = "end"


def processes_for(events: int, wanted: int) -> int:
    """Return how many processes to use; ``wanted`` is a number, or 0 for as many cores as there are."""
    cores = len(os.sched_getaffinity(0))
    return min(wanted, MOST) if wanted else max(1, min(cores, events // PER_PROCESS))


def shared_out(work: Work[T], shares: Sequence[tuple[Any, ...]]) -> Iterator[T]:
    """Yield what ``work`` yields for each share, in whatever order it comes; a single share needs no process.

    ``work`` is a function of a module, and everything it takes and yields can be pickled.

    Raises:
        BylawError: a process met it; the others are stopped.
        UpstreamError: ``processes.died``, a process ended without a word.
    """
    if len(shares) == 1:
        yield from work(*shares[0])
        return
    with ExitStack() as stack:
        running = [_start(stack) for _ in shares]
        for pipe, share in zip(running, shares, strict=True):
            _send(pipe, (work, share))
        while running:
            for ready in wait(running):
                said = _received(ready)  # type: ignore[arg-type]
                if said == _END:
                    running.remove(ready)  # type: ignore[arg-type]
                elif isinstance(said, Problem):
                    raise Problems([said])
                else:
                    yield said


def _start(stack: ExitStack) -> "Connection[Any, Any]":
    here, there = _CONTEXT.Pipe()
    # Work goes through the pipe: were it an argument, a process that dies before it has read all would never be
    # noticed, since ``multiprocessing`` holds the other end of its own pipe open while it writes.
    process = _CONTEXT.Process(target=_do, args=(there,), daemon=True)
    process.start()
    there.close()
    stack.callback(process.join)
    stack.callback(process.terminate)
    return here


def _send(pipe: "Connection[Any, Any]", work: tuple[Work[Any], tuple[Any, ...]]) -> None:
    try:
        pipe.send(work)
    except OSError:
        raise _died() from None


def _received(pipe: "Connection[Any, Any]") -> Any:  # noqa: ANN401 - what work yields
    try:
        return pipe.recv()
    except (EOFError, OSError):
        raise _died() from None


def _died() -> UpstreamError:
    hint = "was it out of memory? ask for fewer --jobs"
    return UpstreamError("processes.died", "a process ended without a word", hint=hint)


def _do(pipe: "Connection[Any, Any]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it will stop it
    work, share = pipe.recv()
    try:
        for part in work(*share):
            pipe.send(part)
        pipe.send(_END)
    except BylawError as error:
        pipe.send(error.problem)
