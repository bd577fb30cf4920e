"""Rules: all of the book in force with how they are doing, and one with its clause, condition, figures and history."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import Path, Query, Response

from bylaw.base.errors import InputError, NotFoundError
from bylaw.base.spelling import did_you_mean
from bylaw.drafts import store as drafts
from bylaw.drafts.blocks import Block, blocks, is_rule_file
from bylaw.drafts.model import InForce
from bylaw.drafts.patches import differing
from bylaw.drafts.stages import RuleChange
from bylaw.enforcement.retroactive import store as plans
from bylaw.enforcement.undoing import of_rule
from bylaw.engine.recording import instant, microseconds
from bylaw.rules.rule import Mode, Rule
from bylaw.web.api.orders import UndoRule, rule_undone
from bylaw.web.api.retroactive import told as told_plan
from bylaw.web.api.told_actions import MAX_ID, Reason
from bylaw.web.callers import covers
from bylaw.web.console import rule_charts
from bylaw.web.console.clauses import words_of
from bylaw.web.console.frame import do, framed, show
from bylaw.web.console.names import naming
from bylaw.web.console.rule_charts import microseconds as microseconds_told
from bylaw.web.console.rule_figures import DAYS, Doing, doing
from bylaw.web.cooked import Asked, Serving
from bylaw.web.forms import posted
from bylaw.web.languages import tongue_of
from bylaw.web.pages import see_other
from bylaw.web.service import Service

LIST: Final = "/console/rules"
TERMS: Final = 20  # of books, looked through for a rule's history
SAID: Final = {"undone": "What the rule had done is taken back."}

Name = Annotated[str, Path(max_length=MAX_ID)]
Word = Annotated[str, Query(max_length=MAX_ID)]


class Lived(NamedTuple):
    """A change of a rule by a book that came into force."""

    term: InForce
    change: RuleChange


class TakingBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which day on, and why."""

    since: Annotated[str, msgspec.Meta(max_length=10)]
    reason: Reason


def rules(
    exchange: Asked, service: Serving, q: Word = "", mode: Word = "", file: Word = "", by: Word = ""
) -> Response:
    """Return the page of all rules."""
    every = list(doing(service, service.desk.book.rules))
    wanted = q.strip().lower()
    found = [
        one
        for one in every
        if (not wanted or wanted in f"{one.rule.id} {one.rule.source} {' '.join(one.rule.clauses)}".lower())
        and (not mode or one.standing == mode)
        and (not file or one.rule.rule_set == file)
    ]
    groups: dict[str, list[Doing]] = {}
    if by == "cost":
        found.sort(key=lambda one: -(one.microseconds or 0))
    for one in found:
        groups.setdefault("" if by == "cost" else one.rule.rule_set, []).append(one)
    values = {
        "groups": groups,
        "counts": {
            "all": len(every),
            **{one.value: sum(r.rule.mode is one for r in every) for one in Mode},
            "braked": sum(one.braked for one in every),
        },
        "found": len(found),
        "filters": {"q": q, "mode": mode, "file": file},
        "by": by,
        "micro": partial(microseconds_told, tongue=tongue_of(exchange)),
        "modes": [*(one.value for one in Mode), "braked"],
        "files": sorted({one.rule.rule_set for one in every}),
        "days": DAYS,
        "may_draft": covers(exchange.caller, "book.draft", ()),
    }
    return framed(exchange, service, "rules.html", values, current=LIST)


def rule(exchange: Asked, service: Serving, rule: Name, since: Word = "", done: Word = "") -> Response:
    """Return the page of a rule."""
    found, caller = _rule(service, rule), exchange.caller
    (one,) = doing(service, [found])
    tongue = tongue_of(exchange)
    start = _day(since) if since else None
    with service.reading.records.reading() as core:
        now = service.reading.records.clock()
        charts = [
            rule_charts.hits(core, now, rule, tongue),
            rule_charts.found_right(core, now, rule, tongue),
            rule_charts.cost(core, now, rule, one.bound, tongue),
        ]
        looked = plans.plans(core, rule=found.id) if covers(caller, "action.read", found.clauses) else []
    values = {
        "one": one,
        "rule": found,
        "clauses": words_of(service, found.clauses),
        "charts": charts,
        "micro": partial(microseconds_told, tongue=tongue),
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
    wanted = UndoRule(since=instant(_day(asked.since)), reason=asked.reason)
    await rule_undone(service, exchange.caller, rule, wanted)
    return see_other(f"{LIST}/{rule}", done="undone")


def _rule(service: Service, name: str) -> Rule:
    rules = {rule.id: rule for rule in service.desk.book.rules}
    if name not in rules:
        raise NotFoundError("rule.not_found", "no such rule is in force", hint=did_you_mean(name, rules))
    return rules[name]


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
