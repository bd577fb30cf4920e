"""Templates of notices: what they must say, and what `bylaw check` tells of those that do not."""

from importlib import resources
from pathlib import Path

import pytest

from bylaw.base.errors import Problem, Problems
from bylaw.book.book import Book, load_book
from bylaw.book.phrases import LATER, built_in
from bylaw.book.places import Choice, Each, Place, certain, read_places
from bylaw.book.templates import ABOUT_CLAUSES, Kind, MessageClass, built_in_templates
from small_book import FILES, with_files

NEWER = {name.partition(".")[2] for name in LATER}
HEAD = """\
---
notice: words
kind: statement
language: en
class: service
clauses: ["house/words/*"]
subject: "About {{ thing }}"
---
"""
BODY = """\
{{ action }} {{ scope }} {{ length }}
{{ facts }}
{% for clause in clauses %}
{{ clause.id }} {{ clause.text }}
{% endfor %}
{{ ground }}
{{ source }}
{{ automation }}
{{ appeal.until }} {{ appeal.to }}
"""


def a_book(text: str, path: str = "notices/words.en.md", **more: str) -> Book:
    return with_files({path: text, **more})


def problems_of(text: str, path: str = "notices/words.en.md", **more: str) -> list[Problem]:
    with pytest.raises(Problems) as raised:
        a_book(text, path, **more)
    return [problem for problem in raised.value.problems if problem.severity == "error"]


def test_a_template_is_read_with_its_class_clauses_and_language() -> None:
    (template,) = a_book(HEAD + BODY).templates
    assert (template.kind, template.message_class, template.language) == (
        Kind.STATEMENT,
        MessageClass.SERVICE,
        "en",
    )
    assert template.subject == ("About ", Place("thing"))


def test_a_template_reaches_the_clauses_it_names_and_no_others() -> None:
    (template,) = a_book(HEAD + BODY).templates
    assert template.reach("house/words/p1") > 0
    assert template.reach("house/complaints/p1") == -1
    (everywhere,) = a_book(HEAD.replace("house/words/*", "*") + BODY).templates
    assert everywhere.reach("house/words/p1") == 0


@pytest.mark.parametrize(
    ("lost", "part"),
    [
        ("{{ facts }}", "the facts"),
        ("{{ clause.id }} {{ clause.text }}", "the clause with its text, and the ground"),
        ("{{ ground }}", "the clause with its text, and the ground"),
        ("{{ source }}", "the source"),
        ("{{ automation }}", "whether a machine took part"),
        ("{{ scope }}", "scope and length"),
        ("{{ length }}", "scope and length"),
        ("{{ appeal.to }}", "redress"),
    ],
)
def test_a_statement_that_lacks_a_part_fails_the_check_with_its_place_and_the_mend(
    lost: str, part: str
) -> None:
    (problem,) = problems_of(HEAD + BODY.replace(lost, ""))
    assert (problem.code, problem.where.file, problem.where.line) == (
        "template.part",
        "notices/words.en.md",
        9,
    )
    assert part in problem.message
    assert lost.split(" }}", maxsplit=1)[0] in problem.hint


def test_a_part_that_is_there_only_sometimes_is_lacking() -> None:
    sometimes = BODY.replace("{{ source }}", "{% if until %}{{ source }}{% endif %}")
    assert [problem.code for problem in problems_of(HEAD + sometimes)] == ["template.part"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEAD + BODY.replace("{{ facts }}", "{{ facts }} {{ fact }}"), "template.place", 10),
        (HEAD + BODY.replace("{{ facts }}", "{{ facts|upper }}"), "template.syntax", 10),
        (HEAD + BODY.replace("{{ facts }}", "{{ facts }} {{ 7 * 7 }}"), "template.syntax", 10),
        (HEAD + BODY.replace("{{ facts }}", "{{ facts }} {{ facts.__class__ }}"), "template.place", 10),
        (HEAD + BODY.replace("{{ facts }}", "{{ facts }} {{ clause.text }}"), "template.place", 10),
        (HEAD + BODY.replace("{{ facts }}", "{{ facts }} {% include 'x' %}"), "template.syntax", 10),
        (HEAD + BODY.replace("{{ facts }}", "{{ facts"), "template.syntax", 11),
        (HEAD.replace("thing", "thong") + BODY, "template.place", 7),
        (HEAD.replace("service", "announcement") + BODY, "template.class", 5),
        (HEAD.replace("service", "marketing") + BODY, "yaml.choice", 5),
        (HEAD.replace("house/words", "house/wards") + BODY, "template.unknown_clause", 1),
        (HEAD.replace("language: en", "language: fr") + BODY, "template.language", 1),
        (HEAD.replace("kind: statement", "kind: message") + BODY, "template.clauses", 2),
        ("x", "template.front_matter", 1),
        ("---\nnotice: words\n---\n" + BODY, "yaml.missing_key", 2),
    ],
)
def test_mistakes_in_a_template_have_a_line(text: str, code: str, line: int) -> None:
    found = {problem.code: problem for problem in problems_of(text)}
    assert found[code].where.line == line
    assert found[code].hint


def test_two_templates_for_the_same_are_refused() -> None:
    (problem,) = problems_of(HEAD + BODY, **{"notices/again.md": HEAD + BODY})
    assert problem.code == "template.repeated"


def test_places_choices_and_loops_are_read_into_values() -> None:
    problems: list[Problem] = []
    text = "a {{ x }}{% if not y %}b{% else %}{{ z }}{% endif %}{% for clause in clauses %}{{ clause.id }}{% endfor %}"
    pieces = read_places(text, {"x", "y", "z", "clause.id"}, "f", 1, problems)
    assert pieces == (
        "a ",
        Place("x"),
        Choice("y", (Place("z"),), ("b",)),
        Each("clause", (Place("clause.id"),)),
    )
    assert not problems
    assert certain(pieces) == {"x", "clause.id"}


def test_the_templates_that_come_with_the_program_are_whole() -> None:
    assert {(template.kind, template.language) for template in built_in_templates()} == {
        (kind, language) for kind in ABOUT_CLAUSES for language in ("en", "de")
    }


def test_the_languages_that_come_with_the_program_say_the_same_things() -> None:
    assert built_in("en").by_name.keys() == built_in("de").by_name.keys()
    assert len(built_in("en").months) == len(built_in("de").months) == 12


def test_a_book_may_say_things_otherwise_and_in_other_languages() -> None:
    book = a_book(HEAD + BODY, **{"notices/phrases.en.yaml": "action: {remove: it is gone}\n"})
    assert book.phrases["en"].say("action.remove") == "it is gone"
    assert book.phrases["en"].say("action.hold") == built_in("en").say("action.hold")


def test_what_a_language_of_the_book_was_written_without_is_said_in_english_with_a_warning() -> None:
    english = (resources.files("bylaw.book") / "notices" / "phrases.en.yaml").read_text("utf-8")
    older = "".join(
        line for line in english.splitlines(keepends=True) if line.split(":")[0].strip() not in NEWER
    ).partition("\nfurther:")[0]
    book = a_book(HEAD + BODY, **{"notices/phrases.la.yaml": older})
    assert book.phrases["la"].by_name == built_in("en").by_name
    assert "phrases.english" in {one.code for one in book.warnings}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("en", "action: {remov: gone}\n", "phrases.unknown"),
        ("en", 'length: {span: "{since} to {end}"}\n', "phrases.value"),
        ("en", 'length: {span: "{since!r}"}\n', "phrases.value"),
        ("en", 'length: {span: "{since"}\n', "phrases.value"),
        ("en", "months: [January]\n", "phrases.missing"),
        ("fr", "and: et\n", "phrases.missing"),
    ],
)
def test_mistakes_in_phrases_are_told(name: str, text: str, code: str) -> None:
    found = problems_of(HEAD + BODY, **{f"notices/phrases.{name}.yaml": text})
    assert code in {problem.code for problem in found}


def test_the_sample_operator_has_notices_in_both_of_its_languages(root: Path) -> None:
    book = load_book(root / "examples" / "harbour")
    names = {(template.name, template.language) for template in book.templates}
    assert {language for _, language in names} == set(book.operator.operator.languages)
    assert len(names) == 2 * len({name for name, _ in names})


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ('[mail]\nhost = "h"\nfrom = "nobody"\n', 12, "name@domain"),
        ('[mail]\nhost = "h"\nfrom = "a@b.example"\npassword = "hunter2"\n', 13, "env:NAME"),
        ('[mail]\nhost = "h"\nfrom = "a@b.example"\nuser = "u"\ntls = "none"\n', 14, "starttls"),
        (
            '[mail]\nhost = "h"\nfrom = "a@b.example"\nbounces = "averylongreturnaddress@b.example"\n',
            13,
            "tag",
        ),
        ('[webhooks.a]\nurl = "http://b.example/"\nevents = ["*"]\n', 11, "allow"),
        ('[webhooks.a]\nurl = "https://u:p@b.example/"\nevents = ["*"]\n', 11, "allow"),
        ('[webhooks.a]\nurl = "https://b.example/"\nevents = ["notice.snt"]\n', 12, "notice.sent"),
        ('[webhooks.a]\nurl = "https://b.example/"\nevents = ["*"]\nsecrets = ["whsec_x"]\n', 13, "vault:1"),
        (
            '[webhooks.a]\nurl = "https://b.example/"\nevents = ["*"]\nallow = ["10.0.0.1/8"]\n',
            13,
            "10.1.2.0/24",
        ),
        ('[notices]\nappeal = "http://b.example/"\n', 11, "https"),
    ],
)
def test_settings_of_what_leaves_the_house_are_checked(text: str, line: int, hint: str) -> None:
    before = FILES["operator.toml"].split("[queues")[0].rstrip() + "\n\n"
    queues = "\n[queues.words]\npurpose = 'w'\nstaffed_by = 'reviewer'\n"
    with pytest.raises(Problems) as raised:
        with_files({"operator.toml": before + text + queues})
    (problem,) = (one for one in raised.value.problems if one.severity == "error")
    start = before.count("\n") + 1
    assert (problem.code, problem.where.line) == ("operator.outgoing", start + line - 10)
    assert hint in problem.hint
