"""A vault in a folder of a test, and a process that is really killed at each of its boundaries.

As a program: ``python vaults.py FOLDER SCENARIO`` runs the scenario over and over, each time in a child that kills itself
(SIGKILL) one boundary later, and leaves each folder beside as ``FOLDER-crash-N-BOUNDARY``.
"""

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bylaw.records.vault.backup import restore
from bylaw.records.vault.master import KeyFile
from bylaw.records.vault.uses import Use
from bylaw.records.vault.vault import Vault

NAMES = [f"canary-{n}@example.org" for n in range(6)]


class Home:
    """Where a vault lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "vault.db"
        self.master = KeyFile(folder / "master.key")
        self.journals: tuple[Path, ...] = (folder / "erasures.log", folder / "second" / "erasures.log")

    def make(self) -> "Home":
        self.journals[1].parent.mkdir(parents=True)
        self.master.make(os.urandom)
        Vault.create(self.path, self.master, clock=lambda: 1)
        return self

    def open(self, **options: Any) -> Vault:
        return Vault.open(self.path, self.master, clock=lambda: 1, journals=self.journals, **options)

    def copy(self, name: str) -> "Home":
        """Return what another process would find if this one were killed now."""
        folder = self.folder.with_name(name)
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*-shm"))
        return Home(folder)


def prepare(home: Home) -> None:
    """Make persons with both keys, a backup, and one destroyed since."""
    home.make()
    with home.open() as vault:
        people = vault.subjects("account", NAMES)
        for subject in people.values():
            vault.seal(subject, Use.EVIDENCE, b"", b"")
        vault.back_up(home.folder / "backup.db")
        vault.destroy([people[NAMES[5]]], [Use.PROFILE])


def _meet(home: Home, boundary: Callable[[str], None]) -> None:
    with home.open(boundary=boundary) as vault:
        subject = vault.subjects("account", ["somebody new"])["somebody new"]
        vault.seal(subject, Use.EVIDENCE, b"", b"")
        vault.secret("tags")


def _destroy(home: Home, boundary: Callable[[str], None]) -> None:
    with home.open(boundary=boundary) as vault:
        vault.destroy(vault.subjects("account", NAMES[:2]).values(), [Use.PROFILE])


def _rotate(home: Home, boundary: Callable[[str], None]) -> None:
    with home.open(boundary=boundary) as vault:
        vault.rotate()


def _change_master(home: Home, boundary: Callable[[str], None]) -> None:
    following = KeyFile(home.folder / "next.key")
    following.make(os.urandom)
    with home.open(boundary=boundary) as vault:
        vault.change_master(following)


def _back_up(home: Home, boundary: Callable[[str], None]) -> None:
    with home.open(boundary=boundary) as vault:
        vault.back_up(home.folder / "later.db", home.folder / "later.epochs")


def _restore(home: Home, boundary: Callable[[str], None]) -> None:
    restore(home.folder / "backup.db", home.path, boundary=boundary)
    with home.open(boundary=boundary) as vault:
        vault.replay_journal()


def _create(home: Home, boundary: Callable[[str], None]) -> None:
    other = Home(home.folder / "other")
    other.folder.mkdir()
    Vault.create(other.path, home.master, clock=lambda: 1, boundary=boundary)


SCENARIOS: dict[str, Callable[[Home, Callable[[str], None]], None]] = {
    "meet": _meet,
    "destroy": _destroy,
    "rotate": _rotate,
    "change_master": _change_master,
    "back_up": _back_up,
    "restore": _restore,
    "create": _create,
}


def _killed_at(home: Home, scenario: str, crash: int) -> bool:
    """Run a scenario in a child that kills itself at a boundary; tell whether it got there."""
    child = os.fork()
    if not child:
        passed = itertools.count()

        def boundary(name: str) -> None:
            if next(passed) == crash:
                (home.folder / "boundary").write_text(name)
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            SCENARIOS[scenario](home, boundary)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    start, scenario = Path(sys.argv[1]), sys.argv[2]
    prepare(Home(start))
    for crash in itertools.count():
        home = Home(start).copy(f"{start.name}-crash-{crash:02}")
        if not _killed_at(home, scenario, crash):
            shutil.rmtree(home.folder)
            return


if __name__ == "__main__":
    main()
