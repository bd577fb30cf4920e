"""A decision told to a person: what, by which clause, why, and what becomes of it. Pure text, no layout."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC

from bylaw.engine.decision import Decision, Match

TEXT_CHARS = 300


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading and lines under it."""

    heading: str
    lines: tuple[str, ...]


def explain(decision: Decision, texts: Mapping[str, str]) -> Iterable[Passage]:
    """Tell a decision. ``texts`` gives the words of clauses by id, for those that are known."""
    when = decision.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield Passage("What happened", (f"{decision.kind} at {when} (event {decision.event_id})",))
    yield Passage("Clauses", tuple(_clauses(decision, texts)) or ("none",))
    yield from (_match(match, decision) for match in decision.matches)
    yield Passage(
        "What is done",
        tuple(f"{_effect(p.effect, p.argument)}  ← {', '.join(p.rules)}" for p in decision.effects)
        or ("nothing",),
    )
    if decision.dropped:
        dropped = (
            f"{_effect(d.effect, d.argument)}  ← {', '.join(d.rules)}: {d.why}" for d in decision.dropped
        )
        yield Passage("What is not done, and why", tuple(dropped))
    if decision.signals:
        yield Passage("Signals read", tuple(_signals(decision)))
    if decision.diagnostics:
        lines = (f"{d.rule}: {d.message} [{d.code}]" for d in decision.diagnostics)
        yield Passage("What failed" if decision.degraded else "Remarks", tuple(lines))
    yield Passage(
        "Made from", (f"decision {decision.id}", f"book {decision.book}", f"event {decision.event_digest}")
    )


def _clauses(decision: Decision, texts: Mapping[str, str]) -> Iterable[str]:
    for citation in decision.clauses:
        through = f", included by {', '.join(citation.included_by)}" if citation.included_by else ""
        yield f"{citation.clause} (in force since {citation.version}{through})"
        if citation.clause in texts:
            text = texts[citation.clause]
            yield f"    “{text if len(text) <= TEXT_CHARS else text[: TEXT_CHARS - 1] + '…'}”"


def _match(match: Match, decision: Decision) -> Passage:
    standing = (
        ""
        if match.rule in decision.rules
        else ", in shadow"
        if match.rule in decision.shadow
        else ", set aside"
    )
    lines = (
        f"{c.expression}  with  {' · '.join(c.operands)}  →  {c.result}"
        if c.operands
        else f"{c.expression}  →  {c.result}"
        for c in match.compared
    )
    return Passage(f"Rule {match.rule}{standing}", tuple(lines))


def _signals(decision: Decision) -> Iterable[str]:
    for reading in decision.signals:
        value = (
            f"‹{reading.size} long›" if reading.value is None and reading.size is not None else reading.value
        )
        yield f"{reading.name} = {'missing' if value is None else value}  (version {reading.version})"


def _effect(name: str, argument: object) -> str:
    if argument is None:
        return name
    return f"{name} {', '.join(map(str, argument)) if isinstance(argument, tuple | list) else argument}"
