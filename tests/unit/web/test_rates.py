"""A bucket for each key, filled evenly."""

import pytest

from bylaw.web.callers import Caller
from bylaw.web.exchange import RateError
from bylaw.web.rates import BURST_SECONDS, MAX_KEYS, Rates


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def spent(rates: Rates, caller: Caller, cost: int = 1) -> int:
    """How often the cost is paid before it is refused."""
    for count in range(1_000):
        try:
            rates.spend(caller, cost)
        except RateError:
            return count
    return 1_000


def test_a_key_may_ask_for_some_at_once_and_then_as_its_bucket_fills() -> None:
    clock = Clock()
    rates, caller = Rates(clock), Caller("key_1", (), rate=120)
    assert spent(rates, caller) == 2 * BURST_SECONDS
    clock.now = 3.0
    assert spent(rates, caller) == 6
    with pytest.raises(RateError) as refused:
        rates.spend(caller, 4)
    assert refused.value.seconds == 2


def test_a_slow_key_may_ask_once() -> None:
    clock = Clock()
    rates, caller = Rates(clock), Caller("key_1", (), rate=1)
    assert spent(rates, caller) == 1
    clock.now = 59.0
    assert spent(rates, caller) == 0
    clock.now = 60.0
    assert spent(rates, caller) == 1


def test_what_costs_more_than_a_bucket_holds_waits_for_a_full_one_and_leaves_a_debt() -> None:
    clock = Clock()
    rates, caller = Rates(clock), Caller("key_1", (), rate=60)
    rates.spend(caller, 25)
    clock.now = 15.0
    assert spent(rates, caller) == 0
    clock.now = 16.0
    assert spent(rates, caller) == 1


def test_keys_do_not_share_and_one_without_a_rate_is_never_refused() -> None:
    rates = Rates(Clock())
    assert spent(rates, Caller("key_1", (), rate=60)) == spent(rates, Caller("key_2", (), rate=60))
    assert spent(rates, Caller("key_3", ())) == 1_000


def test_no_more_keys_are_remembered_than_the_bound() -> None:
    rates, first = Rates(Clock()), Caller("key_first", (), rate=1)
    rates.spend(first, 1)
    for number in range(MAX_KEYS):
        rates.spend(Caller(f"key_{number}", (), rate=1), 1)
    rates.spend(first, 1)
