"""A rule from its first word to enforcement and back, over HTTP: typed, mended, tried, in shadow, agreed to, enforced, braked."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bylaw.engine.recording import instant
from service import BOOK, Service, served
from staff_browser import Browser, at_a_browser, at_work, cheap, code_of, right
from staff_world import Clock

FILE = "rules/words.yaml"
WHISPER = """\
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.text.contains("psst")
    then: [warn]
"""
MANY = 60  # posts: enough to trip the brake


@pytest.fixture
def clock() -> Clock:
    return at_work()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with served(tmp_path, BOOK, clock=clock, hasher=cheap()) as running:
        yield running


@pytest.fixture
def make(service: Service, clock: Clock) -> Callable[..., Browser]:
    return at_a_browser(service, clock)


def text(browser: Browser, draft: str) -> str:
    told = right(browser.client.get(f"/v1/drafts/{draft}/file", params={"path": FILE}))
    return str(told["text"])


def opened(browser: Browser, more: str = WHISPER) -> tuple[str, int]:
    """A draft that adds something to the rules."""
    draft = right(browser.post("/v1/drafts", title="Whispering"))["standing"]["draft"]
    changed = {FILE: text(browser, draft) + more}
    saved = right(browser.post(f"/v1/drafts/{draft}/save", version=0, files=changed))
    return draft, saved["standing"]["version"]


def posts(service: Service, count: int, words: str, at: str = "2026-03-02T09:00:00Z") -> list[dict[str, Any]]:
    lines = [
        json.dumps({"kind": "post.created", "id": f"{words}{n}", "at": at, "actor": f"a{n}", "text": words})
        for n in range(count)
    ]
    with service.client("event.write") as client:
        headers = {"content-type": "application/x-ndjson"}
        answer = client.post("/v1/events", content="\n".join(lines), headers=headers)
        assert answer.status_code == 200, answer.text
        return [json.loads(line)["answer"] for line in answer.text.splitlines()]


def test_a_rule_from_its_first_word_to_the_brake(
    service: Service, make: Callable[..., Browser], clock: Clock
) -> None:
    with make("ann", "policy-author") as ann, make("bob", "policy-author") as bob:
        posts(service, 3, "psst hello")
        draft, version = opened(ann, WHISPER.replace("event.text", "event.txet"))
        wrong = right(ann.post(f"/v1/drafts/{draft}/check"))
        (problem,) = [one for one in wrong["problems"] if one["severity"] == "error"]
        assert (wrong["ok"], problem["code"], problem["file"]) == (False, "rule.unknown_field", FILE)
        assert (problem["line"], problem["column"], "event.text" in problem["hint"]) == (36, 17, True)
        assert code_of(ann.post(f"/v1/drafts/{draft}/ask", version=1)) == (422, "rule.unknown_field")

        mended = text(ann, draft).replace("txet", "text")
        version = right(ann.post(f"/v1/drafts/{draft}/save", version=version, files={FILE: mended}))[
            "standing"
        ]["version"]
        stale = ann.post(f"/v1/drafts/{draft}/save", version=1, files={FILE: "rules: []"})
        assert code_of(stale) == (409, "draft.changed")

        event = {
            "kind": "post.created",
            "at": "2026-03-02T09:00:00Z",
            "actor": "x",
            "text": "psst",
        }
        tried = right(ann.post(f"/v1/drafts/{draft}/try", events=json.dumps(event)))
        first = tried["rules"][0]
        assert (first["rule"], first["stands"], first["result"]) == ("whisper", True, "true")
        assert first["questions"]

        right(ann.post(f"/v1/drafts/{draft}/backtest"))
        service_trials_over(service)
        assert right(ann.ask("GET", "/v1/backtest"))["failed"] is None
        (trial,) = right(ann.ask("GET", f"/v1/drafts/{draft}"))["trials"]
        assert (trial["events"], trial["otherwise"]) == (3, 3)
        report = right(ann.ask("GET", f"/v1/backtest/reports/{trial['report']}"))
        assert [(one["name"], one["gained"]) for one in report["rules"]] == [("whisper", 3)]

        activate = f"/v1/drafts/{draft}/activate"
        assert code_of(ann.post(activate, version=version, stage="enforce")) == (409, "draft.not_approved")
        shadow = right(ann.post(activate, version=version, stage="shadow"))["standing"]
        assert (shadow["state"], shadow["stage"]) == ("open", "shadow")
        assert [one["outcome"] for one in posts(service, 1, "psst in shadow")] == ["allow"]

        right(ann.post(f"/v1/drafts/{draft}/ask", version=version))
        assert code_of(ann.post(f"/v1/drafts/{draft}/approve", version=version)) == (403, "draft.own")
        agreed = right(bob.post(f"/v1/drafts/{draft}/approve", version=version))["standing"]
        assert agreed["state"] == "approved"
        enforced = right(ann.post(activate, version=version, stage="enforce"))["standing"]
        assert enforced["stage"] == "enforce"
        outcomes = [one["outcome"] for one in posts(service, MANY, "psst aloud", day(clock))]
        assert (outcomes[0], outcomes[-1]) == ("warn", "allow")  # the brake
        braked = service.office.decider.braked
        assert braked == {"whisper"}

        before = right(ann.ask("GET", "/v1/book/terms"))["terms"]
        assert [(one["cause"], one["stage"]) for one in before] == [
            ("draft", "enforce"),
            ("draft", "shadow"),
            ("folder", ""),
        ]
        back = right(bob.post("/v1/book/restore", reason="It warns everybody."))
        assert back["book"] == before[1]["book"]
        assert right(ann.ask("GET", f"/v1/drafts/{draft}"))["standing"]["stage"] == "shadow"
        first_book = right(bob.post("/v1/book/restore", reason="Away with it.", book=before[2]["book"]))
        assert first_book["undone"] == [draft]


def day(clock: Clock) -> str:
    return instant(clock.now).isoformat()


def service_trials_over(service: Service) -> None:
    """Wait for the back-test."""
    with service.client("book.backtest") as client:
        while client.get("/v1/backtest").json()["busy"]:
            pass


def test_what_the_console_and_git_change_both_arrives(
    service: Service, make: Callable[..., Browser], tmp_path: Path
) -> None:
    folder = tmp_path / "book"
    with make("ann", "policy-author") as ann, make("bob", "policy-author") as bob:
        draft, version = opened(ann)
        other = right(bob.post("/v1/drafts", title="Another"))["standing"]["draft"]
        agree(ann, bob, draft, version)
        right(ann.post(f"/v1/drafts/{draft}/activate", version=version, stage="enforce"))
        assert right(ann.ask("GET", "/v1/book/folder"))["ahead"] == [FILE]

        (folder / "lists/words.txt").write_text("# type: phrases\nbuy later\n")  # in git, another file
        taken = right(ann.post("/v1/book/reload"))
        assert taken["carried"] == [FILE]
        in_force = service.office.drafts.now()
        assert b"whisper" in in_force[FILE]
        assert b"buy later" in in_force["lists/words.txt"]

        patch = ann.client.get("/v1/book/patch").content
        (tmp_path / "x.patch").write_bytes(patch)
        subprocess.run(["git", "apply", str(tmp_path / "x.patch")], cwd=folder, check=True)  # noqa: S607
        arrived = right(ann.post("/v1/book/reload"))
        assert (arrived["carried"], right(ann.ask("GET", "/v1/book/folder"))["ahead"]) == ([], [])
        assert ann.client.get("/v1/book/patch").content == b""

        # The other draft was written over an older book; its own file is as it was, so it goes on.
        here = right(ann.client.get(f"/v1/drafts/{other}"))
        assert here["base"] != here["in_force"]
        assert here["conflicts"] == []


def agree(author: Browser, other: Browser, draft: str, version: int) -> None:
    right(author.post(f"/v1/drafts/{draft}/ask", version=version))
    right(other.post(f"/v1/drafts/{draft}/approve", version=version))


def test_a_file_that_both_changed_is_refused_and_shown_from_both_sides(
    service: Service, make: Callable[..., Browser], tmp_path: Path
) -> None:
    rules = tmp_path / "book" / FILE
    with make("ann", "policy-author") as ann, make("bob", "policy-author") as bob:
        draft, version = opened(ann)
        rules.write_text(rules.read_text().replace('"AAA"', '"AAAA"'))
        right(ann.post("/v1/book/reload"))
        assert code_of(ann.post(f"/v1/drafts/{draft}/activate", version=version, stage="shadow")) == (
            409,
            "draft.conflict",
        )
        (torn,) = right(ann.ask("GET", f"/v1/drafts/{draft}"))["conflicts"]
        assert ('"AAAA"' in torn["now"], "whisper" in torn["wanted"], '"AAAA"' in torn["found"]) == (
            True,
            True,
            False,
        )
        now = right(ann.ask("GET", f"/v1/drafts/{draft}"))["in_force"]
        both = {FILE: torn["now"] + WHISPER}
        saved = right(ann.post(f"/v1/drafts/{draft}/save", version=version, files=both, onto=now))
        assert saved["conflicts"] == []
        version = saved["standing"]["version"]
        agree(ann, bob, draft, version)
        right(ann.post(f"/v1/drafts/{draft}/activate", version=version, stage="enforce"))

        rules.write_text(
            rules.read_text().replace('"AAAA"', '"AAAAA"')
        )  # and now in git, what the console has
        assert code_of(ann.post("/v1/book/reload")) == (409, "book.console_change")
        assert b"whisper" in service.office.drafts.now()[FILE]
