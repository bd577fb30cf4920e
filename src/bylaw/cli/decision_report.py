"""Decisions in a terminal."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from rich.text import Text

from bylaw.cli.screen import out, table
from bylaw.engine.decision import Decision
from bylaw.engine.explain import explain


def print_list(decisions: Iterator[Decision], limit: int, path: Path) -> None:
    """Print the first decisions of a file, a line each."""
    rows = [
        (
            decision.id,
            decision.kind,
            ", ".join(citation.clause for citation in decision.clauses) or "–",
            ", ".join(planned.effect for planned in decision.effects) or "–",
        )
        for decision in islice(decisions, limit)
    ]
    if not rows:
        out().print("[yellow]No decisions in this file.[/] No event broke a clause that a rule carries.")
        return
    out().print(table("", ("decision", "event", "clauses", "effects"), rows, numbers=0))
    out().print(f"[dim]One of them in full: bylaw explain {path} {rows[0][0]} --book …[/]", soft_wrap=True)


def print_decision(decision: Decision, book: Path | None) -> None:
    """Print one decision in full; with the book, the words of its clauses too."""
    texts = _texts(decision, book) if book else {}
    for passage in explain(decision, texts):
        out().print(Text(passage.heading, style="bold"))
        for line in passage.lines:
            out().print(Text(f"  {line}"), soft_wrap=True)


def _texts(decision: Decision, book: Path) -> dict[str, str]:
    from bylaw.book.book import load_book

    library = load_book(book).library
    cited = ((c.clause, library.cite(c.clause, decision.at)) for c in decision.clauses)
    return {clause: found.document.in_full(clause) for clause, found in cited if found}
