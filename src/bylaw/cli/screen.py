"""What every command shows alike: problems, tables, JSON."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from bylaw.base.errors import Problem

PIPED_WIDTH = 160

STYLES = {
    "bound": "green",
    "people": "cyan",
    "planned": "yellow",
    "unbound": "bold red",
    "error": "bold red",
    "warning": "yellow",
}


def out() -> Console:
    """Return the console on standard output; what is piped is as wide as its tables need."""
    piped = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(highlight=False, width=PIPED_WIDTH if piped else None)


def err() -> Console:
    """Return the console on standard error: progress, warnings, errors."""
    return Console(stderr=True, highlight=False)


def print_problems(problems: Iterable[Problem], console: Console | None = None) -> None:
    """Print problems one by one: the place (clickable in most terminals), what, and what to do."""
    console = console or err()
    for problem in problems:
        line = Text()
        if str(problem.where):
            line.append(f"{problem.where}: ", style="bold")
        line.append(f"{problem.severity}: ", style=STYLES[problem.severity])
        line.append(problem.message)
        line.append(f" [{problem.code}]", style="dim")
        console.print(line, soft_wrap=True)
        if problem.hint:
            console.print(Text(f"    {problem.hint}", style="dim"), soft_wrap=True)
        if problem.blocks_publishing:
            console.print(Text("    to be mended before publishing", style="yellow"), soft_wrap=True)


def print_json(value: object) -> None:
    """Print one JSON document, indented, keys as they stand."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]], numbers: int = 1
) -> Table:
    """Return a table whose last ``numbers`` columns are figures, set flush right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        right = index >= len(columns) - numbers
        made.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for row in rows:
        made.add_row(*row)
    return made


def bar(share: float, width: int = 24) -> Text:
    """Return a bar: how much of the whole, from 0 to 1."""
    filled = round(share * width)
    return Text("█" * filled, style="cyan") + Text("░" * (width - filled), style="dim")


@contextmanager
def counting(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error; what is given is called with how much more was done."""
    with Progress(*_columns(), console=err(), transient=True) as shown:
        task = shown.add_task(doing, total=total)
        yield lambda more: shown.advance(task, more)


@contextmanager
def following(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; what is given is called with how much is done, and of how much."""
    with Progress(*_columns(), console=err(), transient=True) as shown:
        task = shown.add_task(doing, total=None)
        yield lambda done, of: shown.update(task, completed=done, total=of)


def _columns() -> Sequence[ProgressColumn]:
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
