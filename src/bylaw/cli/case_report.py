"""Policy cases run and told: what was expected, what came, and the values that were compared."""

from dataclasses import dataclass

from rich.text import Text

from bylaw.book.book import Book
from bylaw.book.cases import PolicyCase, Shortfall, judge
from bylaw.cli.screen import out, table
from bylaw.engine.decide import decide
from bylaw.engine.decision import Decision
from bylaw.engine.situation import situation_after
from bylaw.engine.trace import Question, ask_all


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case, the decision it got, where that falls short, and what the rules concerned compared."""

    case: PolicyCase
    decision: Decision
    shortfalls: tuple[Shortfall, ...]
    questions: tuple[Question, ...]

    def plain(self) -> dict[str, object]:
        """Return the result for scripts."""
        return {
            "case": self.case.name,
            "where": str(self.case.where),
            "ok": not self.shortfalls,
            "shortfalls": [{"what": s.what, "expected": s.expected, "got": s.got} for s in self.shortfalls],
            "compared": self.questions,
        }


def run_cases(book: Book) -> list[CaseResult]:
    """Decide every case of a book."""
    basis = book.basis
    results = []
    for case in book.cases:
        situation = situation_after(case.before, case.event, basis)
        decision = decide(situation, basis)
        shortfalls = judge(case, decision)
        concerned = {
            rule for s in shortfalls if s.what in ("rules", "shadow") for rule in (*s.expected, *s.got)
        }
        concerned |= {rule.id for rule in book.rules if shortfalls and _expects(case, rule.clauses)}
        questions = tuple(ask_all(situation, basis, concerned)) if shortfalls else ()
        results.append(CaseResult(case=case, decision=decision, shortfalls=shortfalls, questions=questions))
    return results


def _expects(case: PolicyCase, clauses: tuple[str, ...]) -> bool:
    return bool(set(clauses) & set(case.expect.get("clauses", ())))


def print_cases(results: list[CaseResult]) -> None:
    """Print the failures, then one line with the counts."""
    console = out()
    failed = [result for result in results if result.shortfalls]
    for result in failed:
        console.print(Text(f"{result.case.where}: ", style="bold") + Text(result.case.name))
        for shortfall in result.shortfalls:
            wanted = ", ".join(shortfall.expected) or "nothing"
            got = ", ".join(shortfall.got) or "nothing"
            console.print(
                f"    {shortfall.what}: expected [green]{wanted}[/], got [red]{got}[/]", soft_wrap=True
            )
        if result.questions:
            console.print(
                table(
                    "",
                    ("rule", "question", "values", "result"),
                    [(q.rule, q.expression, " · ".join(q.operands), q.result) for q in result.questions],
                )
            )
    if not results:
        console.print("[yellow]No cases.[/] Write some under tests/: an event and the decision it must get.")
        return
    style = "red" if failed else "green"
    console.print(f"[{style}]{len(results) - len(failed)} passed, {len(failed)} failed[/]")
