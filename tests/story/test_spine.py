"""From published policies and a file of events to cited decisions, on the command line."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commandline import Bylaw


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_help_names_every_command_and_imports_no_room() -> None:
    code = (
        "import sys; import bylaw.cli.main; "
        "heavy = {'lark', 'markdown_it', 're2', 'duckdb', 'bylaw.book', 'bylaw.engine', 'bylaw.policy.parse'}; "
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_good_book_is_checked_covered_and_tested(bylaw: Bylaw, book: Path) -> None:
    checked = bylaw("check", book)
    assert checked.status == 0, checked.err
    assert "2 rules" in checked.out

    coverage = bylaw("coverage", "--book", book, "--json").json
    statuses = {
        c["id"]: (c["status"], c["mechanisms"], c["register"]) for c in coverage["documents"][0]["clauses"]
    }
    assert statuses == {
        "house-rules/numbers/p1": ("bound", ["rule:card-numbers", "rule:any-digits"], []),
        "house-rules/complaints/p1": ("people", ["people"], ["A26"]),
    }
    assert coverage["counts"] == {"bound": 1, "people": 1, "planned": 0, "unbound": 0}
    assert "Nothing is unbound" in bylaw("coverage", "--book", book).out
    assert bylaw("test", book).out.strip() == "2 passed, 0 failed"


def test_coverage_can_be_a_gate(bylaw: Bylaw, book: Path) -> None:
    (book / "promises.yaml").unlink()
    assert bylaw("coverage", "--book", book, "--fail-under", 50).status == 0
    assert bylaw("coverage", "--book", book, "--fail-under", 51).status == 1
    assert "1 unbound" in bylaw("coverage", "--book", book).out


def test_a_run_gives_cited_decisions_and_rejects(bylaw: Bylaw, book: Path, day: Path, tmp_path: Path) -> None:
    out, rejects = tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    said = bylaw(
        "run", "--book", book, "--source", day, "--format", "jsonl",
        "--decisions", out, "--rejects", rejects, "--json",
    )  # fmt: skip
    assert said.status == 0, said.err
    summary = said.json
    assert {key: summary[key] for key in ("events", "rejected", "decisions", "duplicates", "degraded")} == {
        "events": 3,
        "rejected": 3,
        "decisions": 2,
        "duplicates": 1,
        "degraded": 0,
    }
    assert summary["by_clause"] == {"house-rules/numbers/p1": 2}
    assert summary["by_rule"] == {"card-numbers": 2}
    assert summary["by_effect"] == {"hold": 2, "strike": 2, "review": 2}
    assert summary["by_shadow"] == {"any-digits": 1}
    assert summary["seconds"] > 0

    first, second = lines(out)
    assert first["event_id"] == "evt_1"
    assert first["clauses"] == [
        {"document": "house-rules", "version": "2026-01-01", "clause": "house-rules/numbers/p1"}
    ]
    assert first["rules"] == ["card-numbers"]
    assert first["shadow"] == ["any-digits"]
    assert first["dropped"] == [
        {"effect": "remove", "argument": None, "rules": ["any-digits"], "why": "the rule is in shadow"}
    ]
    assert first["degraded"] is False
    assert second["event_id"] == "evt_3"

    reasons = {(row["line"], row["code"]) for row in lines(rejects)}
    assert {line for line, _ in reasons} == {0, 6, 7}
    assert all(set(row) >= {"file", "line", "code", "message", "digest", "length"} for row in lines(rejects))


def test_what_people_wrote_is_in_no_decision_and_no_reject(
    bylaw: Bylaw, book: Path, day: Path, tmp_path: Path
) -> None:
    out, rejects = tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    said = bylaw(
        "run", "--book", book, "--source", day, "--format", "jsonl", "--decisions", out, "--rejects", rejects
    )
    everything = said.out + said.err + out.read_text() + rejects.read_text()
    for words in ("4111", "5555", "good evening", "broken"):
        assert words not in everything


def test_a_decision_is_the_same_when_it_is_made_again(
    bylaw: Bylaw, book: Path, day: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        bylaw("run", "--book", book, "--source", day, "--format", "jsonl", "--decisions", tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_explain_tells_a_person(bylaw: Bylaw, book: Path, day: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    bylaw("run", "--book", book, "--source", day, "--format", "jsonl", "--decisions", out)
    listed = bylaw("explain", out)
    assert "house-rules/numbers/p1" in listed.out
    told = bylaw("explain", out, "evt_1", "--book", book).out
    assert "You must not publish payment card numbers." in told
    assert "in force since 2026-01-01" in told
    assert "personal_data.cards > 0  with  1 · 0  →  true" in told
    assert "‹text, 19 characters›" in told
    assert "remove  ← any-digits: the rule is in shadow" in told
    missing = bylaw("explain", out, "evt_9")
    assert missing.status == 2
    assert "evt_9" in missing.err


def test_a_failed_case_shows_what_was_compared(bylaw: Bylaw, book: Path) -> None:
    cases = book / "tests/numbers.yaml"
    cases.write_text(cases.read_text().replace("rules: [card-numbers]", "rules: []"))
    cases.write_text(
        cases.read_text().replace("1112}\n  expect: {rules: []}", "1112}\n  expect: {rules: [card-numbers]}")
    )
    failed = bylaw("test", book)
    assert failed.status == 1
    assert "0 passed, 2 failed" in failed.out
    assert "personal_data.cards > 0" in failed.out
    assert "tests/numbers.yaml:4" in failed.out


def test_an_earlier_run_is_not_overwritten_unasked(
    bylaw: Bylaw, book: Path, day: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    arguments = ("run", "--book", book, "--source", day, "--format", "jsonl", "--decisions", out)
    bylaw(*arguments)
    before = out.read_bytes()
    refused = bylaw(*arguments)
    assert refused.status == 2
    assert "--replace" in refused.err
    assert out.read_bytes() == before
    assert bylaw(*arguments, "--replace").status == 0


def test_a_full_disk_ends_the_run_with_its_own_status(bylaw: Bylaw, book: Path, day: Path) -> None:
    said = bylaw("run", "--book", book, "--source", day, "--format", "jsonl", "--decisions", "/dev/full")
    assert said.status == 3
    assert "no space left" in said.err


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_was_decided(book: Path, tmp_path: Path, asked: signal.Signals) -> None:
    out = tmp_path / "out.jsonl"
    event = {
        "kind": "post.created",
        "at": "2026-02-01T10:00:00Z",
        "actor": "a",
        "text": "4111 1111 1111 1111",
    }
    command = [sys.executable, "-c", "from bylaw.cli.main import main; main()"]
    arguments = ["run", "--book", str(book), "--source", "-", "--format", "jsonl", "--decisions", str(out)]
    process = subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    assert process.stdin
    number = 0
    while not (out.exists() and out.stat().st_size):  # until something was flushed
        for _ in range(50):
            number += 1
            process.stdin.write(json.dumps(event | {"id": f"evt_{number}"}).encode() + b"\n")
        process.stdin.flush()
    process.send_signal(asked)
    output, errors = process.communicate()
    assert process.returncode == 130, errors
    decided = lines(out)
    assert decided
    assert [d["event_id"] for d in decided] == [f"evt_{n}" for n in range(1, len(decided) + 1)]
    assert f"{len(decided)} events {len(decided)} decisions" in output.decode().replace(",", "")


def test_a_strangers_policy_becomes_a_book(bylaw: Bylaw, shared: Path, tmp_path: Path) -> None:
    policies = [
        shared / "data/policies/basecamp/abuse/09_2023-12-07_25ad56c6.md",
        shared / "seeds/soren-privacy.md",
    ]
    for number, policy in enumerate(policies):
        folder = tmp_path / f"book{number}"
        made = bylaw("init", folder, "--policy", policy)
        assert made.status == 0, made.err
        assert "unbound" in made.out
        assert bylaw("check", folder).status == 0
        assert bylaw("test", folder).status == 0
        coverage = bylaw("coverage", "--book", folder, "--json").json
        assert coverage["counts"]["unbound"] > 10


def test_init_leaves_nothing_behind_when_it_cannot(bylaw: Bylaw, tmp_path: Path) -> None:
    policy = tmp_path / "p.md"
    policy.write_bytes(b"\x00\x01\x02 no text")
    assert bylaw("init", tmp_path / "book", "--policy", policy).status == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.md"]
    (tmp_path / "book").mkdir()
    (tmp_path / "book/mine").touch()
    refused = bylaw("init", tmp_path / "book", "--policy", policy)
    assert refused.status == 2
    assert "has content" in refused.err


def test_every_format_is_run(bylaw: Bylaw, book: Path, tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text("who,when,words\na,2026-02-01T10:00:00Z,4111 1111 1111 1111\nb,never,hello\n")
    said = bylaw(
        "run", "--book", book, "--source", table, "--format", "csv", "--json", "--constant", "kind=post.created",
        "--column", "actor=who", "--column", "at=when", "--column", "text=words",
    )  # fmt: skip
    assert said.status == 0, said.err
    assert (said.json["events"], said.json["rejected"], said.json["by_rule"]) == (1, 1, {"card-numbers": 1})

    mail = tmp_path / "mail.mbox"
    mail.write_text(
        "From a Mon Feb  2 10:00:00 2026\nFrom: a@b.example\nTo: c@d.example\nDate: Mon, 02 Feb 2026 10:00:00 +0000\n\nhello\n\n"
    )
    log = tmp_path / "access.log"
    log.write_text('192.0.2.1 - - [02/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5\n')
    for source, name in ((mail, "mbox"), (log, "access-log")):
        said = bylaw("run", "--book", book, "--source", source, "--format", name, "--json")
        assert (said.status, said.json["events"]) == (0, 1), said.err

    refused = bylaw("run", "--book", book, "--source", log, "--format", "acces-log")
    assert refused.status == 2
    assert "access-log" in refused.err
    assert bylaw("run", "--book", book, "--source", tmp_path / "none", "--format", "jsonl").status == 2
