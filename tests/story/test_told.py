"""From what somebody posts to the mail that tells them what was done and why: every room, a real mail server."""

from datetime import UTC, datetime
from pathlib import Path

from bylaw.engine.decider import Arrival
from bylaw.events.event import Event
from bylaw.events.vocabulary import AccountRegistered, PostCreated
from bylaw.notices.workflow import Notices
from bylaw.records.people import PEOPLE
from bylaw.records.rounds import Rounds
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.runtime.working import ways_of
from mail_server import mail_server
from small_book import FILES, files

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MICROS = int(START.timestamp()) * 1_000_000
WINDOW = 600_000_000  # the book's ten minutes


def settings(port: int) -> str:
    return FILES["operator.toml"] + (
        '\n[notices]\nappeal = "appeals@house.example"\nbodies = ["the Readers\' Board"]\n'
        f'\n[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nfrom = "notices@house.example"\n'
        'bounces = "bounces@house.example"\n'
    )


def decide(office: Office, *events: Event) -> None:
    office.decider.decide([Arrival(event, event.at) for event in events])


def test_a_post_that_breaks_a_clause_is_explained_to_its_author_by_mail(tmp_path: Path) -> None:
    now = [MICROS]
    data = tmp_path / "data"
    init_data(data, "house")
    with mail_server() as server, open_office(data, clock=lambda: now[0]) as office:
        office.appoint(files(operator_toml=settings(server.port)))
        registered = AccountRegistered(
            id="e0", at=START, actor="ada", email="ada@reader.example", display_name="Ada", language="de"
        )
        decide(office, registered)
        decide(office, *(PostCreated(id=f"e{n}", at=START, actor="ada", text="AAA") for n in (1, 2, 3)))
        rounds = Rounds(office.records, ways_of(office).handlers, alone=False)
        assert rounds.go() == 0  # the window is open
        now[0] += WINDOW
        while rounds.go():
            pass
        states = [one.state.value for one in Notices(office.records, office.vault).of(person(office, "ada"))]
        (mail,) = server.mails
    assert states == ["sent"] * 3
    assert mail["To"] == "Ada <ada@reader.example>"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        said = " ".join(body.get_content().split())
        for part in (
            "Ihren Beitrag vom 1. März 2026",  # what it is about
            "unsere Regel shouting",  # the facts
            "house/words/p1",  # the clause
            "You must not shout.",  # with its text
            "Wir haben es selbst gefunden",  # the source
            "Die Entscheidung wurde mit automatisierten Mitteln getroffen",  # automation
            "überall",  # scope
            "ohne festes Ende",  # and length
            "appeals@house.example",  # redress
            "the Readers",
        ):
            assert said.count(part) >= (3 if part != "the Readers" else 1), part


def test_where_pages_are_each_notice_links_to_its_own(tmp_path: Path) -> None:
    now = [MICROS]
    data = tmp_path / "data"
    init_data(data, "house")
    queue = '\n[queues.appeals]\npurpose = "objections"\nstaffed_by = "lead"\n'
    with mail_server() as server, open_office(data, clock=lambda: now[0]) as office:
        paged = settings(server.port).replace(
            "[notices]\n", '[notices]\npage = "https://pages.house.example"\n'
        )
        office.appoint(files(operator_toml=paged + queue))
        registered = AccountRegistered(id="e0", at=START, actor="ada", email="ada@reader.example")
        decide(
            office, registered, *(PostCreated(id=f"e{n}", at=START, actor="ada", text="AAA") for n in (1, 2))
        )
        now[0] += WINDOW
        rounds = Rounds(office.records, ways_of(office).handlers, alone=False)
        while rounds.go():
            pass
        notices = Notices(office.records, office.vault)
        links = [
            notices.links.link("https://pages.house.example", one.id)
            for one in notices.of(person(office, "ada"))
        ]
        (mail,) = server.mails
    html = mail.get_body(("html",))
    assert html is not None
    for link in links:
        assert f'<a href="{link}">' in html.get_content()
    assert len(set(links)) == 2
    assert "appeals@house.example" not in html.get_content()


def person(office: Office, name: str) -> bytes:
    return office.vault.subjects(PEOPLE, [name])[name]
