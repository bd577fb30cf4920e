"""Rules in a terminal."""

import time
from collections.abc import Mapping
from functools import partial
from itertools import islice

from rich.syntax import Syntax
from rich.text import Text

from bylaw.base.errors import NotFoundError
from bylaw.base.spelling import did_you_mean
from bylaw.book.book import Book
from bylaw.cli.screen import bar, out, table
from bylaw.engine.basis import Basis
from bylaw.engine.compiled import compiled, profile_rules
from bylaw.engine.matching import Bindings
from bylaw.engine.situation import situation_after
from bylaw.events.event import Event
from bylaw.events.kinds import kind_of
from bylaw.events.sources.formats import read_events
from bylaw.events.sources.source import Source
from bylaw.rules.compile.plan import plan_of
from bylaw.rules.compile.profile import Row
from bylaw.rules.rule import Rule


def print_rules(book: Book, kind: str) -> None:
    """Print every rule, or those on one kind, a line each."""
    rules = [rule for rule in book.rules if not kind or kind in rule.kinds]
    rows = [
        (rule.id, rule.mode, ", ".join(map(str, rule.effects)), ", ".join(rule.kinds), str(_cost(rule)))
        for rule in rules
    ]
    if rows:
        out().print(table("", ("rule", "mode", "effects", "on", "cost bound"), rows))
    else:
        out().print("[yellow]No rules.[/] Write one under rules/: docs/rules.md says how.")


def print_rule(book: Book, name: str) -> None:
    """Print one rule in full."""
    rule = _named(book, name)
    reads = {read for kind in rule.kinds for plan in plan_of([rule], kind) for read in plan.signals}
    lines = {
        "clauses": ", ".join(rule.clauses),
        "on": ", ".join(rule.kinds),
        "when": rule.source,
        "then": ", ".join(map(str, rule.effects)),
        "mode": f"{rule.mode}, {rule.roll_out} % of actors",
        "if it errs": rule.on_error,
        "signals": ", ".join(sorted(reads)) or "none",
        "cost bound": f"{_cost(rule)} steps",
        "at": str(rule.where),
        "note": rule.note,
    }
    out().print(Text(rule.id, style="bold"))
    for label, text in lines.items():
        out().print(Text(f"  {label}: ", style="dim") + Text(text), soft_wrap=True)


def print_generated(book: Book, kind: str, rule: str) -> None:
    """Print the code made from the rules on a kind: of the one named, of the named rule, or of all."""
    basis = book.basis
    matcher = compiled(basis)
    wanted = (
        (kind,)
        if kind
        else _named(book, rule).kinds
        if rule
        else tuple(k for k, r in basis.rules.items() if r)
    )
    for name in wanted:
        if name not in basis.rules:
            hint = did_you_mean(name, basis.rules)
            raise NotFoundError("rules.kind", f"unknown event kind `{name}`", hint=hint)
        source = matcher.generated(name).source
        console = out()
        console.print(
            Syntax(source, "python", theme="ansi_light") if console.is_terminal else Text(source),
            soft_wrap=True,
        )


def measure(book: Book, source: str, source_format: str, limit: int) -> Mapping[str, tuple[Row, ...]]:
    """Return the cost of each rule by event kind, measured on the first events of a source."""
    basis = book.basis
    events: dict[str, list[Event]] = {}
    for record in islice(read_events(Source(path=source), source_format, book.codec), limit):
        if isinstance(record, Event):
            events.setdefault(kind_of(record), []).append(record)
    return {
        kind: profile_rules(basis, kind, partial(_situations, some, basis), time.process_time_ns)
        for kind, some in sorted(events.items())
        if basis.rules[kind]
    }


def _situations(events: list[Event], basis: Basis) -> list[Bindings]:
    """Return events ready for rules, with nothing behind them."""
    return [situation_after((), event, basis).bindings for event in events]


def print_profile(measured: Mapping[str, tuple[Row, ...]], top: int) -> None:
    """Print the dearest rules of each kind."""
    for kind, rows in measured.items():
        shown = [
            (row.rule, bar(row.share), f"{row.microseconds:.1f}", f"{100 * row.share:.0f} %")
            for row in rows[:top]
        ]
        out().print(
            table(f"{kind}: {len(rows)} rules", ("rule", "", "µs an event", "share"), shown, numbers=2)
        )
    if not measured:
        out().print("[yellow]No event of this source is of a kind that a rule runs on.[/]")


def _named(book: Book, name: str) -> Rule:
    rules = {rule.id: rule for rule in book.rules}
    if name not in rules:
        raise NotFoundError("rules.not_found", f"no rule `{name}`", hint=did_you_mean(name, rules))
    return rules[name]


def _cost(rule: Rule) -> int:
    return max(condition.cost for condition in rule.conditions.values())
