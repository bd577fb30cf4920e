"""Somebody who writes templates looks at what people will get."""

from pathlib import Path

import pytest

from bylaw.cli.notice_view import Standing
from bylaw.notices.model import State
from bylaw.notices.webhooks.signing import shown
from bylaw.records.outbox import Entry
from bylaw.runtime.folders import init_data
from commandline import Bylaw

TEMPLATE = """\
---
notice: numbers
kind: statement
language: en
class: service
clauses: ["house-rules/numbers/*"]
subject: "About {{ thing }}"
---

**What we did.** {{ action }}. It applies {{ scope }}, {{ length }}.

{{ facts }}

{% for clause in clauses %}
> {{ clause.text }} ({{ clause.id }})

{% endfor %}
{{ ground }} {{ source }} {{ automation }}

Object until {{ appeal.until }}: {{ appeal.to }}
"""


def test_templates_are_previewed_checked_and_mended(bylaw: Bylaw, book: Path, tmp_path: Path) -> None:
    file = book / "notices" / "numbers.en.md"
    file.parent.mkdir()
    file.write_text(TEMPLATE.replace("{{ source }} ", ""))
    said = bylaw("check", book)
    assert said.status == 2
    assert "notices/numbers.en.md:9: error: a statement without the source [template.part]" in said.err
    assert "add `{{ source }}`" in said.err

    file.write_text(TEMPLATE)
    assert bylaw("check", book).status == 0
    said = bylaw("notices", "preview", "--book", book, "--html", tmp_path / "page.html")
    assert said.status == 0
    assert "notices/numbers.en.md · en · service" in said.out
    assert "> You must not publish payment card numbers. (house-rules/numbers/p1)" in said.out
    assert "<blockquote>" in (tmp_path / "page.html").read_text()

    (shown,) = bylaw("notices", "preview", "--book", book, "--language", "de", "--json").json
    assert shown["file"] == "notices/numbers.en.md"  # the operator's own words come before the program's
    assert shown["message"]["subject"] == "About ‹what it is about›"


def test_a_clause_and_a_kind_that_do_not_exist_are_told(bylaw: Bylaw, book: Path) -> None:
    said = bylaw("notices", "preview", "--book", book, "--clause", "house-rules/number/p1")
    assert said.status == 2
    assert "did you mean `house-rules/numbers/p1`?" in said.err
    assert (
        "statement, outcome or appeal" in bylaw("notices", "preview", "--book", book, "--kind", "advert").err
    )


def test_the_sample_operators_notices_are_shown_in_both_languages(bylaw: Bylaw, root: Path) -> None:
    shown = bylaw("notices", "preview", "--book", root / "examples" / "harbour", "--json").json
    assert {one["message"]["language"] for one in shown} == {"en", "de"}
    assert {one["file"] for one in shown} >= {"notices/spam.en.md", "notices/regulated-data.de.md"}
    outcome = bylaw("notices", "preview", "--book", root / "examples" / "harbour", "--kind", "outcome")
    assert "You told us on" in outcome.out


def test_the_secret_of_a_webhook_is_shown_to_who_sets_up_the_receiver(
    bylaw: Bylaw, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (book / "operator.toml").open("a") as file:
        file.write(
            '\n[webhooks.service]\nurl = "https://house.example/"\nevents = ["*"]\nsecrets = ["env:HOOK"]\n'
        )
    secret = shown(b"s" * 32)
    monkeypatch.setenv("HOOK", secret)
    data = tmp_path / "data"
    assert bylaw("db", "init", "--data", data, "--operator", "house").status == 0
    assert bylaw("notices", "status", "--data", data, "--json").json["notices"]["planned"] == 0
    options = ("--book", book, "--data", data)
    assert bylaw("notices", "secret", "service", *options).out == f"{secret}\n"
    assert "did you mean `service`?" in bylaw("notices", "secret", "servce", *options).err
    kept = (book / "operator.toml").read_text()
    (book / "operator.toml").write_text(kept.replace("env:HOOK", "vault:1"))
    made = bylaw("notices", "secret", "service", *options).out
    assert made.startswith("whsec_")
    assert bylaw("notices", "secret", "service", *options).out == made
    (book / "operator.toml").write_text(kept)
    monkeypatch.delenv("HOOK")
    assert "secret.missing" in bylaw("notices", "secret", "service", *options).err


def test_the_secret_of_a_webhook_is_made_before_anything_is_recorded(
    bylaw: Bylaw, book: Path, tmp_path: Path
) -> None:
    with (book / "operator.toml").open("a") as file:
        file.write('\n[webhooks.service]\nurl = "https://house.example/"\nevents = ["*"]\n')
    options = ("--book", book, "--data", tmp_path / "data")
    assert "records.no_folder" in bylaw("notices", "secret", "service", *options).err
    init_data(tmp_path / "data", "house")
    made = bylaw("notices", "secret", "service", *options).out
    assert made.startswith("whsec_")
    assert bylaw("notices", "secret", "service", *options).out == made


def test_what_cannot_get_out_is_told_by_its_way_and_never_by_person() -> None:
    made = [(f"mail:sub_{n}", 0, "mail.unreachable") for n in range(3)]
    made += [("webhook:service/3", 1, "webhook.500"), ("elsewhere", 1, "x")]
    entries = [
        Entry(1, n, to, 0, None, b"", dead, 1, 0, None, code) for n, (to, dead, code) in enumerate(made)
    ]
    standing = Standing.of({State.SENT: 7}, entries)
    assert standing.notices == {"sent": 7}
    assert [(one.way, one.code, one.entries, one.dead) for one in standing.stuck] == [
        ("mail", "mail.unreachable", 3, 0),
        ("webhook service", "webhook.500", 1, 1),
    ]
