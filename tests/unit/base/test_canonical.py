from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.canonical import canonical_bytes, digest, digest_of
from bylaw.base.ids import derived_id, time_ordered_id

json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_like)
def test_canonical_bytes_read_back_to_the_same_bytes(value: object) -> None:
    spelled = canonical_bytes(value)
    assert canonical_bytes(msgspec.json.decode(spelled)) == spelled


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_bytes(value) == canonical_bytes(dict(reversed(value.items())))


def test_a_known_spelling() -> None:
    value = {"b": [1, 2.5, None, True], "a": "ü", "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
    assert canonical_bytes(value) == '{"a":"ü","at":"2026-01-02T03:04:05Z","b":[1,2.5,null,true]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"x": {"y": -float("inf")}}])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="finite"):
        canonical_bytes(value)


def test_digest_is_sha_256_of_the_utf_8() -> None:
    assert digest("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_of([]) == digest(b"[]")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_derived_ids_keep_their_parts_apart(left: list[str], right: list[str]) -> None:
    assert (derived_id("dec", *left) == derived_id("dec", *right)) == (left == right)


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1), st.binary(min_size=9, max_size=9))
def test_time_ordered_ids_sort_by_time(a: int, b: int, chance: bytes) -> None:
    ids = time_ordered_id("evt", a, chance), time_ordered_id("evt", b, chance)
    assert (ids[0] < ids[1]) == (a < b)


def test_a_time_out_of_range_and_too_little_chance_are_refused() -> None:
    with pytest.raises(ValueError, match="2\\*\\*48"):
        time_ordered_id("evt", 1 << 48, b"123456789")
    with pytest.raises(ValueError, match="9 bytes"):
        time_ordered_id("evt", 0, b"1")
