"""A vault against a model of it: meet, seal, destroy, rotate, back up, restore, and crashes at any boundary of each.

A crash is what another process would find at that moment: the files are copied there and then, and life goes on in
the copy.
"""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bylaw.records.vault.backup import restore
from bylaw.records.vault.scan import scan
from bylaw.records.vault.uses import Destroyed, Use
from bylaw.records.vault.vault import Vault
from vaults import Home

NAMES = st.sampled_from(["ann", "bob", "eve"])
USES = st.sets(st.sampled_from(list(Use)), min_size=1)
CRASHES = st.integers(0, 20) | st.none()


class StopHereError(Exception):
    """The crash."""


class VaultModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.numbers = itertools.count()
        self.home = Home(Path(self.folder.name) / "home").make()
        self.crash: int | None = None
        self.people: dict[str, bytes] = {}
        self.known: set[tuple[bytes, Use]] = set()  # keys in the vault that is open
        self.gone: set[tuple[bytes, Use]] = set()
        self.sealed: list[tuple[bytes, Use, bytes]] = []
        self.epochs = 0
        self.backup: tuple[Path, set[tuple[bytes, Use]], dict[str, bytes], int] | None = None
        self.open()

    def open(self) -> None:
        self.vault: Vault = self.home.open(boundary=self.boundary)
        self.reader = self.home.open(writing=False)

    def close(self) -> None:
        self.vault.close()
        self.reader.close()

    def boundary(self, _name: str) -> None:
        if self.crash is None:
            return
        self.crash -= 1
        if self.crash < 0:
            self.crash = None
            self.found = self.home.copy(f"found-{next(self.numbers)}")
            raise StopHereError

    def crashing(self, crash: int | None, verb: Callable[[], object]) -> bool:
        """Do something; tell whether it came to its end."""
        self.crash = crash
        try:
            verb()
        except StopHereError:
            self.close()
            self.home = self.found
            self.open()
            return False
        finally:
            self.crash = None
        return True

    @rule(name=NAMES)
    def meet(self, name: str) -> None:
        subject = self.vault.subjects("account", [name])[name]
        if name in self.people:
            assert subject == self.people[name]
        else:
            assert subject not in {known for known, _ in self.known}
        self.people[name] = subject
        self.known.add((subject, Use.PROFILE))

    @precondition(lambda self: self.people)
    @rule(name=NAMES, use=st.sampled_from(list(Use)))
    def seal(self, name: str, use: Use) -> None:
        if (subject := self.people.get(name)) is None or (subject, use) in self.gone:
            return
        self.known.add((subject, use))
        self.sealed.append((subject, use, self.vault.seal(subject, use, b"text", b"place")))

    @precondition(lambda self: self.people)
    @rule(names=st.sets(NAMES), uses=USES, crash=CRASHES)
    def destroy(self, names: set[str], uses: set[Use], crash: int | None) -> None:
        subjects = [self.people[name] for name in sorted(names & self.people.keys())]
        targets = {(subject, use) for subject in subjects for use in uses} - self.gone
        before = len(self.home.journals[0].read_bytes()) if self.home.journals[0].exists() else 0
        ended = self.crashing(crash, lambda: self.vault.destroy(subjects, uses))
        after = len(self.home.journals[0].read_bytes()) if self.home.journals[0].exists() else 0
        if ended or after > before:
            self.gone |= targets
            self.people = {n: s for n, s in self.people.items() if (s, Use.PROFILE) not in self.gone}

    @rule(crash=CRASHES)
    def rotate(self, crash: int | None) -> None:
        self.crashing(crash, self.vault.rotate)
        self.vault.rotate()
        self.epochs += 1

    @rule()
    def back_up(self) -> None:
        path = Path(self.folder.name) / f"backup-{next(self.numbers)}.db"
        self.vault.back_up(path)
        self.backup = path, set(self.known), dict(self.people), self.epochs

    @precondition(lambda self: self.backup is not None and self.backup[3] == self.epochs)
    @rule(crash=CRASHES)
    def put_back(self, crash: int | None) -> None:
        assert self.backup is not None
        path, self.known, people, _ = self.backup
        self.known = set(self.known)
        self.sealed = [
            part for part in self.sealed if part[:2] in self.known | self.gone
        ]  # the others are lost
        self.close()
        restore(path, self.home.path)
        self.open()
        if (
            self.vault.restored
            and not self.crashing(crash, self.vault.replay_journal)
            and self.vault.restored
        ):
            self.vault.replay_journal()
        self.reader.close()
        self.reader = self.home.open(writing=False)
        self.people = {n: s for n, s in people.items() if (s, Use.PROFILE) not in self.gone}

    @invariant()
    def what_lives_can_be_read_and_nothing_else(self) -> None:
        for vault in (self.vault, self.reader):
            for subject, use, sealed in self.sealed:
                assert read(vault, subject, sealed) == (Destroyed if (subject, use) in self.gone else b"text")
        for name, subject in self.people.items():
            assert self.reader.external(subject) == ("account", name)

    @invariant()
    def the_vault_is_sound(self) -> None:
        assert self.vault.check() == []
        assert self.vault.unfinished() == 0
        assert not scan([self.home.folder / "erasures.log"], [b"ann", b"bob", b"eve"])

    def teardown(self) -> None:
        self.close()
        self.folder.cleanup()


def read(vault: Vault, subject: bytes, sealed: bytes) -> object:
    try:
        return vault.unseal(subject, sealed, b"place")
    except Destroyed:
        return Destroyed


TestVaultModel = VaultModel.TestCase
TestVaultModel.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
