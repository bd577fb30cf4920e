"""What a person reads: all six parts, in their language, and nothing that somebody else slipped in."""

from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import InputError
from bylaw.book.templates import MessageClass
from bylaw.notices.choosing import template_for, voice_of
from bylaw.notices.rendering import MAX_SUBJECT, Message, render
from bylaw.notices.statement import Cited, Decided, Done, Ground, Source, Statement, decode, encode
from notice_world import BOOK, GERMAN, STATEMENT, VOICE
from small_book import with_files

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1))",
    "![x](http://evil.example/pixel)",
    "# Heading\n\n**What we did.** Nothing.\n\n---\n",
    "a\r\nBcc: everybody@evil.example\r\n\r\nhello",
    "{{ facts }} {% if x %}",
    "\ue0000\ue001 \ue000999\ue001",
    "&lt;b&gt; & &amp;",
    "\u202egnp.exe",
    "</body></html><html>",
    "a\x00b\u2028c\u2029d",
)


class Tags(HTMLParser):
    """What a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


def shown(statement: Statement, language: str = "en") -> Message:
    return render(VOICE, [statement], language)


def test_a_statement_of_reasons_has_all_six_parts_in_text_and_page() -> None:
    message = shown(STATEMENT)
    for words in (message.text, Tags(message.html).words):
        line = " ".join(words.split())
        for part in (
            "You shouted “AAA” in the library.",  # the facts
            "House Rules, version of 1 January 2026, house/words/p1: > You must not shout.".replace(
                "> ", "> " if words is message.text else ""
            ),
            "This is incompatible with the terms that you agreed to. The readers could not read.",
            "Somebody reported it to us.",
            "It was not found by automated means. A person made it".removesuffix(" A person made it"),
            "A person made the decision, without automated means.",
            "it was removed and your account is suspended for 7 days",
            "in these places only: DE, AT",
            "from 21 September 2026 until 28 September 2026",
            "You may object until 1 April 2027: appeals@house.example.",
            "the Readers' Board",
            "dec_1",
        ):
            assert part in line


def test_the_same_inputs_give_the_same_bytes() -> None:
    again = decode(encode(STATEMENT))
    assert again == STATEMENT
    assert render(VOICE, [again, STATEMENT], "de", "Ada") == render(VOICE, [STATEMENT, again], "de", "Ada")


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize("field", ["thing", "facts", "why", "law", "decision"])
def test_what_somebody_wrote_stays_words_wherever_it_stands(field: str, evil: str) -> None:
    plain, message = shown(STATEMENT), shown(msgspec.structs.replace(STATEMENT, **{field: evil}))
    assert Tags(message.html).tags == Tags(plain.html).tags
    assert Tags(message.html).links == Tags(plain.html).links
    assert message.text.count("\n\n") == plain.text.count("\n\n")
    assert message.subject.splitlines() in ([], [message.subject])


@pytest.mark.parametrize("evil", HOSTILE)
def test_clauses_redress_and_names_stay_words_too(evil: str) -> None:
    cited = msgspec.structs.replace(STATEMENT.clauses[0], document=evil, clause=evil, text=evil)
    redress = msgspec.structs.replace(STATEMENT.redress, to=evil, bodies=(evil,))
    done = (Done(effect="label", value=evil),)
    statement = msgspec.structs.replace(STATEMENT, clauses=(cited,), redress=redress, done=done)
    message = render(VOICE, [statement], "en", evil)
    tags = Tags(message.html)
    assert set(tags.tags) <= {"html", "head", "meta", "title", "body", "p", "strong", "blockquote", "a"}
    assert not [link for link in tags.links if not link.startswith(("mailto:", "https:"))]


@given(st.text(), st.text(max_size=200))
def test_any_words_appear_as_they_are_and_change_nothing_around_them(facts: str, thing: str) -> None:
    message = shown(msgspec.structs.replace(STATEMENT, facts=f"x{facts}", thing=f"x{thing}"))
    assert Tags(message.html).tags == Tags(shown(STATEMENT).html).tags
    assert len(message.subject) <= MAX_SUBJECT
    assert "\n" not in message.subject


def test_only_a_safe_address_becomes_a_link() -> None:
    for to, link in (
        ("https://house.example/appeal?x=1&y=2", "https://house.example/appeal?x=1&y=2"),
        ("appeals@house.example", "mailto:appeals@house.example"),
        ("javascript:alert(1)", None),
        ("http://house.example/", None),
        ("https://user@evil.example/", None),
    ):
        redress = msgspec.structs.replace(STATEMENT.redress, to=to)
        links = Tags(shown(msgspec.structs.replace(STATEMENT, redress=redress)).html).links
        assert (link in links) if link else (to not in links)


def test_the_language_of_the_person_comes_before_a_closer_clause() -> None:
    book = with_files({"notices/words.de.md": GERMAN.replace('"*"', '"house/words/*"')})
    for language, file in (
        ("de-AT", "notices/words.de.md"),
        ("de", "notices/words.de.md"),
        ("en", "notices/statement.en.md"),
    ):
        assert template_for(voice_of(book), STATEMENT, language).file == file


def test_the_closest_clause_wins_within_a_language() -> None:
    near = GERMAN.replace('"*"', '"house/words/*"').replace("notice: words", "notice: near")
    voice = voice_of(with_files({"notices/a.md": GERMAN, "notices/b.md": near}))
    assert template_for(voice, STATEMENT, "de").file == "notices/b.md"
    elsewhere = (Cited(document="House", version="2026-01-01", clause="house/complaints/p1", text="x"),)
    other = msgspec.structs.replace(STATEMENT, clauses=elsewhere)
    assert template_for(voice, other, "de").file == "notices/a.md"


def test_a_book_without_templates_still_tells_people() -> None:
    assert "What we did." in shown(STATEMENT).text
    assert "Was wir getan haben." in shown(STATEMENT, "de").text
    assert "What we did." in shown(STATEMENT, "ja").text


def test_several_statements_are_one_message_with_one_greeting() -> None:
    frame = """\
---
notice: frame
kind: frame
language: en
class: service
subject: "{{ count }} decisions"
---
Dear {{ recipient }},

{{ messages }}

Yours, {{ operator.name }}
"""
    voice = voice_of(with_files({"notices/frame.md": frame}))
    other = msgspec.structs.replace(STATEMENT, decision="dec_2")
    message = render(voice, [STATEMENT, other], "en", "Ada")
    assert message.subject == "2 decisions"
    assert message.text.count("Dear Ada,") == message.text.count("Yours, A small house") == 1
    assert "dec_1" in message.text
    assert "dec_2" in message.text
    assert render(voice, [STATEMENT], "en", "Ada").subject == "About your post of 3 March"


def test_a_legal_notice_among_others_makes_the_message_a_legal_one() -> None:
    legal = GERMAN.replace("class: service", "class: legal")
    voice = voice_of(with_files({"notices/words.de.md": legal}))
    assert render(voice, [STATEMENT], "de").message_class is MessageClass.LEGAL


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": " "},
        {"clauses": ()},
        {"done": ()},
        {"thing": ""},
        {"ground": Ground.LAW},
        {"facts": "x" * 20_001},
    ],
)
def test_a_statement_that_lacks_something_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"notice\.(incomplete|size)"):
        encode(msgspec.structs.replace(STATEMENT, **changes))


def test_every_way_of_knowing_and_deciding_has_words_in_every_language() -> None:
    for language in ("en", "de"):
        for source in Source:
            for decided in Decided:
                changed = msgspec.structs.replace(STATEMENT, source=source, decided=decided)
                assert BOOK.phrases[language].say(f"source.{source}") in " ".join(
                    shown(changed, language).text.split()
                )
