"""Personal data in texts of any kind: nothing fails, nothing of what was found is told."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from bylaw.events.vocabulary import CommentCreated
from bylaw.signals.personal_data.scan import DETECTORS, count
from bylaw.signals.personal_data.spelling import readable
from bylaw.signals.personal_data.table import SIGNALS

AT = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {detector.name for detector in DETECTORS}
PIECES = (
    "4111",
    "1111",
    "@",
    ".com",
    "+44",
    "GB82",
    "password:",
    "born ",
    "1/2/1984",
    " ",
    "-",
    ".",
    "diagnos",
    "::",
    "0x",
)

anything = st.text(max_size=120)
pieces = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=20).map("".join)


@given(anything | pieces)
def test_any_text_is_counted_and_its_values_stay_untold(text: str) -> None:
    event = CommentCreated(id="c1", at=AT, text=text)
    values = {signal.member: signal.compute(event, {}) for signal in SIGNALS}
    kinds = values.pop("kinds")
    assert isinstance(kinds, list)
    assert set(kinds) <= KINDS
    assert kinds == sorted(name for name, number in values.items() if number)
    assert all(isinstance(number, int) and 0 <= number <= len(text) for number in values.values())


@given(anything | pieces)
def test_places_are_inside_the_text_and_not_empty(text: str) -> None:
    spelt = readable(text)
    for detector in DETECTORS:
        assert all(0 <= start < end <= len(spelt) for start, end in detector.find(spelt))


@given(anything | pieces)
def test_what_the_gate_keeps_out_no_detector_would_have_found(text: str) -> None:
    spelt = readable(text)
    counted = count(text)
    for detector in DETECTORS:
        if not counted[detector.name] and not any(counted.values()):
            assert not list(detector.find(spelt))


@given(st.text("0123456789", min_size=14, max_size=14), st.sampled_from((" ", "-", "")), st.data())
def test_a_card_is_found_whatever_its_digits_and_a_wrong_check_digit_is_not(
    middle: str, separator: str, data: st.DataObject
) -> None:
    start = "4" + middle
    number = start + luhn.calc_check_digit(start)
    wrong = start + data.draw(st.sampled_from([d for d in "0123456789" if d != number[-1]]))

    def written(digits: str) -> str:
        return separator.join(digits[at : at + 4] for at in range(0, 16, 4))

    assert count(f"my card {written(number)} please")["cards"] == 1
    assert count(f"my card {written(wrong)} please")["cards"] == 0


@given(st.integers(0, 10**40), st.integers(1, 50))
def test_long_numbers_are_no_personal_data(number: int, times: int) -> None:
    assert not any(count(str(number).zfill(41) * times).values())
