"""What may be attached: told by what is in a file, under a name that says the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.appeals.attaching import checked, media_of
from bylaw.appeals.model import File
from bylaw.base.errors import InputError
from bylaw.book.appealing import MEDIA, Attachments

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
TEXT = b"Ich habe nur gesungen.\n"
USUAL = Attachments()


def refused(name: str, content: bytes, allowed: Attachments = USUAL) -> str:
    with pytest.raises(InputError) as raised:
        checked([File(name, content)], allowed)
    assert len(name) < 6 or name not in str(raised.value)  # what somebody named a file is not repeated
    return raised.value.code


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("screen.png", PNG, "image/png"),
        ("Photo 2026.11.21.JPG", JPEG, "image/jpeg"),
        ("scan.jpeg", JPEG + b"what a camera adds", "image/jpeg"),
        ("Brief an Sie.pdf", PDF, "application/pdf"),
        ("说明.txt", TEXT, "text/plain"),
        ("Screenshot 7.12.33\N{NARROW NO-BREAK SPACE}PM.png", PNG, "image/png"),
    ],
)
def test_a_file_is_taken_that_is_what_its_name_says(name: str, content: bytes, media: str) -> None:
    [taken] = checked([File(name, content)], USUAL)
    assert (taken.media, taken.file.content) == (media, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.txt", b"<\0script>"),
        ("old.txt", "Grüße".encode("latin-1")),
        ("movie.gif", b"GIF89a" + b"\0" * 20),
        ("half.png", PNG[:-4]),
        ("behind.png", PNG + b"PK\x03\x04"),
        ("late.pdf", b"\x01" + PDF),
        ("endless.pdf", b"%PDF-1.7\n" + b"\0" * 2000),
        ("program.exe", b"MZ\x90\0"),
        ("archive.zip", b"PK\x03\x04" + b"\0" * 20),
    ],
)
def test_a_file_of_another_type_is_not_taken(name: str, content: bytes) -> None:
    assert refused(name, content) == "appeal.file_type"


@pytest.mark.parametrize(
    "name",
    [
        "screen.pdf",  # it is a picture
        "screen.png.exe",
        "screen.exe.png",
        "page.html.png",
        "vector.SVG .png",
        "png",
        ".png",
        "..png",
        " .png",
        "../../etc/screen.png",
        "..\\screen.png",
        "c:screen.png",
        "gnp.\u202etxt.png",
        "new\nline.png",
        "nul\0.png",
        'quo"te.png',
        "screen.png ",
        "x" * 120 + ".png",
    ],
)
def test_a_name_that_says_two_things_or_leads_somewhere_is_not_taken(name: str) -> None:
    assert refused(name, PNG) == "appeal.file_name"


def test_size_number_and_types_are_bounded_by_the_book() -> None:
    assert refused("a.txt", b"") == "appeal.file_size"
    assert refused("a.txt", b"a" * 1025, Attachments(kibibytes=1)) == "appeal.file_size"
    assert refused("a.png", PNG, Attachments(types=("text/plain",))) == "appeal.file_type"
    assert refused("a.txt", TEXT, Attachments(most=0)) == "appeal.files"
    three = [File(f"{n}.txt", TEXT) for n in range(3)]
    assert len(checked(three, USUAL)) == 3
    with pytest.raises(InputError, match="at most 2 files"):
        checked(three, Attachments(most=2))


@given(st.binary(max_size=200), st.text(max_size=30))
def test_whatever_comes_is_taken_as_one_of_few_types_or_refused(content: bytes, name: str) -> None:
    assert media_of(content) in {"", *MEDIA}
    try:
        [taken] = checked([File(name, content)], USUAL)
    except InputError as error:
        assert error.code.startswith("appeal.file")
    else:
        assert taken.media == "text/plain"
        assert taken.file.name.endswith(".txt") or taken.file.name.lower().endswith(".txt")
