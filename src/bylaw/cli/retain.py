"""``bylaw retain``: what has aged out, let go."""

from pathlib import Path
from typing import Annotated

import typer


def retain(
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    *,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Let go the contents of events that are older than the book in force keeps them.

    That they were recorded stays, and so do proofs. What a hold keeps is let go in a run after its release. A run
    that was cut off goes on where it was. Run it every day.
    """
    from bylaw.cli.screen import following, out, print_json, table
    from bylaw.runtime.offices import open_keeping

    with open_keeping(data) as kept, following("letting go") as progress:
        known = kept.schedules()
        run = kept.retain(progress)
    if json:
        rows = [
            {"schedule": one.name, "days": one.days, "aged": run.aged[one.name], "held": run.held[one.name]}
            for one in known
        ]
        print_json({"schedules": rows, "days": run.days})
        return
    if not known:
        out().print(
            "no schedule says how long events are kept: name kinds of events under a "
            "\\[retention.…] heading of operator.toml",
            soft_wrap=True,
        )
        return
    lines = [
        (
            one.name,
            ", ".join(sorted(one.events)),
            "counts" if one.aggregate else "nothing",
            f"{one.days:,}",
            f"{run.aged[one.name]:,}",
            f"{run.held[one.name]:,}",
        )
        for one in known
    ]
    columns = ("schedule", "events", "leaves", "days", "let go", "held")
    out().print(table("Aged out", columns, lines, numbers=3))
    if run.days:
        out().print(f"keys of {run.days:,} days went with the last content under them")
