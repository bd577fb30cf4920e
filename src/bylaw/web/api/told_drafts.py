"""Drafts as they are told: where they stand, what they change, what is wrong with them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from bylaw.base.errors import Problem
from bylaw.drafts import model, store
from bylaw.drafts.model import Cause, Draft, InForce, Stage, State
from bylaw.drafts.patches import FileDiff
from bylaw.drafts.stages import RuleChange
from bylaw.engine.recording import instant
from bylaw.web.service import Service


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. ``stage``: how far what it changes reaches now; ``version`` counts how often it was saved."""

    draft: str
    title: str
    state: State
    version: int
    stage: Stage
    percent: int
    paths: tuple[str, ...]
    by: str
    at: datetime
    moved: datetime
    approved_by: str | None


class Occurred(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done with a draft."""

    at: datetime
    what: str
    by: str
    version: int | None
    stage: Stage
    percent: int | None
    book: str | None


class TrialLine(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test that was run; ``report`` is where its figures are."""

    at: datetime
    by: str
    version: int
    first: int
    last: int
    events: int
    otherwise: int
    report: str


class Torn(msgspec.Struct, frozen=True, kw_only=True):
    """A file that somebody else changed meanwhile: as the draft found it, as it is in force, as the draft wants it."""

    path: str
    found: str | None
    now: str | None
    wanted: str | None


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """A draft, whole. ``in_force`` is the book to name when it is written over that one from now on."""

    standing: Standing
    base: str
    in_force: str
    removed: tuple[str, ...]
    authors: tuple[str, ...]
    refusal: str
    conflicts: tuple[Torn, ...]
    trials: tuple[TrialLine, ...]
    history: tuple[Occurred, ...]


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """Something to mend; lines and columns count from 1, 0 is unknown."""

    code: str
    message: str
    file: str
    line: int
    column: int
    hint: str
    severity: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A key of a rule that says something else; nothing where it is not written."""

    key: str
    before: Any
    after: Any


class RuleDiff(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that is added, changed or removed."""

    rule: str
    change: str
    file: str
    fields: tuple[FieldChange, ...]


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file that differs, as lines of a unified diff."""

    path: str
    added: int
    removed: int
    lines: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft changes. ``bites``: what of it does more than to add rules in shadow."""

    files: tuple[FileView, ...]
    rules: tuple[RuleDiff, ...]
    bites: tuple[str, ...]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A book that came into force: when, why, by whom."""

    seq: int
    at: datetime
    book: str
    cause: Cause
    draft: str | None
    stage: Stage
    by: str


class _Any(msgspec.Struct, frozen=True):
    by: str = ""
    version: int | None = None
    stage: Stage = Stage.NONE
    percent: int | None = None
    book: str | None = None


def standing(service: Service, draft: Draft) -> Standing:
    """Return how a draft stands."""
    return Standing(
        draft=draft.id,
        title=service.drafts.title(draft),
        state=draft.state,
        version=draft.version,
        stage=draft.stage,
        percent=draft.percent,
        paths=draft.paths,
        by=draft.by,
        at=instant(draft.at),
        moved=instant(draft.moved),
        approved_by=draft.approved_by or None,
    )


def whole(service: Service, draft: Draft) -> DraftView:
    """Return all that is told of a draft."""
    drafts = service.drafts
    now = drafts.in_force()
    with service.reading.records.reading() as core:
        authors, steps = store.authors(core, draft.id), store.steps(core, draft.id)
        trials = store.trials(core, draft.id)
    clashes = (
        drafts.texts.clashes(draft, drafts.texts.book(now)) if draft.state is not State.WITHDRAWN else ()
    )
    return DraftView(
        standing=standing(service, draft),
        base=draft.base,
        in_force=now,
        removed=draft.removed,
        authors=tuple(authors),
        refusal=drafts.refusal(draft),
        conflicts=tuple(
            Torn(path=one.path, found=text_of(one.found), now=text_of(one.now), wanted=text_of(one.wanted))
            for one in clashes
        ),
        trials=tuple(_trial(one) for one in trials),
        history=tuple(_occurred(*step) for step in steps),
    )


def mistakes(problems: Iterable[Problem]) -> tuple[Mistake, ...]:
    """Return problems as they are told."""
    return tuple(
        Mistake(
            code=one.code,
            message=one.message,
            file=one.where.file,
            line=one.where.line,
            column=one.where.column,
            hint=one.hint,
            severity=one.severity,
        )
        for one in problems
    )


def difference(files: Iterable[FileDiff], rules: Iterable[RuleChange], bites: Iterable[str]) -> Difference:
    """Return what differs, as it is told."""
    return Difference(
        files=tuple(
            FileView(path=one.path, added=one.added, removed=one.removed, lines=one.lines) for one in files
        ),
        rules=tuple(_rule(one) for one in rules),
        bites=tuple(bites),
    )


def term(found: InForce) -> Term:
    """Return a term of a book, as it is told."""
    return Term(
        seq=found.seq,
        at=instant(found.at),
        book=found.book,
        cause=found.cause,
        draft=found.draft or None,
        stage=found.stage,
        by=found.by,
    )


def text_of(data: bytes | None) -> str | None:
    """Return the text of a file; what is no UTF-8 as replacements, to be looked at and not saved."""
    return None if data is None else data.decode("utf-8", "replace")


def _rule(change: RuleChange) -> RuleDiff:
    verb = "added" if change.before is None else "changed" if change.after else "removed"
    block = change.after or change.before
    return RuleDiff(
        rule=change.rule,
        change=verb,
        file=block.path if block else "",
        fields=tuple(FieldChange(key=one.key, before=one.before, after=one.after) for one in change.fields),
    )


def _trial(trial: model.Trial) -> TrialLine:
    said = trial.said
    return TrialLine(
        at=instant(trial.at),
        by=said.by,
        version=said.version,
        first=said.first,
        last=said.last,
        events=said.events,
        otherwise=said.otherwise,
        report=said.report,
    )


def _occurred(_seq: int, at: int, fact: str, told: bytes) -> Occurred:
    said = msgspec.json.decode(told, type=_Any)
    return Occurred(
        at=instant(at),
        what=fact.partition(".")[2],
        by=said.by,
        version=said.version,
        stage=said.stage,
        percent=said.percent,
        book=said.book,
    )
