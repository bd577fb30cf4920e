"""A first book for somebody's published policies: it loads, lists what is unbound and suggests rules. Pure.

The documents are taken over byte for byte; ``promises.yaml`` names every clause, commented out, so that
binding one is uncommenting two lines; suggested rules are in shadow.
"""

from collections.abc import Iterable, Mapping

from bylaw.book.suggestions import MECHANISM_FOR, Suggestion, suggested_rules
from bylaw.policy.document import Clause, Document
from bylaw.policy.lock import first_lock, write_lock

TEXT_CHARS = 90


def starter_files(documents: Mapping[str, tuple[Document, bytes]]) -> Mapping[str, bytes]:
    """Return the files of a first book by their paths.

    ``documents`` holds each document with its bytes, by the path of the file it came from.
    """
    read = [document for document, _ in documents.values()]
    files: dict[str, str | bytes] = {
        "operator.toml": _OPERATOR,
        "promises.yaml": _promises(read),
        "rules/suggested.yaml": _rules(read),
        "tests/suggested.yaml": _TESTS,
    }
    for path, (document, data) in documents.items():
        ending = "txt" if path.lower().endswith(".txt") else "md"
        version = document.starts.isoformat() if document.starts else "undated"
        files[f"policies/{document.key}/{version}.{ending}"] = data
        files[f"policies/{document.key}/ids.lock"] = write_lock(first_lock(document))
    return {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}


def _rules(documents: Iterable[Document]) -> str:
    clauses = [clause for document in documents for clause in document.clauses]
    blocks = [_rule(suggestion, ids) for suggestion, ids in suggested_rules(clauses)]
    return _RULES_HEAD + ("rules:\n" + "\n".join(blocks) if blocks else "rules: []\n")


def _rule(suggestion: Suggestion, clauses: tuple[str, ...]) -> str:
    effects = ", ".join(f"{{{effect}}}" if ":" in effect else effect for effect in suggestion.then)
    lines = (
        f"  - id: {suggestion.topic}",
        "    clause:",
        *(f"      - {clause}" for clause in clauses),
        f"    on: [{', '.join(suggestion.on)}]",
        f"    when: {suggestion.when}",
        f"    then: [{effects}]",
        "    mode: shadow",
        f"    note: {suggestion.note}",
    )
    return "\n".join(lines) + "\n"


def _promises(documents: Iterable[Document]) -> str:
    blocks = [_PROMISES_HEAD]
    for document in documents:
        blocks.append(f"# ── {document.title}\n")
        blocks += [_entry(clause) for clause in document.clauses if not clause.heading]
    return "\n".join(blocks)


def _entry(clause: Clause) -> str:
    text = clause.text if len(clause.text) <= TEXT_CHARS else clause.text[: TEXT_CHARS - 1] + "…"
    mechanism = MECHANISM_FOR[clause.kind]
    settings = {"people": ", queue: review", "contact-route": ", contact: abuse"}.get(mechanism, "")
    return (
        f"# {clause.kind}, line {clause.line}: {text}\n"
        f"# {clause.id}:\n"
        f"#   by: [{{mechanism: {mechanism}{settings}}}]\n"
    )


_OPERATOR = """\
# Who publishes these policies. `bylaw check` tells what is missing.
[operator]
name = "The operator"        # your name
site = ""                    # where the service is

[contacts.abuse]
address = ""                 # where abuse is reported; blank blocks publishing
purpose = "reports of abuse"

[roles.reviewer]
purpose = "looks at what rules and complaints bring up"

[queues.review]
purpose = "everything, until there are more queues"
staffed_by = "reviewer"
"""

_RULES_HEAD = """\
# Suggested from the words of the clauses, in shadow: evaluated and recorded, not enforced.
# Run them over a day of events, read what they would have done, then set `mode: enforce`.
about: suggestions
on_error: review
"""

_PROMISES_HEAD = """\
# Which mechanism carries each clause out. Every clause is listed; nothing is bound yet.
# Uncomment an entry to bind it; `bylaw coverage` shows what is still unbound.
"""

_TESTS = """\
# Policy cases: an event and the decision it must get. `bylaw test` runs them.
- case: an ordinary post breaks nothing
  event: {kind: post.created, at: 2030-01-01T12:00:00Z, actor: acc_1, text: The library opens at nine on weekdays.}
  expect: {rules: [], shadow: []}
"""
