"""`[appeals]` and the page of `[notices]`: what cannot work is told with its line."""

import pytest

from bylaw.base.errors import Problem, Problems
from small_book import FILES, a_book

QUEUE = '\n[queues.appeals]\npurpose = "objections"\nstaffed_by = "{role}"\n'
PAGE = '\n[notices]\npage = "https://notices.house.example"\n'


def problems_of(*more: str) -> list[Problem]:
    try:
        a_book(operator_toml=FILES["operator.toml"] + "".join(more))
    except Problems as error:
        return [problem for problem in error.problems if problem.severity == "error"]
    return []


def test_a_book_that_says_nothing_of_objections_loads() -> None:
    assert problems_of() == []
    assert a_book().operator.appeals.queue == "appeals"


def test_where_pages_are_objections_need_a_queue_of_people_who_may_decide_them() -> None:
    assert problems_of(PAGE, QUEUE.format(role="lead")) == []
    [missing] = problems_of(PAGE)
    assert (missing.code, missing.message) == (
        "operator.appeals",
        "objections wait in `appeals`, which is no queue",
    )
    [powerless] = problems_of(PAGE, QUEUE.format(role="reviewer"))
    assert powerless.hint == "give the role `appeal.decide`, or name another queue"
    assert problems_of(PAGE, '\n[appeals]\nqueue = "words"\n', "\n[roles.reviewer]") != []


@pytest.mark.parametrize(
    "page",
    [
        "http://notices.house.example",
        "https://notices.house.example/path",
        "https://notices.house.example?x",
        "https://user@notices.house.example",
        "notices.house.example",
        "mailto:notices@house.example",
    ],
)
def test_pages_are_at_an_origin(page: str) -> None:
    [problem] = problems_of(f'\n[notices]\npage = "{page}"\n', QUEUE.format(role="lead"))
    assert (problem.code, problem.message) == ("operator.outgoing", "page is no origin of pages")
    assert problem.where.line > 0


def test_types_of_files_are_those_that_can_be_told() -> None:
    more = '\n[appeals.attachments]\ntypes = ["image/pgn"]\n'
    [problem] = problems_of(PAGE, QUEUE.format(role="lead"), more)
    assert (problem.message, problem.hint) == (
        "`image/pgn` is no type that can be told",
        "did you mean `image/png`?",
    )


@pytest.mark.parametrize(
    "more",
    [
        "[appeals]\nwho = ['nobody']",
        "[appeals.abuse]\nunfounded = 1",
        "[appeals.attachments]\nkibibytes = 4096",
        "[appeals]\nqueu = 'appeals'",
    ],
)
def test_what_is_out_of_bounds_does_not_load(more: str) -> None:
    assert "operator.invalid" in {problem.code for problem in problems_of(f"\n{more}\n")}
