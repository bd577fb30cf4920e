"""``notices/phrases.<language>.yaml``: what notices say where a value is not somebody's own words.

Dates, what was done, who found it, whether a machine took part. English and German come with the program; a file of the
book replaces what it names, and another language needs one that names everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from string import Formatter
from typing import Final

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder
from bylaw.book.yaml_reader import Node, YamlReader

BUILT_IN: Final = ("en", "de")
MONTHS: Final = 12
FREE: Final = "thing"  # a group to which a book adds, for its own kinds of events
_GROUPS: Final = frozenset(
    {"action", "thing", "facts", "source", "detection", "decision", "ground", "scope", "length", "further"}
)
LATER: Final = (
    frozenset(  # said in English where a book's own language, written before there were these, lacks them
        {
            "action.ask",
            "action.uphold",
            "action.overturn",
            "action.warn_appeals",
            "action.limit_appeals",
            "facts.reported",
            "thing.reported",
            "further.bodies",
            "further.court",
        }
    )
)
_VALUES: Final[Mapping[str, frozenset[str]]] = {  # what may be put into a phrase
    "date": frozenset({"day", "month", "year"}),
    "action": frozenset({"value"}),
    "thing": frozenset({"date"}),
    "facts": frozenset({"date", "rules"}),
    "ground": frozenset({"why", "law"}),
    "scope": frozenset({"regions"}),
    "length": frozenset({"since", "until"}),
    "further": frozenset({"bodies"}),
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language: by group and name (``action.remove``), and the names of the months."""

    language: str
    by_name: Mapping[str, str]
    months: tuple[str, ...]

    def say(self, name: str, **values: str) -> str:
        """Return a phrase with values put in, its first letter as it stands."""
        return self.by_name[name].format(**values).strip()

    def thing(self, kind: str, date: str) -> str:
        """Return what an event is called to whom it is about."""
        name = f"{FREE}.{kind}"
        return self.say(name if name in self.by_name else f"{FREE}.event", date=date)


def read_phrases(folder: Folder, problems: list[Problem]) -> Mapping[str, Phrases]:
    """Return the phrases of each language that has them all."""
    found = {language: built_in(language) for language in BUILT_IN}
    wanted = found["en"]
    for path, data in folder.under("notices", ".yaml"):
        language = path.rpartition("/")[2].removeprefix("phrases.").removesuffix(".yaml")
        reader = YamlReader(path, problems)
        root = reader.root(data)
        if root is None:
            continue
        before = found.get(language, Phrases(language, {}, ()))
        phrases = _read(reader, root, wanted, before)
        lacking = wanted.by_name.keys() - phrases.by_name.keys()
        if later := sorted(lacking & LATER):
            problems.append(_in_english(path, language, later))
            phrases = replace(phrases, by_name={**phrases.by_name, **{n: wanted.by_name[n] for n in later}})
        missing = sorted(lacking - LATER)
        if missing or len(phrases.months) != MONTHS:
            said = ", ".join(f"`{name}`" for name in missing[:5]) or "`months`"
            reader.complain(root, "phrases.missing", f"{said} is not said in `{language}`", "add it")
            continue
        found[language] = phrases
    return found


def _in_english(path: str, language: str, names: Sequence[str]) -> Problem:
    said = ", ".join(f"`{name}`" for name in names)
    return Problem(
        code="phrases.english",
        message=f"{said} is not said in `{language}`, and so in English",
        where=Where(path),
        hint="add it",
        severity="warning",  # books that once decided must still load
    )


@cache
def built_in(language: str) -> Phrases:
    """Return the phrases that come with the program."""
    name = f"phrases.{language}.yaml"
    problems: list[Problem] = []
    reader = YamlReader(name, problems)
    root = reader.root((resources.files("bylaw.book") / "notices" / name).read_bytes())
    if root is None:
        raise AssertionError(problems)
    return _read(reader, root, None, Phrases(language, {}, ()))


def _read(reader: YamlReader, root: Node, wanted: Phrases | None, before: Phrases) -> Phrases:
    months, by_name = before.months, dict(before.by_name)
    for group, node in reader.mapping(root).items():
        if group == "months":
            months = reader.texts(node)
            continue
        entries = reader.mapping(node) if group in _GROUPS else {"": node}
        for name, value in entries.items():
            full = f"{group}.{name}".rstrip(".")
            if wanted and full not in wanted.by_name and group != FREE:
                hint = did_you_mean(full, wanted.by_name)
                reader.complain(value, "phrases.unknown", f"`{full}` is no phrase of a notice", hint)
            else:
                by_name[full] = _phrase(reader, value, _VALUES.get(group, frozenset()))
    return Phrases(before.language, by_name, months)


def _phrase(reader: YamlReader, node: Node, known: frozenset[str]) -> str:
    text = str(reader.plain(node))
    try:
        parts = [part for part in Formatter().parse(text) if part[1] is not None]
    except ValueError:
        parts = [("", text, "", "")]
    for _, name, form, conversion in parts:
        if name not in known or form or conversion:
            hint = did_you_mean(str(name), known) or "write `{{` and `}}` for braces themselves"
            reader.complain(node, "phrases.value", f"`{name}` cannot be put into this phrase", hint)
            return ""
    return text
