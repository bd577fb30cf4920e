"""The first key of a service: shown to a person, kept from what keeps logs."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bylaw.base.errors import InputError
from bylaw.cli.first_key import FILE, VARIABLE, first_key
from bylaw.runtime.folders import init_data
from bylaw.runtime.staffing import open_staffing
from bylaw.staff.keys import Keyring


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    return tmp_path / "data"


@pytest.fixture
def keys(data: Path) -> Iterator[Keyring]:
    with open_staffing(data, writing=True) as here:
        yield here.staff.keys


def lets_in(keys: Keyring, token: str) -> bool:
    return keys.check(token).name == "first"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_at_a_terminal_it_is_shown_once_and_written_nowhere(data: Path, keys: Keyring) -> None:
    said = first_key(keys, data, {}, shows=True)
    assert lets_in(keys, said.rpartition("[bold]")[2].removesuffix("[/]"))
    assert not (data / FILE).exists()
    assert first_key(keys, data, {}, shows=True) == ""


def test_elsewhere_only_its_file_is_told(data: Path, keys: Keyring) -> None:
    said = first_key(keys, data, {}, shows=False)
    assert "key_" not in said
    assert str(data / FILE) in said
    assert lets_in(keys, (data / FILE).read_text().strip())
    assert mode(data / FILE) == 0o600
    assert first_key(keys, data, {}, shows=False) == ""


def test_the_file_may_be_another_and_is_its_owners_only(data: Path, keys: Keyring, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("something older that is longer than any key is, and was readable by everybody on it" * 2)
    kept.chmod(0o644)
    said = first_key(keys, data, {VARIABLE: str(kept)}, shows=True)
    assert "key_" not in said
    assert lets_in(keys, kept.read_text().strip())
    assert mode(kept) == 0o600


def test_what_cannot_be_kept_is_not_made(data: Path, keys: Keyring, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for place in (tmp_path / "no" / "folder", tmp_path / "link", tmp_path):
        with pytest.raises(InputError, match="cannot be written"):
            first_key(keys, data, {VARIABLE: str(place)}, shows=False)
    assert keys.keys() == []
    assert not (tmp_path / "elsewhere").exists()
