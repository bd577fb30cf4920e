"""A folder is read once, whole, and named by its content."""

from pathlib import Path

import pytest

from bylaw.base.errors import BusyError, InputError, NotFoundError
from bylaw.book import folder
from bylaw.book.folder import read_folder


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/a.yaml").write_text("a")
    (tmp_path / "operator.toml").write_text("[operator]\nname = 'x'\n")
    (tmp_path / "README.md").write_text("not part of the book")
    (tmp_path / "rules/.hidden").write_text("not either")
    return tmp_path


def test_only_the_books_own_files_are_read(book: Path) -> None:
    assert sorted(read_folder(book).files) == ["operator.toml", "rules/a.yaml"]


def test_the_digest_follows_the_content_not_the_times(book: Path) -> None:
    before = read_folder(book).digest
    (book / "rules/a.yaml").touch()
    (book / "README.md").write_text("changed")
    assert read_folder(book).digest == before
    (book / "rules/a.yaml").write_text("b")
    assert read_folder(book).digest != before


def test_files_kept_elsewhere_belong_to_the_book(
    book: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("site") / "terms.md"
    outside.write_text("words")
    (book / "operator.toml").write_text(f"[operator]\nname = 'x'\n[policies.terms]\nfiles = ['{outside}']\n")
    read = read_folder(book)
    assert read.files["policies/terms/terms.md"] == b"words"
    outside.unlink()
    with pytest.raises(NotFoundError, match=r"terms\.md"):
        read_folder(book)


def test_a_folder_that_changes_while_it_is_read_is_read_again(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes = Path.read_bytes
    edits = iter(["first"])

    def edited_meanwhile(path: Path) -> bytes:
        data = read_bytes(path)
        for text in edits:
            (book / "rules/a.yaml").write_text(text)
        return data

    monkeypatch.setattr(Path, "read_bytes", edited_meanwhile)
    assert read_folder(book).files["rules/a.yaml"] == b"first"


def test_a_folder_that_never_rests_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_bytes = Path.read_bytes

    def edited_always(path: Path) -> bytes:
        (book / "rules/a.yaml").write_text("x" * (book / "rules/a.yaml").stat().st_size + "x")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", edited_always)
    with pytest.raises(BusyError):
        read_folder(book)


def test_limits_are_kept(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_FILES", 1)
    with pytest.raises(InputError, match="more than 1 files"):
        read_folder(book)
    with pytest.raises(NotFoundError):
        read_folder(book / "nothing")
