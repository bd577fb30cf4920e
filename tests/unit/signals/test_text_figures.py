"""What reading past disguises reaches on reference data. Floors lie a little below what was measured."""

from pathlib import Path
from typing import Any

import pytest

from bylaw.signals.text.confusables import skeleton
from bylaw.signals.text.disguise import read


def column(path: Path, condition: str) -> list[str]:
    duckdb: Any = pytest.importorskip("duckdb", reason="the extra `tables` is not installed")
    query = f"SELECT text FROM read_parquet(?) WHERE {condition}"  # noqa: S608 - the conditions are below
    return [text for (text,) in duckdb.connect().execute(query, [str(path)]).fetchall()]


def disguised(texts: list[str]) -> float:
    readings = [read(text) for text in texts]
    return sum(len(reading.disguised) > reading.stretched for reading in readings) / len(readings)


def test_published_look_alikes_have_one_skeleton(shared: Path) -> None:
    pairs = [
        row.split("\t") for row in column(shared / "data" / "confusables_unicode.parquet", "split = 'dev'")
    ]
    alike = sum(skeleton(one) == skeleton(other) for one, other in pairs)
    assert alike >= 0.995 * len(pairs)


@pytest.mark.parametrize(
    ("name", "most", "least"), [("sms_spam_collection", 0.01, 0.08), ("tg_spam", 0.05, 0.2)]
)
def test_spam_is_disguised_and_other_messages_hardly_ever(
    shared: Path, name: str, most: float, least: float
) -> None:
    path = shared / "data" / f"{name}.parquet"
    assert disguised(column(path, "label = 0 AND split = 'dev'")) <= most
    assert disguised(column(path, "label = 1 AND split = 'dev'")) >= least
