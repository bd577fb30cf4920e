"""Floors under what the signals about requests find in public data, on rows that were not looked at in writing them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from bylaw.signals.traffic.agents import is_crawler
from bylaw.signals.traffic.attacks import attacks

_SAMPLE = 1200  # rows of one set: enough for the floors, and quick


def _rows(shared: Path, name: str, condition: str) -> list[str]:
    table = duckdb.read_parquet(str(shared / "data" / f"{name}.parquet"))
    rows = table.filter(f"split = 'dev' and {condition}").order("hash(text)").limit(_SAMPLE)
    return [text for (text,) in rows.project("text").fetchall()]


def _share(found: Iterator[bool]) -> float:
    values = list(found)
    return sum(values) / len(values)


@pytest.mark.parametrize(("family", "floor"), [("sqli", 0.98), ("xss", 0.98)])
def test_attacks_are_found(shared: Path, family: str, floor: float) -> None:
    rows = _rows(shared, "libinjection_payloads", f"category = '{family}'")
    assert _share(family in attacks(f"/search?q={quote(row, safe='')}") for row in rows) >= floor


def test_attacks_beside_the_most_frequent_kind(shared: Path) -> None:
    rows = _rows(shared, "libinjection_payloads", "category = 'sqli' and meta not like '%sqli-forums%'")
    assert _share("sqli" in attacks(f"/search?q={quote(row, safe='')}") for row in rows) >= 0.95


def test_odd_searches_are_no_attacks(shared: Path) -> None:
    rows = _rows(shared, "libinjection_payloads", "label = 0")
    assert _share(bool(attacks(f"/search?q={quote(row, safe='')}")) for row in rows) <= 0.03


def test_an_ordinary_access_log_holds_no_attack(shared: Path) -> None:
    rows = [row.split('"') for row in _rows(shared, "access_log_apache", "true")]
    found = (bool(attacks(row[1].split(" ")[1], row[3], row[5])) for row in rows if len(row) == 7)
    assert _share(found) <= 0.001


def test_crawlers(shared: Path) -> None:
    assert _share(map(is_crawler, _rows(shared, "ua_crawlers", "label = 1"))) >= 0.975
    assert _share(map(is_crawler, _rows(shared, "ua_crawlers", "label = 0"))) <= 0.03


def test_browsers_of_an_access_log(shared: Path) -> None:
    rows = [
        row.split('"')[5] for row in _rows(shared, "access_log_apache", "label = 1 and text like '%Mozilla%'")
    ]
    assert _share(map(is_crawler, rows)) >= 0.99
