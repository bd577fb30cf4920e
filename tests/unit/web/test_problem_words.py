"""What problems say, in German: every text has its line, and values come back from it whatever they hold."""

import tomllib
from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Any, Final, Literal

import msgspec
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from bylaw.web.languages import FOLDER, VALUE, Tongue, patterns_of, tongue
from bylaw.web.problems import CODES, FAMILIES, TITLES
from problem_texts import Text, found_in

GERMAN: Final = tongue("de")
LINES: Final = tomllib.loads((FOLDER / "de" / "problems.toml").read_text("utf-8"))
FOUND: Final = found_in()

# Modules whose problems no page shows.
UNSEEN: Final = {
    "staff/desk.py": "said when a service starts",
    "staff/second.py": "said by the command line",
    "web/api/access.py": "only programs ask for this",
    "web/api/bounces.py": "only programs send this",
    "web/api/events.py": "only programs send this",
    "web/api/health.py": "only programs ask for this",
    "web/api/incoming.py": "only programs send this",
    "web/bodies.py": "of bodies in JSON, which forms are not",
    "web/desk.py": "of events that programs send, or said when a service starts",
    "web/front.py": "said before it is known whether a page was asked for",
    "web/once.py": "of the header Idempotency-Key, which forms lack",
    "web/protocol.py": "said before it is known whether a page was asked for",
    "web/qr.py": "the service makes the text itself",
    "web/receiving.py": "only programs send this",
    "web/serving.py": "said when a service starts",
}

# Texts that have no line.
SAME: Final = {
    "2026-11-21": "an example",
    "`Authorization: Bearer key_…`": "of a header, which pages lack",
    "`Authorization: Bearer key_…`, or sign in": "of a header; the page to sign in does not show it",
    "`bylaw key list`": "a command",
    "`done`": "the name of a field",
    "{} ({})": "what a ground is, and its law, as the law says it",
    "`bylaw staff list`": "a command",
}

# Texts that stand in no source as they are said.
MADE: Final = {
    "notices/statement.py: str(error)[:1].lower() + str(error)[1:]": "msgspec says it",
    "web/api/find.py: error.message": "of a query: it stays in the language of rules",
    "web/app.py: found['msg'][:1].lower() + found['msg'][1:]": "pydantic says it: see below",
    "web/bodies.py: told": "of bodies in JSON",
    "web/forms.py: MEDIA.decode()": "a media type",
    "web/forms.py: message[:1].lower() + message[1:]": "msgspec says it: see below",
    "web/multipart.py: MEDIA.decode()": "a media type",
}

# Lines for what no problem says as it stands.
ELSEWHERE: Final = {
    "or": "stands between values",
    "this is needed": "of fields of forms: ``web/forms.py`` makes it of what msgspec says",
    "this is none of what may stand there": "as above",
    "Request Entity Too Large": "a title, until Python 3.12",
    "Content Too Large": "a title, since Python 3.13",
}


class Fields(msgspec.Struct, kw_only=True):
    """Fields as forms have them."""

    whole: int = 0
    perhaps: int | None = None
    real: float = 0.0
    maybe: float | None = None
    ticked: bool = False
    low: Annotated[int, msgspec.Meta(ge=1)] = 1
    high: Annotated[int, msgspec.Meta(le=9)] = 1
    small: Annotated[float, msgspec.Meta(ge=1)] = 1.0
    great: Annotated[float, msgspec.Meta(le=9)] = 1.0
    long: Annotated[str, msgspec.Meta(min_length=2)] = "  "
    short: Annotated[str, msgspec.Meta(max_length=2)] = ""
    shaped: Annotated[str, msgspec.Meta(pattern="^a$")] = "a"
    many: Annotated[tuple[str, ...], msgspec.Meta(min_length=2)] = ("", "")
    few: Annotated[tuple[str, ...], msgspec.Meta(max_length=1)] = ()


UNFIT: Final[list[dict[str, Any]]] = [
    *({name: "x"} for name in ("whole", "perhaps", "real", "maybe", "ticked", "long", "shaped")),
    *({name: "0"} for name in ("low", "small")),
    *({name: "10"} for name in ("high", "great")),
    {"short": "xxx"},
    {"many": ["x"]},
    {"few": ["x", "y"]},
    {"long": ["x"]},
]
ASKED: Final[list[tuple[Any, object]]] = [
    (Annotated[str, Field(min_length=1)], ""),
    (Annotated[str, Field(min_length=2)], ""),
    (Annotated[str, Field(max_length=1)], "xxx"),
    (Annotated[str, Field(max_length=2)], "xxx"),
    (Annotated[str, Field(pattern="^a$")], "b"),
    (Annotated[int, Field(ge=1)], "0"),
    (Annotated[int, Field(le=1)], "2"),
    (int, "x"),
    (bool, "x"),
    (Literal["a", "b"], "x"),
]


def by_libraries() -> Iterator[str]:
    """What the libraries that read forms and addresses say, as problems have it."""
    for values in UNFIT:
        with pytest.raises(msgspec.ValidationError) as unfit:
            msgspec.convert(values, Fields, strict=False)
        yield lowered(str(unfit.value).partition(" - at ")[0])
    for kind, value in ASKED:
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(kind).validate_python(value)
        yield lowered(refused.value.errors()[0]["msg"])
    yield "field required"


def lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def seen() -> list[Text]:
    """What pages may say of problems."""
    return [one for one in FOUND.texts if one.place not in UNSEEN and one.text not in SAME]


def titles() -> set[str]:
    statuses = {*FAMILIES.values(), *CODES.values()}
    return {TITLES.get(one) or one.phrase for one in statuses}


def test_every_text_of_a_problem_that_a_page_may_show_is_said_in_german() -> None:
    missing = {(one.text, one.place) for one in seen() if one.text not in GERMAN.table}
    assert not missing, sorted(missing)
    assert not titles() - GERMAN.table.keys()
    assert len({one.text for one in seen()}) > 250


def test_forms_and_addresses_that_do_not_fit_are_told_in_german() -> None:
    assert not [text for text in by_libraries() if GERMAN.problem(text) == text]


def test_no_line_is_for_a_text_that_nobody_says() -> None:
    said = {one.text for one in seen()} | titles() | ELSEWHERE.keys()
    said |= set(map(line_of, by_libraries()))
    assert not LINES.keys() - said, sorted(LINES.keys() - said)


def line_of(text: str) -> str:
    """The line that says a text."""
    fit = (VALUE.join(one.pieces) for one in GERMAN.patterns if one.values(text) is not None)
    return text if text in LINES else next(fit, "")


def test_every_exception_is_still_needed() -> None:
    assert FOUND.others == MADE.keys()
    assert {one.place for one in FOUND.texts} >= UNSEEN.keys()
    assert {one.text for one in FOUND.texts} >= SAME.keys()


def test_a_line_has_the_values_of_its_text_and_its_thousands_apart() -> None:
    for text, said in LINES.items():
        assert len(fields(said)) == text.count("{}"), text
        assert not re2.search("[{}]", text.replace("{}", "")), text
    for one in seen():
        specs = fields(str(GERMAN.table[one.text]))
        assert all(specs[n] == "number" for n in one.thousands), one


def fields(said: str) -> list[str]:
    """The ways of the values of a line, in the order of the English text."""
    found = [(name, spec or "") for _, name, spec, _ in Formatter().parse(said) if name is not None]
    return [spec for _, spec in sorted(found, key=lambda one: int(one[0] or 0))]


ANYTHING: Final = st.text(st.sampled_from("{}`0a%\\\n: ,.") | st.characters(codec="utf-8"), max_size=12)


@given(ANYTHING)
def test_a_value_comes_back_whatever_it_holds(value: str) -> None:
    assert GERMAN.problem(f"there is no case `{value}`") == f"es gibt keinen Fall `{value}`"


@given(st.data())
def test_every_line_says_its_own_text_and_no_other(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([one for one in LINES if "{}" in one]))
    values = [data.draw(st.text("{}`x1%", min_size=1, max_size=6)) for _ in range(text.count("{}"))]
    put = iter(values)
    english = re2.sub(r"\{\}", lambda _found: next(put), text)
    said = re2.sub(r"\{:?\w*\}", "{}", str(LINES[text]))
    assert GERMAN.problem(english) == said.format(*values)


@given(ANYTHING, ANYTHING)
def test_a_line_may_turn_its_values_around(one: str, other: str) -> None:
    table = {"the first is [{}] and the second [{}]": "die zweite ist [{1}] und die erste [{0}]"}
    german = Tongue("de", table, patterns_of(table))
    one = one.replace("]", "")
    assert german.problem(f"the first is [{one}] and the second [{other}]") == (
        f"die zweite ist [{other}] und die erste [{one}]"
    )


def test_the_line_that_says_most_itself_is_taken() -> None:
    table = {
        "{}": "etwas: {}",
        "no {}": "kein {}",
        "no case {}": "kein Fall {}",
        "no case at all": "gar kein Fall",
    }
    german = Tongue("de", table, patterns_of(table))
    told = [german.problem(one) for one in ("no case at all", "no case 1", "no book", "yes")]
    assert told == ["gar kein Fall", "kein Fall 1", "kein book", "etwas: yes"]


def test_values_that_are_words_are_said_too() -> None:
    assert GERMAN.problem("`case_1` is closed: `case.noted` cannot follow") == (
        "`case_1` hat den Stand „geschlossen“: `case.noted` kann nicht folgen"
    )
    assert GERMAN.problem("reading for `upkeep` takes a reason of 20 to 10,000 characters") == (
        "wer für `upkeep` liest, braucht eine Begründung von 20 bis 10.000 Zeichen"
    )
    assert GERMAN.problem("this takes the permission `a.b` or `c.d`") == (
        "dazu braucht es die Berechtigung `a.b` oder `c.d`"
    )


def test_what_has_no_line_stays_as_it_is_and_so_does_english() -> None:
    assert GERMAN.problem("expected a boolean, got `{}`") == "expected a boolean, got `{}`"
    assert tongue("en").problem("there is no case `x`") == "there is no case `x`"
