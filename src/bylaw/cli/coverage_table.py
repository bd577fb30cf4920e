"""Coverage in a terminal: a summary with bars, then every clause under its document."""

from rich.text import Text

from bylaw.book.coverage import ClauseCoverage, Coverage, DocumentCoverage, Report
from bylaw.cli.screen import STYLES, bar, out, table

TEXT_CHARS = 60


def print_coverage(report: Report, only: str = "") -> None:
    """Print the report; ``only`` keeps the clauses with one status."""
    console = out()
    for document in report.documents:
        clauses = [c for c in document.clauses if not only or c.status == only]
        if clauses:
            console.print(_document(document, clauses))
    console.print(_summary(report))
    unbound = [c for d in report.documents for c in d.clauses if c.status is Coverage.UNBOUND]
    if not report.documents:
        console.print("[yellow]No documents.[/] Put one under policies/<key>/, or start with `bylaw init`.")
    elif unbound:
        bans = sum(c.kind == "ban" for c in unbound)
        console.print(
            f"[bold red]{len(unbound)} unbound[/], {bans} of them bans. "
            "Bind them in promises.yaml, or write a rule; `--only unbound` lists them."
        )
    else:
        console.print("[green]Nothing is unbound.[/]")


def _document(document: DocumentCoverage, clauses: list[ClauseCoverage]) -> object:
    version = document.version.isoformat() if document.version else "no date"
    return table(
        f"{document.title} ({document.key}, {version})",
        ("clause", "kind", "status", "carried by", "register", "line"),
        [
            (
                _clause(clause, document.key),
                clause.kind,
                Text(clause.status, style=STYLES[clause.status]),
                ", ".join(clause.mechanisms) or "–",
                " ".join(clause.register),
                str(clause.line),
            )
            for clause in clauses
        ],
    )


def _clause(clause: ClauseCoverage, key: str) -> Text:
    words = clause.text if len(clause.text) <= TEXT_CHARS else clause.text[: TEXT_CHARS - 1] + "…"
    return Text(clause.id.removeprefix(key + "/"), style="bold") + Text(f"\n{words}", style="dim")


def _summary(report: Report) -> object:
    total = sum(report.counts.values()) or 1
    return table(
        "Coverage",
        ("status", "", "clauses", "share"),
        [
            (Text(status, style=STYLES[status]), bar(n / total), str(n), f"{100 * n / total:.0f} %")
            for status, n in report.counts.items()
        ],
        numbers=2,
    )
