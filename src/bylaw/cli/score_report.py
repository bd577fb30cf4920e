"""A book on simulated traffic: run, held against the truth, and told as tables."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from bylaw.book.book import book_of
from bylaw.book.folder import read_folder
from bylaw.book.scoring import ActorScore, ScoreReport, Scores, read_expectations
from bylaw.cli.screen import out, table
from bylaw.engine.decision import Decision
from bylaw.events.event import Event
from bylaw.runtime.deciding import Tally, decide_all
from bylaw.simulation.stream import Plan, simulate
from bylaw.simulation.truth import Happening

WANTED = 0.9  # recall below this is shown in red


def score_book(folder: Path, plan: Plan) -> ScoreReport:
    """Decide the events of a plan by a book, as a run would, and score the decisions.

    Raises:
        Problems: the book, or its ``simulation.yaml``, has mistakes.
        InputError: it has no ``simulation.yaml``.
    """
    read = read_folder(folder)
    book = book_of(read)
    scores = Scores(read_expectations(read, book.library.clause_ids()))
    waiting: deque[Happening] = deque()

    def events() -> Iterator[Event]:
        for happening in simulate(plan):
            waiting.append(happening)
            yield happening.event

    for result in decide_all(book, events(), Tally()):
        # Ids are unique and events well formed, so there is one decision an event, in their order.
        if isinstance(result, Decision):
            scores.add(waiting.popleft(), result)
    return scores.report()


def print_scores(report: ScoreReport) -> None:
    """Print recall by topic, precision by clause, and whose accounts were touched."""
    console = out()
    console.print(
        table(
            f"Abuse: {report.abuse:,} of {report.events:,} events",
            ("topic", "events", "found", "recall"),
            [
                (topic.topic, f"{topic.events:,}", f"{topic.found:,}", _recall(topic.recall))
                for topic in report.topics
            ],
            numbers=3,
        )
    )
    console.print(
        table(
            "Clauses",
            ("clause", "events", "found", "recall", "cited", "right", "another", "wrong", "precision"),
            [
                (
                    clause.clause,
                    *(f"{n:,}" for n in (clause.events, clause.found)),
                    _recall(clause.recall),
                    *(f"{n:,}" for n in (clause.cited, clause.right, clause.another, clause.wrong)),
                    _percent(clause.precision),
                )
                for clause in report.clauses
            ],
            numbers=8,
        )
    )
    console.print(
        table(
            "Accounts touched: something done to them or to what they wrote",
            ("actors", "accounts", "touched", "share"),
            [_actor(actor) for actor in (*report.actors, report.ordinary)],
            numbers=3,
        )
    )
    if report.touched_by:
        rules = ", ".join(f"{rule} {count}" for rule, count in report.touched_by.items())
        console.print(f"[dim]Ordinary accounts were touched by:[/] {rules}", soft_wrap=True)
    if report.unmapped:
        topics = ", ".join(report.unmapped)
        console.print(f"[yellow]No clauses[/] in simulation.yaml for: {topics}", soft_wrap=True)


def _actor(actor: ActorScore) -> tuple[Text, str, str, str]:
    name = Text(actor.actor_kind, style="green" if actor.ordinary else "red")
    return name, f"{actor.accounts:,}", f"{actor.touched:,}", f"{100 * actor.share:.2f} %"


def _recall(share: float | None) -> Text:
    style = "" if share is None else "green" if share >= WANTED else "red"
    return Text(_percent(share), style=style)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
