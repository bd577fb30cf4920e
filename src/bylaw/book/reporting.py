"""``[transparency]`` of operator.toml: what the public account needs to know that no fact tells.

The service and which duties it has, what clauses are in the EU's categories, who moderates in which language, how many
people use it, and the words that go with the figures. All of it is published with the figures.

SOURCE: Regulation (EU) 2022/2065, Articles 15, 24 and 42; Implementing Regulation (EU) 2024/2835, Annex I.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.sanctions import is_below
from bylaw.book.statement_terms import CATEGORIES, CONTENTS, EEA, OTHER, OUTSIDE
from bylaw.rules.effects import Lane
from bylaw.rules.rule import Mode, Rule

Place = Callable[[tuple[str, ...]], Where]
Count = Annotated[int, msgspec.Meta(ge=0)]
Words = Annotated[str, msgspec.Meta(max_length=20_000)]

MAX_LAW: Final = 500  # characters of a legal ground (the EU's transparency database)
MAX_WHY: Final = 2_000
_ACTING: Final = frozenset({Lane.CONTENT, Lane.ACCOUNT})


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a clause, and whatever stands below it, is in the EU's words.

    ``law``: what breaks it is illegal, by this law; without, it is against the terms. ``why``: why what breaks the clause
    is so, said in statements of reasons.
    """

    category: str
    keywords: tuple[str, ...] = ()
    law: Annotated[str, msgspec.Meta(max_length=MAX_LAW)] = ""
    why: Annotated[str, msgspec.Meta(max_length=MAX_WHY)] = ""


class Moderators(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people moderate in a language."""

    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}\Z")]
    people: Count
    outside: Count = 0  # of them, who work for somebody else


class Recipients(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people used the service in a month, on average, in a member state (``EU``: in all of them).

    SOURCE: Article 24(2) and Article 42(3).
    """

    where: str = "EU"
    people: Count
    since: date
    until: date


class Bodies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Disputes before certified bodies that were told of in a period, which begins on ``since`` (Article 24(1)(a))."""

    since: date
    until: date
    disputes: Count
    upheld: Count = 0  # our decision stood
    reversed: Count = 0
    median_days: Count | None = None
    carried_out: Count = 0  # decisions of theirs that we did


class Transparency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole table. ``words`` are the qualitative parts: heading → text."""

    service: str = ""  # its name, as it is published; the operator's own without
    tier: Literal["intermediary", "hosting", "platform", "very_large"] = "hosting"
    small: bool = False  # a micro or small enterprise (Article 15(2), Article 19)
    public: bool = True  # the page /transparency is for anybody
    territory: tuple[str, ...] = ()  # states where what is done applies; none: all of the EU
    categories: dict[str, Category] = {}
    contents: dict[str, str] = {}  # kind of event → type of content
    moderators: tuple[Moderators, ...] = ()
    recipients: tuple[Recipients, ...] = ()
    disputes: tuple[Bodies, ...] = ()
    words: dict[str, Words] = {}

    def category(self, clause: str) -> Category:
        """Return what a clause is; against the terms, and nothing more, if neither it nor what it is below is named."""
        named = [prefix for prefix in self.categories if is_below(clause, prefix)]
        return self.categories[max(named, key=len)] if named else NONE


NONE: Final = Category(category=OUTSIDE, keywords=(OTHER,))


def check_reporting(
    told: Transparency | None,
    clauses: Iterable[str],
    rules: Iterable[Rule],
    kinds: Iterable[str],
    place: Place,
) -> Iterable[Problem]:
    """Yield what cannot be published as it is written, and which clauses that are acted on have no category."""
    if told is None:
        return
    yield from _check_categories(told.categories, list(clauses), place)
    yield from _check_names(told, list(kinds), place)
    for name in ("recipients", "disputes"):
        for one in getattr(told, name):
            if one.until <= one.since:
                at = place(("transparency", name, "until"))
                yield _problem(f"a period that ends on {one.until} and begins on {one.since}", at)
    for one in told.disputes:
        if one.upheld + one.reversed > one.disputes:
            at = place(("transparency", "disputes", "disputes"))
            yield _problem("more disputes were decided than there were", at)
    for who in told.moderators:
        if who.outside > who.people:
            at = place(("transparency", "moderators", "outside"))
            yield _problem(f"of {who.people} people, {who.outside} work for somebody else", at)
    yield from _uncounted(told, rules, place)


def _check_categories(
    categories: Mapping[str, Category], clauses: list[str], place: Place
) -> Iterable[Problem]:
    for name, one in categories.items():
        at = place(("transparency", "categories", name))
        if not any(is_below(clause, name) for clause in clauses):
            hint = did_you_mean(name, clauses)
            yield _problem(f"no document has the clause `{name}`, or one below it", at, hint)
        if one.category not in CATEGORIES:
            yield _problem(f"`{one.category}` is no category", at, did_you_mean(one.category, CATEGORIES))
            continue
        known = (*CATEGORIES[one.category], OTHER)
        for keyword in one.keywords:
            if keyword not in known:
                hint = did_you_mean(keyword, known) or f"known: {', '.join(known)}"
                yield _problem(f"`{keyword}` is no keyword of `{one.category}`", at, hint)


def _check_names(told: Transparency, kinds: list[str], place: Place) -> Iterable[Problem]:
    for country in told.territory:
        if country not in EEA:
            at = place(("transparency", "territory"))
            yield _problem(f"`{country}` is no state of the EU or the EEA", at, "write two letters: DE, FR")
    for one in told.recipients:
        if one.where not in {"EU", *EEA}:
            at = place(("transparency", "recipients", "where"))
            yield _problem(f"`{one.where}` is no state of the EU or the EEA", at, "write EU, or two letters")
    for kind, content in told.contents.items():
        at = place(("transparency", "contents", kind))
        if kind not in kinds:
            yield _problem(f"`{kind}` is no kind of event", at, did_you_mean(kind, kinds))
        if content not in CONTENTS:
            yield _problem(f"`{content}` is no type of content", at, did_you_mean(content, CONTENTS))


def _uncounted(told: Transparency, rules: Iterable[Rule], place: Place) -> Iterable[Problem]:
    """Yield a warning for each clause on which rules act and which has no category: it is counted as another breach."""
    acting = (rule for rule in rules if rule.mode is Mode.ENFORCE and _acts(rule))
    for clause in sorted({rule.clauses[0] for rule in acting if told.category(rule.clauses[0]) is NONE}):
        yield Problem(
            code="operator.no_category",
            message=f"rules act on `{clause}`, which has no category in [transparency.categories]",
            where=place(("transparency", "categories")),
            hint=f"it is counted under {OUTSIDE}; name it, or a clause above it",
            severity="warning",
        )


def _acts(rule: Rule) -> bool:
    return any(effect.type.lane in _ACTING for effect in rule.effects)


def _problem(message: str, where: Where, hint: str = "") -> Problem:
    return Problem(code="operator.transparency", message=message, where=where, hint=hint)
