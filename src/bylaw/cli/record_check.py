"""``bylaw check --data``: whether everything that was recorded is still what it was."""

from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bylaw.cli.screen import err, out, print_json, print_problems
from bylaw.records.checking import check
from bylaw.runtime.offices import open_record


def check_record(data: Path, *, rebuild: bool, json: bool) -> bool:
    """Check a data folder, print what is wrong with it, and tell whether it is sound."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        open_record(data, writing=False) as kept,
        Progress(*columns, console=err(), transient=True) as bar,
    ):
        task = bar.add_task("checking rows", total=kept.records.head)
        found = check(
            kept.records,
            rebuild=rebuild,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        problems = (*found.problems, *kept.vault.check())
    if json:
        print_json({"ok": not problems, "rows": found.rows, "root": found.root.hex(), "problems": problems})
    elif problems:
        print_problems(problems)
    else:
        told = "; every table was folded anew and is the same" if rebuild else ""
        out().print(f"[green]sound[/] {found.rows:,} rows, ledger {found.root.hex()}{told}", soft_wrap=True)
    return not problems
