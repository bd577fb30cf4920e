"""Statements of reasons for the EU's transparency database, made from open facts: one for each account and occasion.

Nothing in them comes from what people wrote, nor from an event's contents: only names of the book (clauses, rules, kinds of
events), the operator's own published words, and days. Ids are those of actions, which are random or digests. Who was not told
on a ground that frees from a statement is left out (Article 17(2) and (5), Article 9(5)).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from bylaw.book.book import Book
from bylaw.book.reporting import MAX_LAW, Category, Transparency
from bylaw.book.statement_terms import EU, OTHER
from bylaw.enforcement.model import APPROVED, RESOLVED, Action, Approved, Resolved
from bylaw.engine.recording import KIND, Body, instant, read_body
from bylaw.notices.model import PLANNED, RELEASED, SUPPRESSED, Again, Ground, Planned, Suppressed
from bylaw.records.fact import Row
from bylaw.records.records import Records
from bylaw.transparency.database import AccountDecision, Automated, DatabaseStatement, Provision, Visibility
from bylaw.transparency.model import Decided, Measure, Source
from bylaw.transparency.origins import Event, InRecord, Wanted, counted
from bylaw.transparency.published import Period
from bylaw.transparency.sources import OfRecord, Progress

T = TypeVar("T")

OTHER_CONTENT: Final = "CONTENT_TYPE_OTHER"
MAX_FACTS: Final = 5_000  # characters
PREFIX: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")  # of ids
FREE: Final = frozenset(
    {
        Ground.DECEPTIVE_COMMERCIAL,
        Ground.AUTHORITY_ORDER,
        Ground.SECRECY_ORDER,
        Ground.INVESTIGATION,
        Ground.SAFETY,
    }
)  # grounds on which nobody is told, and the public is not either
SEEN: Final[Mapping[str, Visibility]] = {
    "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "refuse": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "hold": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "quarantine": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "reduce": "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "label": "DECISION_VISIBILITY_CONTENT_LABELLED",
}
PROVIDED: Final[Mapping[str, Provision]] = {
    "restrict": "DECISION_PROVISION_PARTIAL_SUSPENSION",
    "rate_limit": "DECISION_PROVISION_PARTIAL_SUSPENSION",
}
ENDED: Final[Mapping[str, AccountDecision]] = {
    "suspend": "DECISION_ACCOUNT_SUSPENDED",
    "terminate": "DECISION_ACCOUNT_TERMINATED",
}
THINGS: Final = {
    "post.created": "a post",
    "comment.created": "a comment",
    "message.sent": "a message",
    "listing.created": "a listing",
    "profile.updated": "a profile",
    "file.uploaded": "a file",
    "report.received": "what a notice told of",
}
MAX_EXPLAINED: Final = 2_000  # characters
_DONE: Final = {
    "remove": "it was removed",
    "refuse": "it was not published",
    "hold": "it was hidden until a person looks",
    "quarantine": "all content of the account was hidden",
    "reduce": "it is shown to fewer people",
    "label": "it was labelled",
    "restrict": "some features were closed to the account",
    "rate_limit": "the account may do less in an hour",
    "suspend": "the account was suspended",
    "terminate": "the account was closed",
}
_AUTOMATED: Final[Mapping[Decided, Automated]] = {
    Decided.FULLY: "AUTOMATED_DECISION_FULLY",
    Decided.PARTLY: "AUTOMATED_DECISION_PARTIALLY",
    Decided.PERSON: "AUTOMATED_DECISION_NOT_AUTOMATED",
}
_ACTING: Final = frozenset({RESOLVED, APPROVED})
_TELLING: Final = frozenset({PLANNED, SUPPRESSED, RELEASED})


class Occasion(NamedTuple):
    """What befell one account at once: restricting actions, and how they came about."""

    actions: Sequence[Action]
    measure: Measure  # of the first
    day: date
    event: Body | None


class Statements:
    """Makes statements of a record. ``prefix`` leads their ids, so that two services of an operator never share one."""

    def __init__(self, records: Records, book: Book, prefix: str = "") -> None:
        self._records = records
        self._book = book
        self._settings = book.operator.transparency or Transparency()
        self._prefix = prefix

    def made(self, period: Period, progress: Progress = lambda _: None) -> Iterator[DatabaseStatement]:
        """Yield the statements of what came into force in a period, in the order of the ledger.

        ``progress`` is told how many more records were passed.
        """
        first, last = OfRecord(self._records).extent(period)
        untold, passed = self._untold(first), first - 1
        for row in self._records.rows(first, last, _ACTING):
            for occasion in self._occasions(row):
                if untold.isdisjoint(action.action for action in occasion.actions):
                    yield self._statement(occasion)
            progress(row.seq - passed)
            passed = row.seq
        progress(last - passed)

    def _untold(self, first: int) -> set[str]:
        """Return the actions of which nobody is told, on a ground that frees from a statement."""
        actions: dict[str, str] = {}
        untold: dict[str, str] = {}
        for row in self._records.rows(first, None, _TELLING):
            if row.kind == PLANNED:
                planned = msgspec.json.decode(row.body, type=Planned)
                actions[planned.notice] = planned.action
            elif row.kind == RELEASED:
                untold.pop(msgspec.json.decode(row.body, type=Again).notice, None)
            else:
                said = msgspec.json.decode(row.body, type=Suppressed)
                if said.ground in FREE and said.notice in actions:
                    untold[said.notice] = actions[said.notice]
        return set(untold.values())

    def _occasions(self, row: Row) -> Iterator[Occasion]:
        day = instant(row.at).date()
        if row.kind == APPROVED:
            said = msgspec.json.decode(row.body, type=Approved)
            name = said.action.action
            begun = InRecord(self._records).find(Wanted(actions={name})).actions.get(name)
            if said.enough and begun and is_restricting(said.action):
                yield Occasion([said.action], begun.measure, day, None)
            return
        resolved = msgspec.json.decode(row.body, type=Resolved)
        acting = [one for one in resolved.actions if not one.awaiting and is_restricting(one)]
        event = self._event(resolved.source) if acting and resolved.source else None
        seen = Event(event.kind, row.at, not event.silent) if event else None
        for person in dict.fromkeys(one.person for one in acting):
            mine = [one for one in acting if one.person == person]
            yield Occasion(mine, counted(mine[0], resolved.by, seen), day, event)

    def _event(self, seq: int) -> Body | None:
        row = self._records.row(seq)
        return read_body(row) if row.kind == KIND else None

    def _statement(self, occasion: Occasion) -> DatabaseStatement:
        measure, settings, event = occasion.measure, self._settings, occasion.event
        category = settings.category(measure.clause)
        content = settings.contents.get(event.kind, OTHER_CONTENT) if event else OTHER_CONTENT
        seen = tuple(dict.fromkeys(SEEN[one.effect] for one in occasion.actions if one.effect in SEEN))
        return DatabaseStatement(
            decision_visibility=seen or UNSET,
            decision_provision=_strongest(PROVIDED, occasion.actions),
            decision_account=_strongest(ENDED, occasion.actions),
            **_ground(category, self._clause(measure.clause)),
            content_type=(content,),
            content_type_other=(event.kind if event else "account") if content == OTHER_CONTENT else UNSET,
            category=category.category,
            category_specification=category.keywords or UNSET,
            category_specification_other=measure.clause or "none" if OTHER in category.keywords else UNSET,
            territorial_scope=tuple(sorted(settings.territory or EU)),
            content_date=instant(event.at).date() if event else occasion.day,
            application_date=occasion.day,
            end_date_visibility_restriction=_end(SEEN, occasion.actions),
            end_date_service_restriction=_end(PROVIDED, occasion.actions),
            end_date_account_restriction=_end(ENDED, occasion.actions),
            decision_facts=_facts(occasion),
            source_type="SOURCE_ARTICLE_16" if measure.source is Source.NOTICE else "SOURCE_VOLUNTARY",
            automated_detection="Yes" if measure.machine else "No",
            automated_decision=_AUTOMATED[measure.decided],
            puid=self._prefix + occasion.actions[0].action,
        )

    def _clause(self, clause: str) -> tuple[str, str]:
        """Return what a clause is called, and its words in the newest version that has it."""
        for document in reversed(self._book.library.versions.get(clause.partition("/")[0], ())):
            if any(one.id == clause for one in document.clauses):
                return f"{document.title}, {clause}"[:MAX_LAW], document.in_full(clause)
        return clause or "no clause", "It breaks the terms of the service."


def is_restricting(action: Action) -> bool:
    """Tell whether an action is one of those of which the database is told (Article 17(1))."""
    return action.effect in SEEN or action.effect in PROVIDED or action.effect in ENDED


def _ground(category: Category, clause: tuple[str, str]) -> dict[str, Any]:
    name, words = clause
    why = (category.why or words)[:MAX_EXPLAINED]
    if category.law:
        return {
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "illegal_content_legal_ground": category.law,
            "illegal_content_explanation": why,
        }
    return {
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": name,
        "incompatible_content_explanation": why,
        "incompatible_content_illegal": "No",
    }


def _facts(occasion: Occasion) -> str:
    """Return what happened, in our own words: what it was, when, which rules or people, what was done."""
    event, first = occasion.event, occasion.actions[0]
    thing = THINGS.get(event.kind, f"an event of the kind {event.kind}") if event else "the account"
    when = f" of {instant(event.at).date().isoformat()}" if event else ""
    by = "Our rules" if occasion.measure.machine else "A member of our staff"
    rules = f" ({', '.join(first.rules)})" if first.rules else ""
    done = "; ".join(dict.fromkeys(_DONE[one.effect] for one in occasion.actions))
    repeat = " It follows from earlier breaches that still count." if occasion.measure.repeat else ""
    return f"{by}{rules} found that {thing}{when} breaks the clause {occasion.measure.clause}. What was done: {done}.{repeat}"[
        :MAX_FACTS
    ]


def _strongest(decisions: Mapping[str, T], actions: Iterable[Action]) -> T | UnsetType:
    """Return the decision that comes last in a table."""
    effects = {one.effect for one in actions}
    return next((decisions[name] for name in reversed(list(decisions)) if name in effects), UNSET)


def _end(decisions: Mapping[str, object], actions: Iterable[Action]) -> date | UnsetType:
    """Return the day on which all of what a table decides is over; unset if something has no end."""
    mine = [one.until for one in actions if one.effect in decisions]
    ends = [end for end in mine if end is not None]
    return instant(max(ends)).date() if ends and len(ends) == len(mine) else UNSET
