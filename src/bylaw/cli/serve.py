"""``bylaw serve``: the service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bylaw.runtime.taking import TakenUp


def serve(
    book: Annotated[Path, typer.Option(help="The book's folder.", show_default=False)],
    data: Annotated[
        Path, typer.Option(help="The data folder; it is made if there is none.", show_default=False)
    ],
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")] = 8080,
    certificate: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Speak TLS with this certificate.", show_default=False
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The certificate's key.", show_default=False),
    ] = None,
    web: Annotated[
        int, typer.Option(min=1, max=32, help="How many processes speak HTTP; one: the one that decides.")
    ] = 1,
    *,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="Something in front speaks TLS: plain HTTP on any address.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log only requests that failed.")] = False,
    write_book: Annotated[
        bool,
        typer.Option("--write-book", help="Write what the console changes of the book into its folder."),
    ] = False,
) -> None:
    """Decide events that are sent over HTTP, and answer what was decided.

    A log line for each request goes to standard error. SIGTERM or Ctrl-C stops the service when what was sent is
    answered; the second one at once, without losing what was answered. SIGHUP has the book read again.
    """
    import sys

    from bylaw.book.book import book_of
    from bylaw.book.folder import read_folder
    from bylaw.cli.first_key import first_key
    from bylaw.cli.screen import err, out, print_problems
    from bylaw.runtime.folders import init_data, short_name
    from bylaw.runtime.offices import open_office
    from bylaw.runtime.taking import take_up
    from bylaw.staff.workflow import open_staff
    from bylaw.web.callers import by_keys
    from bylaw.web.serving import Control, Settings, serve

    settings = Settings(
        book=book,
        host=host,
        port=port,
        certificate=certificate,
        key=key,
        behind_proxy=behind_proxy,
        quiet=quiet,
        web=web,
        writes_book=write_book,
    )
    settings.refuse_plain()
    folder = read_folder(book)
    if not data.exists() or not any(data.iterdir()):
        init_data(data, short_name(book_of(folder).operator.operator.name))
    with err().status("opening the record …") as status, open_office(data) as office:
        status.update("loading the book …")
        taken = take_up(office, folder.files)
        charter = taken.charter
        print_problems(office.shelf.book(charter.basis.book).warnings)
        _tell(taken)
        status.stop()
        with open_staff(office.records, office.vault, data) as staff:
            told = first_key(staff.keys, data)

            def ready(control: Control) -> None:
                url = control.url
                name = charter.basis.operator
                out().print(
                    f"[bold]{name}[/] at [bold]{url}[/], described at {url}/openapi.json", soft_wrap=True
                )
                if told:
                    out().print(told, soft_wrap=True)

            serve(office, staff, by_keys(staff.keys), settings, sys.stderr, ready=ready)


def _tell(taken: "TakenUp") -> None:
    """Say where the book in force is not what the folder says."""
    from bylaw.cli.screen import err, print_problems

    if taken.problem:
        print_problems([taken.problem])
        err().print("[yellow]The book that was in force stays so.[/]")
    elif taken.carried:
        named = ", ".join(taken.carried)
        err().print(
            f"[yellow]Changed in the console and not in the folder: {named}.[/] `bylaw patch` tells how.",
            soft_wrap=True,
        )
