"""Decisions in tables, on both databases: found as the interpreter says, counted, and folded anew the same."""

from collections import Counter
from itertools import product

import pytest

from bylaw.base.canonical import canonical_bytes
from bylaw.engine.recording import KIND, Body
from bylaw.finding.envelope import Envelope
from bylaw.finding.hours import Period, by_hour, by_name, by_part, period
from bylaw.finding.index import HOUR, DecisionsProjector
from bylaw.finding.indexed import Bounds
from bylaw.finding.links import links_of
from bylaw.finding.listing import Found, Listing, Place, Sight, latest, place_of
from bylaw.finding.timeline import LATEST, decisions, timeline
from bylaw.finding.tops import tops
from bylaw.records.checking import check
from bylaw.records.fact import Fact
from bylaw.records.records import Records
from databases import MakePlace
from finding_world import START, ask, body, named

QUERIES = (
    "true",
    'decision.kind == "message.sent"',
    'decision.kind.startsWith("post.") && decision.outcome != "hold"',
    '"loud" in decision.rules && decision.degraded',
    '"loud" in decision.rules || "loud" in decision.shadow',
    '!("loud" in decision.rules)',
    'decision.clauses.under("aup/spam")',
    '"aup/spam" in decision.clauses',
    'decision.account == "ann"',
    'decision.account != "ann"',
    'decision.account in ["ann", "cy"] && decision.kind == "post.created"',
    '"cy" in decision.accounts',
    "has(decision.account)",
    f'decision.at < timestamp("1970-01-01T00:00:00Z") + duration("{START + HOUR}us")',
    'decision.at >= now + duration("90m")',
    "decision.seq > 7 && size(decision.rules) > 0",
    'decision.kind < "n"',
    'decision.kind == "a\\u0000b"',
)


def bodies() -> list[Body]:
    found = []
    for n, (kind, people) in enumerate(
        product(("post.created", "message.sent"), ((), ("ann",), ("ben", "cy")))
    ):
        rules, clauses = (
            (("loud",), ("aup/spam/a",)) if n % 2 else (("rude", "loud"), ("aup/spam", "privacy/p1"))
        )
        found += [
            body(
                kind=kind,
                at=START + n * HOUR // 2,
                people=people,
                rules=rules,
                clauses=clauses,
                effects=("hold",),
            ),
            body(kind=kind, at=START + n * HOUR // 2, people=people, shadow=("loud",), degraded=n == 3),
            body(kind=kind, at=START + n * HOUR // 2, people=people, silent=True),
        ]
    return found


def recorded(place_maker: MakePlace) -> Records:
    records = Records.open(place_maker(), projectors=(DecisionsProjector(),))
    facts = [Fact(KIND, canonical_bytes(one)) for one in bodies()]
    records.commit(facts[:4])
    records.commit(facts[4:])
    return records


def paged(records: Records, text: str, limit: int) -> list[int]:
    listing, found = Listing(ask(text), Sight(named)), list[Found]()
    after: Place | None = None
    while True:
        with records.reading() as core:
            page = listing.page(core, after, limit)
        found += page.found
        if page.next is None:
            return [one.seq for one in found]
        after = place_of(str(page.next))


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_finds_what_is_true(text: str, make_place: MakePlace) -> None:
    query = ask(text)
    with recorded(make_place) as records:
        speaking = [
            Envelope(row.seq, row.at, told, named)
            for row, told in zip(records.rows(), bodies(), strict=True)
            if not told.silent
        ]
        true = [one for one in speaking if query.says(query.trees, one)]
        wanted = [one.seq for one in sorted(true, key=lambda one: (one.at, one.seq), reverse=True)]
        assert paged(records, text, 4) == wanted == paged(records, text, 100)


def test_what_is_counted_is_what_there_was(make_place: MakePlace) -> None:
    within = Period(START // HOUR, START // HOUR + 24)
    with recorded(make_place) as records, records.reading() as core:
        assert by_name(core, "kind", within) == Counter(one.kind for one in bodies())
        assert by_part(core, "kind", within) == Counter(allow=12, hold=6)
        assert by_name(core, "rule", within) == Counter(loud=6, rude=3)
        assert by_name(core, "shadow", within) == Counter(loud=6)
        assert by_name(core, "degraded", within) == Counter({"message.sent": 1})
        assert by_part(core, "clause", within) == Counter({"": 9, "below": 6 + 6})
        first = {part: n for (hour, part), n in by_hour(core, "kind", within).items() if hour == within.first}
        assert first == {"allow": 4, "hold": 2}
        assert by_hour(core, "kind", within, 24, "message.sent") == {
            (within.first, "allow"): 6,
            (within.first, "hold"): 3,
        }
        assert by_name(core, "kind", within.before) == Counter()
        assert period(START, 24).last == within.first + 1


def test_top_values_come_with_the_period_before(make_place: MakePlace) -> None:
    query = ask("true")
    with recorded(make_place) as records, records.reading() as core:
        found = tops(
            core,
            lambda bounds: Listing(query, Sight(named, bounds=bounds)),
            Bounds(START + HOUR, START + 2 * HOUR),
        )
        assert (found.now, found.before, found.whole) == (4, 4, True)
        assert [(one.name, one.now, one.before) for one in found.columns["rule"]] == [
            ("loud", 2, 2),
            ("rude", 1, 1),
        ]


def test_the_past_of_an_account_and_who_stands_beside_it(make_place: MakePlace) -> None:
    with recorded(make_place) as records, records.reading() as core:
        ben = bytes.fromhex("00")
        assert timeline(core, ben, [decisions], LATEST) == []
        graph = links_of(core, "sub_b")
        assert graph.steps == {"sub_b": 0, "sub_c": 1}
        assert [(link.one, link.other, link.events) for link in graph.links] == [("sub_b", "sub_c", 4)]
        assert [one.seq for one in latest(core, lambda _: True, 3)] == [17, 16, 14]


def test_tables_are_the_fold_of_facts(make_place: MakePlace) -> None:
    with recorded(make_place) as records:
        assert check(records).problems == ()
