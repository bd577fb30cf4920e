"""The sheets of the EU's template: exact headers, cells that read back the same, nothing that a spreadsheet would run."""

import csv
import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bylaw.book.reporting import Category, Moderators, Recipients, Transparency
from bylaw.book.statement_terms import CATEGORIES
from bylaw.cases.model import What
from bylaw.enforcement.model import Action
from bylaw.transparency.folding import fold
from bylaw.transparency.origins import InFacts
from bylaw.transparency.published import Extent, Period, Report, decode, encode
from bylaw.transparency.report import report_of
from bylaw.transparency.sheets import FORMULA, Sheet, csv_of, file_name, sheets
from transparency_facts import Ledger, ledgers

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
SPAM, HATE = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
SETTINGS = Transparency(
    service="Commons",
    tier="platform",
    categories={
        "rules/spam": Category(category=SPAM, keywords=("KEYWORD_OTHER",)),
        "rules/hate": Category(category=HATE, keywords=("KEYWORD_HATE_SPEECH",), law="Code, § 130"),
    },
    moderators=(Moderators(language="de", people=3),),
    recipients=(Recipients(people=41_000, since=date(2026, 1, 1), until=date(2026, 7, 1)),),
    words={"How we moderate": 'With rules, "people"\nand care.'},
)


def report(ledger: Ledger, settings: Transparency = SETTINGS) -> Report:
    account = fold(ledger.rows, InFacts(lambda: ledger.rows))
    return report_of(account, YEAR, Extent(1, len(ledger.rows), len(ledger.rows)), "Harbour", settings)


def read(sheet: Sheet) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(sheet).decode(), newline="")))


def rows(told: Report, name: str) -> list[dict[str, str]]:
    return next(read(sheet) for sheet in sheets(told) if sheet.name == name)


def action(name: str, effect: str, clause: str, rung: int = 0) -> Action:
    return Action(
        action=f"act_{name}", effect=effect, person="subj_1", clauses=(clause,), rules=("r",), rung=rung
    )


def test_headers_are_spelled_as_the_regulation_spells_them_with_their_trailing_spaces() -> None:
    headers = {sheet.name: sheet.rows[0] for sheet in sheets(report(Ledger()))}
    assert headers["1_report_identification"] == ("Applicability", "Service", "Indicator", "Value")
    assert "Number of notices received " in headers["4_notices"]
    own = headers["5_own_initiative_illegal"]
    assert "Number of measures taken at the provider's own initiative " in own
    assert "Number of measures taken after detection with solely automated means " in own
    assert "Visibility restriction Labelled " in own
    terms = headers["6_own_initiative_TC"]
    assert terms[3] == "Category of incompatibility with the provider's terms and conditions"
    assert terms[4:] == own[4:]
    assert headers["8_automated_means"] == headers["7_appeals_and_recidivism"]
    for name in ("3_member_states_orders", "4_notices", "5_own_initiative_illegal"):
        numbers = [one for one in headers[name][5:] if one != "Scope"]
        half = len(numbers) // 2
        assert numbers[half:] == [f"Contextual information on {one}" for one in numbers[:half]]
    assert len(headers) == 11


def test_each_sheet_is_a_file_named_by_period_and_part() -> None:
    told = report(Ledger())
    names = [file_name(told, sheet) for sheet in sheets(told)]
    assert names[0] == "2026-01-01_2026-12-31_CSV_Part_1_report_identification.csv"
    assert len(set(names)) == 11


def test_own_measures_stand_under_their_category_keyword_and_restriction() -> None:
    ledger = Ledger()
    ledger.decide(
        [action("1", "remove", "rules/spam/p1"), action("2", "strike", "rules/spam/p1")], clauses=["x"]
    )
    ledger.decide([action("3", "suspend", "rules/hate/p1")], clauses=["x"])
    ledger.order([action("4", "label", "rules/hate/p2")])
    terms = {
        row["Category of incompatibility with the provider's terms and conditions"]: row
        for row in rows(report(ledger), "6_own_initiative_TC")
    }
    illegal = {
        row["Category of illegal content"]: row for row in rows(report(ledger), "5_own_initiative_illegal")
    }
    spam = terms[SPAM]
    assert spam["Number of measures taken at the provider's own initiative "] == "1"
    assert spam["Number of measures taken after detection with solely automated means "] == "1"
    assert spam["Visibility restriction Removal"] == "1"
    assert terms["KEYWORD_OTHER"]['Description of the sub-category "Other"'] == "rules/spam"
    assert illegal[SPAM]["Visibility restriction Removal"] == "0"
    hate = illegal[HATE]
    assert (hate["Account restriction Suspension"], hate["Visibility restriction Labelled "]) == ("1", "1")
    assert hate["Number of measures taken after detection with solely automated means "] == "1"
    assert illegal["KEYWORD_HATE_SPEECH"]["Number of measures taken at the provider's own initiative "] == "2"


def test_notices_are_counted_with_what_followed_and_how_long_it_took() -> None:
    ledger = Ledger()
    seq = ledger.decide(kind="report.received", clauses=["rules/spam/p1"], rules=["r"])
    ledger.decide(kind="report.received")
    ledger.at += 2 * 3_600_000_000
    ledger.order([action("1", "remove", "rules/spam/p1")], source=seq)
    found = {row["Category of illegal content"]: row for row in rows(report(ledger), "4_notices")}
    assert found[SPAM]["Number of notices received "] == "1"
    assert (
        found[SPAM]["Number of actions taken on the basis of the terms and conditions of the service"] == "1"
    )
    assert found[SPAM]["Number of actions taken on the basis of the law"] == "0"
    assert found[SPAM]["Median time to take action"] == "2.0"
    assert found["STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"]["Number of notices received "] == "1"


def test_complaints_disputes_and_suspensions_have_a_line_each() -> None:
    ledger = Ledger()
    ledger.appeal("lodged", "remove", "rules/hate/p1")
    ledger.appeal("reversed", "remove", "rules/hate/p1", waited=3 * 3_600_000_000)
    ledger.appeal("upheld", "remove", "rules/spam/p1", waited=5 * 3_600_000_000, unfounded=True)
    ledger.other("appeal.limited")
    ledger.decide([action("1", "suspend", "rules/spam/p1", rung=10)], clauses=["x"])
    found = {
        (row["Indicator"], row["Scope"]): row["Value"]
        for row in rows(report(ledger), "7_appeals_and_recidivism")
    }
    assert found["Number of complaints", "Total"] == found["Number of complaints", "remove"] == "1"
    assert found["Number of complaints against measures on the ground of the law", "Total"] == "1"
    assert found["Number of decisions that were reversed", "Total"] == "1"
    assert found["Median time to decide on a complaint", "Total"] == "4.0"
    assert found["Number of suspensions for manifestly illegal content", "Total"] == "1"
    assert found["Number of suspensions for manifestly unfounded complaints", "Total"] == "1"


def test_orders_of_authorities_are_rows_of_zeros() -> None:
    found = rows(report(Ledger()), "3_member_states_orders")
    assert [row["Category of illegal content"] for row in found] == list(CATEGORIES)
    assert {row["Number of orders to provide information"] for row in found} == {"0"}


@given(ledgers())
def test_sheets_read_back_the_same_and_reports_too(ledger: Ledger) -> None:
    told = report(ledger)
    assert decode(encode(told)) == told
    for sheet in sheets(told):
        back = list(csv.reader(io.StringIO(csv_of(sheet).decode(), newline="")))
        assert back == [["" if cell is None else str(cell) for cell in row] for row in sheet.rows]


@given(ledgers())
def test_no_id_and_no_number_begins_a_formula(ledger: Ledger) -> None:
    for sheet in sheets(report(ledger)):
        for row in sheet.rows:
            for cell in row:
                assert not str(cell).startswith(FORMULA) or cell in set(SETTINGS.words.values())


@given(st.text(min_size=1, max_size=20), st.sampled_from(FORMULA))
def test_the_operators_own_words_are_no_formula_either(text: str, sign: str) -> None:
    words = {"Heading": sign + text}
    settings = Transparency(service=sign + text, words=words)
    for sheet in sheets(report(Ledger(), settings)):
        for line in csv.reader(io.StringIO(csv_of(sheet).decode("utf-8", "surrogatepass"), newline="")):
            assert not any(cell.startswith(FORMULA) for cell in line)


def test_an_operator_that_publishes_little_has_a_report_all_the_same() -> None:
    assert len(sheets(report(Ledger(), Transparency()))) == 11


def test_verdicts_are_counted_by_why_somebody_looked() -> None:
    ledger = Ledger()
    case = ledger.raise_(What.COMPLAINT, ["rules/spam/p1"])
    told = report(ledger)
    assert [(one.what, one.became, one.count) for one in told.figures.cases] == [("complaint", "raised", 1)]
    assert case.startswith("case_")
