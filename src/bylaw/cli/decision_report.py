"""Decisions in a terminal."""

from collections.abc import Iterable
from itertools import islice

from rich.text import Text

from bylaw.cli.screen import out, table
from bylaw.engine.decision import Decision
from bylaw.engine.explain import explain
from bylaw.policy.library import Library

Line = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # decision, kind of event, clauses, effects


def line_of(decision: Decision) -> Line:
    """Return what a list shows of a decision."""
    clauses = tuple(citation.clause for citation in decision.clauses)
    return decision.id, decision.kind, clauses, tuple(planned.effect for planned in decision.effects)


def print_list(decisions: Iterable[Line], limit: int, further: str) -> None:
    """Print the first decisions, a line each; ``further`` is how one of them is asked for."""
    rows = [
        (decision, kind, ", ".join(clauses) or "–", ", ".join(effects) or "–")
        for decision, kind, clauses, effects in islice(decisions, limit)
    ]
    if not rows:
        out().print("[yellow]No decisions here.[/] No event broke a clause that a rule carries.")
        return
    out().print(table("", ("decision", "event", "clauses", "effects"), rows, numbers=0))
    asked = further.replace("ID", rows[0][0])
    out().print(f"[dim]One of them in full: bylaw explain {asked}[/]", soft_wrap=True)


def print_decision(decision: Decision, library: Library | None) -> None:
    """Print one decision in full; with the policies, the words of its clauses too."""
    texts = _texts(decision, library) if library else {}
    for passage in explain(decision, texts):
        out().print(Text(passage.heading, style="bold"))
        for line in passage.lines:
            out().print(Text(f"  {line}"), soft_wrap=True)


def _texts(decision: Decision, library: Library) -> dict[str, str]:
    cited = ((c.clause, library.cite(c.clause, decision.at)) for c in decision.clauses)
    return {clause: found.document.in_full(clause) for clause, found in cited if found}
