"""A statement of reasons as the EU's transparency database takes it: fields, limits, what they ask of each other.

SOURCE: github.com/digital-services-act/transparency-database, commit 69e80a0b (24 June 2026); Regulation (EU)
2022/2065, Article 24(5): no personal data in any field.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from bylaw.base.errors import IntegrityError
from bylaw.book.statement_terms import CATEGORIES, CONTENTS, EEA

MOST: Final = 100  # statements that are taken in one call
FIRST_CONTENT: Final = date(2000, 1, 1)
LAST_CONTENT: Final = date(2038, 1, 1)
FIRST_APPLIED: Final = date(2020, 1, 1)

Short = Annotated[str, Meta(min_length=1, max_length=500)]
Long = Annotated[str, Meta(min_length=1, max_length=2_000)]
Facts = Annotated[str, Meta(min_length=1, max_length=5_000)]
Puid = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]+\Z", max_length=500)]
Language = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
YesNo = Literal["Yes", "No"]
Visibility = Literal[
    "DECISION_VISIBILITY_CONTENT_REMOVED",
    "DECISION_VISIBILITY_CONTENT_DISABLED",
    "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_LABELLED",
    "DECISION_VISIBILITY_OTHER",
]
Provision = Literal[
    "DECISION_PROVISION_PARTIAL_SUSPENSION",
    "DECISION_PROVISION_TOTAL_SUSPENSION",
    "DECISION_PROVISION_PARTIAL_TERMINATION",
    "DECISION_PROVISION_TOTAL_TERMINATION",
]
AccountDecision = Literal["DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"]
GroundOf = Literal["DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"]
SourceType = Literal[
    "SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"
]
Automated = Literal[
    "AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_NOT_AUTOMATED"
]


class DatabaseStatement(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One statement. Fields that we never fill (monetary restrictions, EAN codes) are left out."""

    decision_visibility: tuple[Visibility, ...] | UnsetType = UNSET
    decision_visibility_other: Short | UnsetType = UNSET
    decision_provision: Provision | UnsetType = UNSET
    decision_account: AccountDecision | UnsetType = UNSET
    decision_ground: GroundOf
    decision_ground_reference_url: Short | UnsetType = UNSET
    illegal_content_legal_ground: Short | UnsetType = UNSET
    illegal_content_explanation: Long | UnsetType = UNSET
    incompatible_content_ground: Short | UnsetType = UNSET
    incompatible_content_explanation: Long | UnsetType = UNSET
    incompatible_content_illegal: YesNo | UnsetType = UNSET
    content_type: Annotated[tuple[str, ...], Meta(min_length=1)]
    content_type_other: Short | UnsetType = UNSET
    category: str
    category_addition: tuple[str, ...] | UnsetType = UNSET
    category_specification: tuple[str, ...] | UnsetType = UNSET
    category_specification_other: Short | UnsetType = UNSET
    territorial_scope: Annotated[tuple[str, ...], Meta(min_length=1)]
    content_language: Language | UnsetType = UNSET
    content_date: date
    application_date: date
    end_date_visibility_restriction: date | UnsetType = UNSET
    end_date_service_restriction: date | UnsetType = UNSET
    end_date_account_restriction: date | UnsetType = UNSET
    decision_facts: Facts
    source_type: SourceType
    automated_detection: YesNo
    automated_decision: Automated
    puid: Puid


class Batch(msgspec.Struct, frozen=True):
    """The body of one call that sends several."""

    statements: Annotated[tuple[DatabaseStatement, ...], Meta(min_length=1, max_length=MOST)]


def encode(statement: DatabaseStatement) -> bytes:
    """Return a statement's JSON, checked as the database checks it.

    Raises:
        IntegrityError: it would be refused; the message names the field, and the statement's own id.
    """
    data = msgspec.json.encode(statement, order="sorted")
    wrong = next(faults(data), None)
    if wrong is not None:
        raise IntegrityError("transparency.statement", f"the statement `{statement.puid}`: {wrong}")
    return data


def faults(data: bytes) -> Iterator[str]:
    """Yield why the database would refuse a statement."""
    try:
        one = msgspec.json.decode(data, type=DatabaseStatement)
    except msgspec.MsgspecError as error:
        yield str(error)
        return
    yield from _terms(one)
    yield from _needed(one)
    yield from _dates(one)


def _terms(one: DatabaseStatement) -> Iterator[str]:
    categories = {one.category, *(one.category_addition or ())}
    keywords = {keyword for name in categories for keyword in CATEGORIES.get(name, ())} | {"KEYWORD_OTHER"}
    for name, values, known in (
        ("category", categories, CATEGORIES.keys()),
        ("category_specification", set(one.category_specification or ()), keywords),
        ("content_type", set(one.content_type), set(CONTENTS)),
        ("territorial_scope", set(one.territorial_scope), set(EEA)),
    ):
        for value in sorted(values - known):
            yield f"`{value}` is not known to `{name}`"


def _needed(one: DatabaseStatement) -> Iterator[str]:
    decisions = (one.decision_visibility, one.decision_provision, one.decision_account)
    if not any(decisions):
        yield "says no decision"
    illegal = one.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
    ground = "illegal_content" if illegal else "incompatible_content"
    wanted = {
        "decision_visibility_other": "DECISION_VISIBILITY_OTHER" in (one.decision_visibility or ()),
        "content_type_other": "CONTENT_TYPE_OTHER" in one.content_type,
        "category_specification_other": "KEYWORD_OTHER" in (one.category_specification or ()),
        f"{ground}_{'legal_ground' if illegal else 'ground'}": True,
        f"{ground}_explanation": True,
    }
    for name, needed in wanted.items():
        if needed and not getattr(one, name):
            yield f"lacks `{name}`"


def _dates(one: DatabaseStatement) -> Iterator[str]:
    if not FIRST_CONTENT <= one.content_date <= LAST_CONTENT:
        yield "`content_date` is out of range"
    if one.application_date < FIRST_APPLIED:
        yield "`application_date` is out of range"
    for name in ("visibility", "service", "account"):
        end = getattr(one, f"end_date_{name}_restriction")
        if end and end < one.application_date:
            yield f"`end_date_{name}_restriction` is before `application_date`"
