"""Signatures: ours verify, those of the published library too, and nothing else does."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from bylaw.base.errors import InputError, RefusedError
from bylaw.notices.webhooks.signing import (
    ID,
    LEAST_KEY,
    MOST_KEY,
    SIGNATURE,
    TIMESTAMP,
    TOLERANCE,
    key_of,
    shown,
    signed,
    verify,
)

NOW = 1_790_000_000
KEYS = st.binary(min_size=LEAST_KEY, max_size=MOST_KEY)
NAMES = st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True)
BODIES = st.text().map(str.encode)


def refused(*arguments: object) -> str:
    with pytest.raises(RefusedError) as error:
        verify(*arguments)  # type: ignore[arg-type]
    return error.value.code


@given(st.lists(KEYS, min_size=1, max_size=3, unique=True), NAMES, BODIES, st.data())
def test_whoever_has_one_of_the_keys_is_believed(
    keys: list[bytes], name: str, body: bytes, data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(keys))
    assert verify([one], signed(keys, name, NOW, body), body, NOW) == (name, NOW)


@given(KEYS, NAMES, BODIES)
def test_the_published_library_signs_and_we_verify(key: bytes, name: str, body: bytes) -> None:
    at = dt.datetime.fromtimestamp(NOW, dt.UTC)
    signature = Webhook(shown(key)).sign(name, at, body.decode())
    headers = {"Webhook-Id": name, "WEBHOOK-TIMESTAMP": str(NOW), SIGNATURE: f"v1a,x {signature}"}
    assert verify([key], headers, body, NOW).id == name


@given(KEYS, KEYS, NAMES, BODIES)
def test_another_key_is_not_believed(key: bytes, other: bytes, name: str, body: bytes) -> None:
    assume(key != other)
    assert refused([other], signed([key], name, NOW, body), body, NOW) == "webhook.signature"


@given(KEYS, NAMES, BODIES, st.sampled_from([ID, TIMESTAMP, SIGNATURE, "body"]), st.data())
def test_whatever_is_changed_on_the_way_is_noticed(
    key: bytes, name: str, body: bytes, part: str, data: st.DataObject
) -> None:
    headers = signed([key], name, NOW, body)
    if part == "body":
        other = data.draw(BODIES)
        assume(other != body)
        assert refused([key], headers, other, NOW) == "webhook.signature"
        return
    changed = data.draw(st.text(max_size=100) | st.just("")).replace(" ", "")
    assume(changed != headers[part])
    assert refused([key], {**headers, part: changed}, body, NOW) == "webhook.signature"


@given(KEYS, NAMES, BODIES, st.integers(-(10**6), 10**6))
def test_a_call_is_believed_for_some_minutes_only(key: bytes, name: str, body: bytes, late: int) -> None:
    headers = signed([key], name, NOW, body)
    if abs(late) <= TOLERANCE:
        assert verify([key], headers, body, NOW + late).at == NOW
    else:
        assert refused([key], headers, body, NOW + late) == "webhook.timestamp"


@given(KEYS, NAMES, BODIES)
def test_a_call_is_taken_once_and_only_genuine_ones_are_asked_about(
    key: bytes, name: str, body: bytes
) -> None:
    seen: set[str] = set()

    def is_known(one: str) -> bool:
        known = one in seen
        seen.add(one)
        return known

    headers = signed([key], name, NOW, body)
    assert refused([b"x" * 32], headers, body, NOW, is_known) == "webhook.signature"
    assert not seen
    assert verify([key], headers, body, NOW, is_known).id == name
    assert refused([key], headers, body, NOW, is_known) == "webhook.replayed"


@pytest.mark.parametrize(
    "headers", [{}, {ID: "a"}, {ID: "a", TIMESTAMP: "٣", SIGNATURE: "v1,"}, {SIGNATURE: "\ud800"}]
)
def test_calls_without_what_a_call_has_are_refused(headers: dict[str, str]) -> None:
    assert refused([b"k" * 32], headers, b"", NOW) == "webhook.signature"


@given(KEYS)
def test_a_secret_shows_its_key(key: bytes) -> None:
    assert key_of(shown(key)) == key
    assert shown(key).startswith("whsec_")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "whsec_not base64", "x" * 500])
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(InputError) as error:
        key_of(secret)
    assert error.value.problem.message == "a secret of a webhook is not as it must be"
