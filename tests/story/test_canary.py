"""A canary goes through everything that Bylaw writes. While the key lives it can be read; then it is nowhere.

Every file is searched for every form of what is known of the person: the record and its log, the vault, snapshots,
journals outside, rejects, decisions, reports, exports, backups, temporary files, what the commands said.
"""

import base64
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

import canary
from bylaw.engine.decider import Arrival
from bylaw.events.vocabulary import PostCreated
from bylaw.records.holds.destroying import BOTH
from bylaw.records.holds.model import Ground, Keys
from bylaw.records.people import PEOPLE, alias_of
from bylaw.records.vault.uses import Destroyed
from bylaw.runtime.offices import open_office, open_record
from canary import CARD, ID, PERSON
from commandline import Bylaw, Said

RETENTION = '\n[retention.bookings]\ndays = 1\nevents = ["booking.made"]\nthen = "aggregate"\n'
AT = "2026-02-01T10:00:{:02}Z"
EVENT_TIME = datetime(2026, 2, 1, 11, tzinfo=UTC)
SAYS = f"Pay to {CARD}, {PERSON['name']}, {PERSON['address']}, {PERSON['email']}"
EVENTS = (
    {"kind": "account.registered", "id": "e1", "at": AT.format(1), "actor": ID, **PERSON},
    {"kind": "post.created", "id": "e2", "at": AT.format(2), "actor": ID, "text": SAYS},
    {"kind": "post.created", "id": "e3", "at": AT.format(3), "actor": "somebody", "text": "good morning"},
    {
        "kind": "message.sent",
        "id": "e4",
        "at": AT.format(4),
        "actor": "somebody",
        "recipient": ID,
        "text": "Hi",
    },
    {"kind": "post.created", "id": "e2", "at": AT.format(5), "actor": ID, "text": SAYS + ", again"},
    {"kind": "post.creatd", "id": "e5", "at": AT.format(6), "actor": ID, "text": SAYS},
)


class World:
    """A folder in which all is kept: ``out`` is everything that Bylaw writes, the source stands beside it."""

    def __init__(self, bylaw: Bylaw, book: Path, parent: Path) -> None:
        self.bylaw, self.out, self.data = bylaw, parent / "out", parent / "out" / "data"
        self.out.mkdir()
        operator = book / "operator.toml"
        operator.write_text(operator.read_text() + RETENTION)
        self.book, self.source = book, parent / "day.jsonl"
        self.source.write_text("\n".join(map(json.dumps, EVENTS)) + f'\n{{"broken": "{SAYS}"\n')

    def __call__(self, *arguments: object, status: int = 0) -> Said:
        """Run a command on the data folder; keep what it says among the files."""
        said = self.bylaw(*arguments, *(() if "--data" in arguments else ("--data", self.data)))
        assert said.status == status, said.err
        with (self.out / "said.log").open("a") as log:
            log.write(said.out + said.err)
        return said

    def live(self) -> None:
        """Decide the day, and write all that can be written of it."""
        files = ("--decisions", self.out / "decisions.jsonl", "--rejects", self.out / "rejects.jsonl")
        self("run", "--book", self.book, "--source", self.source, "--format", "jsonl", *files, "--every")
        self("explain")
        self("explain", "e2")
        self.report("before")

    def report(self, name: str) -> None:
        """Write everything that leaves the record."""
        report = ("--report", self.out / f"{name}.html")
        self("backtest", "--book", self.book, *report)
        self("replay", "--json")
        self("ledger", "checkpoint", "--out", self.out / f"{name}.checkpoint")
        self("ledger", "export", self.out / f"{name}-export")
        self("ledger", "export", self.out / f"{name}-sealed", "--sealed")
        self("ledger", "prove", 3, "--out", self.out)
        self("db", "backup", "--to", self.out / f"{name}-backup", "--keys", self.out / f"{name}-keys")

    def readable(self, data: Path | None = None) -> dict[str, bool]:
        """Tell of every event whether it can be read, in its own words."""
        answers = {}
        with open_record(data or self.data, writing=False) as kept:
            for number in range(1, 5):
                row = kept.archive.find(f"e{number}")
                assert row
                try:
                    answers[f"e{number}"] = bool(kept.archive.recall(row).event)
                except Destroyed:
                    answers[f"e{number}"] = False
        return answers

    def proofs_verify(self) -> None:
        key = self("ledger", "key").out.strip()
        for export in sorted(self.out.glob("*-export")) + sorted(self.out.glob("*-sealed")):
            assert self.bylaw("ledger", "verify", export, "--key", key).status == 0
        proof = ("ledger", "verify", self.out / "3.tlog-proof", "--key", key, "--record", self.out / "3.json")
        assert self.bylaw(*proof).status == 0
        assert self("check", "--rebuild").status == 0


@pytest.fixture
def world(bylaw: Bylaw, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(bylaw, book, tmp_path)
    (made.out / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(made.out / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    made.live()
    return made


EVERYTHING = {"e1": True, "e2": True, "e3": True, "e4": True}
NOTHING_OF_THE_CANARY = {"e1": False, "e2": False, "e3": True, "e4": False}


def test_the_search_finds_every_form(tmp_path: Path) -> None:
    for place, word in enumerate(canary.WORDS):
        text = f"{'x' * place} {word} {'y' * place}"
        for name, raw in {
            "plain": text.encode(),
            "small": text.lower().encode(),
            "wide": text.encode("utf-16"),
            "digits": text.encode().hex().encode(),
            "letters": base64.b64encode(text.encode()),
            "address": base64.urlsafe_b64encode(text.encode()),
            "wide-letters": base64.b64encode(text.encode("utf-16-be")),
        }.items():
            (tmp_path / f".{name}-{place}").write_bytes(raw)
    assert canary.found(tmp_path) == {path.name for path in tmp_path.iterdir()}
    (tmp_path / "other").write_text("Serinette, canary.example, acc_7f3a91")
    assert "other" not in canary.found(tmp_path)


def test_an_erased_person_is_in_no_file_and_every_proof_verifies(world: World) -> None:
    assert canary.found(world.source.parent) == {"day.jsonl"}  # the search finds what is there
    assert world.readable() == EVERYTHING
    assert world("explain", "e2", "--json").json["rules"] == ["card-numbers"]

    world("erase", "--person", ID, "--yes")
    world.report("after")

    assert world.readable() == NOTHING_OF_THE_CANARY
    assert world("explain", "e2", status=2).err
    endings = world("replay", "--verify", "--json").json["endings"]
    assert (endings["same"], endings["unreadable"]) == (1, 3)
    world.proofs_verify()
    assert canary.found(world.out) == set()


def test_a_backup_from_before_forgets_again_what_it_brought_back(world: World) -> None:
    world("erase", "--person", ID, "--yes")
    again = world.out / "again"
    world("db", "restore", "--data", again, "--from", world.out / "before-backup", "--keys", world.data)
    assert "bylaw hold replay" in world("explain", "e2", "--data", again, status=2).err
    told = world("hold", "replay", "--data", again, "--json").json
    assert (told["facts"], told["keys"]) == (1, 2)
    assert world.readable(again) == NOTHING_OF_THE_CANARY
    assert world("check", "--rebuild", "--data", again).status == 0
    world("run", "--book", world.book, "--source", world.source, "--format", "jsonl", "--data", again)
    assert world.readable(again) == NOTHING_OF_THE_CANARY
    assert canary.found(world.out) == set()


def test_a_hold_keeps_what_it_names_and_its_release_completes_the_erasure(world: World) -> None:
    why = ("--for", "legal_process", "--review", "2027-01-01", "--reason", f"about {PERSON['name']}")
    hold = world("hold", "place", *why, "--clause", "house-rules/numbers/p1", "--person", ID, "--json").json
    world("erase", "--person", ID, "--yes")
    assert world.readable() == {**NOTHING_OF_THE_CANARY, "e2": True}
    assert world("explain", "e2", "--json").json["rules"] == ["card-numbers"]
    again = world.out / "again"
    world("db", "restore", "--data", again, "--from", world.out / "before-backup", "--keys", world.data)
    world("hold", "replay", "--data", again)
    assert world.readable(again) == {**NOTHING_OF_THE_CANARY, "e2": True}
    assert canary.found(world.out) == set()

    for data in (world.data, again):
        world("hold", "release", hold["hold"], "--reason", f"settled with {PERSON['name']}", "--data", data)
        assert world.readable(data) == NOTHING_OF_THE_CANARY
    world.report("after")
    world.proofs_verify()
    assert canary.found(world.out) == set()


def test_the_files_of_who_is_deciding_hold_nothing_either(world: World) -> None:
    def copied(name: str) -> set[str]:  # by another process: to close a file here drops SQLite's locks on it
        copy = "import shutil, sys; shutil.copytree(*sys.argv[1:])"
        subprocess.run([sys.executable, "-c", copy, world.data, world.out / name], check=True)
        assert (world.out / name / "bylaw.db-wal").stat().st_size
        return canary.found(world.out)

    post = PostCreated(id="e7", at=EVENT_TIME, actor=ID, text=SAYS)
    with open_office(world.data) as office:
        office.decider.decide([Arrival(post, post.at)])
        office.decider.save()
        assert copied("while-it-decides") == set()
        subject = office.vault.subjects(PEOPLE, [ID])[ID]
        office.destroy(Keys(alias_of(subject), BOTH), Ground.REQUEST)
        office.decider.save()
        assert copied("after-it-forgot") == set()
        row = office.archive.find("e7")
        assert row
        with pytest.raises(Destroyed):
            office.archive.recall(row)
