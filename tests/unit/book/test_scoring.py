"""Decisions against the truth: what counts as found, as wrong, as touched."""

from datetime import UTC, datetime

import pytest

from bylaw.base.errors import InputError, Problems
from bylaw.book.folder import folder_of
from bylaw.book.scoring import Expected, Scores, read_expectations
from bylaw.engine.decision import Citation, Decision, Planned
from bylaw.events.event import Event
from bylaw.events.vocabulary import MessageSent, PostCreated, ReportReceived, RequestServed
from bylaw.simulation.truth import EventTruth, Happening

AT = datetime(2026, 3, 2, tzinfo=UTC)
EXPECTED = {"mail-bomb": Expected(("house/flood",), also=("house/noise",))}
CLAUSES = ("house/flood", "house/noise", "house/words")


def post(actor: str = "acc_1") -> Event:
    return PostCreated(id="evt", at=AT, actor=actor, text="…")


def happens(event: Event, topic: str = "benign", kind: str = "person") -> Happening:
    return Happening(event, EventTruth(event.id, "scene", kind, topic), ordinary=kind == "person")


def bomb(actor: str = "acc_9") -> Happening:
    return happens(MessageSent(id="evt", at=AT, actor=actor, text="…"), "mail-bomb", "bomber")


def decision(*clauses: str, effects: tuple[str, ...] = ()) -> Decision:
    return Decision(
        id="dec",
        event_id="evt",
        event_digest="sha256:0",
        kind="post.created",
        at=AT,
        book="sha256:0",
        semantics=1,
        clauses=tuple(Citation(document="house", version="2026-01-01", clause=c) for c in clauses),
        rules=("some-rule",),
        shadow=(),
        effects=tuple(Planned(effect=name, argument=None, rules=("some-rule",)) for name in effects),
        dropped=(),
        matches=(),
        signals=(),
        diagnostics=(),
        degraded=False,
    )


def scored(*pairs: tuple[Happening, Decision]) -> Scores:
    scores = Scores(EXPECTED)
    for happening, decided in pairs:
        scores.add(happening, decided)
    return scores


def test_abuse_is_found_when_a_clause_of_its_topic_is_cited() -> None:
    report = scored((bomb(), decision("house/flood")), (bomb(), decision())).report()
    assert [(t.topic, t.events, t.found, t.recall) for t in report.topics] == [("mail-bomb", 2, 1, 0.5)]


def test_a_clause_under_also_is_right_and_not_enough() -> None:
    report = scored((bomb(), decision("house/noise"))).report()
    assert report.topics[0].found == 0
    noise = next(c for c in report.clauses if c.clause == "house/noise")
    assert (noise.cited, noise.right, noise.precision) == (1, 1, 1.0)


def test_citing_where_nothing_was_the_matter_is_wrong() -> None:
    report = scored((bomb(), decision("house/flood")), (happens(post()), decision("house/flood"))).report()
    flood = next(c for c in report.clauses if c.clause == "house/flood")
    assert (flood.cited, flood.right, flood.wrong, flood.precision) == (2, 1, 1, 0.5)


def test_citing_a_clause_of_something_else_is_told_apart() -> None:
    report = scored((bomb(), decision("house/words"))).report()
    words = next(c for c in report.clauses if c.clause == "house/words")
    assert (words.right, words.another, words.wrong) == (0, 1, 0)


def test_what_a_report_alleges_is_not_counted() -> None:
    claim = ReportReceived(id="evt", at=AT, actor="acc_1", category="spam")
    report = scored((happens(claim), decision("house/flood"))).report()
    assert [c.cited for c in report.clauses] == [0]


def test_a_clause_that_nothing_broke_has_no_recall() -> None:
    report = scored((happens(post()), decision())).report()
    assert [(c.recall, c.precision) for c in report.clauses] == [(None, None)]


@pytest.mark.parametrize(("effect", "touched"), [("hold", 1), ("warn", 1), ("suspend", 1), ("label", 0)])
def test_effects_on_content_and_accounts_touch(effect: str, touched: int) -> None:
    report = scored((happens(post()), decision("house/words", effects=(effect,)))).report()
    assert report.ordinary.touched == touched
    assert report.touched_by == ({"some-rule": 1} if touched else {})


def test_an_account_is_touched_once() -> None:
    pair = (happens(post()), decision("house/words", effects=("hold",)))
    report = scored(pair, pair, (happens(post("acc_2")), decision())).report()
    assert (report.ordinary.accounts, report.ordinary.touched, report.ordinary.share) == (2, 1, 0.5)


def test_abusers_are_counted_apart_from_ordinary_people() -> None:
    report = scored(
        (bomb(), decision("house/flood", effects=("hold",))), (happens(post()), decision())
    ).report()
    assert [(a.actor_kind, a.ordinary, a.touched) for a in report.actors] == [
        ("person", True, 0),
        ("bomber", False, 1),
    ]
    assert report.ordinary.share == 0


def test_an_effect_on_an_attacked_site_touches_its_owner() -> None:
    request = RequestServed(id="evt", at=AT, account="acc_site")
    attack = happens(request, "attack-requests", "attacker")
    report = scored((attack, decision("house/words", effects=("suspend",)))).report()
    assert [(a.actor_kind, a.touched) for a in report.actors] == [("business", 1)]


def test_topics_without_clauses_are_named() -> None:
    event = happens(post("acc_3"), "pile-on", "mob")
    assert scored((event, decision())).report().unmapped == ("pile-on",)


def read(text: str) -> dict[str, Expected]:
    return dict(read_expectations(folder_of("house", {"simulation.yaml": text.encode()}), CLAUSES))


def test_expectations_are_read() -> None:
    assert read("mail-bomb: {clauses: [house/flood], also: house/noise}") == EXPECTED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mail-bom: {clauses: [house/flood]}", "yaml.unknown_key"),
        ("mail-bomb: {clauses: [house/floods]}", "simulation.unknown_clause"),
        ("mail-bomb: {also: [house/flood]}", "yaml.missing_key"),
        ("mail-bomb: [house/flood]", "yaml.type"),
        ("mail-bomb: }", "yaml.syntax"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, code: str) -> None:
    with pytest.raises(Problems) as refused:
        read(text)
    assert code in {problem.code for problem in refused.value.problems}
    assert all(problem.where.line == 1 for problem in refused.value.problems)


def test_a_book_without_the_file_is_told_what_to_write() -> None:
    with pytest.raises(InputError) as refused:
        read_expectations(folder_of("house", {}), CLAUSES)
    assert refused.value.code == "simulation.no_file"
    assert "docs/simulation.md" in refused.value.problem.hint
