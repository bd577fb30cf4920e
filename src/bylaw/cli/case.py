"""``bylaw case``: what waits for people."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Look at what waits for people, and at what they decided.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command("list", short_help="Show cases, in the order of work.")
def list_(
    data: Data,
    queue: Annotated[str, typer.Option(help="Of this queue.")] = "",
    account: Annotated[str, typer.Option(help="About this account, by the service's id.")] = "",
    clause: Annotated[str, typer.Option(help="On this clause, or one below it.")] = "",
    rule: Annotated[str, typer.Option(help="That this rule raised.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    *,
    decided: Annotated[bool, typer.Option("--decided", help="Those that were decided.")] = False,
    json: Json = False,
) -> None:
    """Show cases, the worst first, also beside a service that runs."""
    from bylaw.cases.store import Sought
    from bylaw.cli.case_view import print_cases

    queues = (queue,) if queue else ()
    sought = Sought(queues=queues, clause=clause, rule=rule, waiting=not decided)
    print_cases(data, sought, account, limit, json=json)


@app.command(short_help="Show what waits, by queue.")
def queues(data: Data, *, json: Json = False) -> None:
    """Show what waits in each queue, and since when, also beside a service that runs."""
    from bylaw.cli.case_view import print_queues

    print_queues(data, json=json)


@app.command(short_help="Tell everything about a case.")
def show(
    data: Data,
    case: Annotated[str, typer.Argument(help="The case's id.", show_default=False)],
    *,
    json: Json = False,
) -> None:
    """Tell what a case is about, where it stands and what was done with it, also beside a service that runs."""
    from bylaw.cli.case_view import print_case

    print_case(data, case, json=json)
