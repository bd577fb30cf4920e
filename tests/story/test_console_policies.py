"""Policies at the console: versions, clauses in their order, what carries each, what is missing, what changed."""

from collections.abc import Iterator

import pytest

from console_browser import Desk
from service import BOOK, Service, served
from staff_browser import at_a_browser, at_work, cheap
from staff_world import GOOD, address

OLD = """\
---
title: House Rules Policy
last-updated: 2026-01-01
requires-sig: no
---

## Words

You must not shout at <b>neighbours</b>.

We will answer every complaint.

## Numbers

You must not publish payment card numbers.
"""
NEW = OLD.replace("2026-01-01", "2027-02-01").replace("shout at", "shout loudly at")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    files = {
        **BOOK,
        "policies/rules/2026-01-01.md": OLD,
        "policies/rules/2027-02-01.md": NEW,
    }
    with served(tmp_path_factory.mktemp("policies"), files, clock=at_work(), hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def desk(service: Service) -> Iterator[Desk]:
    with at_a_browser(service, at_work())("eve", "auditor", phone=False), Desk(service) as desk:
        desk.sign_in(address("eve"), GOOD)
        yield desk


def test_every_document_is_listed_with_its_versions_and_what_carries_it(desk: Desk) -> None:
    page = desk.get("/console/policies")
    assert "House Rules Policy" in page.text
    assert page.links("/console/policies/rules")[:1] == ["/console/policies/rules"]
    assert "from 2027-02-01" in page.text
    assert "missing" in page.text


def test_a_document_is_read_clause_by_clause_with_what_carries_each(desk: Desk) -> None:
    page = desk.get("/console/policies/house")
    assert "/console/rules/shouting" in page.links("/console/rules/")
    assert 'id="house/words/p1"' in page.answer.text


def test_clauses_are_filtered_by_how_they_stand_under_their_headings(desk: Desk) -> None:
    page = desk.get("/console/policies/rules?version=2026-01-01&state=unbound")
    assert "You must not publish payment card numbers." in page.text
    assert "Numbers" in page.text
    assert "neighbours" in page.text
    assert "<b>" not in page.answer.text
    page = desk.get("/console/policies/rules?state=people")
    assert "No clause stands so" in page.text
    assert desk.get("/console/policies/house?state=bound").text.count("shouting") >= 1


def test_what_changed_between_two_versions_is_shown_word_by_word(desk: Desk) -> None:
    page = desk.get("/console/policies/rules?version=2027-02-01&against=2026-01-01")
    assert "<ins>loudly </ins>" in page.answer.text
    assert "payment card" not in page.text
    page = desk.get("/console/policies/rules?version=2026-01-01&against=2026-01-01")
    assert "payment card" in page.text


def test_a_document_that_is_not_there_is_not_there(desk: Desk) -> None:
    assert desk.get("/console/policies/nothing").answer.status_code == 404
    assert desk.get("/console/policies/rules?version=1999-01-01").answer.status_code == 200
