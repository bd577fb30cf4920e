"""Made-up traffic written down: events to a file or standard output, the truth to a file beside it."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bylaw.cli.output_file import LineFile, OutputError
from bylaw.cli.screen import err
from bylaw.events.decode import Codec
from bylaw.simulation.stream import Plan, simulate
from bylaw.simulation.truth import Register, write_truth

_CHUNK = 1_000  # events handed to standard output at once


def write_simulation(plan: Plan, out: Path | None, truth: Path | None, *, replace: bool) -> None:
    """Write the events of a plan, and their truth where a file for it is named.

    Exits with 3 when the disk refused, with 130 when interrupted; whole lines are kept.
    """
    started = time.perf_counter()
    try:
        with ExitStack() as stack:
            lines = stack.enter_context(LineFile(out, replace=replace)) if out else None
            truths = stack.enter_context(LineFile(truth, replace=replace)) if truth else None
            if lines:
                _write(plan, lines.write, truths)
            else:
                _print(plan, truths)
    except OutputError as error:
        err().print(f"[bold red]error:[/] {error}")
        sys.exit(3)
    except KeyboardInterrupt:
        err().print("[yellow]interrupted[/]: what was written before is kept")
        sys.exit(130)
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    seconds = time.perf_counter() - started
    err().print(f"{plan.events:,} events in {seconds:.1f} s, {plan.events / seconds:,.0f} events/s")


def _write(plan: Plan, write: Callable[[bytes], None], truths: LineFile | None) -> None:
    encode, register = Codec().encode, Register()
    for happening in simulate(plan):
        write(encode(happening.event))
        if truths:
            truths.write(write_truth(happening.truth))
            account = register.meet(happening)
            if account:
                truths.write(write_truth(account))


def _print(plan: Plan, truths: LineFile | None) -> None:
    pending: list[bytes] = []

    def write(line: bytes) -> None:
        pending.append(line + b"\n")
        if len(pending) >= _CHUNK:
            sys.stdout.buffer.write(b"".join(pending))
            pending.clear()

    _write(plan, write, truths)
    sys.stdout.buffer.write(b"".join(pending))
    sys.stdout.flush()
