from bylaw.policy.parse import parse_document

POLICY = b"""\
---
title: House Rules
last-updated: 2026-01-01
---

## Words

You must not:

- shout, or
- whisper:
  - in the hall
"""


def test_an_item_reads_with_the_words_that_lead_into_it() -> None:
    document = parse_document(POLICY, file="house.md")
    full = [document.in_full(clause.id) for clause in document.clauses if not clause.heading]
    assert full[0] == "You must not:"
    assert full[1] == "You must not: … shout, or"
    assert full[-1] == "You must not: … whisper: … in the hall"
