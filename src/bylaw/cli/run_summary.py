"""What a run came to: tables for people, one JSON object for scripts."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text

from bylaw.cli.job import Job
from bylaw.cli.screen import bar, out, print_json, table
from bylaw.runtime.deciding import Tally

ROWS = 20
TEXT_CHARS = 70


def summary(tally: Tally, seconds: float) -> dict[str, object]:
    """Return the summary that scripts rely on."""
    return {
        "events": tally.events,
        "rejected": tally.rejected,
        "decisions": tally.decisions,
        "degraded": tally.degraded,
        "duplicates": tally.duplicates,
        "by_clause": dict(tally.by_clause.most_common()),
        "by_rule": dict(tally.by_rule.most_common()),
        "by_effect": dict(tally.by_effect.most_common()),
        "by_shadow": dict(tally.by_shadow.most_common()),
        "braked": sorted(tally.braked),
        "by_reject_reason": dict(tally.by_reason.most_common()),
        "seconds": round(seconds, 3),
        "events_per_second": round(tally.events / seconds) if seconds else 0,
    }


def print_summary(job: Job, tally: Tally, seconds: float, texts: Mapping[str, str]) -> None:
    """Print the summary; ``texts`` gives the words of clauses by id."""
    if job.json:
        print_json(summary(tally, seconds))
        return
    console = out()
    for title, counts, words in (
        ("By clause", tally.by_clause, texts),
        ("By rule", tally.by_rule, {}),
        ("By effect", tally.by_effect, {}),
        ("Rules in shadow", tally.by_shadow, {}),
        ("Rejected records, by reason", tally.by_reason, {}),
    ):
        _print_counts(console, title, counts, words)
    for rule in sorted(tally.braked):
        console.print(
            f"[bold yellow]brake:[/] `{rule}` is young and matched or erred too much; it was turned to shadow"
        )
    rate = tally.events / seconds if seconds else 0
    console.print(
        f"[bold]{tally.events:,}[/] events, [bold]{tally.decisions:,}[/] decisions with something to say, "
        f"{tally.rejected:,} rejected, {tally.duplicates:,} seen before, {tally.degraded:,} degraded; "
        f"{seconds:.1f} s, {rate:,.0f} events/s",
        soft_wrap=True,
    )
    if tally.events and not tally.decisions:
        console.print(
            "[dim]No event broke a clause that a rule carries. `bylaw coverage` shows which have one.[/]"
        )
    elif tally.decisions and job.data:
        console.print(f"[dim]Look further: bylaw explain --data {job.data}[/]", soft_wrap=True)
    elif tally.decisions and job.decisions:
        console.print(
            f"[dim]Look further: bylaw explain {job.decisions} --book {job.book}[/]", soft_wrap=True
        )


def _print_counts(console: Console, title: str, counts: Counter[str], words: Mapping[str, str]) -> None:
    if not counts:
        return
    console.print(table(title, ("", "", "events"), _rows(counts, words)))
    if len(counts) > ROWS:
        console.print(f"[dim]and {len(counts) - ROWS} more[/]")


def _rows(counts: Counter[str], words: Mapping[str, str]) -> Iterable[tuple[Text, Text, str]]:
    most = max(counts.values())
    for name, count in counts.most_common(ROWS):
        text = words.get(name, "")
        shown = f"\n{text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 1] + '…'}" if text else ""
        yield Text(name) + Text(shown, style="dim"), bar(count / most), f"{count:,}"
