"""``bylaw staff``: who works here."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Invite, list, suspend people who work here; their roles.")

Data = Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)]
Who = Annotated[str, typer.Argument(help="A member's id or e-mail address.", show_default=False)]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role", help="A role, narrowed where wished: `reviewer:queue=spam,clause=acceptable-use/anti-spam`."
    ),
]
Site = Annotated[str, typer.Option("--site", help="Where staff sign in, to print whole links.")]


@app.command(short_help="Invite somebody, and print the link with which they join.")
def invite(
    data: Data,
    email: Annotated[str, typer.Option(help="With which they sign in.", show_default=False)],
    role: Roles,
    name: Annotated[str, typer.Option(help="Theirs; the address without.", show_default=False)] = "",
    language: Annotated[list[str], typer.Option(help="One they work in, such as `de`.")] = [],  # noqa: B006 - typer's way
    site: Site = "",
) -> None:
    """Invite somebody. The link is shown this once, lets in once, and not for long: hand it over yourself."""
    from bylaw.cli.staff_view import assignment, print_link
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=True) as here:
        given = [assignment(one) for one in role]
        made = here.staff.roster.invite(email, name or email, given, here.roles, languages=language)
    print_link(made, site)


@app.command("list", short_help="Show who works here.")
def list_(data: Data, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show members with their roles and what lets them in, beside a service that runs."""
    from bylaw.cli.staff_view import print_members
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=False) as here:
        print_members(here, json=json)


@app.command(short_help="Make another link, for who lost what lets them in.")
def link(data: Data, who: Who, site: Site = "") -> None:
    """Make a link with which a member begins anew; what let them in until then ends when it is used."""
    from bylaw.cli.staff_view import member, print_link
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=True) as here:
        made = here.staff.roster.link(member(here, who).id)
    print_link(made, site)


@app.command(short_help="Let somebody in no more, until resumed.")
def suspend(data: Data, who: Who) -> None:
    """Suspend a member; open sessions end."""
    _go(data, who, "suspend")


@app.command(short_help="Let a suspended member in again.")
def resume(data: Data, who: Who) -> None:
    """Let a suspended member in again."""
    _go(data, who, "resume")


@app.command(short_help="Record that somebody has left.")
def leave(data: Data, who: Who) -> None:
    """Record that a member has left, for good; or take an invitation back."""
    _go(data, who, "leave")


@app.command(short_help="Show roles, or give a member others.")
def roles(
    data: Data,
    who: Annotated[str, typer.Argument(help="A member's id or e-mail address; none: show roles.")] = "",
    role: Roles = [],  # noqa: B006
) -> None:
    """Show the roles there are; with a member and ``--role``, give these in the place of those before."""
    from bylaw.cli.staff_view import assignment, member, print_roles, told
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=bool(who and role)) as here:
        if not who:
            print_roles(here.roles)
            return
        found = member(here, who)
        if role:
            found = here.staff.roster.assign(found.id, [assignment(one) for one in role], here.roles)
        typer.echo(f"{found.id} {found.outside}: {', '.join(map(told, found.roles)) or 'no role'}")


@app.command(short_help="Show every permission there is.")
def permissions() -> None:
    """Show every permission, and which ask for a second factor."""
    from bylaw.cli.staff_view import print_permissions

    print_permissions()


def _go(data: Path, who: str, verb: str) -> None:
    from bylaw.cli.staff_view import member
    from bylaw.runtime.staffing import open_staffing

    with open_staffing(data, writing=True) as here:
        roster = here.staff.roster
        verbs = {"suspend": roster.suspend, "resume": roster.resume, "leave": roster.leave}
        found = verbs[verb](member(here, who).id)
    typer.echo(f"{found.id} {found.outside}: {found.state}")
