"""``policies/<key>/``: every version of every document, with the ids that its lock keeps. Pure over bytes."""

from collections.abc import Iterable, Mapping
from datetime import date

from bylaw.base.errors import BylawError, ConflictError, Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder
from bylaw.policy.document import Document
from bylaw.policy.library import Library, check_includes
from bylaw.policy.lock import Lock, apply_lock, carry, first_lock, read_lock, write_lock
from bylaw.policy.parse import parse_document
from bylaw.policy.versions import admit

LOCK = "ids.lock"
ENDINGS = (".md", ".markdown", ".txt")


def read_documents(folder: Folder, problems: list[Problem]) -> Library:
    """Return every version of every document; what is odd or wrong goes to ``problems``."""
    histories = {key: versions for key, versions, _ in _histories(folder, problems)}
    if not histories:
        problems.append(
            Problem(
                code="book.no_policy",
                message="no policy document",
                where=Where("policies"),
                hint="put one under policies/<key>/<effective date>.md",
            )
        )
    library = Library(histories)
    problems += check_includes(library)
    return library


def locks(folder: Folder) -> Mapping[str, str]:
    """Return the text that each ``ids.lock`` of a book should have, by its path.

    Raises:
        Problems: a document or a lock is wrong, so ids cannot be given.
    """
    problems: list[Problem] = []
    texts = {f"policies/{key}/{LOCK}": write_lock(lock) for key, _, lock in _histories(folder, problems)}
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise Problems(errors)
    return texts


def lock_of(documents: Iterable[Document], lock: Lock | None) -> tuple[tuple[Document, ...], Lock | None]:
    """Return the versions of one document with their ids, and the lock that keeps them.

    Versions that the lock knows get its ids; later ones inherit from the version before.

    Raises:
        ConflictError: a version that the lock knows has other words under the same date, or one before the
            first that it knows was added.
    """
    named: list[Document] = []
    for document in documents:
        if lock is None:
            lock = first_lock(document)
        elif lock.version_of(document) is None and named:
            _refuse_other_words(document, lock)
            _, lock = carry(lock, named[-1], document)
        named.append(apply_lock(document, lock))
    return tuple(named), lock


def _refuse_other_words(document: Document, lock: Lock) -> None:
    if document.starts in [version.starts for version in lock.versions]:
        raise ConflictError(
            "policy.unchanged_date",
            f"the words differ from those that {LOCK} knows for {document.starts}",
            where=Where(document.file, 1),
            hint="restore the text, or add it as a version with a date of its own",
        )


def check_links(library: Library) -> Iterable[Problem]:
    """Find links within the site that lead to no document of the book."""
    for versions in library.versions.values():
        document = versions[-1]
        for clause in document.clauses:
            for link in clause.links:
                key = link.target.strip("/").partition("#")[0]
                inside = link.target.startswith("/") and not link.target.startswith("//")
                if inside and key and key not in library.versions:
                    yield Problem(
                        code="policy.dead_link",
                        message=f"`{link.target}` leads to no document of this book",
                        where=Where(document.file, clause.line, clause=clause.id),
                        hint=did_you_mean(key, library.versions) or "add the document, or mend the link",
                        severity="warning",
                    )


def _histories(folder: Folder, problems: list[Problem]) -> Iterable[tuple[str, tuple[Document, ...], Lock]]:
    found: dict[str, list[Document]] = {}
    for path, data in folder.under("policies", *ENDINGS):
        key = path.split("/")[1]
        document = _document(path, data, key, problems)
        if document is not None:
            found.setdefault(key, []).append(document)
    for key, documents in found.items():
        try:
            kept = _lock(folder.files, key)
            named, lock = lock_of(_admitted(documents, problems), kept)
        except BylawError as error:
            problems.append(error.problem)
            continue
        if lock is not None:
            if lock != kept:
                problems.append(_behind(key))
            yield key, named, lock


def _behind(key: str) -> Problem:
    return Problem(
        code="book.lock_behind",
        message=f"the ids of `{key}` are not all kept yet",
        where=Where(f"policies/{key}/{LOCK}"),
        hint="read the lineage, then run `bylaw policy lock DIR`",
        severity="warning",
        blocks_publishing=True,
    )


def _document(path: str, data: bytes, key: str, problems: list[Problem]) -> Document | None:
    try:
        document = parse_document(data, file=path, key=key)
    except BylawError as error:
        problems.append(error.problem)
        return None
    problems += document.problems
    if document.key != key:
        problems.append(
            Problem(
                code="book.key",
                message=f"the document calls itself `{document.key}` and lies under `{key}`",
                where=Where(path, 1),
                hint="rename the folder, or mend `key` in the front matter",
            )
        )
    return document


def _admitted(found: list[Document], problems: list[Problem]) -> tuple[Document, ...]:
    """Return the versions, earliest first; one without a date is kept, at the end, and never in force."""
    admitted: tuple[Document, ...] = ()
    for document in sorted(found, key=lambda d: (d.starts or date.max, d.file)):
        if document.starts is None:
            admitted = (*admitted, document)
            continue
        try:
            admitted = admit(admitted, document)
        except BylawError as error:
            problems.append(error.problem)
    return admitted


def _lock(files: Mapping[str, bytes], key: str) -> Lock | None:
    path = f"policies/{key}/{LOCK}"
    return read_lock(files[path].decode("utf-8", errors="replace"), path) if path in files else None
