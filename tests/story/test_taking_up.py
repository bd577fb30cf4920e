"""A book's folder taken up at a start, by the command line and by a service that writes: nothing of the console is lost."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bylaw.base.errors import ConflictError, NotFoundError
from bylaw.cli.patch import patch
from bylaw.drafts.model import Stage
from bylaw.drafts.writing import write_back
from bylaw.records.rebuilding import differences
from bylaw.runtime.folders import init_data
from bylaw.runtime.offices import Office, open_office
from bylaw.runtime.taking import take_up
from small_book import files

FILE = "rules/words.yaml"
MORE = b"""\
  - id: whisper
    clause: house/words/p1
    on: post.created
    when: event.text == "psst"
    then: [warn]
"""
LATER = b"# type: phrases\nbuy later\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    init_data(tmp_path / "data", "house")
    with opened(tmp_path / "data") as office:
        take_up(office, files())
    return tmp_path / "data"


@contextmanager
def opened(data: Path) -> Iterator[Office]:
    with open_office(data) as office:
        yield office


def whispering(office: Office, stage: Stage = Stage.ENFORCE) -> str:
    """Put a draft into force that adds a rule."""
    drafts = office.drafts
    draft = drafts.open("Whispers", "staff_ann")
    text = drafts.files(draft)[FILE] + MORE
    draft = drafts.save(draft.id, 0, {FILE: text}, "staff_ann")
    drafts.ask(draft.id, 1, "staff_ann")
    draft = drafts.approve(draft.id, 1, "staff_bob")
    drafts.activate(drafts.prepare(draft, stage), "staff_ann", office.appoint)
    return draft.id


def written(folder: Path, of: dict[str, bytes]) -> Path:
    for name, text in of.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    return folder


def test_a_start_carries_what_only_the_console_changed(data: Path) -> None:
    with opened(data) as office:
        whispering(office)
    with opened(data) as office:
        taken = take_up(office, {**files(), "lists/words.txt": LATER})
        assert (taken.carried, taken.problem) == ((FILE,), None)
        assert b"whisper" in office.drafts.now()[FILE]
        assert office.drafts.now()["lists/words.txt"] == LATER
    with opened(data) as office:  # and the one after it
        assert take_up(office, {**files(), "lists/words.txt": LATER}).carried == (FILE,)


def test_a_start_goes_on_with_the_book_in_force_where_both_changed_a_file(data: Path) -> None:
    with opened(data) as office:
        whispering(office)
        before = office.drafts.in_force()
    with opened(data) as office:
        taken = take_up(office, {**files(), FILE: files()[FILE].replace(b"AAA", b"BBB")})
        assert taken.problem is not None
        assert (taken.problem.code, taken.charter.basis.book) == ("book.console_change", before)


def test_what_arrived_in_the_folder_is_carried_no_more(data: Path) -> None:
    with opened(data) as office:
        whispering(office)
        arrived = dict(office.drafts.now())
        assert take_up(office, arrived).carried == ()
        assert take_up(office, files()).carried == ()  # and may be taken back there
        assert b"whisper" not in office.drafts.now()[FILE]


def test_the_command_line_prints_a_patch_that_git_takes(
    data: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with opened(data) as office:
        whispering(office)
        wanted = dict(office.drafts.now())
    patch(data)
    told = capfdbinary.readouterr().out
    folder = written(tmp_path / "book", files())
    subprocess.run(["git", "apply", "-"], cwd=folder, input=told, check=True)  # noqa: S607
    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")} == wanted
    patch(data, folder)
    assert capfdbinary.readouterr().out == b""


def test_a_service_that_writes_leaves_alone_what_somebody_edits(data: Path, tmp_path: Path) -> None:
    folder = written(tmp_path / "book", files())
    with opened(data) as office:
        whispering(office)
        last, now = office.drafts.folder(), office.drafts.now()
        assert write_back(folder, last, now).written == (FILE,)
        assert (folder / FILE).read_bytes() == now[FILE]
        (folder / FILE).write_bytes(b"rules: []\n")
        assert write_back(folder, last, now) == ((), (FILE,))
        assert (folder / FILE).read_bytes() == b"rules: []\n"


def test_a_draft_is_taken_back_by_the_book_before_it(data: Path) -> None:
    with opened(data) as office:
        drafts, name = office.drafts, whispering(office, Stage.SHADOW)
        drafts.activate(drafts.prepare(drafts.find(name), Stage.SHARE, 25), "staff_ann", office.appoint)
        assert (drafts.find(name).stage, drafts.find(name).percent) == (Stage.SHARE, 25)
        with pytest.raises(ConflictError) as told:
            drafts.withdraw(name, 1, "staff_ann")
        assert told.value.code == "draft.in_force"
        for stage in (Stage.SHADOW, Stage.NONE):
            term = drafts.restorable("" if stage else drafts.find(name).base)
            drafts.restore(term, office.shelf.book(term.book), "staff_bob", "a song", office.appoint)
            assert drafts.find(name).stage is stage
        assert drafts.now() == files()
        with pytest.raises(NotFoundError):
            drafts.restorable("sha256:" + "0" * 64)


def test_every_table_is_the_fold_of_its_facts(data: Path) -> None:
    with opened(data) as office:
        whispering(office)
        assert list(differences(office.records, office.records.head)) == []
