"""The process is killed (SIGKILL) at every boundary of every durable step; what is found after is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

import vaults
from bylaw.base.errors import BylawError, NotFoundError, RefusedError
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault
from vaults import NAMES, SCENARIOS, Home

LEAST = {"meet": 6, "destroy": 15, "rotate": 8, "change_master": 6, "back_up": 5, "restore": 11, "create": 4}


def crashed(tmp_path: Path, scenario: str) -> list[Home]:
    subprocess.run([sys.executable, str(vaults.__file__), str(tmp_path / "home"), scenario], check=True)
    homes = [Home(folder) for folder in sorted(tmp_path.glob("home-crash-*"))]
    assert len(homes) >= LEAST[scenario]
    return homes


def opened(home: Home) -> Vault:
    try:
        return home.open()
    except RefusedError:
        home.master = KeyFile(home.folder / "next.key")
        return home.open()


def is_gone(vault: Vault, subject: bytes) -> bool:
    try:
        vault.seal(subject, Use.PROFILE, b"", b"")
    except Destroyed:
        return True
    return False


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_whatever_is_killed_opens_again_whole_and_nobody_comes_back(tmp_path: Path, scenario: str) -> None:
    homes = crashed(tmp_path, scenario)
    start = Home(tmp_path / "home")
    with start.open() as vault:
        people = vault.subjects("account", NAMES[:5])
    lines = start.journals[0].read_text().splitlines()
    gone = bytes.fromhex(lines[0].split()[4])
    for home in homes:
        at = (home.folder / "boundary").read_text()
        with opened(home) as vault:
            if vault.restored:
                vault.replay_journal()
            assert not vault.check(), at
            assert not vault.unfinished(), at
            assert is_gone(vault, gone), at
            destroyed = {name for name in NAMES[:2] if is_gone(vault, people[name])}
            begun = home.journals[0].read_text().splitlines()[len(lines) :]
            assert destroyed == (set(NAMES[:2]) if begun else set()), at
            for name in set(NAMES[:5]) - destroyed:
                assert vault.external(people[name]) == ("account", name), at
                vault.seal(people[name], Use.EVIDENCE, b"", b"")
            vault.rotate()
            assert not vault.check(), at
        assert home.journals[0].read_bytes() == home.journals[1].read_bytes(), at


def test_a_vault_that_was_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    for home in crashed(tmp_path, "create"):
        other = Home(home.folder / "other")
        try:
            Vault.open(other.path, home.master, clock=lambda: 1).close()
        except BylawError as error:
            assert isinstance(error, NotFoundError) or error.code == "vault.damaged"
            Vault.create(other.path, home.master, clock=lambda: 1)
            with Vault.open(other.path, home.master, clock=lambda: 1) as vault:
                assert not vault.check()


def test_a_copy_that_was_killed_is_not_at_its_place(tmp_path: Path) -> None:
    for home in crashed(tmp_path, "back_up"):
        later = home.folder / "later.db"
        if later.exists():
            later.rename(home.path)
            with home.open() as vault:
                assert not vault.check()
