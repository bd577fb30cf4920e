"""``policies/<key>/``: every version of every document, with the ids that its lock keeps. Pure over bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from bylaw.base.errors import BylawError, Problem, Problems, Where
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


def _histories(folder: Folder, problems: list[Problem]) -> Iterable[tuple[str, tuple[Document, ...], Lock]]:
    found: dict[str, list[Document]] = {}
    for path, data in folder.under("policies", *ENDINGS):
        key = path.split("/")[1]
        document = _document(path, data, key, problems)
        if document is not None:
            found.setdefault(key, []).append(document)
    for key, documents in found.items():
        try:
            yield key, *lock_of(_admitted(documents, problems), _lock(folder.files, key))
        except BylawError as error:
            problems.append(error.problem)


def lock_of(documents: Iterable[Document], lock: Lock | None) -> tuple[tuple[Document, ...], Lock]:
    """Return the versions of one document with their ids, and the lock that keeps them.

    Versions that the lock knows get its ids; later ones inherit from the version before.
    """
    named: list[Document] = []
    for document in documents:
        if lock is not None and lock.knows(document):
            named.append(apply_lock(document, lock))
        elif lock is None or not named:
            lock = first_lock(document) if lock is None else lock
            named.append(document)
        else:
            carried, lock = carry(lock, named[-1], document)
            named.append(carried)
    if lock is None:
        raise ValueError("no version, no lock")
    return tuple(named), lock


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
    admitted: list[Document] = []
    for document in sorted(found, key=lambda d: (d.starts or date.max, d.file)):
        try:
            admit(tuple(admitted), document)
        except BylawError as error:
            problems.append(replace(error.problem, where=Where(document.file, 1)))
        else:
            admitted.append(document)
    return tuple(admitted)


def _lock(files: Mapping[str, bytes], key: str) -> Lock | None:
    path = f"policies/{key}/{LOCK}"
    return read_lock(files[path].decode("utf-8", errors="replace"), path) if path in files else None
