import pytest

from bylaw.base.errors import Problems
from bylaw.policy.document import ClauseKind, Document
from bylaw.policy.kinds import with_kinds
from bylaw.policy.parse import parse_document


def read(text: str) -> Document:
    return parse_document(f"---\ntitle: Rules\n---\n{text}\n".encode(), file="rules.md")


def kinds(text: str) -> list[str]:
    return [c.kind.value for c in read(text).clauses if not c.heading]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ban", "You may not resell the service."),
        ("ban", "Users must not shout."),
        ("ban", "You agree not to copy anything."),
        ("ban", "You can’t use it to harm others."),
        ("ban", "Any flooding is strictly prohibited."),
        ("ban", "We do not tolerate harassment."),
        ("ban", "Never share a password."),
        ("duty", "You must keep your password safe."),
        ("duty", "You are solely responsible for your account."),
        ("duty", "You agree to pay all fees."),
        ("promise", "We will answer within a week."),
        ("promise", "We never sell your data."),
        ("promise", "Your data will be permanently deleted within 30 days."),
        ("promise", "You may opt out by contacting us."),
        ("right", "We may suspend your account."),
        ("right", "Acme reserves the right to refuse service."),
        ("right", "We shall have no obligation to keep anything."),
        ("right", "The Company, in its sole discretion, will decide."),
        ("right", "We reserve the right to release it, and we shall tell you."),
        ("promise", "We will tell you, and we reserve the right to tell others."),
        ("route", "Please contact our support team."),
        ("route", "You can report it by emailing abuse@example.com."),
        ("route", "Reports should be directed to the police."),
        ("form", "We may amend this policy at any time."),
        ("form", "This policy applies to all our products."),
        ("form", "The new version supersedes all prior versions."),
        ("form", "We collect your name and address."),
        ("statement", "We are not liable for any loss."),
        ("statement", "Spam is a nuisance."),
    ],
)
def test_kinds_are_guessed_from_the_words(kind: str, text: str) -> None:
    assert kinds(text) == [kind]


def test_items_have_the_kind_of_their_lead_in() -> None:
    assert (
        kinds("You will not use it for any purpose\n* (a) that we may refuse,\n* (b) To annoy.\n")
        == ["ban"] * 3
    )


def test_an_item_that_is_a_sentence_of_its_own_has_its_own_kind() -> None:
    assert kinds("We may disclose it:\n* to obey the law;\n* We will always tell you.\n") == [
        "right",
        "right",
        "promise",
    ]


def test_items_under_a_banning_heading_are_bans() -> None:
    text = "## Restricted purposes\n\n* Malware.\n* Fraud.\n\nThis is meant seriously.\n"
    assert kinds(text) == ["ban", "ban", "statement"]


def test_headings_ask_for_nothing() -> None:
    document = read("## You must not shout\n\nAt all.\n")
    assert document.clauses[0].kind is ClauseKind.STATEMENT


def test_a_person_may_set_kinds() -> None:
    document = with_kinds(read("One. Two."), {"rules/p1-s2": ClauseKind.BAN})
    assert [c.kind.value for c in document.clauses] == ["statement", "ban"]
    assert document.by_id["rules/p1-s2"].kind is ClauseKind.BAN


def test_kinds_of_unknown_clauses_are_refused_all_at_once() -> None:
    with pytest.raises(Problems) as caught:
        with_kinds(read("One. Two."), {"rules/p1-s9": ClauseKind.BAN, "rules/p2": ClauseKind.BAN})
    assert [p.code for p in caught.value.problems] == ["policy.unknown_clause"] * 2
    assert "rules/p1-s" in caught.value.problems[0].hint
