"""Clause ids once given: ``ids.lock``, and how a new version keeps them.

A rule, a promise or a decision names a clause by its id. Ids are proposed once, from where a clause stands; from
then on they follow the clause through every new version. An id that was given up is never given again.

The file has one line for each clause of each version, and no text of the policy, only short hashes of it::

    # Clause ids of `acceptable-use`, …
    version 2017-09-26 sha256:9f2c…
    acceptable-use/anti-spam/p1 3fa2c0de91ab
    retired acceptable-use/anti-spam/p2
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from bylaw.base.canonical import digest_of
from bylaw.base.errors import ConflictError, Problem, Problems, Where
from bylaw.policy.document import Document
from bylaw.policy.keeping import given_ids, kept_ids, renamed
from bylaw.policy.wording import HASH_DIGITS, normalised, text_hash

_HEADER = "# Clause ids of `{key}`, as once given. Written by Bylaw; keep it in git and leave it as it is."
_NO_DATE = "undated"
_RESTORE = "restore `ids.lock` from git; ids that were given must not change"


@dataclass(frozen=True, slots=True)
class LockedClause:
    """An id, and the hash of the text that it named in one version."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class LockedVersion:
    """The ids of one version in reading order, and those that ended with it."""

    starts: date | None
    digest: str  # of the texts of all clauses, in order
    clauses: tuple[LockedClause, ...]
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lock:
    """Every id that a document's clauses ever had, version by version."""

    key: str
    versions: tuple[LockedVersion, ...]

    @property
    def given(self) -> frozenset[str]:
        """Every id in any version: none of them is free for a new clause."""
        return frozenset(clause.id for version in self.versions for clause in version.clauses)

    def version_of(self, document: Document) -> LockedVersion | None:
        """Return the version with the document's texts; of several, the one with its date."""
        same = [v for v in self.versions if v.digest == text_digest(document)]
        dated = [v for v in same if v.starts == document.starts]
        found = dated or same
        return found[-1] if found else None


def text_digest(document: Document) -> str:
    """Return a digest of what a document says: of its clauses' texts in order, whatever their layout."""
    return digest_of([normalised(clause.text) for clause in document.clauses])


def first_lock(document: Document) -> Lock:
    """Return the lock of a document's first version, with its ids as proposed."""
    return Lock(document.key, (_locked(document),))


def apply_lock(document: Document, lock: Lock) -> Document:
    """Return the document with the ids that were given to this version of it.

    Raises:
        ConflictError: the lock is of another document (``policy.other_lock``), or does not know a version
            with these texts (``policy.not_locked``), or its lines are damaged (``policy.bad_lock``).
    """
    _check_key(document, lock)
    version = lock.version_of(document)
    if version is None:
        raise ConflictError(
            "policy.not_locked",
            f"the ids of this version of `{document.key}` are not in its `ids.lock`",
            where=Where(document.file, 1),
            hint="add it as a new version, with a date of its own, or restore the text",
        )
    if tuple(text_hash(c.text) for c in document.clauses) != tuple(c.text for c in version.clauses):
        message = f"the lines of version {version.starts or _NO_DATE} are not those of its text"
        raise ConflictError("policy.bad_lock", message, where=Where(document.file, 1), hint=_RESTORE)
    return renamed(document, {c.id: old.id for c, old in zip(document.clauses, version.clauses, strict=True)})


def carry(lock: Lock, old: Document, new: Document) -> tuple[Document, Lock]:
    """Give ids to a new version: those of the old one where clauses live on, fresh ones elsewhere.

    Args:
        lock: knows ``old``.
        old: the version before, with its locked ids or with proposed ones.
        new: as parsed, with proposed ids.

    Returns:
        The new version with its ids, and the lock with that version added. A version that the lock knows
        already comes back with its locked ids, and the lock unchanged.

    Raises:
        ConflictError: as `apply_lock`, for ``old``.
    """
    before = apply_lock(old, lock)
    _check_key(new, lock)
    known = lock.version_of(new)
    if known and known.starts == new.starts:
        return apply_lock(new, lock), lock
    kept = kept_ids(before, new)
    after = renamed(new, given_ids(new, kept, lock.given))
    gone = tuple(c.id for c in before.clauses if c.id not in after.by_id)
    version = replace(_locked(after), retired=gone)
    return after, Lock(lock.key, (*lock.versions, version))


def _locked(document: Document) -> LockedVersion:
    clauses = tuple(LockedClause(c.id, text_hash(c.text)) for c in document.clauses)
    return LockedVersion(document.starts, text_digest(document), clauses)


def _check_key(document: Document, lock: Lock) -> None:
    if document.key != lock.key:
        message = f"the lock is of `{lock.key}`, the document is `{document.key}`"
        hint = "keep each document's `ids.lock` in its own folder"
        raise ConflictError("policy.other_lock", message, where=Where(document.file, 1), hint=hint)


# --- text form ---------------------------------------------------------------------------------------------


def write_lock(lock: Lock) -> str:
    """Return the text of ``ids.lock``."""
    return (
        "\n".join([_HEADER.format(key=lock.key), *(line for v in lock.versions for line in _lines(v))]) + "\n"
    )


def _lines(version: LockedVersion) -> Iterator[str]:
    yield ""
    yield f"version {version.starts or _NO_DATE} {version.digest}"
    yield from (f"{clause.id} {clause.text}" for clause in version.clauses)
    yield from (f"retired {clause_id}" for clause_id in version.retired)


def read_lock(text: str, file: str) -> Lock:
    """Read the text of ``ids.lock``.

    Raises:
        Problems: lines that are damaged, ids given twice or again, each with its line (``policy.bad_lock``).
    """
    reader = _Reader(file)
    for number, line in enumerate(text.split("\n"), 1):
        reader.read(number, line)
    return reader.finish()


@dataclass(slots=True)
class _Block:
    """The lines of one version, while they are read."""

    line: int
    starts: date | None
    digest: str
    clauses: dict[str, str] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)

    def closed(self) -> LockedVersion:
        clauses = tuple(LockedClause(clause_id, text) for clause_id, text in self.clauses.items())
        return LockedVersion(self.starts, self.digest, clauses, tuple(self.retired))


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._problems: list[Problem] = []
        self._blocks: list[_Block] = []
        self._retired: set[str] = set()

    def read(self, number: int, line: str) -> None:
        words = line.split()
        if not words or line.startswith("#"):
            return
        try:
            self._read(words, number)
        except ValueError as error:
            self._report(number, str(error))

    def _report(self, number: int, message: str) -> None:
        place = Where(self._file, number)
        self._problems.append(Problem(code="policy.bad_lock", message=message, where=place, hint=_RESTORE))

    def _read(self, words: list[str], number: int) -> None:
        match words:
            case ["version", starts, digest]:
                self._version(starts, digest, number)
            case ["retired", clause_id]:
                self._retire(clause_id)
            case [clause_id, text] if _is_hash(text, HASH_DIGITS):
                self._clause(clause_id, text)
            case _:
                raise ValueError("neither a version, a clause with its hash, nor a retired id")

    def _version(self, starts: str, digest: str, number: int) -> None:
        self._close()
        day = None if starts == _NO_DATE else date.fromisoformat(starts)
        self._blocks.append(_Block(number, day, digest))
        if not _is_hash(digest.removeprefix("sha256:"), 64):
            raise ValueError(f"`{digest}` is no digest")

    def _clause(self, clause_id: str, text: str) -> None:
        if not self._blocks:
            raise ValueError("a clause stands before the first version")
        if clause_id in self._blocks[-1].clauses:
            raise ValueError(f"`{clause_id}` is given twice in this version")
        if clause_id in self._retired:
            raise ValueError(f"`{clause_id}` was retired, and is given again")
        self._blocks[-1].clauses[clause_id] = text

    def _retire(self, clause_id: str) -> None:
        before = self._blocks[-2].clauses if len(self._blocks) > 1 else {}
        if clause_id not in before or clause_id in self._blocks[-1].clauses:
            raise ValueError(f"`{clause_id}` is retired, and did not end with this version")
        self._retired.add(clause_id)
        self._blocks[-1].retired.append(clause_id)

    def _close(self) -> None:
        """Check that every id of the version before is given again or retired."""
        if len(self._blocks) > 1:
            before, now = self._blocks[-2:]
            for clause_id in before.clauses.keys() - now.clauses.keys() - set(now.retired):
                self._report(now.line, f"`{clause_id}` is neither given nor retired in this version")

    def finish(self) -> Lock:
        self._close()
        keys = {clause_id.partition("/")[0] for block in self._blocks for clause_id in block.clauses}
        if len(keys) != 1:
            self._report(1, "it holds ids of several documents" if keys else "it holds no clauses")
        if self._problems:
            raise Problems(self._problems)
        return Lock(keys.pop(), tuple(block.closed() for block in self._blocks))


def _is_hash(text: str, digits: int) -> bool:
    return len(text) == digits and set(text) <= set("0123456789abcdef")
