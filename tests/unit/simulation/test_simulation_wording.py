"""Texts and times of made-up traffic."""

from itertools import pairwise

import pytest

from bylaw.simulation.chance import DAY, MACHINES, NIGHT, OFFICE, PEOPLE, Rhythm, between, chance_of, pick
from bylaw.simulation.stream import Plan, simulate
from bylaw.simulation.wording import disguised, say, speak
from bylaw.simulation.words import WORDS


@pytest.mark.parametrize("name", WORDS)
def test_every_template_can_be_filled(name: str) -> None:
    chance = chance_of("words", name)
    for template in WORDS[name]:
        for _ in range(20):
            said = speak(chance, template)
            assert said
            assert "{" not in said


def test_a_number_slot_keeps_to_its_bounds_and_its_zeros() -> None:
    chance = chance_of("numbers")
    assert {speak(chance, "{08-11}") for _ in range(200)} == {"08", "09", "10", "11"}


def test_the_same_names_start_the_same_sequence() -> None:
    def drawn(*names: object) -> list[float]:
        chance = chance_of(*names)
        return [chance.random() for _ in range(5)]

    assert drawn(1, "visit") == drawn(1, "visit")
    assert drawn(1, "visit") != drawn(2, "visit")


def test_both_ends_of_a_range_occur() -> None:
    chance = chance_of("range")
    assert {between(chance, 1, 3) for _ in range(100)} == {1, 2, 3}
    assert {pick(chance, "ab") for _ in range(100)} == {"a", "b"}


def test_a_disguise_changes_words_and_keeps_links() -> None:
    text = "wonder lamps for next to nothing https://shrt.example/1234"
    hidden = disguised(chance_of("disguise"), text, 1)
    assert hidden != text
    assert hidden.endswith("https://shrt.example/1234")
    assert disguised(chance_of("disguise"), text, 0) == text


@pytest.mark.parametrize("rhythm", [PEOPLE, OFFICE, MACHINES, NIGHT, Rhythm(0.001, 1)])
def test_a_rhythm_goes_through_the_day_in_order(rhythm: Rhythm) -> None:
    moments = [rhythm.at(n / 1_000) for n in range(1_000)]
    assert all(one < other for one, other in pairwise(moments))
    assert moments[0] == 0
    assert moments[-1] < DAY


def test_a_campaign_varies_its_words() -> None:
    day = simulate(Plan(events=30_000, seed=2))
    texts = [getattr(h.event, "text", "") for h in day if h.truth.topic == "bulk-unsolicited"]
    assert len(set(texts)) > 0.9 * len(texts)


def test_a_letter_reads_the_same_for_all_readers() -> None:
    day = simulate(Plan(events=30_000, seed=2))
    letters = [h.event for h in day if h.truth.actor_kind == "newsletter"]
    assert len({(event.actor, getattr(event, "text", "")) for event in letters}) < len(letters) / 20


def test_a_word_of_a_name_is_one_of_its_words() -> None:
    assert say(chance_of("town"), "town") in WORDS["town"]
