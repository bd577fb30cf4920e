"""What the account signals reach on reference data. Floors lie a little below what was measured."""

from hashlib import sha256
from itertools import product
from pathlib import Path
from string import ascii_letters, ascii_lowercase, digits
from typing import Any

import pytest

from bylaw.signals.accounts.addresses import is_disposable
from bylaw.signals.accounts.handles import randomness

NAMES_BY_CHANCE = 500
ALPHABETS = {
    "letters": (ascii_lowercase, 0.93),
    "letters and digits": (ascii_lowercase + digits, 0.96),
    "both cases and digits": (ascii_letters + digits, 0.96),
    "hexadecimal": ("0123456789abcdef", 0.94),
}


def texts(path: Path, split: str, label: int) -> list[str]:
    duckdb: Any = pytest.importorskip("duckdb", reason="the extra `tables` is not installed")
    query = "SELECT text FROM read_parquet(?) WHERE split = ? AND label = ?"
    return [text for (text,) in duckdb.connect().execute(query, [str(path), split, label]).fetchall()]


def by_chance(alphabet: str) -> list[str]:
    """Names of 8 to 12 characters, the same ones in every run."""
    sources = (sha256(str(n).encode()).digest() for n in range(NAMES_BY_CHANCE))
    return ["".join(alphabet[b % len(alphabet)] for b in source[: 8 + source[31] % 5]) for source in sources]


def area_under_curve(positive: list[float], negative: list[float]) -> float:
    pairs = product(positive, negative)
    return sum((a > b) + (a == b) / 2 for a, b in pairs) / len(positive) / len(negative)


def test_published_disposable_domains_are_known(shared: Path) -> None:
    domains = texts(shared / "data" / "disposable_email_domains.parquet", "dev", 1)
    assert sum(is_disposable(f"a@{domain}", {}) for domain in domains) / len(domains) >= 0.95


@pytest.mark.parametrize("kind", ALPHABETS)
def test_names_by_chance_stand_out_from_those_people_choose(shared: Path, kind: str) -> None:
    alphabet, floor = ALPHABETS[kind]
    chosen = texts(shared / "data" / "accounts_twitter_bots.parquet", "dev", 0)
    random = [randomness(name) for name in by_chance(alphabet)]
    people = [randomness(name) for name in chosen]
    assert area_under_curve(random, people) >= floor
    assert sum(score >= 0.5 for score in people) / len(people) <= 0.04
