"""A small book in memory, to change in one place and load."""

from collections.abc import Mapping

from bylaw.book.book import Book, book_of
from bylaw.book.folder import folder_of

POLICY = """\
---
title: House Rules
last-updated: 2026-01-01
requires-sig: no
---

## Words

You must not shout.

## Complaints

We will look into every complaint.
"""

LATER = POLICY.replace("2026-01-01", "2026-06-01").replace(
    "not shout.", "not shout.\n\nYou must not whisper."
)

FILES: Mapping[str, str] = {
    "operator.toml": """\
[operator]
name = "A small house"

[contacts.abuse]
address = "abuse@house.example"

[roles.reviewer]
purpose = "looks"

[queues.words]
purpose = "words"
staffed_by = "reviewer"
""",
    "policies/house/2026-01-01.md": POLICY,
    "rules/words.yaml": """\
on_error: hold
rules:
  - id: shouting
    clause: house/words/p1
    on: post.created
    when: event.text == "AAA"
    then: [hold, {review: {queue: words}}]
""",
    "promises.yaml": """\
house/complaints/*:
  by: [{mechanism: people, queue: words}]
""",
    "lists/words.txt": "# type: phrases\nbuy now\n",
}


def a_book(**changes: str | None) -> Book:
    """Load the small book; ``changes`` replace or remove files, ``/`` and ``.`` written as ``__`` and ``_``."""
    return book_of(folder_of("small", files(**changes)))


def files(**changes: str | None) -> dict[str, bytes]:
    """Return the files of the small book with some changed."""
    names = {name.replace("/", "__").replace(".", "_").replace("-", "_"): name for name in FILES}
    changed = {names.get(name, name): text for name, text in changes.items()}
    return {name: text.encode() for name, text in (dict(FILES) | changed).items() if text is not None}


def with_files(more: Mapping[str, str]) -> Book:
    """Load the small book with files added or replaced by their paths."""
    return book_of(folder_of("small", files() | {name: text.encode() for name, text in more.items()}))
