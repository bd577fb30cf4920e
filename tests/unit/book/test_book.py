"""A book is loaded whole or not at all; every mistake is told at once, with its place and the mend."""

from collections.abc import Mapping

import pytest

from bylaw.base.errors import Problem, Problems
from bylaw.rules.rule import Mode, OnError
from small_book import FILES, LATER, POLICY, a_book, with_files


def problems_of(more: Mapping[str, str]) -> dict[str, Problem]:
    with pytest.raises(Problems) as raised:
        with_files(more)
    return {p.code: p for p in raised.value.problems if p.severity == "error"}


def rules(text: str) -> dict[str, str]:
    return {"rules/words.yaml": text}


def one_rule(**parts: str) -> dict[str, str]:
    whole = {
        "id": "shouting",
        "clause": "house/words/p1",
        "on": "post.created",
        "when": 'event.text == "AAA"',
        "then": "[hold]",
    } | parts
    lines = [f"    {key}: {value}" for key, value in whole.items() if value]
    return rules("rules:\n  -\n" + "\n".join(lines) + "\n")


def test_a_good_book_is_read() -> None:
    book = a_book()
    (rule,) = book.rules
    assert (rule.id, rule.clauses, rule.kinds) == ("shouting", ("house/words/p1",), ("post.created",))
    assert (rule.mode, rule.on_error) == (Mode.ENFORCE, OnError.HOLD)
    assert [str(effect) for effect in rule.effects] == ["hold", "review words"]
    assert book.lists == {"words": ("buy now",)}


def test_the_digest_names_the_content_of_every_file() -> None:
    assert a_book().digest == a_book().digest
    assert a_book().digest != a_book(lists__words_txt="# type: phrases\nbuy later\n").digest
    assert a_book().digest != with_files({"lists/new.txt": "x\n"}).digest


@pytest.mark.parametrize(
    ("parts", "code", "line", "hint"),
    [
        ({"clause": "house/words/p2"}, "rule.unknown_clause", 4, "did you mean `house/words/p1`?"),
        ({"clause": "[]"}, "rule.no_clause", 4, "name the clause that it carries out"),
        ({"on": "post.creatd"}, "rule.unknown_kind", 5, "did you mean `post.created`?"),
        ({"when": "event.txt == 'a'"}, "rule.unknown_field", 6, "did you mean `event.text`?"),
        ({"when": "event.text > 3"}, "rule.type", 6, ""),
        ({"when": "event.text =="}, "rule.syntax", 6, ""),
        ({"when": "lists.word == []"}, "rule.unknown_field", 6, "did you mean `lists.words`?"),
        ({"then": "[hold, remov]"}, "rule.unknown_effect", 7, "did you mean `remove`?"),
        ({"then": "[{strike: many}]"}, "yaml.number", 7, ""),
        ({"then": "[{strike: 1, label: x}]"}, "rule.effect", 7, "write each effect as an item of its own"),
        ({"then": "[suspend]"}, "rule.effect_argument", 7, "write `- suspend: {days: 1}`"),
        ({"then": "[{hold: 3}]"}, "rule.effect_argument", 7, "write `- hold`"),
        ({"then": "[{review: {queue: wards}}]"}, "rule.unknown_queue", 7, "did you mean `words`?"),
        ({"mode": "shadw"}, "yaml.choice", 8, "did you mean `shadow`?"),
        ({"roll": "x"}, "yaml.unknown_key", 8, ""),
        ({"clause": ""}, "yaml.missing_key", 3, "add `clause:`"),
    ],
)
def test_mistakes_in_a_rule_have_a_place_and_a_mend(
    parts: dict[str, str], code: str, line: int, hint: str
) -> None:
    problem = problems_of(one_rule(**parts))[code]
    assert (problem.where.file, problem.where.line) == ("rules/words.yaml", line)
    assert hint in problem.hint


def test_a_condition_is_checked_for_every_kind_and_a_mistake_is_told_once() -> None:
    found = problems_of(one_rule(on="[post.created, comment.created, message.sent]", when="event.txt == 'a'"))
    assert list(found) == ["rule.unknown_field"]


def test_mistakes_of_all_files_are_told_at_once() -> None:
    found = problems_of(
        one_rule(mode="never")
        | {
            "operator.toml": FILES["operator.toml"].replace(
                'staffed_by = "reviewer"', 'staffed_by = "reviwer"'
            ),
            "promises.yaml": "house/complaint/*:\n  by: [people]\n",
            "tests/a.yaml": "- {case: a, event: {kind: post.created}, expect: {rules: []}}\n",
            "lists/domains.txt": "# type: domains\nnot a domain\n",
            "limits.yaml": "currency: euro\nplans: {}\n",
        }
    )
    assert {"yaml.choice", "operator.unknown_role", "promise.unknown_clause", "list.entry"} <= set(found)
    assert {p.where.file for p in found.values()} == {
        "rules/words.yaml",
        "operator.toml",
        "promises.yaml",
        "tests/a.yaml",
        "lists/domains.txt",
        "limits.yaml",
    }


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[operator\nname = 1", "operator.syntax", 1),
        ("[operator]\nsite = ''\n", "operator.invalid", 1),
        ("[operator]\nname = 'x'\nnam = 'y'\n", "operator.invalid", 3),
        ("[operator]\nname = 'x'\n\n[queues.a]\npurpose = 'p'\n", "operator.invalid", 4),
        ("[operator]\nname = 'x'\n\n[events.'booking']\nfields = {room = 'string'}\n", "kind.bad_name", 4),
    ],
)
def test_mistakes_in_operator_toml_have_a_line(text: str, code: str, line: int) -> None:
    found = problems_of({"operator.toml": text})
    assert found[code].where.line == line


def test_a_role_that_may_something_unknown_is_told_with_a_suggestion() -> None:
    text = "[operator]\nname = 'x'\n\n[roles.desk]\npermissions = ['case.reed', 'case.decide']\n\n[roles.admin]\n"
    text += "[queues.words]\npurpose = 'words'\nstaffed_by = 'reviewer'\n"
    text += "[contacts.abuse]\naddress = 'abuse@house.example'\n"
    found = {problem.code: problem for problem in with_files({"operator.toml": text}).warnings}
    unknown = found["operator.unknown_permission"]
    assert (unknown.where.line, unknown.hint) == (5, "did you mean `case.read`?")
    assert found["operator.built_in_role"].where.line == 7


def test_rule_ids_are_unique() -> None:
    found = problems_of({"rules/more.yaml": FILES["rules/words.yaml"]})
    assert "rules/more.yaml" in found["rule.repeated_id"].hint + str(found["rule.repeated_id"].where)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("by: [{mechanism: peple, queue: words}]", "promise.unknown_mechanism"),
        ("by: [{mechanism: people, queue: wards}]", "promise.self_check"),
        ("by: [{mechanism: people}]", "promise.settings"),
        ("by: [{mechanism: metering, queue: words}]", "promise.settings"),
        ("kind: banned\n  by: []", "yaml.choice"),
    ],
)
def test_mistakes_in_promises_are_found(entry: str, code: str) -> None:
    found = problems_of({"promises.yaml": f"house/words/p1:\n  {entry}\n"})
    assert found[code].where.file == "promises.yaml"


def test_documents_that_include_each_other_do_not_load() -> None:
    one = POLICY.replace("requires-sig: no", "includes: [manners]")
    two = POLICY.replace("requires-sig: no", "includes: [house]").replace("House Rules", "Manners")
    found = problems_of({"policies/house/2026-01-01.md": one, "policies/manners/2026-01-01.md": two})
    assert "policy.cyclic_include" in found
    assert "policy.unknown_include" in problems_of({"policies/house/2026-01-01.md": one})


def test_other_words_under_the_same_date_are_refused() -> None:
    other = POLICY.replace("shout", "sing")
    found = problems_of({"policies/house/again.md": other})
    assert found["policy.unchanged_date"].where.file.startswith("policies/house/")


def test_a_later_version_keeps_the_ids_of_its_clauses() -> None:
    book = with_files({"policies/house/2026-06-01.md": LATER})
    first, second = book.library.versions["house"]
    assert [c.id for c in first.clauses if c.text == "You must not shout."] == ["house/words/p1"]
    assert [c.id for c in second.clauses if c.text == "You must not shout."] == ["house/words/p1"]


def test_strikes_ladder_and_claims_name_clauses_that_there_are() -> None:
    toml = (
        FILES["operator.toml"]
        + """
[strikes.clauses."house/wrods"]
expire_days = 30

[[ladder]]
strikes = 3
then = "terminate"
clause = "house/words"

[claims."housing"]
amount = 5
currency = "EUR"
"""
    )
    with pytest.raises(Problems) as raised:
        a_book(operator_toml=toml)
    found = [p for p in raised.value.problems if p.code == "operator.unknown_clause"]
    assert len(found) == 2
    assert "house/words" in found[0].hint
    assert (found[0].where.file, found[0].where.line) == ("operator.toml", 14)
    mended = a_book(operator_toml=toml.replace("wrods", "words").replace("housing", "house"))
    assert list(mended.operator.claims) == ["house"]


def test_a_book_needs_a_policy_and_an_operator() -> None:
    with pytest.raises(Problems) as raised:
        a_book(policies__house__2026_01_01_md=None, operator_toml=None)
    codes = {p.code for p in raised.value.problems}
    assert {"book.no_policy", "operator.missing"} <= codes
