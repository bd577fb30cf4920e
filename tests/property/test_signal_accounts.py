"""Properties of the account signals: they answer for any text, in range, and the same each time."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bylaw.events.vocabulary import AccountRegistered
from bylaw.signals.accounts.table import SIGNALS

TEXT = st.text(max_size=300)
EMAIL = TEXT | st.builds("{}@{}".format, TEXT, TEXT) | st.emails()
TYPES = {"bool": bool, "double": float, "list(string)": list}
LISTS = {"disposable_domains": ("box.example",)}


@given(email=EMAIL, username=TEXT, name=TEXT, phone=TEXT, country=TEXT)
def test_any_text_gets_an_answer_in_range(
    email: str, username: str, name: str, phone: str, country: str
) -> None:
    event = AccountRegistered(
        id="1",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        email=email,
        username=username,
        display_name=username,
        name=name,
        phone=phone,
        declared_country=country,
    )
    for signal in SIGNALS:
        value = signal.compute(event, LISTS)
        assert type(value) is TYPES[signal.type]
        assert not isinstance(value, float) or 0 <= value <= 1
        assert signal.compute(event, LISTS) == value


@given(local=st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), host=st.sampled_from(["", "mx.", "a.b."]))
def test_whatever_is_before_it_a_listed_domain_is_disposable(local: str, host: str) -> None:
    event = AccountRegistered(id="1", at=datetime(2026, 3, 1, tzinfo=UTC), email=f"{local}@{host}box.example")
    [disposable] = [s for s in SIGNALS if s.member == "email_disposable"]
    assert disposable.compute(event, LISTS) is True
