"""What the EU's database would refuse is refused here first."""

from datetime import date

import msgspec
import pytest

from bylaw.base.errors import IntegrityError
from bylaw.book.statement_terms import EU
from bylaw.transparency.database import MOST, Batch, DatabaseStatement, encode, faults

GOOD = DatabaseStatement(
    decision_visibility=("DECISION_VISIBILITY_CONTENT_REMOVED",),
    decision_ground="DECISION_GROUND_INCOMPATIBLE_CONTENT",
    incompatible_content_ground="Rules, spam/p1",
    incompatible_content_explanation="It is advertising.",
    content_type=("CONTENT_TYPE_TEXT",),
    category="STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    category_specification=("KEYWORD_PHISHING",),
    territorial_scope=EU,
    content_date=date(2026, 3, 1),
    application_date=date(2026, 3, 2),
    decision_facts="A rule found it.",
    source_type="SOURCE_VOLUNTARY",
    automated_detection="Yes",
    automated_decision="AUTOMATED_DECISION_FULLY",
    puid="act_1",
)


def with_(**changes: object) -> DatabaseStatement:
    return msgspec.structs.replace(GOOD, **changes)


def test_a_statement_that_is_whole_is_taken_and_says_only_what_it_says() -> None:
    told = msgspec.json.decode(encode(GOOD))
    assert list(faults(encode(GOOD))) == []
    assert "decision_account" not in told
    assert told["application_date"] == "2026-03-02"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decision_visibility": msgspec.UNSET}, "says no decision"),
        ({"decision_visibility": ("DECISION_VISIBILITY_OTHER",)}, "lacks `decision_visibility_other`"),
        ({"decision_visibility": ("REMOVED",)}, "Invalid enum value"),
        ({"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"}, "lacks `illegal_content_legal_ground`"),
        ({"incompatible_content_explanation": "x" * 2_001}, "length <= 2000"),
        ({"incompatible_content_ground": "x" * 501}, "length <= 500"),
        ({"decision_facts": "x" * 5_001}, "length <= 5000"),
        ({"decision_facts": ""}, "length >= 1"),
        ({"content_type": ()}, "length >= 1"),
        ({"content_type": ("TEXT",)}, "`TEXT` is not known to `content_type`"),
        ({"content_type": ("CONTENT_TYPE_OTHER",)}, "lacks `content_type_other`"),
        ({"category": "SPAM"}, "`SPAM` is not known to `category`"),
        ({"category_specification": ("KEYWORD_SUICIDE",)}, "is not known to `category_specification`"),
        ({"category_specification": ("KEYWORD_OTHER",)}, "lacks `category_specification_other`"),
        ({"territorial_scope": ("US",)}, "`US` is not known to `territorial_scope`"),
        ({"content_language": "de"}, "regex"),
        ({"content_date": date(1999, 12, 31)}, "`content_date` is out of range"),
        ({"application_date": date(2019, 12, 31)}, "`application_date` is out of range"),
        ({"end_date_visibility_restriction": date(2026, 3, 1)}, "is before `application_date`"),
        ({"puid": "act 1"}, "regex"),
        ({"puid": "act_1\n"}, "regex"),
        ({"source_type": "SOURCE_OWN"}, "Invalid enum value"),
        ({"automated_detection": "yes"}, "Invalid enum value"),
    ],
)
def test_what_would_be_refused_is_told_with_its_field(changes: dict[str, object], said: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        encode(with_(**changes))
    assert said in str(caught.value)


def test_a_field_that_the_database_does_not_know_is_a_fault() -> None:
    data = encode(GOOD).replace(b'"puid"', b'"name":"Ann","puid"')
    assert "unknown field `name`" in next(faults(data))


def test_a_call_takes_a_hundred_at_most() -> None:
    many = msgspec.json.encode({"statements": [GOOD] * (MOST + 1)})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(many, type=Batch)
