"""The reference in docs/events.md says what the code says. Run this file to write its tables anew."""

from pathlib import Path

import pytest

from bylaw.events.kinds import KINDS, FieldSpec
from bylaw.events.sources.formats import FORMATS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "events.md"
COMMON = ("id", "at", "actor", "account")


def field(spec: FieldSpec) -> str:
    plain = "text" if spec.text else spec.type
    marks = (" personal" if spec.personal and not spec.text else "") + (
        "" if spec.optional else " **required**"
    )
    return f"`{spec.name}` {plain}{marks}"


def kinds_table() -> str:
    lines = []
    for kind in KINDS.values():
        fields = [field(spec) for spec in kind.fields.values() if spec.name not in COMMON]
        lines += [f"### `{kind.name}`", "", kind.doc, "", " · ".join(fields), ""]
    return "\n".join(lines)


def formats_table() -> str:
    lines = ["| format | is | endings | standard input |", "|---|---|---|---|"]
    for name, each in FORMATS.items():
        endings = ", ".join(f"`{ending}`" for ending in each.endings) or "–"
        lines.append(f"| `{name}` | {each.doc} | {endings} | {'yes' if each.stdin else 'no'} |")
    return "\n".join(lines) + "\n"


TABLES = {"kinds": kinds_table, "formats": formats_table}


def parts(name: str) -> tuple[str, str, str]:
    head, _, rest = PAGE.read_text().partition(f"<!-- {name}: written by tests -->\n\n")
    table, _, tail = rest.partition(f"<!-- end of {name} -->")
    return head, table.rstrip("\n") + "\n", tail


@pytest.mark.parametrize("name", TABLES)
def test_the_page_says_what_the_code_says(name: str) -> None:
    assert parts(name)[1] == TABLES[name]().rstrip("\n") + "\n", f"run {Path(__file__).name} to write it anew"


if __name__ == "__main__":
    for name, table in TABLES.items():
        head, _, tail = parts(name)
        begin, end = f"<!-- {name}: written by tests -->\n\n", f"\n<!-- end of {name} -->"
        PAGE.write_text(head + begin + table().rstrip("\n") + "\n" + end + tail)
