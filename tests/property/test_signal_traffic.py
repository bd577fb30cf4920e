"""Properties of the signals about requests: any text has a value, and escaping it once more hides nothing."""

from datetime import UTC, datetime
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from bylaw.events.vocabulary import RequestServed
from bylaw.signals.traffic.attacks import FAMILIES, attacks
from bylaw.signals.traffic.decoding import MAX_PART, decoded
from bylaw.signals.traffic.table import SIGNALS

_ESCAPES = (
    "%",
    "%25",
    "%u",
    "&#",
    "&#x",
    "&lt;",
    "\\u",
    "\\x",
    "%c0",
    "%e0%80",
    "+",
    "&",
    "=",
    ";",
    "'",
    '"',
    "<",
    "\ud800",
)
_TEXTS = st.lists(
    st.one_of(st.sampled_from(_ESCAPES), st.text(st.characters(), max_size=6)), max_size=30
).map("".join)
_TYPES = {"bool": bool, "list(string)": list, "string": str}


@given(_TEXTS, _TEXTS, _TEXTS)
def test_any_request_has_all_values(path: str, query: str, agent: str) -> None:
    event = RequestServed(
        id="1",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        path=path,
        query=query,
        user_agent=agent,
        referrer=query,
        request=agent,
    )
    for signal in SIGNALS:
        value = signal.compute(event, {})
        assert type(value) is _TYPES[signal.type]
        assert value == signal.compute(event, {})


@given(_TEXTS)
def test_families_are_known_and_sorted(text: str) -> None:
    found = attacks(f"/?q={text}", text)
    assert found == sorted(set(found))
    assert set(found) <= set(FAMILIES)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="%&\\+\x1e")))
def test_percent_escapes_say_the_same(text: str) -> None:
    assert decoded(quote(text, safe="")) == decoded(text)
    assert decoded(quote(quote(text, safe=""), safe="")) == decoded(text)


@given(_TEXTS, st.integers(1, 4))
def test_what_is_read_is_bounded(text: str, times: int) -> None:
    assert (
        len(decoded((text or "a") * MAX_PART * times)) <= MAX_PART * 18
    )  # NFKC: one character may become 18
