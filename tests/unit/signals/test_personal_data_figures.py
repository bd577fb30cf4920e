"""What the detectors of personal data reach on reference data. Floors lie a little below what was measured."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bylaw.signals.personal_data.scan import count

LABELS = {
    "CREDIT_CARD": ("cards", 0.95),
    "US_SSN": ("ssns", 1.0),
    "IBAN_CODE": ("ibans", 1.0),
    "PHONE_NUMBER": ("phones", 0.94),
    "EMAIL_ADDRESS": ("emails", 1.0),
    "IP_ADDRESS": ("ips", 0.95),
    "US_DRIVER_LICENSE": ("national_ids", 0.7),
}
MESSAGES = 3000
FALSE_ALARMS = {
    "cards": 0,
    "ssns": 0,
    "ibans": 0,
    "national_ids": 0,
    "wallets": 0,
    "secrets": 12,
    "health": 4,
}


def rows(path: Path, columns: str, condition: str) -> list[Any]:
    duckdb: Any = pytest.importorskip("duckdb", reason="the extra `tables` is not installed")
    query = f"SELECT {columns} FROM read_parquet(?) WHERE {condition}"  # noqa: S608 - both are literals below
    found: list[Any] = duckdb.connect().execute(query, [str(path)]).fetchall()
    return found


def test_labelled_personal_data_is_found_and_little_else(shared: Path) -> None:
    labelled: Counter[str] = Counter()
    found: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for text, meta in rows(shared / "data" / "presidio_synth_pii.parquet", "text, meta", "split = 'dev'"):
        counted = count(text)
        expected = Counter(LABELS[kind][0] for _, _, kind in json.loads(meta)["spans"] if kind in LABELS)
        for name, _ in LABELS.values():
            labelled[name] += expected[name]
            found[name] += min(counted[name], expected[name])
            extra[name] += max(counted[name] - expected[name], 0)
    for name, floor in LABELS.values():
        assert found[name] >= floor * labelled[name] > 0, name
        assert extra[name] <= 0.02 * labelled[name], name


def test_ordinary_mail_holds_next_to_none(shared: Path) -> None:
    alarms: Counter[str] = Counter()
    condition = f"label = 0 ORDER BY text LIMIT {MESSAGES}"
    for (text,) in rows(shared / "data" / "spamassassin.parquet", "text", condition):
        alarms.update(count(text))
    assert {name: alarms[name] for name in FALSE_ALARMS if alarms[name] > FALSE_ALARMS[name]} == {}
