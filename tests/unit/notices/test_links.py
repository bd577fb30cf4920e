"""Links to pages of notices: whoever has one comes in, and nobody makes one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import NotFoundError
from bylaw.base.ids import derived_id
from bylaw.notices.links import LENGTH, Links

OURS, OTHERS = Links(b"a" * 32), Links(b"b" * 32)


@given(st.text())
def test_a_link_leads_to_its_notice(name: str) -> None:
    notice = derived_id("not", name)
    link = OURS.link("https://notices.house.example/", notice)
    assert link.startswith("https://notices.house.example/your/")
    token = link.rpartition("/")[2]
    assert len(token) == LENGTH
    assert token.isalnum()
    assert OURS.notice(token) == notice


@given(st.text(), st.integers(0, LENGTH - 1), st.sampled_from("0123456789abcdefg"))
def test_one_letter_changed_leads_nowhere(name: str, place: int, letter: str) -> None:
    token = OURS.token(derived_id("not", name))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        refused(changed)


@given(st.text(max_size=100))
def test_whatever_is_made_up_leads_nowhere(token: str) -> None:
    refused(token)


def test_a_link_of_another_house_leads_nowhere() -> None:
    refused(OTHERS.token(derived_id("not", "x")))


def refused(token: str) -> None:
    with pytest.raises(NotFoundError) as raised:
        OURS.notice(token)
    assert raised.value.code == "notice.no_page"
