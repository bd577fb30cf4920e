"""``bylaw undo``: everything that a rule did, taken back."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def undo(
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    rule: Annotated[str, typer.Option(help="The rule's id.", show_default=False)],
    since: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"],
            help="From this instant on, UTC.",
            show_default=False,
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it is sealed. `-` reads standard input.")] = "",
    by: Annotated[
        str, typer.Option("--by", help="Who does it: the id of a member of staff; without, the console.")
    ] = "",
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be taken back, and stop.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Take back everything that a rule did since an instant, and what followed from it.

    What another rule asked for as well stays. Those concerned are told when the service runs. --dry-run counts, also
    beside a service that runs.
    """
    from datetime import UTC

    from bylaw.cli.undo_run import count_rule, undo_rule

    instant = int(since.replace(tzinfo=UTC).timestamp()) * 1_000_000
    if dry_run:
        count_rule(data, rule, instant, json=json)
    else:
        undo_rule(data, rule, instant, reason, by, json=json)
