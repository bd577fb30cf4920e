"""Forms that bring files: whatever a browser sends is read again, whatever else comes is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import InputError
from bylaw.web.multipart import MAX_PARTS, Part, parts_of

TYPE = b"multipart/form-data; boundary=----b0undary"
LINE = b"------b0undary"
NAMES = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters='"\\'), max_size=20)


def sent(parts: list[Part]) -> bytes:
    """A form as browsers send it (the HTML standard, multipart/form-data encoding)."""
    made = []
    for name, file, content in parts:
        said = f'form-data; name="{name}"' + ("" if file is None else f'; filename="{file}"')
        head = b"Content-Disposition: " + said.encode()
        more = b"" if file is None else b"\r\nContent-Type: application/octet-stream"
        made.append(LINE + b"\r\n" + head + more + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(made) + LINE + b"--\r\n"


@given(
    st.lists(
        st.builds(
            Part,
            NAMES,
            st.none() | NAMES.filter(bool),
            st.binary(max_size=300).filter(lambda content: LINE not in content),
        ),
        min_size=1,
        max_size=MAX_PARTS,
    )
)
def test_what_a_browser_sends_is_read_again(parts: list[Part]) -> None:
    assert parts_of(sent(parts), TYPE) == parts


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    try:
        parts_of(body, TYPE)
    except InputError as error:
        assert error.code == "web.form"


def test_a_file_input_that_was_left_empty_is_left_out() -> None:
    parts = [Part("text", None, b"hello"), Part("files", "", b"")]
    [only] = parts_of(sent(parts), TYPE)
    assert (only.name, only.text) == ("text", "hello")


@pytest.mark.parametrize(
    "kind",
    [
        b"",
        b"text/plain",
        b"multipart/form-data",
        b"multipart/form-data; boundary=" + b"x" * 71,
        b"multipart/mixed; boundary=x",
    ],
)
def test_another_kind_of_body_is_no_form(kind: bytes) -> None:
    with pytest.raises(InputError) as raised:
        parts_of(b"", kind)
    assert raised.value.code == "web.media"


@pytest.mark.parametrize(
    "body",
    [
        sent([Part("a", None, b"")])[:-4],  # it does not end
        sent([Part(str(n), None, b"") for n in range(MAX_PARTS + 1)]),
        LINE + b'\r\nContent-Disposition: form-data; name="' + b"x" * 3000 + b'"\r\n\r\n\r\n' + LINE + b"--",
        LINE + b"\r\nContent-Type: text/plain\r\n\r\nno name\r\n" + LINE + b"--",
        LINE + b'\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n' + LINE + b"--",
    ],
)
def test_a_form_that_is_not_whole_or_too_large_is_refused(body: bytes) -> None:
    with pytest.raises(InputError) as raised:
        parts_of(body, TYPE)
    assert raised.value.code == "web.form"


def test_what_is_no_text_is_no_text() -> None:
    [part] = parts_of(sent([Part("text", None, b"\xff")]), TYPE)
    with pytest.raises(InputError):
        part.text  # noqa: B018 - asking is what fails
