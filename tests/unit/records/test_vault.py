"""Persons, sealing, destruction, epochs, backups: what a vault promises."""

import base64
import os
from datetime import date
from pathlib import Path

import pytest

from bylaw.base.errors import (
    BusyError,
    BylawError,
    ConflictError,
    InputError,
    IntegrityError,
    NotFoundError,
    RefusedError,
    UpstreamError,
)
from bylaw.records.vault.backup import restore
from bylaw.records.vault.destruction import Replayed
from bylaw.records.vault.master import KeyCommand, KeyFile, KeyVariable
from bylaw.records.vault.scan import scan
from bylaw.records.vault.sealing import SEAL_BYTES
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault
from sqlite_pages import recorded_bytes
from vaults import Home

BOTH = (Use.PROFILE, Use.EVIDENCE)
FLIPS = 150


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").make()


def code_of(error: pytest.ExceptionInfo[BylawError]) -> str:
    return error.value.code


def test_an_external_id_keeps_its_subject_over_restarts(home: Home) -> None:
    with home.open() as vault:
        people = vault.subjects("account", ["ann", "bob", "ann"])
        assert len(set(people.values())) == 2
        assert vault.subjects("device", ["ann"])["ann"] != people["ann"]
    with home.open() as vault:
        assert vault.subjects("account", ["bob", "ann"]) == people
        assert vault.external(people["ann"]) == ("account", "ann")


def test_ids_may_hold_anything_and_spaces_may_not(home: Home) -> None:
    with home.open() as vault:
        odd = ["", "a\0b", "\ud800", "é" * 1000]
        people = vault.subjects("account", odd)
        assert [vault.external(people[name]) for name in odd] == [("account", name) for name in odd]
        for space in ("", "day", "a\0b", "x" * 65):
            with pytest.raises(InputError):
                vault.subjects(space, ["ann"])


def test_a_day_has_one_subject(home: Home) -> None:
    with home.open() as vault:
        today = vault.day(date(2026, 2, 1))
        assert vault.day(date(2026, 2, 1)) == today != vault.day(date(2026, 2, 2))
        vault.destroy([today], BOTH)
        assert vault.day(date(2026, 2, 1)) != today


def test_what_is_sealed_opens_only_for_its_subject_use_and_place(home: Home) -> None:
    with home.open() as vault:
        ann, bob = vault.subjects("account", ["ann", "bob"]).values()
        for use in BOTH:
            sealed = vault.seal(ann, use, b"text", b"place")
            assert len(sealed) == len(b"text") + SEAL_BYTES
            assert vault.unseal(ann, sealed, b"place") == b"text"
            vault.seal(bob, use, b"", b"")
            other = bytes((3 - sealed[0],)) + sealed[1:]
            for subject, part, place in (
                (bob, sealed, b"place"),
                (ann, sealed, b"elsewhere"),
                (ann, other, b"place"),
                (ann, sealed[:-1] + bytes((sealed[-1] ^ 1,)), b"place"),
                (ann, b"", b"place"),
            ):
                with pytest.raises(IntegrityError):
                    vault.unseal(subject, part, place)
        with pytest.raises(NotFoundError):
            vault.seal(b"0" * 16, Use.PROFILE, b"", b"")


def test_a_small_memory_forgets_nothing_that_matters(home: Home) -> None:
    with home.open() as vault:
        names = [str(n) for n in range(1_200)]
        people = vault.subjects("account", names)
        assert vault.subjects("account", names[::-1]) == people
    with home.open() as vault:
        assert vault.subjects("account", names) == people


def test_a_secret_is_made_once(home: Home) -> None:
    with home.open() as vault:
        tags = vault.secret("tags")
        assert len(tags) == 32
        assert vault.secret("ledger") != tags
    with home.open() as vault:
        assert vault.secret("tags") == tags


def test_a_destroyed_key_is_gone_for_ever_and_a_returning_person_is_new(home: Home) -> None:
    with home.open() as vault:
        ann = vault.subjects("account", ["ann"])["ann"]
        profile, evidence = (vault.seal(ann, use, b"text", b"") for use in BOTH)
        assert vault.destroy([ann], [Use.PROFILE]) == 1
        assert vault.destroy([ann], [Use.PROFILE]) == 0
        assert vault.unseal(ann, evidence, b"") == b"text"
    with home.open() as vault:
        with pytest.raises(Destroyed):
            vault.unseal(ann, profile, b"")
        with pytest.raises(Destroyed):
            vault.seal(ann, Use.PROFILE, b"", b"")
        assert vault.external(ann) is None
        assert vault.subjects("account", ["ann"])["ann"] != ann
        assert not vault.check()


def test_evidence_that_was_never_needed_cannot_be_made_after(home: Home) -> None:
    with home.open() as vault:
        ann, bob = vault.subjects("account", ["ann", "bob"]).values()
        vault.destroy([ann], [Use.PROFILE])
        vault.destroy([bob], [Use.EVIDENCE])
        for subject in (ann, bob):
            with pytest.raises(Destroyed):
                vault.seal(subject, Use.EVIDENCE, b"", b"")
        vault.seal(bob, Use.PROFILE, b"", b"")


def test_nothing_of_a_destroyed_key_is_left_in_any_file(home: Home) -> None:
    drawn: list[bytes] = []

    def chance(count: int) -> bytes:
        drawn.append(os.urandom(count))
        return drawn[-1]

    with home.open(chance=chance) as vault:
        for at in range(0, 600, 60):
            vault.subjects("account", [f"canary-{n}" for n in range(at, at + 60)])
        before = home.path.read_bytes() + home.path.with_name("vault.db-wal").read_bytes()
        people = list(vault.subjects("account", [f"canary-{n}" for n in range(0, 600, 7)]).values())
        vault.destroy(people, BOTH)
        assert not vault.check()
    nonces = [block[at : at + 12] for block in drawn for at in range(0, len(block), 12)]
    stood = [nonce for nonce in nonces if nonce in before]
    left = {stood[finding.needle] for finding in scan([home.folder], stood)}
    assert len(stood) - len(left) == 2 * len(people)
    assert not scan([home.folder], [b"canary", b"account"])


def test_a_reader_in_the_way_delays_the_end_and_not_the_destruction(home: Home) -> None:
    with home.open() as vault, home.open(writing=False) as reader:
        ann = vault.subjects("account", ["ann"])["ann"]
        sealed = vault.seal(ann, Use.PROFILE, b"text", b"")
        assert reader.unseal(ann, sealed, b"") == b"text"
        vault.destroy([ann], BOTH)
        with pytest.raises(Destroyed):
            reader.unseal(ann, sealed, b"")
        with pytest.raises(RefusedError, match="read_only"):
            reader.subjects("account", ["new"])
        vault.rotate()
        assert reader.external(ann) is None


def test_without_its_journal_nothing_is_destroyed(home: Home) -> None:
    with home.open() as vault:
        ann = vault.subjects("account", ["ann"])["ann"]
        home.journals[1].parent.rmdir()
        home.journals[1].parent.touch()
        with pytest.raises(BusyError) as error:
            vault.destroy([ann], BOTH)
        assert code_of(error) == "vault.journal_closed"
        vault.seal(ann, Use.PROFILE, b"", b"")
        home.journals[1].parent.unlink()
        home.journals[1].parent.mkdir()
        assert vault.destroy([ann], BOTH) == 2


def test_the_journal_says_opaque_ids_only_and_both_copies_mend_each_other(home: Home) -> None:
    with home.open() as vault:
        ann, bob = vault.subjects("account", ["ann", "bob"]).values()
        vault.destroy([ann], [Use.PROFILE])
    text = home.journals[0].read_text()
    acts = [line.split()[2:5] for line in text.splitlines()]
    assert acts == [["begin", "1", ann.hex()], ["done", "1", ann.hex()]]
    home.journals[1].write_text(text.splitlines(keepends=True)[0] + "2 1 do")
    with home.open() as vault:
        assert home.journals[1].read_text() == text
    home.journals[0].unlink()
    with home.open() as vault:
        vault.destroy([bob], [Use.PROFILE])
    assert home.journals[0].read_text() == home.journals[1].read_text()
    for journal in home.journals:
        journal.unlink()
    with pytest.raises(IntegrityError, match=r"journal_lost"):
        home.open()


def test_a_restored_backup_serves_nothing_until_it_has_forgotten_again(home: Home) -> None:
    with home.open() as vault:
        ann, bob = vault.subjects("account", ["ann", "bob"]).values()
        vault.back_up(home.folder / "backup.db")
        with pytest.raises(ConflictError):
            vault.back_up(home.folder / "backup.db")
        eve = vault.subjects("account", ["eve"])["eve"]
        vault.destroy([ann, eve], [Use.PROFILE])
    restore(home.folder / "backup.db", home.path)
    with home.open() as vault:
        assert vault.restored
        for serve in (
            lambda: vault.subjects("account", ["bob"]),
            lambda: vault.external(bob),
            lambda: vault.seal(bob, Use.PROFILE, b"", b""),
            lambda: vault.secret("tags"),
            lambda: vault.day(date(2026, 1, 1)),
            vault.rotate,
            lambda: vault.back_up(home.folder / "second.db"),
        ):
            with pytest.raises(RefusedError, match=r"vault\.restored"):
                serve()
        assert vault.replay_journal() == Replayed(resurrected=1, unknown=1)
        assert vault.external(ann) is None
        assert vault.external(eve) is None
        assert vault.external(bob) == ("account", "bob")
    with home.open() as vault:
        assert not vault.restored
        assert not vault.check()


def test_an_old_backup_dies_with_its_epoch(home: Home) -> None:
    with home.open() as vault:
        ann = vault.subjects("account", ["ann"])["ann"]
        sealed = vault.seal(ann, Use.EVIDENCE, b"text", b"")
        vault.back_up(home.folder / "backup.db", home.folder / "backup.epochs")
        assert vault.rotate() == 2
        assert vault.unseal(ann, sealed, b"") == b"text"
    restore(home.folder / "backup.db", home.path)
    with pytest.raises(RefusedError) as error:
        home.open()
    assert code_of(error) == "vault.expired"
    (home.folder / "vault.epochs").write_bytes((home.folder / "backup.epochs").read_bytes())
    with home.open() as vault:
        assert vault.unseal(ann, sealed, b"") == b"text"


def test_the_master_key_changes_and_the_old_one_opens_nothing(home: Home) -> None:
    following = KeyFile(home.folder / "next.key")
    following.make(os.urandom)
    with home.open() as vault:
        ann = vault.subjects("account", ["ann"])["ann"]
        tags = vault.secret("tags")
        vault.change_master(following)
        assert vault.external(ann) == ("account", "ann")
    with pytest.raises(RefusedError) as error:
        home.open()
    assert code_of(error) == "vault.master"
    home.master = following
    with home.open() as vault:
        assert (vault.secret("tags"), vault.external(ann)) == (tags, ("account", "ann"))


def test_one_process_writes(home: Home) -> None:
    with home.open(), pytest.raises(BusyError) as error:
        home.open()
    assert code_of(error) == "vault.locked"
    with pytest.raises(ConflictError):
        Vault.create(home.path, home.master, clock=lambda: 1)


def test_the_master_key_comes_from_file_variable_or_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = KeyFile(tmp_path / "key")
    file.make(os.urandom)
    monkeypatch.setenv("BYLAW_TEST_KEY", base64.b64encode(file.key()).decode())
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.key() == KeyVariable("BYLAW_TEST_KEY").key() == KeyCommand(["cat", str(file.path)]).key()
    for source, kind in (
        (KeyVariable("BYLAW_NO_KEY"), NotFoundError),
        (KeyFile(tmp_path / "none"), NotFoundError),
        (KeyCommand(["false"]), UpstreamError),
        (KeyCommand([str(tmp_path / "none")]), UpstreamError),
        (KeyCommand(["sleep", "9"], seconds=0.01), UpstreamError),
        (KeyCommand(["echo", "short"]), InputError),
    ):
        with pytest.raises(kind):
            source.key()
    with pytest.raises(ConflictError):
        file.make(os.urandom)
    file.path.chmod(0o644)
    with pytest.raises(InputError, match="others may read"):
        file.key()


def test_a_flipped_bit_in_any_recorded_byte_is_found(home: Home) -> None:
    with home.open() as vault:
        people = vault.subjects("account", [str(n) for n in range(150)])
        for subject in list(people.values())[:5]:
            vault.seal(subject, Use.EVIDENCE, b"", b"")
        vault.destroy(list(people.values())[3:6], [Use.PROFILE])
        vault.secret("tags")
    whole = {path: path.read_bytes() for path in (home.path, home.folder / "vault.epochs", home.journals[0])}
    home.journals[1].unlink()
    home.journals = (home.journals[0],)
    for path, content in whole.items():
        places = recorded_bytes(content) if path == home.path else range(min(len(content), 512))
        for n, at in enumerate(places[:: len(places) // FLIPS]):
            flipped = bytearray(content)
            flipped[at] ^= 1 << n % 8
            path.write_bytes(flipped)
            assert is_found(home, path, bytes(flipped)), (path.name, at)
        path.write_bytes(content)


def is_found(home: Home, path: Path, flipped: bytes) -> bool:
    try:
        with home.open() as vault:
            return bool(vault.check()) or path.read_bytes() != flipped  # it was told, or mended at opening
    except BylawError:
        return True
    finally:
        for end in ("-wal", "-shm"):
            home.path.with_name(home.path.name + end).unlink(missing_ok=True)


@pytest.mark.parametrize("size", [0, 7, 8 * 1024 * 1024 - 3])
def test_a_scan_finds_needles_across_the_borders_of_what_it_reads(tmp_path: Path, size: int) -> None:
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    path.write_bytes(bytes(size) + b"canary" + bytes(100))
    assert [tuple(found) for found in scan([tmp_path], [b"nothing", b"canary"])] == [(path, 1, size)]
    assert not scan([tmp_path / "missing"], [b"canary"])
