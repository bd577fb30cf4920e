"""``bylaw action``: what is done about accounts."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="List, agree to, refuse and undo what is done about accounts.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
Action = Annotated[str, typer.Argument(help="The action's id.", show_default=False)]
By = Annotated[
    str, typer.Option("--by", help="Who does it: the id of a member of staff; without, the console.")
]
Reason = Annotated[str, typer.Option(help="Why; it is sealed. `-` reads standard input.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list", short_help="Show actions, the newest first.")
def list_(
    data: Data,
    state: Annotated[
        list[str] | None, typer.Option(help="In this state; repeat.", show_default=False)
    ] = None,
    account: Annotated[str, typer.Option(help="Of this account, by the service's id.")] = "",
    rule: Annotated[str, typer.Option(help="That this rule asked for.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    *,
    json: Json = False,
) -> None:
    """Show actions, also beside a service that runs."""
    from bylaw.cli.action_view import print_actions

    print_actions(data, tuple(state or ()), account, rule, limit, json=json)


@app.command(short_help="Tell everything about an action.")
def show(data: Data, action: Action, *, json: Json = False) -> None:
    """Tell what an action is, where it stands and who agreed to it, also beside a service that runs."""
    from bylaw.cli.action_view import print_action

    print_action(data, action, json=json)


@app.command(short_help="Agree to what cannot be undone.")
def approve(data: Data, action: Action, by: By = "", *, json: Json = False) -> None:
    """Agree to an action that waits for people: two, and whoever ordered it is one of them."""
    from bylaw.cli.action_view import approve_action

    approve_action(data, action, by, json=json)


@app.command(short_help="Refuse an action that waits for people.")
def refuse(data: Data, action: Action, by: By = "", *, json: Json = False) -> None:
    """Refuse an action that waits for people."""
    from bylaw.cli.action_view import refuse_action

    refuse_action(data, action, by, json=json)


@app.command(short_help="Take an action back.")
def undo(data: Data, action: Action, reason: Reason, by: By = "", *, json: Json = False) -> None:
    """Take an action back by its inverse, and what followed from it. Those concerned are told when the service runs."""
    from bylaw.cli.action_view import undo_action

    undo_action(data, action, reason, by, json=json)
