"""Reviewers at the console without JavaScript: queues, a case and the next, many at once, quality, care."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bylaw.cases import store
from bylaw.records.people import PEOPLE, alias_of
from bylaw.staff.reading import Purpose
from case_world import CLAUSE, OPERATOR, RULES
from console_browser import Desk, Page
from service import BOOK, Service, served
from staff_browser import Browser, at_a_browser, at_work, cheap
from staff_world import GOOD, MINUTE, Clock, address

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
NOISE = RULES + (
    '  - {id: hostile, clause: house/words/p1, on: post.created, when: event.text.contains("script"), '
    "then: [hold, {review: {queue: leads}}]}\n"
)
GUIDANCE = '[cases.guidance]\n"house/words" = "Shouting is loud."\n\n[cases.care]'
FILES = {
    **BOOK,
    "rules/words.yaml": NOISE,
    "operator.toml": OPERATOR.replace(
        "sample_percent = 50\ngolden_percent = 10", "sample_percent = 0"
    ).replace("[cases.care]", GUIDANCE),
}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("cases")
    with served(folder, FILES, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture(scope="module")
def ada(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("ada", "lead", phone=True) as browser:
        yield browser


@pytest.fixture(scope="module")
def rae(service: Service, clock: Clock) -> Iterator[Browser]:
    with at_a_browser(service, clock)("rae", "reviewer", phone=False) as browser:
        yield browser


@pytest.fixture
def desk(service: Service, rae: Browser) -> Iterator[Desk]:
    with Desk(service) as desk:
        assert desk.sign_in(address("rae"), GOOD).path == "/console"
        yield desk


@pytest.fixture
def lead(service: Service, clock: Clock, ada: Browser) -> Iterator[Desk]:
    clock.pass_(MINUTE)
    with Desk(service) as desk:
        assert desk.sign_in(address("ada"), GOOD, ada.code()).path == "/console"
        yield desk


def wave(service: Service, prefix: str, count: int, text: str = "AAA") -> None:
    at = datetime.fromtimestamp(service.office.records.clock() / 1_000_000, UTC).isoformat()
    with service.client("event.write") as client:
        for number in range(count):
            event = {
                "kind": "post.created",
                "id": f"{prefix}_{number}",
                "at": at,
                "actor": f"{prefix}_{number}",
            }
            answer = client.post("/v1/events", json={**event, "text": text})
            assert answer.status_code == 200, answer.text


def verdict(desk: Desk, page: Page, **more: object) -> Page:
    return desk.send(page.form(f"{page.path}/decide"), reason="Enough.", **more)


def take(desk: Desk, queue: str) -> Page:
    page = desk.get(f"/console/queues/{queue}")
    return desk.send(page.form("/console/queues/next"), queue=queue)


def take_about(desk: Desk, account: str) -> Page:
    """The case about an account, at hand."""
    subject = desk.service.office.vault.known(PEOPLE, account)
    assert subject is not None
    with desk.service.office.records.reading() as core:
        [found] = store.find(core, store.Sought(person=alias_of(subject)))
    page = desk.get(f"/console/cases/{found.case}")
    return desk.send(page.form(f"{page.path}/claim"))


def test_a_case_stands_beside_its_clause_and_what_is_told_of_it_and_the_next_follows(
    service: Service, desk: Desk
) -> None:
    wave(service, "first", 2)
    assert "words" in desk.get("/console/queues").text
    page = take(desk, "words")
    assert page.path.startswith("/console/cases/case_")
    assert "You must not shout." in page.text
    assert "Shouting is loud." in page.text
    assert "AAA" in page.text
    assert "Priority" in page.text
    following = verdict(desk, page, effects=["remove", "strike"])
    assert following.path.startswith("/console/cases/case_")
    assert following.path != page.path
    assert "The last verdict" in following.text
    back = desk.send(following.form(f"{page.path}/withdraw"))
    assert back.path == page.path
    assert "withdrawn" in back.text
    last = verdict(desk, back, outcome="no_violation", effects=None, restore="true")
    assert last.answer.status_code == 200
    assert "no violation" in desk.get(page.path).text


def test_what_is_read_is_recorded_once_while_one_looks(service: Service, desk: Desk) -> None:
    wave(service, "read", 1)
    page = take_about(desk, "read_0")
    desk.get(page.path)
    desk.get(page.path)
    subject = service.office.vault.known(PEOPLE, "read_0")
    assert subject is not None
    reads = [one.read for one in service.staff.reads.about(subject) if one.read.objects == (page.path[15:],)]
    assert [(one.purpose, one.people) for one in reads] == [(Purpose.CASE, (alias_of(subject),))]
    verdict(desk, page)


def test_a_verdict_without_a_reason_is_refused_on_a_page(service: Service, desk: Desk) -> None:
    wave(service, "refused", 1)
    page = take_about(desk, "refused_0")
    answer = desk.send(page.form(f"{page.path}/decide"), reason="")
    assert answer.problem == "case.reason"
    assert (
        desk.send(page.form(f"{page.path}/decide"), reason="x", effects=["label"]).problem
        == "action.argument"
    )
    assert desk.send(page.form(f"{page.path}/decide"), reason="x", clauses=None).problem == "case.no_clause"
    verdict(desk, page)


def test_a_case_is_skipped_noted_and_handed_on(service: Service, desk: Desk) -> None:
    wave(service, "skipped", 2)
    page = take_about(desk, "skipped_0")
    noted = desk.send(page.form(f"{page.path}/notes"), text="Odd.")
    assert "Odd." in noted.text
    second = desk.send(noted.form(f"{page.path}/leave"), skip="language", note="Danish")
    assert second.path.startswith("/console/cases/case_")
    assert second.path != page.path
    handed = desk.send(second.form(f"{second.path}/escalate"), queue="leads")
    assert handed.path == "/console/queues/words"
    assert desk.get(page.path).form(f"{page.path}/claim").action
    assert desk.send(desk.get(page.path).form(f"{page.path}/claim")).problem == "case.barred"


def test_many_are_seen_before_they_are_decided_and_taken_back_together(service: Service, desk: Desk) -> None:
    wave(service, "bulk", 5, "BBB")
    page = desk.get("/console/queues/words?rule=loud")
    form = page.form("/console/queues/words/bulk")
    preview = desk.send(form, reason="A wave.", effects=["remove"], thing="your posts", facts="A wave.")
    assert "One verdict on 5 cases" in preview.text
    done = desk.send(preview.form("/console/queues/words/bulk"))
    assert done.path == "/console/queues/words", done.text
    back = desk.send(done.form("/console/queues/words/batches/"))
    assert "withdrawn" in back.text


def test_hostile_words_are_words_on_every_page(service: Service, desk: Desk) -> None:
    wave(service, "hostile", 1, HOSTILE)
    page = take_about(desk, "hostile_0")
    assert HOSTILE in page.text
    assert "<script>alert" not in page.answer.text
    assert "<img src=x" not in page.answer.text
    noted = desk.send(page.form(f"{page.path}/notes"), text=HOSTILE)
    assert "<script>alert" not in noted.answer.text
    listed = desk.get("/console/queues/leads?account=%3Cscript%3E&clause=%22%3E%3Cscript%3E")
    assert "<script>alert" not in listed.answer.text


def test_somebody_elses_case_cannot_be_decided_and_a_narrowed_reviewer_sees_none(
    service: Service, desk: Desk, lead: Desk
) -> None:
    wave(service, "taken", 1)
    page = take_about(desk, "taken_0")
    seen = lead.get(page.path)
    assert seen.answer.status_code == 200, seen.text
    assert not [form for form in seen.forms() if form.action.endswith("/decide")]
    form = page.form(f"{page.path}/decide")
    stolen = lead.get("/console/queues")
    mine = stolen.forms()[-1].fields["form"]
    answer = lead.client.post(form.action, data={**form.fields, "form": mine, "reason": "x"})
    assert answer.headers["x-problem"] == "case.taken"
    given = lead.send(seen.form(f"{page.path}/assign"), to="")
    assert given.answer.status_code == 200


def test_quality_is_told_and_a_lead_keeps_what_is_known_to_be_right(
    service: Service, desk: Desk, lead: Desk
) -> None:
    wave(service, "known", 1)
    page = take_about(desk, "known_0")
    verdict(desk, page)
    case = page.path.rpartition("/")[2]
    service.office.cases.carry(service.office.cases.find(case).verdict)
    quality = desk.get("/console/quality")
    assert "Cohen κ" in quality.text
    assert "Items whose verdict is known" not in quality.text


def test_one_says_how_one_wants_to_see_things_and_takes_a_break(service: Service, desk: Desk) -> None:
    page = desk.get("/console/care")
    kept = desk.send(page.form("/console/care"), blur=None, budget=1)
    assert "from now on" in kept.text
    assert "checked" not in kept.answer.text.split('name="blur"')[1][:40]
    rested = desk.send(kept.form("/console/queues/rest"))
    assert "break until" in rested.text
    assert [form for form in rested.forms() if form.action == "/console/queues/next"] == []


def test_pages_speak_german(desk: Desk) -> None:
    desk.send(desk.get("/console").form("/console/language"), language="de")
    assert "Warteschlangen" in desk.get("/console/queues").text
    assert "Qualität" in desk.get("/console/quality").text
    assert CLAUSE
