"""How keys are destroyed: outside journal, overwriting, searching the files, and only then done.

::

    begin → journal (synced) → overwritten in one transaction, look-ups too → log emptied → files searched
          → recorded as destroyed → journal (synced) → the vault notes how far it knows the journal

A crash anywhere leaves either a line without its end or a row that is ``destroying``: ``resume`` finishes both. A
vault that is older than a finished line was restored from a backup: it serves nothing until ``replay``.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.records.vault.keys import Keys
from bylaw.records.vault.outside import OutsideJournal, Target
from bylaw.records.vault.rows import KeyRow
from bylaw.records.vault.scan import scan
from bylaw.records.vault.uses import KEY_VERSION, NONCE_BYTES, State, Use

NO_EPOCH: Final = 0
_INVERT: Final = bytes(255 - byte for byte in range(256))


class Replayed(NamedTuple):
    """What a replay of the outside journal did. ``resurrected``: keys a backup had brought back; each an incident."""

    resurrected: int
    unknown: int  # destroyed keys of persons whom the restored vault never met


class Destroyer:
    """Destroys keys of one open vault. Every method is called with the lock of its keys held."""

    def __init__(self, keys: Keys, journal: OutsideJournal) -> None:
        self._keys = keys
        self._journal = journal

    def find(self, subjects: Iterable[bytes], uses: Iterable[Use]) -> list[Target]:
        """Return the keys that are still to be destroyed, also those that were never made.

        Raises:
            NotFoundError: ``vault.unknown``.
        """
        return [
            (subject, int(use))
            for subject in dict.fromkeys(subjects)
            for use in sorted(set(uses))
            if self._is_to_destroy(subject, use)
        ]

    def destroy(self, targets: Sequence[Target]) -> None:
        """Destroy keys; they are gone from the files on return."""
        self._journal.append("begin", targets, self._keys.means.clock())
        self._finish(self._overwrite(targets))

    def is_restored(self) -> bool:
        """Tell whether the vault has what its journal says was destroyed."""
        done = {(line.subject, line.use) for line in self._journal.unknown if line.act == "done"}
        return any(self._is_live_or_unknown(target) for target in done)

    def resume(self) -> int:
        """Finish what a crash or a reader interrupted; return how many keys.

        Raises:
            BusyError: ``vault.read``, a reader is in the way; what is overwritten stays overwritten.
        """
        begun = [target for target in self._begun() if self._is_live_or_unknown(target)]
        needles = self._overwrite(begun) if begun else []
        rows = self._keys.unfinished()
        if rows or self._journal.unknown:
            self._finish(needles)
        return len(rows)

    def resurrected(self) -> list[bytes]:
        """Return the subjects of whom a restored backup brought keys back."""
        living = [target for target in self._begun() if self._is_live_or_unknown(target)]
        return list(dict.fromkeys(subject for subject, use in living if self._keys.row(subject, use)))

    def replay(self) -> Replayed:
        """Destroy again what a restored backup brought back."""
        targets = [target for target in self._begun() if self._is_live_or_unknown(target)]
        resurrected = sum(self._keys.row(*target) is not None for target in targets)
        self._finish(self._overwrite(targets))
        return Replayed(resurrected, len(targets) - resurrected)

    # --

    def _begun(self) -> list[Target]:
        return list(dict.fromkeys((line.subject, line.use) for line in self._journal.unknown))

    def _is_to_destroy(self, subject: bytes, use: Use) -> bool:
        row = self._keys.row(subject, use)
        if row is None and (use == Use.PROFILE or self._keys.row(subject, Use.PROFILE) is None):
            raise NotFoundError("vault.unknown", "there is no such subject in this vault")
        return row is None or row.state == State.LIVE

    def _is_live_or_unknown(self, target: Target) -> bool:
        row = self._keys.row(*target)
        return row is None or row.state == State.LIVE

    def _overwrite(self, targets: Sequence[Target]) -> list[bytes]:
        """Overwrite keys in one transaction; return the bytes that must be nowhere any more."""
        keys = self._keys
        rows = [(target, keys.row(*target)) for target in targets]
        with keys.file.transaction("destroy"):
            keys.insert([_tombstone(*target) for target, row in rows if row is None])
            for _, row in rows:
                if row is not None:
                    keys.update(_overwritten(row))
        return [needle for _, row in rows if row is not None for needle in _needles(row)]

    def _finish(self, needles: Sequence[bytes]) -> None:
        keys = self._keys
        unfinished = keys.unfinished()
        needles = [*needles, *(needle for row in unfinished for needle in _traces(row))]
        keys.file.settle()
        if self._stands(needles):
            keys.file.rewrite()
            if self._stands(needles):
                raise IntegrityError("vault.leftover", "a destroyed key still stands in the vault's files")
        with keys.file.transaction("destroyed"):
            for row in unfinished:
                keys.update(row._replace(state=int(State.DESTROYED), trace=None))
        self._journal_done([(row.subject, row.use) for row in unfinished])

    def _journal_done(self, finished: Sequence[Target]) -> None:
        done = {(line.subject, line.use) for line in self._journal.unknown if line.act == "done"}
        missing = [target for target in dict.fromkeys([*finished, *self._begun()]) if target not in done]
        if missing:
            self._journal.append("done", missing, self._keys.means.clock())
        with self._keys.file.transaction("journaled"):
            self._keys.set_mark("journaled", self._journal.head)
        self._journal.acknowledge()

    def _stands(self, needles: Sequence[bytes]) -> bool:
        with self._keys.file.apart():
            return bool(scan(self._keys.file.files, needles))


def _tombstone(subject: bytes, use: int) -> KeyRow:
    return KeyRow(subject, use, KEY_VERSION, int(State.DESTROYING), NO_EPOCH, None, None, None, None)


def _overwritten(row: KeyRow) -> KeyRow:
    nonces = b"".join(part[:NONCE_BYTES] for part in (row.wrapped, row.external) if part)
    trace = nonces.translate(_INVERT)
    return row._replace(
        state=int(State.DESTROYING), epoch=NO_EPOCH, wrapped=None, lookup=None, external=None, trace=trace
    )


def _needles(row: KeyRow) -> list[bytes]:
    sealed = [part for part in (row.wrapped, row.external) if part]
    parts = [half for part in sealed for half in (part[:NONCE_BYTES], part[NONCE_BYTES:])]
    return [*parts, row.lookup] if row.lookup else parts


def _traces(row: KeyRow) -> list[bytes]:
    nonces = (row.trace or b"").translate(_INVERT)
    return [nonces[at : at + NONCE_BYTES] for at in range(0, len(nonces), NONCE_BYTES)]
