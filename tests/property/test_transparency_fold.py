"""The account of a period is the sum of the accounts of its parts, wherever it is cut."""

from collections import Counter
from statistics import median as by_definition

from hypothesis import given
from hypothesis import strategies as st

from bylaw.transparency.folding import fold
from bylaw.transparency.model import TABLES, Account, median
from bylaw.transparency.origins import InFacts
from transparency_facts import Ledger, cut, ledgers


@given(ledgers(), st.data())
def test_an_account_is_the_sum_of_the_accounts_of_its_parts(ledger: Ledger, data: st.DataObject) -> None:
    rows = ledger.rows
    instants = st.lists(st.sampled_from(sorted({row.at for row in rows})), max_size=4)
    origins = InFacts(lambda: rows)
    parts = [fold(part, origins) for part in cut(rows, data.draw(instants))]
    whole = fold(rows, origins)
    assert sum(parts, Account()) == whole
    assert (parts[-1] if len(parts) == 1 else parts[0] + sum(parts[1:], Account())) == whole


@given(ledgers())
def test_every_fact_is_counted_once_and_nothing_is_below_zero(ledger: Ledger) -> None:
    account = fold(ledger.rows, InFacts(lambda: ledger.rows))
    assert account.facts == Counter(row.kind for row in ledger.rows)
    assert all(count > 0 for name in TABLES for count in getattr(account, name).values())
    for measure, count in account.reversals.items():
        assert count <= account.measures[measure]


@given(st.lists(st.integers(0, 30), min_size=1))
def test_a_median_of_counted_durations_is_the_median_of_them_all(durations: list[int]) -> None:
    assert median(Counter(durations)) == by_definition(durations)


@given(st.lists(st.integers(0, 30)), st.lists(st.integers(0, 30)))
def test_medians_are_exact_after_adding(some: list[int], others: list[int]) -> None:
    both = some + others
    assert median(Counter(some) + Counter(others)) == (by_definition(both) if both else None)
