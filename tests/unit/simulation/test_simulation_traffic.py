"""What a simulated day is like: who acts, how much of it is abuse, and what it may not contain."""

from collections import Counter, defaultdict
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import pytest
from msgspec import UNSET

from bylaw.base.errors import InputError
from bylaw.events.kinds import kind_of, text_of
from bylaw.signals.urls.find import find_urls
from bylaw.simulation.stream import ABUSE, ORDINARY, SCENES, TOPICS, Plan, simulate
from bylaw.simulation.truth import Happening, Register, account_of, read_truths, write_truth

RANGES = [
    ip_network(each)
    for each in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32")
]
RESERVED = (".example", ".test", ".invalid")


@pytest.fixture(scope="module")
def day() -> list[Happening]:
    return list(simulate(Plan(events=60_000, seed=3)))


def test_every_scene_plays(day: list[Happening]) -> None:
    assert {h.truth.scene for h in day} == {scene.name for scene in SCENES}


def test_every_topic_occurs(day: list[Happening]) -> None:
    assert {h.truth.topic for h in day if h.truth.abuse} == TOPICS


def test_each_scene_has_about_its_share(day: list[Happening]) -> None:
    seen = Counter(h.truth.scene for h in day)
    total = sum(scene.share for scene in SCENES)
    for scene in SCENES:
        expected = len(day) * scene.share / total
        # One play more or less, and plays are of different sizes.
        assert abs(seen[scene.name] - expected) < 0.2 * expected + 2 * scene.size, scene.name


def test_a_plan_lasts_about_as_long_as_it_says() -> None:
    happenings = list(simulate(Plan(events=30_000, days=3)))
    days = (happenings[-1].event.at - happenings[0].event.at).total_seconds() / 86_400
    assert 2.5 < days < 3.5


def test_abuse_is_done_by_kinds_of_actors_of_its_own() -> None:
    assert not {s.actor_kind for s in ORDINARY} & {s.actor_kind for s in ABUSE}
    assert not any(scene.topics for scene in ORDINARY)


def test_an_account_has_one_kind_of_actor(day: list[Happening]) -> None:
    kinds = defaultdict(set)
    for happening in day:
        if happening.event.actor is not UNSET:
            kinds[happening.event.actor].add((happening.truth.actor_kind, happening.ordinary))
    assert {account: found for account, found in kinds.items() if len(found) > 1} == {}


def test_people_are_awake_by_day(day: list[Happening]) -> None:
    hours = Counter(h.event.at.hour for h in day if h.truth.scene == "visit")
    assert hours[20] > 4 * hours[3]


def test_every_address_is_from_a_range_for_documentation(day: list[Happening]) -> None:
    addresses = {
        value
        for h in day
        for name in ("ip", "source_ip", "destination_ip")
        if (value := getattr(h.event, name, UNSET)) is not UNSET
    }
    assert all(any(ip_address(each) in network for network in RANGES) for each in addresses)


def test_every_domain_is_reserved(day: list[Happening]) -> None:
    mailboxes = {v.rpartition("@")[2] for h in day if isinstance(v := getattr(h.event, "email", None), str)}
    hosts = {v for h in day if isinstance(v := getattr(h.event, "host", None), str)}
    linked = {urlsplit(url).hostname or "" for h in day for _, url in find_urls(text_of(h.event))}
    assert linked
    assert all(domain.endswith(RESERVED) for domain in mailboxes | hosts | linked if domain)


def test_families_share_an_address_and_keep_their_accounts(day: list[Happening]) -> None:
    behind = defaultdict(set)
    for h in day:
        if h.truth.scene == "family" and kind_of(h.event) == "account.logged_in":
            behind[getattr(h.event, "ip", "")].add(h.event.actor)
    assert max(map(len, behind.values())) >= 3


def test_letters_go_to_readers_who_signed_up(day: list[Happening]) -> None:
    signed = set()
    for h in day:
        if h.truth.scene != "newsletter":
            continue
        if kind_of(h.event) == "relation.made":
            signed.add((h.event.actor, getattr(h.event, "other", "")))
        else:
            assert (getattr(h.event, "recipient", ""), h.event.actor) in signed


def test_the_host_is_the_service_s_own() -> None:
    hosts = {
        getattr(h.event, "host", "")
        for h in simulate(Plan(events=20_000, host="forum.example"))
        if h.truth.scene == "scraping"
    }
    assert hosts == {"forum.example"}


def test_every_account_is_told_once(day: list[Happening]) -> None:
    register = Register()
    truths = [truth for h in day if (truth := register.meet(h))]
    assert len({truth.id for truth in truths}) == len(truths)
    assert {truth.id for truth in truths} == {a for h in day if (a := account_of(h.event))}


def test_the_owner_of_an_attacked_site_is_ordinary(day: list[Happening]) -> None:
    attack = next(h for h in day if h.truth.topic == "attack-requests")
    truth = Register().meet(attack)
    assert truth is not None
    assert (truth.actor_kind, truth.ordinary) == ("business", True)


def test_another_plan_has_other_ids() -> None:
    one, other = ({h.event.id for h in simulate(Plan(events=events, seed=5))} for events in (1_000, 1_001))
    assert not one & other


@pytest.mark.parametrize(("events", "days"), [(0, 1.0), (-5, 1.0), (10, 0.0), (10, 5_000.0), (10**10, 1.0)])
def test_a_plan_out_of_range_is_refused(events: int, days: float) -> None:
    with pytest.raises(InputError) as refused:
        Plan(events=events, days=days)
    assert refused.value.code == "simulation.plan"


def test_a_line_that_is_no_truth_is_refused_with_its_place() -> None:
    good = write_truth(next(simulate(Plan(events=1))).truth)
    with pytest.raises(InputError) as refused:
        list(read_truths([good, b'{"of": "weather"}'], "truth.jsonl"))
    assert (refused.value.code, refused.value.problem.where.line) == ("simulation.truth", 2)
