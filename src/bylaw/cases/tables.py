"""Cases as tables, folded from their facts. Every question of a page goes by one of these indexes."""

from typing import Final

import sqlalchemy as sa

from bylaw.records.schema import WHOLE

_METADATA: Final = sa.MetaData()


def _table(name: str, *columns: sa.Column[object] | sa.Index) -> sa.Table:
    return sa.Table(name, _METADATA, *columns, sqlite_strict=True)


def _text(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> sa.Column[object]:
    return sa.Column(name, WHOLE, primary_key=key, nullable=False, autoincrement=False)


CASES: Final = _table(
    "cases",
    _text("case", key=True),
    _text("queue"),
    _text("state"),
    _whole("waiting"),  # 1: nobody decided it yet
    _whole("rank"),  # its priority, the highest first: less is sooner
    _text("what"),
    _text("place"),  # where more of the same joins it
    _text("person"),
    _text("customer"),
    _text("about"),
    _text("by"),  # who has it, whose it is, or who decided it
    _whole("until"),  # the end of the lease
    _whole("severity"),
    _whole("confidence"),
    _whole("reach"),
    _whole("reporter"),
    _whole("items"),
    _whole("reports"),
    _whole("seq"),  # of the fact that raised it first
    _whole("raised"),
    _whole("latest"),  # when the last item joined
    _whole("due"),
    _whole("warn"),
    _whole("late"),  # 1: warned, 2: breached
    _whole("severe"),
    _text("verdict"),
    _text("outcome"),
    _whole("moved"),  # when it came to its state
    _text("clauses"),  # JSON
    _text("rules"),  # JSON
    sa.Index("cases_work", "waiting", "queue", "rank", "raised", "case"),
    sa.Index("cases_all", "waiting", "rank", "raised", "case"),
    sa.Index("cases_counts", "waiting", "queue", "state", "late", "raised"),
    sa.Index("cases_leases", "state", "queue", "until"),
    sa.Index("cases_moved", "state", "moved"),
    sa.Index("cases_of_person", "person", "waiting"),
    sa.Index("cases_of_customer", "customer", "waiting"),
    sa.Index("cases_of_staff", "by", "state"),
)
PLACES: Final = _table("cases_places", _text("place", key=True), _text("case"))
ITEMS: Final = _table(
    "cases_items",
    _text("case", key=True),
    _whole("seq", key=True),  # of the fact that raised it
    _whole("source"),  # of the fact that holds the event
    _text("decision"),
    _text("what"),
    _text("about"),
    _text("event"),
    _text("reporter"),
    _text("customer"),
    _whole("at"),
    _text("clauses"),
    _text("rules"),
    sa.Index("cases_items_source", "source"),
)
PEOPLE: Final = _table(
    "cases_people",
    _text("person", key=True),
    _text("case", key=True),
    sa.Index("cases_people_case", "case"),
)
CLAUSES: Final = _table("cases_clauses", _text("clause", key=True), _text("case", key=True))
RULES: Final = _table("cases_rules", _text("rule", key=True), _text("case", key=True))
BARRED: Final = _table("cases_barred", _text("case", key=True), _text("staff", key=True), _text("why"))
HISTORY: Final = _table(
    "cases_history",
    _text("case", key=True),
    _whole("seq", key=True),
    _text("kind"),
    _text("by"),
    _whole("at"),
)
VERDICTS: Final = _table(
    "cases_verdicts",
    _text("verdict", key=True),
    _text("case"),
    _whole("seq"),
    _text("state"),
    _text("queue"),
    _text("what"),
    _text("by"),
    _whole("at"),
    _whole("took"),  # from raised to decided, in microseconds
    _text("outcome"),
    _text("clauses"),
    _text("batch"),
    _whole("leaves"),
    sa.Index("cases_verdicts_case", "case"),
    sa.Index("cases_verdicts_by", "by", "at"),
    sa.Index("cases_verdicts_batch", "batch"),
    sa.Index("cases_verdicts_queue", "queue", "at"),
)
CITED: Final = _table(
    "cases_cited",  # the clauses of verdicts
    _text("clause", key=True),
    _whole("seq", key=True),
    _text("verdict"),
)
FIGURES: Final = _table(
    "cases_figures",
    _text("what", key=True),  # rule, clause, reporter
    _text("name", key=True),
    _whole("right"),
    _whole("wrong"),
    _whole("sustained"),  # on appeal
    _whole("reversed"),
)
DAYS: Final = _table(
    "cases_figures_days",  # the same by day, of rules and clauses
    _text("what", key=True),
    _text("name", key=True),
    _whole("day", key=True),  # in days since 1970
    _whole("right"),
    _whole("wrong"),
    _whole("sustained"),
    _whole("reversed"),
)
PAIRS: Final = _table(
    "cases_pairs",  # two verdicts on the same thing
    _text("subject", key=True),  # such as ``rule shouting``
    _whole("seq", key=True),
    _text("first"),
    _text("second"),
    _whole("golden"),
)
GOLDEN: Final = _table(
    "cases_golden",
    _text("golden", key=True),
    _text("queue"),
    _whole("source"),
    _text("decision"),
    _text("outcome"),
    _text("clauses"),
    _text("person"),
    _text("event"),
    _text("by"),
    _whole("seq"),
    _whole("gone"),
    sa.Index("cases_golden_queue", "queue", "gone"),
)
SEEN: Final = _table("cases_seen", _text("golden", key=True), _text("staff", key=True), _text("case"))
CARE: Final = _table(
    "cases_care",
    _text("staff", key=True),
    _text("told"),  # JSON of what they prefer; empty: nothing
    _whole("rests"),  # until then
    _whole("day"),  # in days since 1970
    _whole("seen"),  # severe cases on it
    _whole("since"),  # severe cases since the last break
    _text("queue"),  # the severe queue of the last case
    _whole("row"),  # severe cases of it in a row
)
TABLES: Final = (
    CASES,
    PLACES,
    ITEMS,
    PEOPLE,
    CLAUSES,
    RULES,
    BARRED,
    HISTORY,
    VERDICTS,
    CITED,
    FIGURES,
    DAYS,
    PAIRS,
    GOLDEN,
    SEEN,
    CARE,
)
