"""``bylaw check``, ``bylaw coverage``, ``bylaw test``: what a book says of itself."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path | None, typer.Argument(help="The book's folder.", show_default=False)]
BookOption = Annotated[Path | None, typer.Option("--book", help="The book's folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
At = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day whose versions count.", show_default="today"),
]


def check(
    folder: Folder = None,
    book: BookOption = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Check this data folder instead of a book.", show_default=False),
    ] = None,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="With --data: fold every table anew, and compare.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell everything that is wrong with a book, with file, line and the mend; or with what was recorded."""
    if data is not None:
        from bylaw.cli.record_check import check_record

        raise typer.Exit(0 if check_record(data, rebuild=rebuild, json=json) else 1)
    from bylaw.base.errors import Problems
    from bylaw.book.book import load_book
    from bylaw.cli.screen import out, print_json, print_problems

    try:
        loaded = load_book(one_book(folder, book))
    except Problems as error:
        if json:
            print_json({"ok": False, "problems": error.problems})
        else:
            print_problems(error.problems)
        raise typer.Exit(2) from None
    if json:
        print_json({"ok": True, "digest": loaded.digest, "problems": loaded.warnings})
        return
    print_problems(loaded.warnings)
    clauses = sum(
        not c.heading for versions in loaded.library.versions.values() for d in versions for c in d.clauses
    )
    out().print(
        f"[green]ok[/] {loaded.operator.operator.name}: {sum(map(len, loaded.library.versions.values()))} documents, "
        f"{clauses} clauses, {len(loaded.rules)} rules, {len(loaded.promises)} promises, "
        f"{len(loaded.lists)} lists, {len(loaded.cases)} cases; {len(loaded.warnings)} warnings",
        soft_wrap=True,
    )
    out().print(f"[dim]{loaded.digest}[/]", soft_wrap=True)


def coverage(
    folder: Folder = None,
    book: BookOption = None,
    at: At = None,
    *,
    json: Json = False,
    fail_under: Annotated[
        float | None, typer.Option(help="Exit 1 when fewer percent of the clauses are carried today.")
    ] = None,
    only: Annotated[str, typer.Option(help="Show only clauses with this status.")] = "",
) -> None:
    """Show for every clause what carries it out, and what nothing carries."""
    from bylaw.book.book import load_book
    from bylaw.book.coverage import cover
    from bylaw.cli.coverage_table import print_coverage
    from bylaw.cli.screen import print_json

    loaded = load_book(one_book(folder, book))
    report = cover(loaded.library, loaded.rules, loaded.promises, instant(at))
    if json:
        print_json(report)
    else:
        print_coverage(report, only)
    if fail_under is not None and report.carried < fail_under:
        typer.echo(f"{report.carried:.1f} % carried, {fail_under:g} % wanted", err=True)
        raise typer.Exit(1)


def cases(
    folder: Folder = None,
    book: BookOption = None,
    *,
    json: Json = False,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Score the rules on simulated traffic instead.")
    ] = False,
    events: Annotated[int, typer.Option(help="With --simulated: how many events.")] = 20_000,
    seed: Annotated[int, typer.Option(help="With --simulated: the same seed, the same traffic.")] = 1,
    days: Annotated[float, typer.Option(help="With --simulated: over how many days.")] = 1,
) -> None:
    """Run a book's policy cases; a failure shows what was compared."""
    if simulated:
        _score(one_book(folder, book), events, seed, days, json=json)
        return
    from bylaw.book.book import load_book
    from bylaw.cli.case_report import print_cases, run_cases
    from bylaw.cli.screen import print_json

    results = run_cases(load_book(one_book(folder, book)))
    if json:
        print_json([result.plain() for result in results])
    else:
        print_cases(results)
    if any(result.shortfalls for result in results):
        raise typer.Exit(1)


def _score(folder: Path, events: int, seed: int, days: float, *, json: bool) -> None:
    from bylaw.cli.score_report import print_scores, score_book
    from bylaw.cli.screen import print_json
    from bylaw.simulation.stream import Plan

    report = score_book(folder, Plan(events=events, seed=seed, days=days))
    if json:
        print_json(report)
    else:
        print_scores(report)


def one_book(argument: Path | None, option: Path | None) -> Path:
    """Return the one folder that was named, as argument or as ``--book``."""
    if (argument is None) == (option is None):
        raise typer.BadParameter("name one book: `bylaw … DIR` or `--book DIR`")
    return argument or option or Path()


def instant(day: datetime | None) -> datetime:
    """Return the start of a day in UTC; today's now when none is given."""
    from datetime import UTC

    # The command line is where time enters.
    return day.replace(tzinfo=UTC) if day else datetime.now(UTC)  # noqa: TID251
