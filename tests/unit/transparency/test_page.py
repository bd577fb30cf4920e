"""The account as a page: every word in both languages, names escaped, nothing loaded, the same bytes each time."""

import tomllib
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bylaw.book.reporting import Category, Moderators, Recipients, Transparency
from bylaw.book.statement_terms import CATEGORIES
from bylaw.cases.model import Outcome, What
from bylaw.enforcement.model import DAY, TYPES, Action
from bylaw.notices.model import Ground
from bylaw.transparency.folding import fold
from bylaw.transparency.origins import InFacts
from bylaw.transparency.page import body, document
from bylaw.transparency.published import Extent, Period, Report
from bylaw.transparency.report import report_of
from bylaw.transparency.speech import Speech
from transparency_facts import Ledger

WORDS = Path(__file__).parents[3] / "src/bylaw/web/words/de"
HOSTILE = "<img src=x onerror=alert(1)>"


def everything() -> Ledger:
    """A ledger in which everything that a page tells has happened."""
    ledger = Ledger()
    made = [
        Action(action=f"act_{n}", effect=effect, person="p", clauses=(f"c{n}/p1",), rules=(f"r{n}",))
        for n, effect in enumerate(TYPES)
    ]
    for n, action in enumerate(made):
        ledger.at += DAY
        ledger.decide([action], kind="report.received" if n % 3 else "post.created", clauses=action.clauses)
    ledger.order([Action(action="act_x", effect="remove", person="p", clauses=("c1/p1",))])
    proposed = Action(
        action="act_y", effect="terminate", person="p", clauses=("c1/p1",), rules=("r",), awaiting=True
    )
    ledger.order([proposed], by="")
    ledger.approve(proposed, "staff_1", enough=True)
    ledger.at += DAY
    ledger.undo(made[1], made[2])
    for what in What:
        for outcome in Outcome:
            ledger.judge(ledger.raise_(what, ["c1/p1"]), outcome)
    for became in ("lodged", "lodged", "lodged", "upheld", "reversed"):
        ledger.appeal(became, "remove", "c1/p1", waited=DAY)
    for ground in Ground:
        ledger.withhold("not_1", ground)
    for kind in ("delivered", "bounced", "failed"):
        ledger.other(f"notice.{kind}")
    return ledger


def report(ledger: Ledger, **more: Any) -> Report:
    categories = {
        f"c{n}": Category(category=name, keywords=CATEGORIES[name][:1], law="§" if n % 2 else "")
        for n, name in enumerate(CATEGORIES)
    }
    settings = Transparency(
        categories=more.pop("categories", categories),
        moderators=(Moderators(language="de", people=2),),
        recipients=(Recipients(people=5, since=date(2026, 1, 1), until=date(2026, 7, 1)),),
        **more,
    )
    account = fold(ledger.rows, InFacts(lambda: ledger.rows))
    period = Period(date(2026, 1, 1), date(2026, 7, 1))
    return report_of(account, period, Extent(1, len(ledger.rows), len(ledger.rows)), "Harbour", settings)


def test_every_word_of_an_account_is_said_in_german_too() -> None:
    known: dict[str, Any] = {}
    for file in WORDS.glob("*.toml"):
        known.update(tomllib.loads(file.read_text("utf-8")))
    asked: set[str] = set()

    def say(text: str, **values: object) -> str:
        asked.add(text)
        return text.format(**values) if values else text

    body(report(everything()), Speech(say=say))
    missing = sorted(one for one in asked if one not in known)
    assert not missing, missing


def test_names_and_words_are_escaped() -> None:
    ledger = Ledger()
    ledger.decide(
        [Action(action="a", effect="remove", person="p", clauses=(HOSTILE,), rules=(HOSTILE,))],
        clauses=[HOSTILE],
    )
    shown = document(report(ledger, words={HOSTILE: HOSTILE}, service=HOSTILE, categories={}))
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_a_page_of_its_own_loads_nothing_and_allows_only_its_own_style() -> None:
    shown = document(report(everything()), ["report.json"])
    assert "<script" not in shown
    assert " style=" not in shown
    assert "default-src 'none'; style-src 'sha256-" in unescape(shown)
    assert shown == document(report(everything()), ["report.json"])


def test_a_period_in_which_nothing_happened_has_a_page() -> None:
    shown = document(report(Ledger()))
    assert "Nothing to show." in shown


@pytest.mark.parametrize(("days", "columns"), [(31, 31), (181, 26), (730, 24)])
def test_time_is_told_by_day_by_week_or_by_month(days: int, columns: int) -> None:
    ledger = Ledger()
    ledger.decide([Action(action="a", effect="remove", person="p", clauses=("c/p1",))], clauses=["c/p1"])
    account = fold(ledger.rows, InFacts(lambda: ledger.rows))
    since = date(2026, 1, 1)
    told = report_of(
        account, Period(since, since + timedelta(days=days)), Extent(1, 2, 2), "Harbour", Transparency()
    )
    figure = ET.fromstring(f"<div>{body(told)}</div>").find(".//figure")  # noqa: S314 - our own
    assert figure is not None
    assert abs(len(figure.findall(".//tbody/tr")) - columns) <= 1
