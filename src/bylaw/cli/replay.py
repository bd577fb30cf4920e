"""``bylaw replay``: recorded decisions made again from their recorded inputs."""

from pathlib import Path
from typing import Annotated

import typer


def replay(
    data: Annotated[Path, typer.Option(help="The data folder.", show_default=False)],
    jobs: Annotated[int, typer.Option(min=0, help="How many processes; 0: as many as are worth it.")] = 0,
    first: Annotated[int, typer.Option("--from", min=1, help="The first row of the journal.")] = 1,
    last: Annotated[
        int | None, typer.Option("--to", min=1, help="The last row; the whole record without it.")
    ] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Exit 1 when a decision differs or is damaged.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON for scripts.")] = False,
) -> None:
    """Make every recorded decision again, and compare it byte for byte.

    What can no longer be read, because somebody's key was destroyed or the content aged out, is counted.
    """
    from bylaw.cli.replay_run import print_counts, replay_record, stretch

    whole = stretch(data, first, last)
    counts, seconds = replay_record(data, whole, jobs)
    print_counts(counts, seconds, json=json)
    if verify and not counts.sound:
        raise typer.Exit(1)
