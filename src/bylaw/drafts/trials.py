"""What a back-test came to, as it is kept and shown: the figures of ``engine.backtest_counts``, rules and clauses by name."""

from collections.abc import Iterable, Mapping

import msgspec

from bylaw.engine.backtest_counts import Change, Result
from bylaw.engine.backtest_page import Scored, notes, scored
from bylaw.engine.said import Said
from bylaw.engine.verdicts import Share, Shift, shift


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


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A share by the book of then and by the other one; nothing where neither found, or missed, anything."""

    before: Share | None
    after: Share | None
    shift: Shift


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule or clause stands against what people said of the events that they looked at."""

    name: str
    changed: bool
    precision: Measure
    recall: Measure


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
    examples: tuple[Example, ...]
    clause_scores: tuple[ScoreLine, ...] = ()  # older reports have none
    rule_scores: tuple[ScoreLine, ...] = ()


def report_of(result: Result, first: int, last: int) -> Report:
    """Return what is kept of a result: lines that change first."""
    (_, by_clause), (_, by_rule) = scored(result)
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
        clause_scores=_scores(by_clause),
        rule_scores=_scores(by_rule),
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


def _scores(scored: Iterable[Scored]) -> tuple[ScoreLine, ...]:
    return tuple(
        ScoreLine(
            name=one.name,
            changed=one.changed,
            precision=_measure(one.before.precision, one.after.precision),
            recall=_measure(one.before.recall, one.after.recall),
        )
        for one in sorted(scored, key=lambda one: (not one.changed, one.name))
    )


def _measure(before: Share | None, after: Share | None) -> Measure:
    return Measure(before=before, after=after, shift=shift(before, after))


def _less(one: Said, other: Said) -> tuple[str, ...]:
    """Return what one says and the other does not: clauses, then effects."""
    return (*sorted(one.clauses - other.clauses), *sorted(one.effects - other.effects))
