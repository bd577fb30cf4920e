from datetime import UTC, datetime, timedelta, timezone

import pytest

from bylaw.base.errors import ConflictError, InputError
from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document
from bylaw.policy.versions import admit, in_force


def version(text: str, updated: str = "", effective: str = "", key: str = "house") -> Document:
    lines = ["---", f"title: {key}", f"last-updated: {updated}", f"effective: {effective}", "---", text]
    return parse_document("\n".join(lines).encode(), file=f"{updated}.md")


FIRST = version("You must not shout.", "2020-01-01")
SECOND = version("You must not run.", "2020-05-01", "2020-06-01")
UNDATED = version("You must not sing.")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC), None),
        (datetime(2020, 1, 1, tzinfo=UTC), FIRST),
        (datetime(2020, 5, 31, 23, 59, 59, tzinfo=UTC), FIRST),
        (datetime(2020, 6, 1, tzinfo=UTC), SECOND),
        (datetime(2020, 6, 1, 1, tzinfo=timezone(timedelta(hours=2))), FIRST),
        (datetime(2030, 1, 1, tzinfo=UTC), SECOND),
    ],
)
def test_the_version_in_force(at: datetime, expected: Document | None) -> None:
    assert in_force([SECOND, UNDATED, FIRST], at) is expected


def test_an_instant_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        in_force([FIRST], datetime(2020, 1, 1))  # noqa: DTZ001 - that is what is refused


def test_versions_are_kept_in_order() -> None:
    assert admit(admit((), SECOND), FIRST) == (FIRST, SECOND)


def test_the_same_version_again_changes_nothing() -> None:
    again = version("You must\nnot shout.", "2020-01-01")
    assert admit((FIRST, SECOND), again) == (FIRST, SECOND)


@pytest.mark.parametrize(
    "new",
    [
        version("You must not whisper.", "2020-01-01"),
        version("You must not whisper.", "2020-01-01", "2020-09-01"),
        version("You must not whisper.", "2020-05-09", "2020-06-01"),
    ],
)
def test_other_words_under_a_date_that_is_taken_are_refused(new: Document) -> None:
    with pytest.raises(ConflictError) as caught:
        admit((FIRST, SECOND), new)
    assert caught.value.code == "policy.unchanged_date"
    assert caught.value.problem.where.file == new.file


def test_a_version_needs_a_date() -> None:
    with pytest.raises(InputError) as caught:
        admit((FIRST,), UNDATED)
    assert caught.value.code == "policy.no_date"


def test_another_document_is_no_version() -> None:
    with pytest.raises(ConflictError) as caught:
        admit((FIRST,), version("You must not dig.", "2021-01-01", key="garden"))
    assert caught.value.code == "policy.other_document"
