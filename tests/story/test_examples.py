"""The examples beside a service that runs: a community in FastAPI, one in Django, and nginx in front of a site."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook

from bylaw.client import Client, State
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_record
from bylaw.staff.workflow import open_staff
from processes import free_ports, running
from service import PATIENCE

KEYS = {
    "community": ("event.write", "access.read", "action.acknowledge"),
    "gateway": ("access.read",),
    "moderator": ("account.act", "action.read", "action.undo"),
}
SECRET = "whsec_" + "cXVheXNpZGUtcXVheXNpZGUtcXVheXNpZGU="
RESTS = timedelta(seconds=6)  # of a suspension that ends while the test looks on
NUMBER = "My flat is free, call me at +44 20 7946 0123!"


@dataclass
class Quay:
    """Everything that runs. ``bylaw`` is started and ended apart from the others."""

    folder: Path
    examples: Path
    ports: list[int] = field(default_factory=lambda: free_ports(4))
    keys: dict[str, str] = field(default_factory=dict)

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.ports[number]}"

    @property
    def bylaw(self) -> str:
        return self.url(0)

    def site(self, number: int, account: str = "") -> httpx2.Client:
        """The FastAPI service (1), the Django service (2) or nginx (3), as somebody sees it."""
        cookies = {"account": account} if account else {}
        return httpx2.Client(base_url=self.url(number), cookies=cookies, timeout=PATIENCE)

    def post(self, number: int, account: str, text: str, warned: str = "") -> httpx2.Response:
        with self.site(number, account) as site:
            return site.post("/posts", json={"text": text, "warned": warned})

    def page(self, account: str = "") -> httpx2.Response:
        with self.site(3, account) as site:
            return site.get("/")

    def shown(self, number: int) -> list[str]:
        with self.site(number) as site:
            return [one["text"] for one in site.get("/posts").json()]

    def moderator(self) -> Client:
        return Client(self.bylaw, self.keys["moderator"])

    def suspend(self, account: str, until: datetime) -> None:
        order = {
            "account": account,
            "orders": [{"effect": "suspend", "until": until.isoformat()}],
            "clauses": ["community/posts/b"],
            "reason": "A quarrel.",
            "say": {"thing": "your posts of today", "facts": "You quarrelled."},
        }
        answer = httpx2.post(
            f"{self.bylaw}/v1/actions",
            json=order,
            headers={"authorization": f"Bearer {self.keys['moderator']}"},
            timeout=PATIENCE,
        )
        assert answer.status_code == 200, answer.text

    @contextmanager
    def deciding(self) -> Iterator[None]:
        book, data = str(self.folder / "book"), str(self.folder / "data")
        command = [sys.executable, "-c", "from bylaw.cli.main import main; main()", "serve", "--quiet"]
        command += ["--book", book, "--data", data, "--port", str(self.ports[0])]
        with running(
            command, says="described at", within=self.folder, environment={"BYLAW_HOOK_SECRET": SECRET}
        ):
            yield

    def community(self) -> ExitStack:
        """Start both services and nginx, as their pages say."""
        environment = {
            "BYLAW_URL": self.bylaw,
            "BYLAW_KEY": self.keys["community"],
            "BYLAW_HOOK_SECRET": SECRET,
            "QUAYSIDE_DB": str(self.folder / "quayside.db"),
        }
        fastapi = [
            sys.executable,
            "-m",
            "uvicorn",
            "app:app",
            "--no-access-log",
            "--port",
            str(self.ports[1]),
        ]
        django = [sys.executable, "app.py", "runserver", str(self.ports[2]), "--noreload"]
        template = (self.examples / "nginx/nginx.conf.template").read_text()
        filled = {
            "PORT": str(self.ports[3]),
            "BYLAW": f"127.0.0.1:{self.ports[0]}",
            "KEY": self.keys["gateway"],
            "HERE": str(self.examples / "nginx"),
        }
        for name, value in filled.items():
            template = template.replace(f"${{{name}}}", value)
        (self.folder / "nginx.conf").write_text(template)
        also = "daemon off; error_log stderr notice;" + (" user root;" if os.geteuid() == 0 else "")
        nginx = ["nginx", "-p", str(self.folder), "-e", "stderr", "-c", "nginx.conf", "-g", also]
        with ExitStack() as stack:
            for command, says, within in (
                (fastapi, "Uvicorn running", self.examples / "fastapi_app"),
                (django, "Starting development server", self.examples / "django_app"),
                (nginx, "start worker process ", self.folder),
            ):
                stack.enter_context(running(command, says=says, within=within, environment=environment))
            return stack.pop_all()


def prepared(folder: Path, examples: Path) -> Quay:
    quay = Quay(folder, examples)
    shutil.copytree(examples / "book", folder / "book")
    operator = folder / "book/operator.toml"
    operator.write_text(operator.read_text().replace("http://127.0.0.1:8001", quay.url(1)))
    init_data(folder / "data", "quayside")
    with (
        open_record(folder / "data", writing=True) as kept,
        open_staff(kept.records, kept.vault, folder / "data") as staff,
    ):
        quay.keys = {name: staff.keys.create(name, may).token for name, may in KEYS.items()}
    return quay


@pytest.fixture(scope="module", autouse=True)
def nginx() -> None:
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Quay]:
    made = prepared(tmp_path_factory.mktemp("quay"), root / "examples/services")
    with made.deciding(), made.community():
        yield made


def until(come: Callable[[], object]) -> None:
    """Look until something has come about."""
    while not come():
        pass


def done(quay: Quay, account: str) -> dict[str, str]:
    """Return where the actions on an account stand, by effect."""
    with quay.moderator() as moderator:
        return {one.effect: one.state for one in moderator.actions(account=account)}


def test_an_author_who_breaks_a_clause_is_warned_and_rephrases_or_insists(quay: Quay) -> None:
    for number in (1, 2):
        warned = quay.post(number, "ann", NUMBER)
        assert warned.status_code == 409
        [clause] = warned.json()["clauses"]
        assert clause["title"] == "Rules of the Quay"
        assert clause["text"].startswith("Do not put telephone numbers into posts")
        assert quay.shown(number) == []
        assert quay.post(number, "ann", "My flat is free, write to me.").status_code == 201
        assert quay.shown(number) == ["My flat is free, write to me."]
        insisted = quay.post(number, "ann", NUMBER, warned.json()["decision"])
        assert insisted.status_code == 201
        assert quay.post(number, "eve", NUMBER, warned.json()["decision"]).status_code == 409
        assert quay.shown(number)[1:] == [NUMBER]


def test_what_is_held_appears_when_a_person_releases_it(quay: Quay) -> None:
    held = quay.post(1, "bob", "Whoever moored there is an idiot.")
    assert (held.status_code, held.json()["state"]) == (202, "held")
    until(lambda: done(quay, "bob") == {"hold": State.ACKNOWLEDGED})  # the service heard of it, and said so
    assert "Whoever moored there is an idiot." not in quay.shown(1)
    with quay.moderator() as moderator:
        [hold] = moderator.actions(decision=held.json()["decision"])
    httpx2.post(
        f"{quay.bylaw}/v1/actions/{hold.action}/undo",
        json={"reason": "They moored there themselves."},
        headers={"authorization": f"Bearer {quay.keys['moderator']}"},
        timeout=PATIENCE,
    ).raise_for_status()
    until(lambda: "Whoever moored there is an idiot." in quay.shown(1))
    until(lambda: done(quay, "bob") == {"hold": State.UNDONE, "release": State.ACKNOWLEDGED})


def test_a_suspended_account_stands_before_the_door_until_the_suspension_ends_by_itself(quay: Quay) -> None:
    nobody = quay.page()
    assert (nobody.status_code, "Who are you?" in nobody.text) == (401, True)
    welcome = quay.page("dee")
    assert (welcome.status_code, "three boats" in welcome.text) == (200, True)
    assert quay.post(1, "dee", "Good morning.").status_code == 201

    ends = (datetime.now(UTC) + RESTS).replace(microsecond=0)  # noqa: TID251 - the service's clock is this one
    quay.suspend("dee", ends)
    refused = quay.page("dee")
    assert refused.status_code == 403
    assert f">{ends.isoformat()}</time>" in refused.text
    assert "boats" not in refused.text
    assert quay.page("ann").status_code == 200
    for number in (1, 2):
        closed = quay.post(number, "dee", "Let me in!")
        assert closed.status_code == 403

    until(lambda: quay.page("dee").status_code == 200)
    assert datetime.now(UTC) >= ends  # noqa: TID251 - likewise
    assert quay.post(1, "dee", "Here I am again.").status_code == 201
    until(lambda: done(quay, "dee") == {"suspend": State.ENDED, "reinstate": State.ACKNOWLEDGED})


def test_a_rule_suspends_before_its_decision_is_answered(quay: Quay) -> None:
    assert quay.page("cy").status_code == 200
    assert quay.post(2, "cy", "Buy followers here, 10 a penny").status_code == 422
    refused = quay.page("cy")
    assert refused.status_code == 403
    assert "opens again by itself" in refused.text
    closed = quay.post(2, "cy", "Herring!").json()
    assert closed["clauses"] == ["community/posts/c"]
    assert closed["until"] > "2026"


@pytest.mark.parametrize("account", ["..", "../v1/book", "a/b", "a b", "ann?x=1", "%2e%2e", "a" * 200])
def test_a_cookie_that_is_no_id_leads_nowhere(quay: Quay, account: str) -> None:
    assert quay.page(account).status_code == 401


def test_a_webhook_that_nobody_signed_is_not_heard(quay: Quay) -> None:
    told = '{"type":"bylaw.action.planned","data":{"actions":[],"decision":null}}'
    at = datetime.now(UTC)  # noqa: TID251 - signed now
    for secret, status in ((SECRET, 204), ("whsec_" + "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4", 401)):
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign("msg_1", at, told),
        }
        with quay.site(1) as site:
            assert site.post("/hooks/bylaw", content=told, headers=headers).status_code == status


def test_while_bylaw_is_away_nothing_is_published_and_nobody_is_let_in(tmp_path: Path, root: Path) -> None:
    away = prepared(tmp_path, root / "examples/services")
    with away.community():
        for number in (1, 2):
            later = away.post(number, "ann", "Good morning.")
            assert (later.status_code, later.json()["code"]) == (503, "client.unreachable")
            assert away.shown(number) == []
        shut = away.page("ann")
        assert (shut.status_code, "whether you may come in" in shut.text) == (503, True)
        with away.deciding():
            assert away.post(1, "ann", "Good morning.").status_code == 201
            assert away.page("ann").status_code == 200
