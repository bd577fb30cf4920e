"""The command line as a person uses it, and a small book to use it on."""

import json
import sys
from pathlib import Path

import pytest

from bylaw.cli.main import main
from commandline import Bylaw, Said


@pytest.fixture
def bylaw(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bylaw:
    """Run ``bylaw`` with arguments, wide enough that no table breaks its words."""

    def run(*arguments: object) -> Said:
        monkeypatch.setenv("COLUMNS", "250")
        monkeypatch.setattr(sys, "argv", ["bylaw", *map(str, arguments)])
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run


POLICY = """\
---
title: House Rules Policy
last-updated: 2026-01-01
requires-sig: no
---

## Numbers

You must not publish payment card numbers.

## Complaints

We will look into every complaint.
"""

OPERATOR = """\
[operator]
name = "A small house"

[contacts.abuse]
address = "abuse@house.example"

[roles.reviewer]
purpose = "looks"

[queues.data]
purpose = "numbers"
staffed_by = "reviewer"

[events."booking.made"]
fields = { room = "string", note = "optional text" }
"""

RULES = """\
about: numbers
on_error: hold
rules:
  - id: card-numbers
    clause: house-rules/numbers/p1
    on: [post.created, booking.made]
    when: >
      personal_data.cards > 0
    then: [hold, {strike: 1}, {review: {queue: data}}]
  - id: any-digits
    clause: house-rules/numbers/p1
    on: post.created
    when: event.text.matches("[0-9]{3}")
    then: [remove]
    mode: shadow
"""

PROMISES = """\
house-rules/complaints/*:
  register: [A26]
  by: [{mechanism: people, queue: data}]
"""

CASES = """\
- case: a card number in a post
  event: {kind: post.created, at: 2026-02-01T10:00:00Z, actor: acc_1, text: mine is 4111 1111 1111 1111}
  expect: {rules: [card-numbers], clauses: [house-rules/numbers/p1], effects: [hold], shadow: [any-digits]}
- case: an order number is none
  event: {kind: post.created, at: 2026-02-01T10:00:00Z, actor: acc_1, text: order 4111 1111 1111 1112}
  expect: {rules: []}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small book."""
    folder = tmp_path / "house"
    for name, text in {
        "operator.toml": OPERATOR,
        "policies/house-rules/2026-01-01.md": POLICY,
        "rules/numbers.yaml": RULES,
        "promises.yaml": PROMISES,
        "tests/numbers.yaml": CASES,
        "lists/words.txt": "# type: phrases\nbuy now\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """Seven records: two that break a clause, one that breaks none, one twice, three that are no events."""
    lines = [
        {
            "kind": "post.created",
            "id": "evt_1",
            "at": "2026-02-01T10:00:00Z",
            "actor": "a",
            "text": "4111 1111 1111 1111",
        },
        {
            "kind": "post.created",
            "id": "evt_2",
            "at": "2026-02-01T10:00:01Z",
            "actor": "b",
            "text": "good morning",
        },
        {
            "kind": "booking.made",
            "id": "evt_3",
            "at": "2026-02-01T10:00:02Z",
            "room": "3",
            "note": "5555555555554444",
        },
        {
            "kind": "post.created",
            "id": "evt_2",
            "at": "2026-02-01T10:00:01Z",
            "actor": "b",
            "text": "good morning",
        },
        {
            "kind": "post.created",
            "id": "evt_2",
            "at": "2026-02-01T10:00:01Z",
            "actor": "b",
            "text": "good evening",
        },
        {"kind": "post.creatd", "id": "evt_4", "at": "2026-02-01T10:00:03Z", "actor": "b", "text": "x"},
    ]
    file = tmp_path / "day.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n{broken\n")
    return file
