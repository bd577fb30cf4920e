"""Patches and three-way merges of files, whatever stands in them."""

import re2
from hypothesis import given
from hypothesis import strategies as st

from bylaw.base.errors import ConflictError
from bylaw.drafts.patches import FileDiff, diffs
from bylaw.drafts.taking import together

LINE = st.sampled_from([b"a\n", b"b\n", b"\n", b"c\r\n", b"-x\n", b"+y\n", b"@@ z\n", b"\xff\n"])
TEXT = st.builds(
    lambda lines, end: b"".join(lines) + end, st.lists(LINE, max_size=12), st.sampled_from([b"", b"end"])
)
FILES = st.dictionaries(st.sampled_from(["a", "b", "c"]), TEXT, max_size=3)
HUNK = re2.compile(rb"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


def applied(old: bytes, diff: FileDiff) -> bytes:
    """Apply one file's part of a patch as its definition says: only lines that end in a line feed are lines."""
    lines, made, at = old.split(b"\n"), list[bytes](), 0
    whole = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    told = diff.text.split(b"\n")[:-1]
    for number, line in enumerate(told):
        if found := HUNK.match(line):
            start = int(found.group(1)) - (found.group(2) != b"0")
            made += whole[at:start]
            at = start
        elif (line[:1] in {b" ", b"-", b"+"} and not line.startswith((b"--- ", b"+++ "))) or line in {
            b"--- ",
            b"+++ ",
        }:
            bare = number + 1 < len(told) and told[number + 1].startswith(b"\\")
            text = line[1:] + (b"" if bare else b"\n")
            if line[:1] != b"+":
                assert whole[at] == text
                at += 1
            if line[:1] != b"-":
                made.append(text)
    return b"".join([*made, *whole[at:]])


@given(TEXT, TEXT)
def test_a_patch_makes_of_the_one_the_other(old: bytes, new: bytes) -> None:
    for diff in diffs({"a": old}, {"a": new}):
        assert applied(old, diff) == new


@given(FILES, FILES, FILES)
def test_what_both_say_together_holds_what_each_changed(
    last: dict[str, bytes], folder: dict[str, bytes], in_force: dict[str, bytes]
) -> None:
    try:
        made = together(last, folder, in_force)
    except ConflictError:
        torn = [
            path
            for path in {*last, *folder, *in_force}
            if len({last.get(path), folder.get(path), in_force.get(path)}) == 3
            or (last.get(path) not in {folder.get(path), in_force.get(path)})
        ]
        assert torn
        return
    for path in {*last, *folder, *in_force}:
        git, console = folder.get(path) != last.get(path), in_force.get(path) != last.get(path)
        wanted = in_force.get(path) if console and not git else folder.get(path)
        assert made.files.get(path) == wanted
        assert (path in made.carried) == (console and not git)
