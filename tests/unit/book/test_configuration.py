"""docs/configuration.md tells every key, option and variable there is, with its type and default."""

from pathlib import Path

from typer.main import get_command

from book_tables import Row, plain, tables
from bylaw.cli.main import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "configuration.md").read_text()


def cells(section: str) -> list[list[str]]:
    """The rows of a section's table, without its head."""
    body = PAGE.partition(f"\n{section}\n")[2].partition("\n#")[0]
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def told(path: str) -> list[Row]:
    return [Row(key.strip("`"), kind, default) for key, kind, default, _ in cells(f"### `[{path}]`")]


def test_every_table_and_key_is_told_with_its_type_and_default() -> None:
    known = tables()
    assert {path: told(path) for path in known} == known
    headings = {line[6:-2] for line in PAGE.splitlines() if line.startswith("### `[")}
    assert headings == {*known, *plain()}


def test_every_option_of_the_service_is_told_with_its_default() -> None:
    command = get_command(app).commands["serve"]  # type: ignore[attr-defined]
    options = {one.opts[0]: one for one in command.params if one.name != "help"}
    found = {option.strip("`"): default for option, default, _ in cells("## `bylaw serve`")}
    assert found.keys() == options.keys()
    for name, option in options.items():
        usual = {None: "–", False: "no"}.get(option.default, str(option.default))
        assert found[name] == ("needed" if option.required else usual), name


def test_every_variable_of_the_environment_is_told() -> None:
    words = (word for file in (ROOT / "src").rglob("*.py") for word in file.read_text().split('"'))
    used = sorted({word for word in words if word.startswith("BYLAW_")})
    assert used == sorted(variable.strip("`") for variable, _ in cells("## Environment"))
