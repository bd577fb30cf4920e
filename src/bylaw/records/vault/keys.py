"""Everything of the vault that is on disk, opened: rows, secrets, marks, epochs. No cache; one thread at a time."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from threading import RLock
from typing import Any, Final, NamedTuple, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bylaw.base.errors import BylawError, ConflictError, IntegrityError, RefusedError
from bylaw.records.vault.epochs import EpochFile, Slot
from bylaw.records.vault.file import VaultFile
from bylaw.records.vault.rows import COLUMNS, KeyRow, authenticator, recorded, verified
from bylaw.records.vault.uses import KEY_BYTES, NONCE_BYTES, Boundary
from bylaw.records.vault.wrapping import RESTORE, binding, key_print, mac, unwrap, wrap

EPOCHS_NAME: Final = "vault.epochs"
MOST_ASKED: Final = 500  # rows asked for in one statement
ROW_KEY: Final = "vault.rows"
INDEX_KEY: Final = "vault.index"
_INSERT: Final = f"INSERT INTO keys ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - constants
_UPDATE: Final = "UPDATE keys SET state=?, epoch=?, wrapped=?, lookup=?, external=?, trace=?, mac=? WHERE subject=? AND use=?"


class Means(NamedTuple):
    """What a vault is given: the master key, a clock (microseconds since 1970, UTC), chance, and the hook of tests."""

    master: bytes
    clock: Callable[[], int]
    chance: Callable[[int], bytes]
    boundary: Boundary


class Keys:
    """The vault's files, open. Every method is called with ``lock`` held."""

    def __init__(self, file: VaultFile, epochs: EpochFile, means: Means, *, writing: bool) -> None:
        self.file = file
        self.epochs = epochs
        self.means = means
        self.writing = writing
        self.lock = RLock()
        self.vault = b""
        self.epoch = 0
        self._master = AESGCM(means.master)
        self._row_key = b""
        self._wrapping: dict[int, AESGCM] = {}

    @classmethod
    def create(cls, path: Path, means: Means) -> None:
        """Make the files of an empty vault; durable on return. What a crash left half made is made again.

        Raises:
            ConflictError: ``vault.exists``.
        """
        epochs = EpochFile.open(path.with_name(EPOCHS_NAME), means.boundary, create=True)
        try:
            file = VaultFile(path, means.boundary, writing=True)
            try:
                if file.read("SELECT 1 FROM sqlite_schema LIMIT 1"):
                    raise ConflictError("vault.exists", "there is a vault here already")
                cls(file, epochs, means, writing=True).begin()
            finally:
                file.close()
        finally:
            epochs.close()

    @classmethod
    def open(cls, path: Path, means: Means, *, writing: bool) -> Self:
        """Open the files and check that the master key, the epochs and the rows belong together.

        Raises:
            RefusedError: ``vault.master``, another master key; ``vault.expired``, the wrapping key of this state
                has been destroyed.
        """
        epochs = EpochFile.open(path.with_name(EPOCHS_NAME), means.boundary, writing=writing)
        try:
            file = VaultFile.open(path, means.boundary, writing=writing)
            keys = cls(file, epochs, means, writing=writing)
            try:
                keys.load()
            except BaseException:
                file.close()
                raise
        except BaseException:
            epochs.close()
            raise
        return keys

    def load(self) -> None:
        """Read again what is kept in memory: wrapping keys, marks."""
        values = self.file.read("SELECT value FROM marks WHERE name = 'vault'")
        self.vault = values[0][0] if values else b""
        slots = self.epochs.slots()
        mine = [slot for slot in slots.values() if slot.master == key_print(self.means.master)]
        if slots and not mine:
            raise RefusedError(
                "vault.master", "this is not the master key of this vault", hint="give the right one"
            )
        self._master = AESGCM(self.means.master)
        try:
            self._row_key = self._open_secret(ROW_KEY)
        except IntegrityError:
            if len(mine) == len(slots):
                raise
            raise RefusedError(
                "vault.master_changing",
                "the master key was being changed",
                hint="open the vault with the other one",
            ) from None
        if self.mark("vault") != self.vault:
            raise IntegrityError("vault.mark", "the vault's own id is not what was written", hint=RESTORE)
        self.epoch = int.from_bytes(self.mark("epoch"), "big")
        self._wrapping = {slot.epoch: self._unwrapped(slot) for slot in mine}
        needed = range(int.from_bytes(self.mark("oldest"), "big"), self.epoch + 1)
        if any(epoch not in self._wrapping for epoch in needed):
            raise self._epoch_missing()

    def close(self) -> None:
        """Let go of the files."""
        self.file.close()
        self.epochs.close()

    # -- rows

    def row(self, subject: bytes, use: int) -> KeyRow | None:
        """Return a row, verified."""
        rows = self.file.read(f"SELECT {COLUMNS} FROM keys WHERE subject=? AND use=?", (subject, use))  # noqa: S608
        return self.verified(rows[0]) if rows else None

    def by_lookup(self, lookups: Sequence[bytes]) -> Iterator[KeyRow]:
        """Return the rows of known persons."""
        for at in range(0, len(lookups), MOST_ASKED):
            part = lookups[at : at + MOST_ASKED]
            marks = ",".join("?" * len(part))
            sql = f"SELECT {COLUMNS} FROM keys WHERE lookup IN ({marks})"  # noqa: S608 - question marks only
            yield from map(self.verified, self.file.read(sql, part))

    def unfinished(self) -> list[KeyRow]:
        """Return the rows whose destruction was begun."""
        sql = f"SELECT {COLUMNS} FROM keys INDEXED BY keys_unfinished WHERE state=2 ORDER BY place"  # noqa: S608
        return [self.verified(row) for row in self.file.read(sql)]

    def after(self, place: int, most: int) -> list[tuple[int, KeyRow]]:
        """Return rows in the order of their making, after a place."""
        return [(row[0], self.verified(row[1:])) for row in self.after_raw(place, most)]

    def after_raw(self, place: int, most: int) -> list[tuple[Any, ...]]:
        """Return rows as they stand, each led by its place."""
        sql = f"SELECT place, {COLUMNS} FROM keys WHERE place > ? ORDER BY place LIMIT ?"  # noqa: S608
        rows = self.file.read(sql, (place, most))
        if any(after[0] <= before[0] for before, after in pairwise([(place,), *rows])):
            raise IntegrityError("vault.damaged", "rows of the vault are out of order", hint=RESTORE)
        return rows

    def insert(self, rows: Sequence[KeyRow]) -> None:
        """Inside a transaction: add rows."""
        self.file.write_all(_INSERT, [recorded(self._row_key, row) for row in rows])

    def update(self, row: KeyRow) -> None:
        """Inside a transaction: replace what may change of a row."""
        values = recorded(self._row_key, row)
        if self.file.write(_UPDATE, (*values[3:], row.subject, row.use)) != 1:
            raise IntegrityError("vault.row", "a row of the vault is not where it was", hint=RESTORE)

    def rewrap(self, place: int, row: KeyRow) -> None:
        """Inside a transaction: replace the wrapped key of a row, and nothing else."""
        sql = "UPDATE keys SET epoch=?, wrapped=?, mac=? WHERE place=?"
        self.file.write(sql, (row.epoch, row.wrapped, authenticator(self._row_key, row), place))

    # -- keys

    def wrapped(self, use: int, subject: bytes, key: bytes, nonce: bytes) -> bytes:
        """Return a person's key wrapped under the key of this epoch."""
        return wrap(self._wrapping[self.epoch], nonce, key, binding(use, subject, self.epoch))

    def unwrapped(self, row: KeyRow, wrapped: bytes) -> bytes:
        """Return a person's key."""
        if row.epoch not in self._wrapping:
            raise self._epoch_missing()
        return unwrap(self._wrapping[row.epoch], wrapped, binding(row.use, row.subject, row.epoch))

    def fresh(self, count: int) -> list[bytes]:
        """Return new random keys."""
        block = self.means.chance(count * KEY_BYTES)
        return [block[at : at + KEY_BYTES] for at in range(0, len(block), KEY_BYTES)]

    # -- secrets and marks

    def secret(self, name: str) -> bytes:
        """Return a named secret of 32 bytes, made when it is first asked for; durable on return."""
        if self.file.read("SELECT 1 FROM secrets WHERE name=?", (name,)):
            return self._open_secret(name)
        if not self.writing:
            raise RefusedError("vault.read_only", "this secret is not yet made", hint="a writer makes it")
        with self.file.transaction("secret"):
            self._make_secret(name)
        return self._open_secret(name)

    def secret_names(self) -> list[str]:
        """Return the names of all secrets."""
        return [name for (name,) in self.file.read("SELECT name FROM secrets ORDER BY name")]

    def mark(self, name: str) -> bytes:
        """Return what the vault noted about itself."""
        rows = self.file.read("SELECT value, mac FROM marks WHERE name=?", (name,))
        if not rows or rows[0][1] != self._mark_mac(name, rows[0][0]):
            raise IntegrityError(
                "vault.mark", f"the vault's note `{name}` is not what was written", hint=RESTORE
            )
        return bytes(rows[0][0])

    def set_mark(self, name: str, value: bytes) -> None:
        """Inside a transaction: note something."""
        self.file.write("REPLACE INTO marks VALUES (?,?,?)", (name, value, self._mark_mac(name, value)))

    def new_slot(self, epoch: int) -> Slot:
        """Return a slot with a new wrapping key."""
        made = self.means.clock()
        key, nonce = self.means.chance(KEY_BYTES), self.means.chance(NONCE_BYTES)
        return self._slot(epoch, made, key, nonce, self.means.master)

    # -- rotation

    def is_rotating(self) -> bool:
        """Tell whether keys of an epoch before this one are still needed."""
        return int.from_bytes(self.mark("oldest"), "big") < self.epoch

    def tidy(self) -> None:
        """Overwrite the slots that nobody needs: of ended epochs, of another master key, of writes that never ended.

        Only after ``load``, which made sure that what is needed is there.
        """
        mine, oldest = key_print(self.means.master), int.from_bytes(self.mark("oldest"), "big")
        gone = [
            place
            for place, slot in self.epochs.slots().items()
            if slot.master != mine or not oldest <= slot.epoch <= self.epoch
        ]
        for place in (*gone, *self.epochs.unsound()):
            self.epochs.blank(place)

    def add_slots_under(self, master: bytes) -> None:
        """Write the wrapping keys in use once more, under another master key."""
        slots = self.epochs.slots().values()
        old, new = key_print(self.means.master), key_print(master)
        there = {slot.epoch for slot in slots if slot.master == new}
        for slot in [slot for slot in slots if slot.master == old and slot.epoch not in there]:
            key = unwrap(self._master, slot.wrapped, self._slot_binding(slot.epoch, slot.made))
            self.epochs.write(self._slot(slot.epoch, slot.made, key, self.means.chance(NONCE_BYTES), master))

    def wrap_secrets_under(self, master: bytes) -> None:
        """Inside a transaction: wrap every secret under another master key."""
        under = AESGCM(master)
        for name in self.secret_names():
            wrapped = wrap(
                under, self.means.chance(NONCE_BYTES), self._open_secret(name), self._secret_binding(name)
            )
            self.file.write("UPDATE secrets SET wrapped=? WHERE name=?", (wrapped, name))

    # --

    def begin(self) -> None:
        """Fill empty files."""
        self.vault = self.means.chance(16)
        self.epoch = 1
        for place in (*self.epochs.unsound(), *self.epochs.slots()):
            self.epochs.blank(place)
        self.epochs.write(self.new_slot(self.epoch))
        with self.file.transaction("create"):
            self.file.make_tables()
            self._row_key = self._make_secret(ROW_KEY)
            self._make_secret(INDEX_KEY)
            one = self.epoch.to_bytes(4, "big")
            for name, value in (("vault", self.vault), ("epoch", one), ("oldest", one), ("journaled", b"")):
                self.set_mark(name, value)

    def _make_secret(self, name: str) -> bytes:
        key, nonce = self.means.chance(KEY_BYTES), self.means.chance(NONCE_BYTES)
        wrapped = wrap(self._master, nonce, key, self._secret_binding(name))
        self.file.write("INSERT INTO secrets VALUES (?,?)", (name, wrapped))
        return key

    def _open_secret(self, name: str) -> bytes:
        rows = self.file.read("SELECT wrapped FROM secrets WHERE name=?", (name,))
        if not rows:
            raise IntegrityError("vault.secret", f"the secret `{name}` is missing", hint=RESTORE)
        return unwrap(self._master, rows[0][0], self._secret_binding(name))

    def _secret_binding(self, name: str) -> bytes:
        return b"secret" + self.vault + name.encode()

    def _slot(self, epoch: int, made: int, key: bytes, nonce: bytes, master: bytes) -> Slot:
        wrapped = wrap(AESGCM(master), nonce, key, self._slot_binding(epoch, made))
        return Slot(epoch, made, key_print(master), wrapped)

    def _slot_binding(self, epoch: int, made: int) -> bytes:
        return b"epoch" + self.vault + epoch.to_bytes(4, "big") + made.to_bytes(8, "big", signed=True)

    def _unwrapped(self, slot: Slot) -> AESGCM:
        return AESGCM(unwrap(self._master, slot.wrapped, self._slot_binding(slot.epoch, slot.made)))

    def _mark_mac(self, name: str, value: bytes) -> bytes:
        return mac(self._row_key, b"mark %b=%b" % (name.encode(), value))

    def verified(self, columns: tuple[Any, ...]) -> KeyRow:
        """Return a row as it was written, or raise ``IntegrityError``."""
        return verified(self._row_key, columns)

    def _epoch_missing(self) -> BylawError:
        if self.epochs.unsound():
            return IntegrityError("vault.epochs", "a wrapping key is not what was written", hint=RESTORE)
        return RefusedError(
            "vault.expired",
            "the wrapping key of this state of the vault has been destroyed",
            hint="it is a backup from before the last rotation, and meant to be unreadable: take a later one",
        )
