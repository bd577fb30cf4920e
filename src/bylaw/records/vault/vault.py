"""The vault: one random key a person and use; what is sealed under it can be read as long as the key exists.

Known persons and sealing are answered from memory (``sealing``). Whatever makes or changes a key is durable before it
returns.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bylaw.base.errors import BusyError, BylawError, Problem
from bylaw.records.vault.backup import back_up
from bylaw.records.vault.check import check
from bylaw.records.vault.destruction import Destroyer, Replayed
from bylaw.records.vault.keys import Keys, Means
from bylaw.records.vault.master import Master
from bylaw.records.vault.outside import OutsideJournal
from bylaw.records.vault.rotation import change_master, rotate
from bylaw.records.vault.sealing import PERSONS_IN_MEMORY, Sealing
from bylaw.records.vault.uses import Boundary, Use, no_boundary

JOURNAL_NAME: Final = "erasures.log"


class Vault(Sealing):
    """An open vault. Any thread may call; what changes keys takes turns."""

    def __init__(
        self, keys: Keys, journal: OutsideJournal, *, persons_in_memory: int = PERSONS_IN_MEMORY
    ) -> None:
        self._journal = journal
        self._destroyer = Destroyer(keys, journal)
        super().__init__(keys, restored=self._destroyer.is_restored(), persons_in_memory=persons_in_memory)

    @classmethod
    def create(
        cls,
        path: Path,
        master: Master,
        *,
        clock: Callable[[], int],
        chance: Callable[[int], bytes] = os.urandom,
        boundary: Boundary = no_boundary,
    ) -> None:
        """Make an empty vault: the file at ``path`` and ``vault.epochs`` beside it. Durable on return.

        Raises:
            ConflictError: ``vault.exists``.
        """
        Keys.create(path, Means(master.key(), clock, chance, boundary))

    @classmethod
    def open(  # noqa: PLR0913 - what the world is to a vault
        cls,
        path: Path,
        master: Master,
        *,
        clock: Callable[[], int],
        chance: Callable[[int], bytes] = os.urandom,
        boundary: Boundary = no_boundary,
        journals: Sequence[Path] = (),
        writing: bool = True,
    ) -> Self:
        """Open a vault, and finish what a crash interrupted. ``journals``: where the journal of destruction is kept.

        Without ``journals`` it is ``erasures.log`` beside the vault. Who may only read makes, changes and finishes
        nothing.

        Raises:
            BusyError: ``vault.locked``, another process writes it.
            RefusedError: ``vault.master``, ``vault.expired``, ``vault.newer``.
            NotFoundError: ``vault.missing``, ``vault.no_epochs``.
            IntegrityError: it is damaged.
        """
        keys = Keys.open(path, Means(master.key(), clock, chance, boundary), writing=writing)
        try:
            journal = OutsideJournal(journals or (path.with_name(JOURNAL_NAME),), keys.vault, boundary)
            journal.read(keys.mark("journaled"), writing=writing)
            vault = cls(keys, journal)
            vault.mend()
        except BaseException:
            keys.close()
            raise
        return vault

    # -- destruction

    @property
    def restored(self) -> bool:
        """Whether this vault was put back from a backup and serves nothing until ``replay_journal``."""
        return self._restored

    def destroy(self, subjects: Iterable[bytes], uses: Iterable[Use]) -> int:
        """Destroy keys, many in one go; return how many. For ever: what was sealed under them means nothing now.

        Returns when the journal outside says so, the keys are overwritten, and the vault's files were searched for
        them. A hold is not this room's business: whoever calls has looked.

        Raises:
            NotFoundError: ``vault.unknown``; nothing was begun.
            BusyError: ``vault.journal_closed``, nothing was begun; ``vault.read``, a reader keeps an old state of the
                file: the keys cannot be used any more, and ``resume`` finishes.
        """
        with self._keys.lock:
            self._demand_writing()
            self._demand_served()
            targets = self._destroyer.find(subjects, uses)
            if targets:
                self._forget_persons(targets)
                self._destroyer.destroy(targets)
        return len(targets)

    def unfinished(self) -> int:
        """Return how many keys are overwritten and not yet known to be gone from the files."""
        with self._keys.lock:
            return len(self._keys.unfinished())

    def resume(self) -> int:
        """Finish destructions that something interrupted; return how many keys."""
        with self._keys.lock:
            self._demand_writing()
            self._demand_served()
            return self._destroyer.resume()

    def replay_journal(self, before: Callable[[list[bytes]], None] | None = None) -> Replayed:
        """Destroy again what a restored backup brought back, then serve. Each resurrected key is an incident.

        ``before`` is called with the subjects of these keys and may still read what is sealed under them: a hold may
        keep a record of which they are the only keys.
        """
        with self._keys.lock:
            self._demand_writing()
            if before is not None:
                self._restored = False
                try:
                    before(self._destroyer.resurrected())
                except BaseException:
                    self._restored = True
                    raise
                finally:
                    self._forget()
            replayed = self._destroyer.replay()
            self._restored = False
        return replayed

    # -- upkeep

    def rotate(self) -> int:
        """Begin a new epoch, while serving, and end the old one for good; return how many keys were wrapped anew.

        What is left of the old epoch's wrapped keys, in free blocks and in backups, is unreadable on return.
        """
        self.resume()
        return rotate(self._keys)

    def change_master(self, master: Master) -> None:
        """Wrap epochs and secrets under another master key; durable on return. After a crash one of the two opens."""
        with self._keys.lock:
            self._demand_writing()
            self._demand_served()
            change_master(self._keys, master.key())

    def check(self) -> list[Problem]:
        """Look at every recorded byte; return what is not as it was written."""
        with self._keys.lock:
            problems = check(self._keys, self._persons.verify)
            try:
                self._journal.read(self._keys.mark("journaled"), writing=False)
            except BylawError as error:
                problems.append(error.problem)
        return problems

    def back_up(self, path: Path, epochs: Path | None = None) -> None:
        """Write a copy of the vault's file, and of its wrapping keys where asked; durable on return.

        Raises:
            BusyError: ``vault.rotating``, ``vault.unfinished``.
            ConflictError: ``vault.copy_exists``.
        """
        with self._keys.lock:
            self._demand_served()
            back_up(self._keys, path, epochs)

    # -- life

    def mend(self) -> None:
        """Finish what a crash interrupted, unless a backup was restored. A reader in the way leaves it unfinished."""
        if self._watching or self._restored:
            return
        with self._keys.lock:
            self._keys.tidy()
            with contextlib.suppress(BusyError):
                self._destroyer.resume()

    def close(self) -> None:
        """Let go of the files, the lock and every key in memory."""
        with self._keys.lock:
            self._forget()
            self._keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
