"""What a back-test came to: tables for people, one JSON object for scripts, a page to look at."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from bylaw.base.errors import InputError
from bylaw.cli.backtest_run import Done
from bylaw.cli.run_loop import clause_texts
from bylaw.cli.screen import out, print_json, table
from bylaw.engine.backtest_counts import SIDES, Result
from bylaw.engine.backtest_page import Heading, Scored, backtest_page, notes, percent, rows_of, scored
from bylaw.engine.verdicts import Scores, Share

ROWS: Final = 20  # of each table


def write_page(done: Done, path: Path) -> None:
    """Write the page.

    Raises:
        InputError: the file cannot be written.
    """
    heading = Heading(
        operator=done.after.operator.operator.name,
        before=done.before.digest if done.before else "",
        after=done.after.digest,
        first=done.whole.first,
        last=done.whole.last,
    )
    texts = (clause_texts(done.before) if done.before else {}) | clause_texts(done.after)
    try:
        path.write_text(backtest_page(heading, done.result, texts), encoding="utf-8")
    except OSError as error:
        raise InputError(
            "backtest.report", f"cannot write `{path}`: {(error.strerror or '').lower()}"
        ) from None


def print_result(done: Done, report: Path | None, *, json: bool) -> None:
    """Print what a back-test came to."""
    if json:
        print_json(_document(done))
        return
    result, console = done.result, out()
    for side, title in zip(SIDES, ("Clauses", "Rules", "Effects", "Rules in shadow"), strict=True):
        rows = [row for row in rows_of(getattr(result, side), {}) if row.changed]
        if rows:
            shown = [
                (row.name, *(f"{n:,}" for n in (row.change.lost, row.change.same, row.change.gained)))
                for row in rows[:ROWS]
            ]
            console.print(table(f"{title} that change", ("", "lost", "same", "gained"), shown, numbers=3))
    if result.enforced:
        shown = [
            (rule, *(f"{n:,}" for n in (one.matched, one.alone, one.otherwise)))
            for rule, one in sorted(result.enforced.items())
        ]
        columns = ("", "matched", "alone", "decided otherwise")
        console.print(table("If a rule in shadow were enforced", columns, shown[:ROWS], numbers=3))
    _print_scores(result)
    for note in notes(result):
        console.print(f"[yellow]note:[/] {note}", soft_wrap=True)
    rate = result.events / done.seconds if done.seconds else 0
    console.print(
        f"[bold]{result.events:,}[/] events decided again, [bold]{result.otherwise:,}[/] otherwise, "
        f"{result.other_rules:,} the same by other rules; {done.seconds:.1f} s, {rate:,.0f} events/s",
        soft_wrap=True,
    )
    if report:
        console.print(f"[dim]The page: {report}[/]", soft_wrap=True)
    elif result.otherwise:
        console.print("[dim]A page to look at, with examples: --report FILE.html[/]")


def _print_scores(result: Result) -> None:
    columns = ("", "precision before", "now", "recall before", "now")
    if result.judged:
        looked = f"{result.judged:,} events that somebody looked at, mostly because a rule found them"
        out().print(f"[dim]{looked}[/]", soft_wrap=True)
    for title, rows in scored(result):
        changed = [row for row in rows if row.changed]
        shown = [(row.name, *map(percent, _shares(row))) for row in changed[:ROWS]]
        if shown:
            out().print(table(f"{title} that fare otherwise against verdicts", columns, shown, numbers=4))
        if rows:
            same = len(rows) - len(changed)
            out().print(f"[dim]{title} against verdicts: {len(changed)} otherwise, {same} the same[/]")


def _shares(row: Scored) -> tuple[Share | None, ...]:
    return row.before.precision, row.after.precision, row.before.recall, row.after.recall


def _document(done: Done) -> dict[str, Any]:
    told = {f.name for f in fields(Result)} - {"first", "before", "after"}
    result = {name: getattr(done.result, name) for name in sorted(told)}
    result["examples"] = [
        {
            "decision": found.decision,
            "seq": found.seq,
            "kind": found.kind,
            "before": {side: sorted(getattr(found.before, side)) for side in SIDES},
            "after": {side: sorted(getattr(found.after, side)) for side in SIDES},
        }
        for found in done.result.examples
    ]
    return {
        "book_before": done.before.digest if done.before else None,
        "book_after": done.after.digest,
        "from": done.whole.first,
        "to": done.whole.last,
        **result,
        "verdicts": {
            "in_file": done.in_file,
            "judged": done.result.judged,
            "before": _scores(done.result.before),
            "after": _scores(done.result.after),
        },
        "seconds": round(done.seconds, 3),
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {
        side: {
            name: asdict(score) | {"precision": score.precision, "recall": score.recall}
            for name, score in sorted(getattr(scores, side).items())
        }
        for side in ("clauses", "rules")
    }
