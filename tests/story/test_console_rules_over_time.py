"""How rules are doing over time at the console: what people found of them by week, what they cost when it was measured."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bylaw.drafts.costs import DAY, Measured
from bylaw.engine.measuring import Cost
from bylaw.runtime.gauging import Gauging
from case_world import CLAUSE, LEAVING, RULES
from console_browser import Desk
from service import BOOK, Service, ndjson, post, served
from staff_browser import STEP, at_a_browser, at_work, cheap
from staff_world import GOOD, Clock, address

FILES = {
    **BOOK,
    "rules/words.yaml": RULES,
    "operator.toml": LEAVING,
}
MICROSECOND = 1_000


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, FILES, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def enter(service: Service, clock: Clock) -> Iterator[Callable[[], Desk]]:
    """Ann signs in: what is long ago has ended her session."""
    with at_a_browser(service, clock)("ann", "policy-author") as browser, Desk(service) as desk:

        def entering() -> Desk:
            clock.pass_(STEP)
            desk.sign_in(address("ann"), GOOD, browser.code())
            return desk

        yield entering


@pytest.fixture
def ann(enter: Callable[[], Desk]) -> Desk:
    return enter()


def posts(service: Service, prefix: str, number: int, text: str = "AAA") -> None:
    lines = ndjson([post(f"{prefix}_{n}", text, actor=f"{prefix}_{n}") for n in range(number)])
    with service.client("event.write") as client:
        answer = client.post("/v1/events", content=lines, headers={"content-type": "application/x-ndjson"})
        assert answer.status_code == 200, answer.text


def found(service: Service, account: str, outcome: str) -> None:
    """What a person says of the case about an account, once it is carried out."""
    verdict: dict[str, Any] = {"outcome": outcome, "clauses": [CLAUSE], "reason": "Enough.", "orders": []}
    with service.client() as client:
        waiting = client.get("/v1/cases", params={"account": account})
        assert waiting.status_code == 200, waiting.text
        [case] = waiting.json()["cases"]
        assert client.post(f"/v1/cases/{case['case']}/claim", json={}).status_code == 200
        answer = client.post(f"/v1/cases/{case['case']}/decide", json=verdict)
        assert answer.status_code == 200, answer.text
        service.carried(case["case"])


def measure(service: Service) -> None:
    ticks = count(0, MICROSECOND)
    assert Gauging(service.office, lambda error: pytest.fail(str(error)), lambda: next(ticks)).look()


def told(service: Service, *costs: Cost) -> None:
    service.office.records.commit([Measured(book="sha256:0", costs=costs).fact()])


def test_a_rule_that_nobody_looked_at_or_measured_says_so(ann: Desk) -> None:
    page = ann.get("/console/rules/shouting").text
    assert "Nobody looked at what it found in 26 weeks." in page
    assert "Not measured in 30 days: that takes 20 events of a kind." in page
    assert "nobody looked yet" in page
    assert "µs an event" not in page


def test_what_people_found_stands_by_week_with_how_much_they_looked_at(
    service: Service, clock: Clock, enter: Callable[[], Desk]
) -> None:
    posts(service, "now", 3)
    found(service, "now_0", "violation")
    found(service, "now_1", "no_violation")
    clock.pass_(14 * DAY)
    posts(service, "later", 1)
    found(service, "later_0", "no_violation")
    page = enter().get("/console/rules/shouting")
    told_ = page.text.partition("Found right, by week")[2].partition("Cost by event")[0]
    assert "Week from found right looked at" in told_
    assert "50% 2" in told_
    assert "– 0" in told_
    assert "0% 1" in told_
    assert page.answer.text.count('aria-labelledby="found-right-title') == 3


def test_what_a_rule_cost_is_measured_and_shown_beside_its_bound(service: Service, ann: Desk) -> None:
    posts(service, "some", 40, "good morning")
    measure(service)
    page = ann.get("/console/rules/shouting").text
    assert "Measured alone, in CPU time, on at most 200 events of a kind. It may take" in page
    assert "Day measured events UTC" in page
    assert "0.05 µs an event" in page
    assert "0.05 40" in page.partition("Day measured events")[2]
    with service.client("metrics.read") as client:
        assert 'bylaw_rule_cost_seconds{rule="shouting"} 5e-08' in client.get("/metrics").text


def test_of_many_measurements_the_mean_of_each_day_is_shown(
    service: Service, clock: Clock, enter: Callable[[], Desk]
) -> None:
    for number in range(41):
        told(service, Cost("shouting", 50, (1 + number % 2) * 1_000_000))
        clock.pass_(DAY // 4)
    page = enter().get("/console/rules/shouting").text.partition("Day measured events")[2]
    assert "1,500 200" in page
    assert "– 0" in page


def test_the_dearest_rule_is_marked_and_comes_first_by_wish(service: Service, ann: Desk) -> None:
    costs = {"shouting": 2_000, "loud": 3_000, "gore": 90_000}
    told(service, *(Cost(rule, 50, nanoseconds) for rule, nanoseconds in costs.items()))
    page = ann.get("/console/rules")
    assert '<span class="badge wait">90.0</span>' in page.answer.text
    assert '<span class="badge wait">3.0</span>' not in page.answer.text
    sorted_ = ann.get(next(one for one in page.links("/console/rules?by=cost")))
    links = [one.rpartition("/")[2] for one in sorted_.links("/console/rules/")]
    assert links[:3] == ["gore", "loud", "shouting"]
    assert 'aria-sort="descending"' in sorted_.answer.text
    assert "by=cost" not in "".join(sorted_.links("/console/rules?"))


def test_its_words_are_german_too(service: Service, ann: Desk) -> None:
    ann.client.headers["accept-language"] = "de"
    posts(service, "some", 40, "good morning")
    measure(service)
    page = ann.get("/console/rules/shouting").text
    for words in (
        "Als richtig befunden, je Woche",
        "Aufwand je Ereignis, in Mikrosekunden",
        "0,05 µs je Ereignis",
    ):
        assert words in page, words
