"""The unit file and the installation guide: what they name exists, and what they promise holds."""

import os
import shlex
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bylaw.cli.main import app
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import open_record
from bylaw.runtime.safekeeping import back_up, restore

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "install.md").read_text()
PROGRAM = {"bylaw", "/opt/bylaw/bin/bylaw"}
SHUT = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "MemoryDenyWriteExecute": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "UMask": "0077",
    "LimitCORE": "0",
    "User": "bylaw",
}


def commands() -> Iterator[list[str]]:
    """Every call of the program in the guide and the unit, as words after ``bylaw``."""
    fences = GUIDE.split("```sh\n")[1:]
    lines = [line for one in fences for line in one.partition("```")[0].replace("\\\n", " ").splitlines()]
    lines += [line.partition("=")[2] for line in unit_text().splitlines() if line.startswith("ExecStart=")]
    for line in lines:
        words = shlex.split(line.partition("#")[0])
        names = [number for number, word in enumerate(words) if word in PROGRAM]
        if names and words[:1] not in (["useradd"], ["ln"], ["install"], ["systemctl"]):
            yield words[names[-1] + 1 :]


def unit_text() -> str:
    return (ROOT / "packaging" / "bylaw.service").read_text()


def unit() -> RawConfigParser:
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names as they are written
    parser.read_string(unit_text())
    return parser


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_of_the_guide_exists_with_its_options(words: list[str]) -> None:
    command: Any = get_command(app)
    words = list(words)
    while hasattr(command, "commands") and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    known = {option for one in command.params for option in one.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_guide_names_the_commands_that_it_takes() -> None:
    assert {words[0] for words in commands()} >= {"serve", "staff", "db", "check", "hold"}


def test_the_unit_shuts_out_what_the_service_does_not_need() -> None:
    service = unit()["Service"]
    assert {name: service[name] for name in SHUT} == SHUT
    assert "--host" not in service["ExecStart"]  # this machine only: a proxy is in front
    assert "--behind-proxy" in service["ExecStart"]


def test_keys_of_a_backup_are_for_their_owner_only_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        init_data(tmp_path / "data", "house")
        with open_record(tmp_path / "data", writing=True):
            pass
        back_up(tmp_path / "data", tmp_path / "backup", keys=tmp_path / "keys")
        restore(tmp_path / "backup", tmp_path / "again", tmp_path / "keys")
    finally:
        os.umask(before)
    for folder in ("keys", "again"):
        assert (tmp_path / folder / "master.key").stat().st_mode & 0o777 == 0o600
