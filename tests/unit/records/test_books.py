from pathlib import Path

import pytest

from bylaw.base.errors import IntegrityError, NotFoundError
from bylaw.book.folder import folder_of
from bylaw.records.books import Books

FILES = {"operator.toml": b"[operator]\n", "rules/spam.yaml": b"- id: x\n", "lists/a.txt": b""}


def test_a_book_is_kept_whole_under_its_digest(tmp_path: Path) -> None:
    books = Books(tmp_path)
    digest = books.keep(FILES)
    assert digest == folder_of("any", FILES).digest
    assert books.read(digest) == FILES
    assert books.keep(FILES) == digest
    assert Books(tmp_path).digests() == [digest]


def test_a_changed_byte_is_found_before_anything_is_decided_by_it(tmp_path: Path) -> None:
    digest = Books(tmp_path).keep(FILES)
    (tmp_path / digest.removeprefix("sha256:") / "rules/spam.yaml").write_bytes(b"- id: y\n")
    with pytest.raises(IntegrityError, match=r"record\.book_changed"):
        Books(tmp_path).read(digest)


def test_a_book_that_never_decided_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"record\.no_book"):
        Books(tmp_path).read("sha256:" + 64 * "0")


def test_a_book_half_written_is_written_again(tmp_path: Path) -> None:
    class PowerCutError(Exception):
        pass

    def cut(boundary: str) -> None:
        if boundary == "before book name":
            raise PowerCutError

    with pytest.raises(PowerCutError):
        Books(tmp_path, cut).keep(FILES)
    assert Books(tmp_path).digests() == []
    assert Books(tmp_path).read(Books(tmp_path).keep(FILES)) == FILES
