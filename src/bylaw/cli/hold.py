"""``bylaw hold``: what must be kept, whatever else would let it go."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Keep records from destruction, and let them go again.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
Reason = Annotated[
    str,
    typer.Option(
        help="Why, on what basis, who asked; it is sealed. `-` reads standard input.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command(short_help="Place a hold.")
def place(
    data: Data,
    matter: Annotated[
        str,
        typer.Option(
            "--for",
            help="litigation, legal_process, mandatory_preservation, abuse_case or billing_dispute.",
            show_default=False,
        ),
    ],
    review: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d"], help="The day to look whether it is still needed.", show_default=False
        ),
    ],
    reason: Reason,
    person: Annotated[
        list[str] | None, typer.Option(help="A person, by the service's id; repeat.", show_default=False)
    ] = None,
    record: Annotated[
        list[str] | None,
        typer.Option(metavar="N|N-M", help="Records by their numbers; repeat.", show_default=False),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Records of this kind of event; repeat.", show_default=False)
    ] = None,
    clause: Annotated[
        list[str] | None,
        typer.Option(help="Records of decisions by this clause; repeat.", show_default=False),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Records of events from this instant on, UTC.", show_default=False)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Records of events before this instant, UTC.", show_default=False)
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Place a hold: what it keeps is not destroyed by anything until it is released.

    --person alone keeps every record that names the person, also those to come. With --kind, --clause, --since or
    --until it keeps the records there are that fit all of these.
    """
    from bylaw.cli.hold_place import Order, place_hold

    order = Order(
        matter=matter,
        review=review.date(),
        reason=reason,
        people=tuple(person or ()),
        records=tuple(record or ()),
        kinds=frozenset(kind or ()),
        clauses=frozenset(clause or ()),
        since=since,
        until=until,
    )
    place_hold(data, order, json=json)


@app.command("list", short_help="Show the holds, and what waits for their release.")
def list_(
    data: Data,
    *,
    every: Annotated[bool, typer.Option("--all", help="Released ones too.")] = False,
    json: Json = False,
) -> None:
    """Show the holds in force, beside whoever works with the record; and destructions that wait for them."""
    from bylaw.cli.hold_view import print_holds

    print_holds(data, every=every, json=json)


@app.command(short_help="Release a hold.")
def release(
    hold: Annotated[str, typer.Argument(help="The hold's id.", show_default=False)],
    data: Data,
    reason: Annotated[
        str, typer.Option(help="Why; it is sealed. `-` reads standard input.", show_default=False)
    ] = "",
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
    json: Json = False,
) -> None:
    """Release a hold. Its copies go, and what it alone suspended is destroyed now.

    Where something would be destroyed and anybody works here it takes two people: one asks, with --by; another agrees,
    with --approve and --by.
    """
    from bylaw.cli.hold_release import Letting, release_hold

    release_hold(data, Letting(hold=hold, reason=reason, by=by, approve=approve), json=json)


@app.command(short_help="Tell a restored backup what it forgot.")
def replay(data: Data, *, json: Json = False) -> None:
    """Tell a restored backup what was held and destroyed since; finish what was interrupted.

    A folder that was restored serves nothing before. In any other it finishes what a crash or a reader left.
    """
    from bylaw.cli.hold_view import replay_holds

    replay_holds(data, json=json)
