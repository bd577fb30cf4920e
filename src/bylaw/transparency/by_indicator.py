"""Sheets 1 and 7 to 11 of the EU's template: one indicator a row. Their names are ours (docs/transparency.md)."""

from collections import Counter
from collections.abc import Iterator

from bylaw.transparency.columns import RESTRICTING, Cell, about, median_hours
from bylaw.transparency.folding import APPEAL
from bylaw.transparency.published import Report


def identification(report: Report) -> Iterator[list[Cell]]:
    """Yield whose report it is, and its totals."""
    period, figures = report.period, report.figures
    measures = sum(one.measures for one in figures.measures if one.effect in RESTRICTING)
    for indicator, value in (
        ("Name of the service provider", report.operator),
        ("Name of the service", report.service),
        ("Date of the publication of the report", ""),  # it is published when it is put on a site
        ("Starting date of the reporting period", period.since.isoformat()),
        ("Ending date of the reporting period", period.last.isoformat()),
        ("Number of notices", sum(one.notices for one in figures.clauses)),
        ("Number of measures", measures),
        ("Number of complaints", _appeals(report, "lodged")),
        ("First record of the ledger", report.ledger.first),
        ("Last record of the ledger", report.ledger.last),
    ):
        yield [report.settings.tier, report.service, indicator, value]


def complaints(report: Report) -> Iterator[list[Cell]]:
    """Yield objections, disputes and suspensions for repetition."""
    section, scope = "Internal complaints mechanism", "Total"
    told: list[tuple[str, str, Cell]] = [
        ("Number of complaints", scope, _appeals(report, "lodged")),
        (
            "Number of complaints against measures on the ground of the law",
            scope,
            _appeals(report, "lodged", illegal=True),
        ),
        (
            "Number of complaints against measures on the ground of the terms and conditions",
            scope,
            _appeals(report, "lodged", illegal=False),
        ),
        (
            "Number of complaints against decisions made without a person",
            scope,
            _appeals(report, "lodged", automated=True),
        ),
        ("Number of decisions that were upheld", scope, _appeals(report, "upheld")),
        ("Number of decisions that were reversed", scope, _appeals(report, "reversed")),
        ("Median time to decide on a complaint", scope, median_hours(report, APPEAL)),
    ]
    told += [
        ("Number of complaints", effect, count)
        for effect, count in sorted(_by_effect(report, "lodged").items())
    ]
    yield from (_said(report, section, *one) for one in told)
    section = "Out-of-court dispute settlement bodies"
    within = [
        one for one in report.settings.disputes if report.period.since <= one.since < report.period.until
    ]
    for name, number in (
        ("Number of disputes submitted", sum(one.disputes for one in within)),
        ("Number of disputes in which our decision was upheld", sum(one.upheld for one in within)),
        ("Number of disputes in which our decision was reversed", sum(one.reversed for one in within)),
        ("Number of decisions of bodies that were carried out", sum(one.carried_out for one in within)),
    ):
        yield _said(report, section, name, scope, number)
    section = "Suspensions imposed on repeated offenders"
    repeated = sum(
        one.measures for one in report.figures.measures if one.repeat and one.effect in RESTRICTING
    )
    for name, number in (
        ("Number of suspensions for manifestly illegal content", repeated),
        ("Number of suspensions for manifestly unfounded notices", 0),
        ("Number of suspensions for manifestly unfounded complaints", report.figures.limited),
    ):
        yield _said(report, section, name, scope, number)


def automated(report: Report) -> Iterator[list[Cell]]:
    """Yield what was decided without people, and how much of it was taken back, by rule too."""
    section = "Use of automated means for content moderation"
    measures = [one for one in report.figures.measures if one.effect in RESTRICTING]
    fully = [one for one in measures if one.decided == "fully"]
    done, back = sum(one.measures for one in fully), sum(one.reversals for one in fully)
    for name, scope, number in (
        ("Number of measures decided by automated means alone", "Total", done),
        ("Number of measures decided with people", "Total", sum(one.measures for one in measures) - done),
        ("Number of measures by automated means that were taken back", "Total", back),
        ("Share of measures by automated means that were taken back", "Total", _share(back, done)),
    ):
        yield _said(report, section, name, scope, number)
    yield from _rules(report, section)


def _rules(report: Report, section: str) -> Iterator[list[Cell]]:
    for one in report.figures.rules:
        if one.measures or one.reversals:
            yield _said(report, section, "Number of measures of the rule", one.rule, one.measures)
            yield _said(
                report,
                section,
                "Number of measures of the rule that were taken back",
                one.rule,
                one.reversals,
            )


def moderators(report: Report) -> Iterator[list[Cell]]:
    """Yield the people who moderate."""
    section = "Human resources dedicated to content moderation"
    for one in report.settings.moderators:
        yield _said(report, section, "Number of people who moderate", one.language, one.people)
        yield _said(report, section, "of whom employed by others", one.language, one.outside)


def recipients(report: Report) -> Iterator[list[Cell]]:
    """Yield how many people use the service."""
    for one in report.settings.recipients:
        when = f"{one.since} to {one.until}"
        name = "Average number of monthly active recipients"
        yield [*about(report), "Active recipients", name, one.where, one.people, when]


def words(report: Report) -> Iterator[list[Cell]]:
    """Yield the operator's own words."""
    for heading, text in report.settings.words.items():
        yield [*about(report), heading, text]


def _appeals(
    report: Report, became: str, *, illegal: bool | None = None, automated: bool | None = None
) -> int:
    return sum(
        one.count
        for one in report.figures.appeals
        if one.became == became and illegal in {None, one.illegal} and automated in {None, one.automated}
    )


def _by_effect(report: Report, became: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in report.figures.appeals:
        if one.became == became:
            found[one.effect] += one.count
    return found


def _share(part: int, whole: int) -> Cell:
    return round(part / whole, 4) if whole else None


def _said(report: Report, section: str, indicator: str, scope: str, value: Cell) -> list[Cell]:
    return [*about(report), section, indicator, scope, value, None]
