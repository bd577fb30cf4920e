"""``bylaw erase``: a person's keys, destroyed."""

from pathlib import Path
from typing import Annotated

import typer


def erase(
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    person: Annotated[
        list[str] | None, typer.Option(help="A person, by the service's id; repeat.", show_default=False)
    ] = None,
    space: Annotated[str, typer.Option(help="The vault's name for this kind of ids.")] = "account",
    ground: Annotated[str, typer.Option(help="Why: request, minor or account_closed.")] = "request",
    by: Annotated[
        str,
        typer.Option(
            help="Who asks or agrees: a member of staff, where somebody works here.", show_default=False
        ),
    ] = "",
    approve: Annotated[
        str, typer.Option(metavar="STEP", help="Agree to what somebody else asked for.", show_default=False)
    ] = "",
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be destroyed, and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Destroy a person's keys: what was recorded of the person can never be read again, and proofs stay.

    It takes two people where anybody works here: one asks, with --person and --by; another agrees, with --approve
    and --by, and then it is done. What holds keep is copied under keys of theirs first, and goes with their release. Who is held as a whole is
    destroyed then. It cannot be undone. Exit 1 when something is not finished.
    """
    from bylaw.cli.erase_run import Erasure, erase_people

    asked = Erasure(
        people=tuple(person or ()), space=space, ground=ground, by=by, approve=approve, plan=plan, yes=yes
    )
    if not erase_people(data, asked, json=json):
        raise typer.Exit(1)
