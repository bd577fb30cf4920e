"""Checkpoints (C2SP tlog-checkpoint v1.0.0): a log signs how long it is and what its root is.

A log never signs two checkpoints of which one is not the beginning of the other. A witness sees to that: it
remembers the last checkpoint it saw, asks for the proof that the new one grew from it, and signs too.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Self

from bylaw.base.errors import ConflictError, InputError
from bylaw.records.ledger.note import (
    Note,
    SigningKey,
    VerifierKey,
    base64_of,
    bytes_of,
    open_note,
    parse_note,
    sign_note,
)
from bylaw.records.ledger.tree import EMPTY_ROOT, HASH_BYTES, is_consistent

SIZE_MAX: Final = (1 << 63) - 1


class Checkpoint(NamedTuple):
    """The state of a log: its name, how many leaves it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the checkpoint that a note's text spells. Extension lines are refused: nobody audits them.

        Raises:
            InputError: it is not three lines in their one spelling.
        """
        origin, size, root, *rest = [*text.split("\n"), "", "", ""]
        data = bytes_of(root)
        if (
            origin
            and size.isascii()
            and size.isdigit()
            and data
            and len(data) == HASH_BYTES
            and len(rest) == 4
        ):
            found = cls(origin, int(size[:20]), data)
            if found.text == text and found.size <= SIZE_MAX and (found.size or data == EMPTY_ROOT):
                return found
        raise InputError("ledger.checkpoint", "this is not a checkpoint of a log")


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """Return a checkpoint as a note signed by its log."""
    return sign_note(checkpoint.text, [key])


def open_checkpoint(
    data: bytes, log: VerifierKey, witnesses: Iterable[VerifierKey] = ()
) -> tuple[Checkpoint, tuple[VerifierKey, ...]]:
    """Return the checkpoint in a note that its log signed, and which of the witnesses signed it too.

    Raises:
        InputError: it is no checkpoint, or of another log.
        IntegrityError: the log did not sign it, or a known signature is false.
    """
    text, _ = open_note(data, [log])
    checkpoint = Checkpoint.read(text)
    if checkpoint.origin != log.name:
        raise InputError(
            "ledger.origin", f"this is a checkpoint of `{checkpoint.origin}`, not of `{log.name}`"
        )
    _, signers = open_note(data, [log, *witnesses])
    return checkpoint, signers[1:]


def cosign(
    data: bytes,
    proof: Sequence[bytes],
    *,
    log: VerifierKey,
    seen: Checkpoint | None,
    key: SigningKey,
    at: int,
) -> bytes:
    """Return a log's checkpoint with a witness's signature: what a witness does, whole.

    ``seen`` is the last checkpoint that the witness signed (it is to keep the new one before it answers);
    ``proof`` shows that the new one grew from it. ``at`` is in seconds since 1970.

    Raises:
        InputError: it is no checkpoint of this log.
        IntegrityError: the log did not sign it.
        ConflictError: it did not grow from what the witness saw.
    """
    checkpoint, _ = open_checkpoint(data, log)
    before = seen or Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
    if not is_consistent(before.size, checkpoint.size, before.root, checkpoint.root, proof):
        raise ConflictError(
            "ledger.inconsistent",
            f"the log of {checkpoint.size} records did not grow from that of {before.size}",
            hint="keep both checkpoints: together they prove that the record was rewritten",
        )
    note = parse_note(data)
    others = (s for s in note.signatures if not key.public.made(s))
    return bytes(Note(note.text, (*others, key.sign(note.text, at=at))))
