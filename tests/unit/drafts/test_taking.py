"""A folder and the console, put together file by file."""

import pytest

from bylaw.base.errors import ConflictError
from bylaw.drafts.taking import together

LAST = {"a": b"1", "b": b"1", "c": b"1"}


def test_what_only_one_side_changed_is_taken() -> None:
    made = together(LAST, {**LAST, "b": b"git"}, {**LAST, "a": b"console"})
    assert (made.files, made.carried) == ({"a": b"console", "b": b"git", "c": b"1"}, ("a",))


def test_what_the_console_added_and_removed_stays_so() -> None:
    made = together(LAST, LAST, {"a": b"1", "b": b"1", "new": b"x"})
    assert (made.files, made.carried) == ({"a": b"1", "b": b"1", "new": b"x"}, ("c", "new"))


def test_what_arrived_in_git_is_carried_no_more() -> None:
    console = {**LAST, "a": b"console"}
    made = together(LAST, console, console)
    assert (made.files, made.carried) == (console, ())


@pytest.mark.parametrize(
    "folder", [{**LAST, "a": b"git"}, {"b": b"1", "c": b"1"}], ids=["changed", "removed"]
)
def test_what_both_changed_is_refused(folder: dict[str, bytes]) -> None:
    with pytest.raises(ConflictError) as told:
        together(LAST, folder, {**LAST, "a": b"console"})
    assert (told.value.code, "`a`" in told.value.problem.message) == ("book.console_change", True)
