"""Making a first book on disk, and telling what is in it and what comes next."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.book.book import Book, load_book
from bylaw.book.coverage import Coverage, cover
from bylaw.book.starter import starter_files
from bylaw.cli.book import instant
from bylaw.cli.screen import out, print_problems, table
from bylaw.policy.document import Document
from bylaw.policy.parse import parse_document

MAX_SHOWN = 12


def start_book(folder: Path, policies: list[Path]) -> Book:
    """Write a first book and load it. Nothing is left behind when that fails.

    Raises:
        ConflictError: the folder has content, or two documents have the same key.
        NotFoundError: a policy file does not exist.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError("init.exists", f"`{folder}` has content", hint="name an empty or a new folder")
    documents = _documents(policies)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, data in starter_files(documents).items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).write_bytes(data)
        load_book(draft)
        draft.chmod(0o755)
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return load_book(folder)


def _documents(policies: list[Path]) -> dict[str, tuple[Document, bytes]]:
    documents: dict[str, tuple[Document, bytes]] = {}
    keys: dict[str, Path] = {}
    for path in policies:
        if not path.is_file():
            raise NotFoundError("init.no_file", f"no file `{path}`", hint="name the document you publish")
        data = path.read_bytes()
        document = parse_document(data, file=path.name)
        if document.key in keys:
            raise ConflictError(
                "init.same_key",
                f"`{path}` and `{keys[document.key]}` are both `{document.key}`",
                hint="give one of them a `key:` in its front matter",
            )
        keys[document.key] = path
        documents[str(path)] = document, data
    return documents


def print_start(book: Book) -> None:
    """Tell what the first book holds, what is odd in the documents, what is unbound, and what comes next."""
    console = out()
    report = cover(book.library, book.rules, book.promises, instant(None))
    print_problems(book.warnings, console)
    clauses = [clause for document in report.documents for clause in document.clauses]
    unbound = [clause for clause in clauses if clause.status is Coverage.UNBOUND]
    console.print(f"\n[bold]{book.name}[/] holds {len(clauses)} clauses, {len(unbound)} of them unbound.")
    bans = [clause for clause in unbound if clause.kind == "ban"]
    if bans:
        rows = [(clause.id, clause.text[:70], str(clause.line)) for clause in bans[:MAX_SHOWN]]
        console.print(table(f"Unbound bans: {len(bans)}", ("clause", "text", "line"), rows))
        if len(bans) > MAX_SHOWN:
            console.print(f"[dim]and {len(bans) - MAX_SHOWN} more[/]")
    if book.rules:
        rows = [(rule.id, str(len(rule.clauses)), rule.source) for rule in book.rules]
        console.print(table("Suggested rules, in shadow", ("rule", "clauses", "condition"), rows, numbers=0))
    console.print(
        f"Next: read {book.name}/promises.yaml and bind each clause; `bylaw coverage --book {book.name}` "
        f"shows how far you are; `bylaw test {book.name}` runs its cases.",
        soft_wrap=True,
    )
