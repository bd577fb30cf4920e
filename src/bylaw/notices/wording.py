"""What goes into the places of a template, in words: from a statement and the phrases of a language."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from bylaw.book.phrases import Phrases
from bylaw.book.templates import Kind
from bylaw.notices.statement import BY_OTHERS, Cited, Statement

ONCE: Final = frozenset({"none", "refuse", "warn", "claim", "notify"})  # over as soon as they are done
LINKS: Final = frozenset({"appeal.to", "operator.site"})  # places whose values may become links
MARK: Final = "\ue000"  # see ``rendering``
MARK_END: Final = "\ue001"
_FORMATTING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" + MARK + MARK_END
)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who speaks."""

    name: str
    site: str


@dataclass(frozen=True, slots=True)
class Values:
    """Values by the names of places; those of a clause for each clause."""

    by_name: Mapping[str, str]
    clauses: tuple[Mapping[str, str], ...] = ()


def values_of(statement: Statement, phrases: Phrases, operator: Operator) -> Values:
    """Return what a statement puts into the places of a template in a language."""
    since, until = _day(statement.since, phrases), _day(statement.until, phrases)
    values = {
        "thing": statement.thing,
        "facts": statement.facts,
        **_event(statement, phrases),
        "action": _and(
            phrases, (phrases.say(f"action.{done.effect}", value=done.value) for done in statement.done)
        ),
        "ground": phrases.say(f"ground.{statement.ground}", why=statement.why, law=statement.law),
        "source": phrases.say(f"source.{statement.source}"),
        "automation": _automation(statement, phrases),
        "scope": _scope(statement, phrases),
        "length": phrases.say(f"length.{_length(statement)}", since=since, until=until),
        "since": since,
        "until": until,
        "reference": statement.decision,
        "appeal.to": statement.redress.to,
        "appeal.until": _date(date.fromisoformat(statement.redress.until), phrases),
        "bodies": _and(phrases, statement.redress.bodies),
        **_operator(operator),
    }
    if statement.kind in (Kind.OUTCOME, Kind.APPEAL):
        values["received"] = _day(statement.received, phrases)
    if statement.kind is Kind.APPEAL:
        values["further"] = further(statement, phrases)
    return Values(_plain(values), tuple(_plain(_clause(one, phrases)) for one in statement.clauses))


def further(statement: Statement, phrases: Phrases) -> str:
    """Return where else somebody may turn (Regulation (EU) 2022/2065, Article 21)."""
    bodies = _and(phrases, statement.redress.bodies)
    return phrases.say("further.bodies", bodies=bodies) if bodies else phrases.say("further.court")


def frame_values(operator: Operator, recipient: str, count: int) -> Values:
    """Return what goes around so many statements; the statements themselves are not among it."""
    several = str(count) if count > 1 else ""
    return Values(
        _plain({"recipient": recipient, "count": str(count), "several": several, **_operator(operator)})
    )


def plain(text: str) -> str:
    """Return a text as one line without control characters and signs that turn the direction of writing.

    Whoever wrote a value cannot make it look like a part of the message that is not theirs.
    """
    kept = ("" if c in _FORMATTING else " " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join("".join(kept).split())


def _plain(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: plain(value) for name, value in values.items()}


def _operator(operator: Operator) -> Mapping[str, str]:
    return {"operator.name": operator.name, "operator.site": operator.site}


def _event(statement: Statement, phrases: Phrases) -> Mapping[str, str]:
    """Return what nobody put into words, in phrases."""
    event, told = statement.event, {}
    if event is not None:
        date = _day(event.at, phrases)
        if not statement.thing:
            told["thing"] = phrases.thing(event.kind, date)
        if not statement.facts:
            rules = _and(phrases, event.rules)
            known = "facts.reported" if event.kind == BY_OTHERS else "facts.rule" if rules else "facts.plain"
            told["facts"] = phrases.say(known, date=date, rules=rules)
    return told


def _clause(cited: Cited, phrases: Phrases) -> Mapping[str, str]:
    version = _date(date.fromisoformat(cited.version), phrases) if cited.version else ""
    return {
        "clause.document": cited.document,
        "clause.version": version,
        "clause.id": cited.clause,
        "clause.text": cited.text,
    }


def _automation(statement: Statement, phrases: Phrases) -> str:
    found = phrases.say("detection.automated" if statement.found_by_machine else "detection.person")
    return f"{found} {phrases.say(f'decision.{statement.decided}')}"


def _scope(statement: Statement, phrases: Phrases) -> str:
    if not statement.regions:
        return phrases.say("scope.everywhere")
    return phrases.say("scope.regions", regions=", ".join(region.upper() for region in statement.regions))


def _length(statement: Statement) -> str:
    if statement.until is not None:
        return "span"
    return "at" if all(done.effect in ONCE for done in statement.done) else "open"


def _day(at: int | None, phrases: Phrases) -> str:
    return "" if at is None else _date(datetime.fromtimestamp(at // 1_000_000, UTC).date(), phrases)


def _date(day: date, phrases: Phrases) -> str:
    month = phrases.months[day.month - 1]
    return phrases.say("date", day=str(day.day), month=month, year=str(day.year))


def _and(phrases: Phrases, words: Iterable[str]) -> str:
    *most, last = list(words) or [""]
    return f"{', '.join(most)}{phrases.by_name['and']}{last}" if most else last
