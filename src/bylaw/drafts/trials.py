"""What a back-test came to, as it is kept and shown: the figures of ``engine.backtest_counts``, rules and clauses by name."""

from collections.abc import Mapping

import msgspec

from bylaw.engine.backtest_counts import Change, Result
from bylaw.engine.backtest_page import notes
from bylaw.engine.said import Said
from bylaw.engine.verdicts import Score, Share


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A clause, rule or effect: on how many events it came, went and stayed, and some of those decisions."""

    name: str
    gained: int
    lost: int
    same: int
    gained_on: tuple[str, ...] = ()
    lost_on: tuple[str, ...] = ()


class ShadowLine(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in shadow, had it been enforced: matches, those where no other rule stood, and what it would have done."""

    rule: str
    matched: int
    alone: int
    otherwise: int
    effects: dict[str, int]


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule stands against what people said: by the book of then, and by the other one."""

    rule: str
    before: Share | None
    after: Share | None


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An event that would be decided otherwise. ``at`` is in microseconds since 1970."""

    seq: int
    decision: str
    kind: str
    at: int
    lost: tuple[str, ...]
    gained: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole."""

    first: int
    last: int
    events: int
    spoke_before: int
    spoke_after: int
    otherwise: int
    other_rules: int
    judged: int
    notes: tuple[str, ...]
    clauses: tuple[Line, ...]
    rules: tuple[Line, ...]
    effects: tuple[Line, ...]
    shadow: tuple[Line, ...]
    enforced: tuple[ShadowLine, ...]
    scores: tuple[ScoreLine, ...]
    examples: tuple[Example, ...]


def report_of(result: Result, first: int, last: int) -> Report:
    """Return what is kept of a result: lines that change first."""
    return Report(
        first=first,
        last=last,
        events=result.events,
        spoke_before=result.spoke_before,
        spoke_after=result.spoke_after,
        otherwise=result.otherwise,
        other_rules=result.other_rules,
        judged=result.judged,
        notes=tuple(notes(result)),
        clauses=_lines(result.clauses),
        rules=_lines(result.rules),
        effects=_lines(result.effects),
        shadow=_lines(result.shadow),
        enforced=tuple(
            ShadowLine(
                rule=rule,
                matched=one.matched,
                alone=one.alone,
                otherwise=one.otherwise,
                effects=dict(one.gained.most_common()),
            )
            for rule, one in sorted(result.enforced.items(), key=lambda item: (-item[1].matched, item[0]))
        ),
        scores=_scores(result.before.rules, result.after.rules),
        examples=tuple(
            Example(
                seq=one.seq,
                decision=one.decision,
                kind=one.kind,
                at=one.at,
                lost=_less(one.before, one.after),
                gained=_less(one.after, one.before),
            )
            for one in result.examples
        ),
    )


def _lines(changes: Mapping[str, Change]) -> tuple[Line, ...]:
    ordered = sorted(
        changes.items(), key=lambda item: (-(item[1].gained + item[1].lost), -item[1].same, item[0])
    )
    return tuple(
        Line(
            name=name,
            gained=one.gained,
            lost=one.lost,
            same=one.same,
            gained_on=tuple(one.gained_on),
            lost_on=tuple(one.lost_on),
        )
        for name, one in ordered
    )


def _scores(before: Mapping[str, Score], after: Mapping[str, Score]) -> tuple[ScoreLine, ...]:
    return tuple(
        ScoreLine(
            rule=rule, before=before.get(rule, Score()).precision, after=after.get(rule, Score()).precision
        )
        for rule in sorted({*before, *after})
    )


def _less(one: Said, other: Said) -> tuple[str, ...]:
    """Return what one says and the other does not: clauses, then effects."""
    return (*sorted(one.clauses - other.clauses), *sorted(one.effects - other.effects))
