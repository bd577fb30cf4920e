"""``bylaw notices``: what people are told, looked at before they are."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="What people are told: look at it before they do.")


@app.command()
def preview(
    book: Annotated[Path, typer.Option("--book", help="The book's folder.", show_default=False)],
    clause: Annotated[
        str,
        typer.Option("--clause", help="A clause; without one, each template is shown.", show_default=False),
    ] = "",
    language: Annotated[
        str, typer.Option("--language", help="What the person reads.", show_default="every one there is")
    ] = "",
    kind: Annotated[str, typer.Option("--kind", help="statement, outcome or appeal.")] = "statement",
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write the page of the last one to this file.", show_default=False),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Show messages as people get them, filled with a sample: subject, class, text; the page with --html."""
    from bylaw.book.book import load_book
    from bylaw.cli.book import instant
    from bylaw.cli.notice_view import print_messages, write_page
    from bylaw.cli.screen import print_json
    from bylaw.notices.sample import previews

    shown = previews(load_book(book), clause, language, kind, instant(None))
    if html is not None:
        write_page(html, shown[-1].message)
    if json:
        print_json(shown)
    else:
        print_messages(shown)


@app.command()
def status(
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Show what became of notices, and what cannot get out and why. Beside whoever works with the record."""
    from bylaw.cli.notice_view import Standing, print_standing
    from bylaw.cli.screen import print_json
    from bylaw.notices.workflow import Notices
    from bylaw.records.delivery import Delivery
    from bylaw.runtime.offices import open_record

    with open_record(data, writing=False) as kept:
        counts = Notices(kept.records, kept.vault).counts()
        stuck = Delivery(kept.records).stuck()
    standing = Standing.of(counts, stuck)
    if json:
        print_json(standing)
    else:
        print_standing(standing)


@app.command()
def secret(
    webhook: Annotated[str, typer.Argument(help="Its name in operator.toml.", show_default=False)],
    book: Annotated[Path, typer.Option("--book", help="The book's folder.", show_default=False)],
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
) -> None:
    """Print the secret with which a receiver verifies the calls of a webhook: the one that signs first."""
    from bylaw.base.errors import NotFoundError, RefusedError
    from bylaw.base.spelling import did_you_mean
    from bylaw.book.book import load_book
    from bylaw.notices.ways import signing_key
    from bylaw.notices.webhooks.signing import shown
    from bylaw.runtime.offices import open_record

    webhooks = load_book(book).operator.webhooks
    if webhook not in webhooks:
        hint = did_you_mean(webhook, webhooks)
        raise NotFoundError("webhook.unknown", f"the book has no webhook `{webhook}`", hint=hint)
    where = webhooks[webhook].secrets[0]
    try:
        with open_record(data, writing=False) as kept:
            key = signing_key(webhook, where, kept.vault)
    except (NotFoundError, RefusedError) as error:
        if error.code not in {"vault.read_only", "records.no_database"}:
            raise
        with open_record(data, writing=True) as kept:  # nobody has asked for it yet: it is made now
            key = signing_key(webhook, where, kept.vault)
    typer.echo(shown(key))


@app.command()
def bounced(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Mails, each in a file; `-`: one on standard input.", show_default=False
        ),
    ],
    data: Annotated[Path, typer.Option("--data", help="The operator's data folder.", show_default=False)],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Note what mail servers report about our mail (RFC 3464), where no service runs: else POST it there.

    What is no report, or says nothing new of our mail, is passed over.
    """
    from bylaw.cli.notice_returns import note_reports

    note_reports(data, files, json=json)
