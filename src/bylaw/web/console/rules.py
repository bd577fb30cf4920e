"""Rules: all of the book in force with how they are doing, and one with its clause, condition, figures and history."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from fastapi import Path, Query, Response
from markupsafe import Markup

from bylaw.base.errors import InputError, NotFoundError
from bylaw.base.spelling import did_you_mean
from bylaw.cases import quality
from bylaw.drafts import store as drafts
from bylaw.drafts.blocks import Block, blocks, is_rule_file
from bylaw.drafts.model import InForce
from bylaw.drafts.patches import differing
from bylaw.drafts.stages import RuleChange
from bylaw.enforcement.retroactive import store as plans
from bylaw.enforcement.undoing import of_rule
from bylaw.engine.recording import microseconds
from bylaw.finding.hours import by_hour, by_name, period
from bylaw.rules.rule import Mode, Rule
from bylaw.transparency.drawing import Chart, Series, columns
from bylaw.transparency.drawing import Words as DrawnWords
from bylaw.web.api.retroactive import told as told_plan
from bylaw.web.api.told_actions import MAX_ID, Reason
from bylaw.web.callers import covers, demand
from bylaw.web.console.clauses import Words, words_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other
from bylaw.web.service import Service

LIST: Final = "/console/rules"
DAYS: Final = 7  # of the figures in the list
CHART_DAYS: Final = 30
TERMS: Final = 20  # of books, looked through for a rule's history
SAID: Final = {"undone": "What the rule had done is taken back."}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]


class Doing(NamedTuple):
    """A rule, and how it is doing: hits now and before, in shadow, what people found wrong, and whether it is braked."""

    rule: Rule
    words: Words | None
    hits: int
    before: int
    shadow: int
    seen: int
    reversals: float | None
    braked: bool
    cost: int

    @property
    def standing(self) -> str:
        """The word for how far it reaches."""
        return "braked" if self.braked else self.rule.mode.value


class Lived(NamedTuple):
    """A change of a rule by a book that came into force."""

    term: InForce
    change: RuleChange


class TakingBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which day on, and why."""

    since: Annotated[str, msgspec.Meta(max_length=10)]
    reason: Reason


def rules(exchange: Asked, service: Serving, q: Word = "", mode: Word = "", file: Word = "") -> Response:
    """Return the page of all rules."""
    every = list(_doing(service, service.desk.book.rules))
    wanted = q.strip().lower()
    found = [
        one
        for one in every
        if (not wanted or wanted in f"{one.rule.id} {one.rule.source} {' '.join(one.rule.clauses)}".lower())
        and (not mode or one.standing == mode)
        and (not file or one.rule.rule_set == file)
    ]
    groups: dict[str, list[Doing]] = {}
    for one in found:
        groups.setdefault(one.rule.rule_set, []).append(one)
    values = {
        "groups": groups,
        "counts": {
            "all": len(every),
            **{one.value: sum(r.rule.mode is one for r in every) for one in Mode},
            "braked": sum(one.braked for one in every),
        },
        "found": len(found),
        "filters": {"q": q, "mode": mode, "file": file},
        "modes": [*(one.value for one in Mode), "braked"],
        "files": sorted({one.rule.rule_set for one in every}),
        "days": DAYS,
        "may_draft": covers(exchange.caller, "book.draft", ()),
    }
    return framed(exchange, service, "rules.html", values, current=LIST)


def rule(exchange: Asked, service: Serving, rule: Name, since: Word = "", done: Word = "") -> Response:
    """Return the page of a rule."""
    found, caller = _rule(service, rule), exchange.caller
    (doing,) = _doing(service, [found])
    tongue = tongue_of(exchange)
    start = _day(since) if since else None
    with service.reading.records.reading() as core:
        hits = _chart(core, service, found.id, tongue.say)
        looked = plans.plans(core, rule=found.id) if covers(caller, "action.read", found.clauses) else []
    values = {
        "one": doing,
        "rule": found,
        "clauses": words_of(service, found.clauses),
        "chart": hits,
        "lived": list(_history(service, found.id)),
        "plans": [told_plan(service, one) for one in looked],
        "would": of_rule(service.reading.records, rule, start) if start is not None else None,
        "since": since,
        "name": naming(service, tongue),
        "days": DAYS,
        "may_draft": covers(caller, "book.draft", ()),
        "may_undo": covers(caller, "action.undo", found.clauses),
        "may_look_back": covers(caller, "book.backtest", ()) and found.mode is Mode.ENFORCE,
    }
    return framed(exchange, service, "rule.html", values, current=LIST, said=SAID.get(done, ""))


async def undo(exchange: Asked, service: Serving, rule: Name) -> Response:
    """Take back everything that a rule did since a day."""
    asked = await posted(exchange, service, TakingBack)
    caller, since = exchange.caller, _day(asked.since)

    def work() -> None:
        would = of_rule(service.reading.records, rule, since)
        every = [*would.mine, *would.kept]
        demand(caller, "action.undo", {clause for stood in every for clause in stood.action.clauses})
        service.desk.office.enforcement.undo_rule(rule, since, caller.id, asked.reason)

    await service.gatherer.between(work)
    return see_other(f"{LIST}/{rule}", done="undone")


def _doing(service: Service, rules: Iterable[Rule]) -> Iterator[Doing]:
    wanted = list(rules)
    within = period(microseconds(service.clock()), DAYS * 24)
    with service.reading.records.reading() as core:
        hits, before = by_name(core, "rule", within), by_name(core, "rule", within.before)
        shadow = by_name(core, "shadow", within)
        known = {one.name: one for one in quality.figures(core, "rule", [rule.id for rule in wanted])}
    braked = service.desk.office.decider.braked
    words = {one.clause: one for one in words_of(service, (rule.clauses[0] for rule in wanted))}
    for rule in wanted:
        figure = known.get(rule.id)
        yield Doing(
            rule,
            words.get(rule.clauses[0]),
            hits[rule.id],
            before[rule.id],
            shadow[rule.id],
            figure.right + figure.wrong + figure.sustained + figure.reversed if figure else 0,
            figure.reversal_rate if figure else None,
            rule.id in braked,
            max(condition.cost for condition in rule.conditions.values()),
        )


def _rule(service: Service, name: str) -> Rule:
    rules = {rule.id: rule for rule in service.desk.book.rules}
    if name not in rules:
        raise NotFoundError("rule.not_found", "no such rule is in force", hint=did_you_mean(name, rules))
    return rules[name]


def _chart(core: sa.Connection, service: Service, rule: str, say: Callable[[str], str]) -> Markup:
    within = period(microseconds(service.clock()), CHART_DAYS * 24)
    counted = by_hour(core, "rule", within, 24, rule)
    shadow = by_hour(core, "shadow", within, 24, rule)
    starts = range(within.first, within.last, 24)

    def by_day(counts: dict[tuple[int, str], int]) -> list[float]:
        return [sum(n for (hour, _), n in counts.items() if hour == start) for start in starts]

    labels = [datetime.fromtimestamp(start * 3600, UTC).strftime("%d.%m.") for start in starts]
    series = [Series(say("enforced"), by_day(counted)), Series(say("shadow"), by_day(shadow))]
    if not any(any(one.values) for one in series):
        return Markup()
    title, said = say("Hits by day"), DrawnWords(table=say("As a table"), nothing=say("Nothing to show."))
    return columns(Chart(key="hits", title=title, points=labels, series=series, first=say("Day"), words=said))


def _history(service: Service, rule: str) -> Iterator[Lived]:
    """Yield what books that came into force changed of a rule, the latest first.

    COST: only files that differ between two books, and that name the rule, are read.
    """
    texts = service.drafts.texts
    with service.reading.records.reading() as core:
        terms = drafts.terms(core, limit=TERMS)
    for later, earlier in pairwise(terms):
        if later.book == earlier.book:
            continue
        new, old = texts.book(later.book), texts.book(earlier.book)
        paths = [path for path in differing(old, new) if is_rule_file(path)]
        after = _found(rule, ((path, new.get(path)) for path in paths))
        before = _found(rule, ((path, old.get(path)) for path in paths))
        if (after.said if after else None) != (before.said if before else None):
            yield Lived(later, RuleChange(rule, before, after))


def _found(rule: str, files: Iterable[tuple[str, bytes | None]]) -> Block | None:
    for path, data in files:
        if data and rule.encode() in data:
            for block in blocks(path, data):
                if block.rule == rule:
                    return block
    return None


def _day(text: str) -> int:
    try:
        return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))
    except ValueError:
        raise InputError("web.form", "this is no day", hint="2026-11-21") from None


ROUTES = (
    show(LIST, "rules_page", "Rules of the book in force", rules, "book.read"),
    show(f"{LIST}/{{rule}}", "rule_page", "A rule", rule, "book.read"),
    do(f"{LIST}/{{rule}}/undo", "take_back_rule", "Take back what a rule did", undo, "action.undo"),
)
