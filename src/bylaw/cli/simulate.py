"""``bylaw simulate``: made-up traffic with ground truth, to try a book on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def simulate(
    events: Annotated[int, typer.Option(help="How many events.")] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same traffic.")] = 1,
    days: Annotated[float, typer.Option(help="Over how many days they spread, about.")] = 1,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="When it begins.", show_default="2026-03-02"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the events here.", show_default="standard output")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Write what each event and account really is here.")
    ] = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite earlier files.")] = False,
) -> None:
    """Write the traffic of a hosting and community service, one event a line, in order of time.

    Most of it is ordinary; the truth says what is not. It is all invented.
    """
    from datetime import UTC

    from bylaw.cli.simulation_files import write_simulation
    from bylaw.simulation.stream import START, Plan

    begin = start.replace(tzinfo=UTC) if start else START
    plan = Plan(events=events, seed=seed, days=days, start=begin)
    write_simulation(plan, out, truth, replace=replace)
