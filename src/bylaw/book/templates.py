"""``notices/*.md``: what people are told, by clause and language.

A template is front matter and Markdown with named places (``places``). Of which class its messages are is fixed in it. A
statement of reasons has six parts (Regulation (EU) 2022/2065, Article 17(3)); a template that lacks one does not load.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

from bylaw.base.errors import Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.folder import Folder, folder_of
from bylaw.book.phrases import BUILT_IN, Phrases
from bylaw.book.places import Pieces, certain, read_places
from bylaw.book.yaml_reader import YamlReader

MAX_BYTES: Final = 64 << 10
MAX_LANGUAGE: Final = 35  # characters (RFC 5646, 4.4.1)
EVERY: Final = "*"
_FIELDS: Final = ("notice", "kind", "language", "class", "subject")


class MessageClass(StrEnum):
    """What a message is to whoever gets it. Only announcements can be refused, and only they offer to (P16)."""

    SERVICE = "service"
    LEGAL = "legal"
    ANNOUNCEMENT = "announcement"


class Kind(StrEnum):
    """What a template is for."""

    STATEMENT = "statement"  # of reasons, to whom an action falls on
    OUTCOME = "outcome"  # to whoever complained
    APPEAL = "appeal"  # to whoever objected, when it is decided
    MESSAGE = "message"  # anything else
    FRAME = "frame"  # what stands around: greeting, closing; one message may hold several of the others


ABOUT_CLAUSES: Final = (Kind.STATEMENT, Kind.OUTCOME, Kind.APPEAL)  # kinds that are for clauses
_OPERATOR: Final = ("operator.name", "operator.site")
_ACTED: Final = (
    "thing action facts ground source automation scope length since until reference "
    "clause.document clause.version clause.id clause.text appeal.to appeal.until bodies"
).split()
PLACES: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.STATEMENT: frozenset({*_OPERATOR, *_ACTED}),
    Kind.OUTCOME: frozenset({*_OPERATOR, *_ACTED, "received"}),
    Kind.APPEAL: frozenset({*_OPERATOR, *_ACTED, "received", "further"}),
    Kind.MESSAGE: frozenset({*_OPERATOR, "thing", "facts", "reference"}),
    Kind.FRAME: frozenset({*_OPERATOR, "recipient", "count", "several", "messages"}),
}
_FACTS: Final = ("the facts", ("facts",))
_AUTOMATION: Final = ("whether a machine took part", ("automation",))
_REDRESS: Final = ("redress", ("appeal.to", "appeal.until"))
PARTS: Final[Mapping[Kind, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    Kind.STATEMENT: (  # SOURCE: Article 17(3) (b), (d) and (e), (b), (c), (a), (f)
        _FACTS,
        ("the clause with its text, and the ground", ("clause.id", "clause.text", "ground")),
        ("the source", ("source",)),
        _AUTOMATION,
        ("scope and length", ("action", "scope", "length")),
        _REDRESS,
    ),
    Kind.OUTCOME: (
        _FACTS,
        ("what was done", ("action",)),
        _AUTOMATION,
        _REDRESS,
    ),  # SOURCE: Article 16(5) and (6)
    Kind.APPEAL: (
        ("the reasons", ("facts",)),
        ("what was decided", ("action",)),
        _AUTOMATION,
        ("where else to turn", ("further",)),
    ),  # SOURCE: Article 20(5) and (6)
    Kind.MESSAGE: (),
    Kind.FRAME: (("the messages", ("messages",)),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template. ``clauses`` are ids, ids ending in ``/*``, or ``*``."""

    name: str
    kind: Kind
    language: str
    message_class: MessageClass
    clauses: tuple[str, ...]
    subject: Pieces
    body: Pieces
    file: str

    def reach(self, clause: str) -> int:
        """Return how closely the template is for a clause: the length of what both begin with; -1 if not at all."""
        return max((_reach(pattern, clause) for pattern in self.clauses), default=-1)


def read_templates(
    folder: Folder,
    clauses: Collection[str],
    phrases: Mapping[str, Phrases],
    problems: list[Problem],
) -> tuple[Template, ...]:
    """Return the templates in the order of their files; what is wrong with them goes to ``problems``."""
    found = [
        template
        for path, data in folder.under("notices", ".md")
        if (template := _template(path, data, problems)) is not None
    ]
    problems += [
        *_unknown_clauses(found, clauses),
        *_unspoken(found, phrases),
        *_repeated(found),
    ]
    return tuple(found)


@cache
def built_in_templates() -> tuple[Template, ...]:
    """Return the templates that come with the program: a person is told even where a book has none that fits."""
    names = [f"{kind}.{language}.md" for kind in ABOUT_CLAUSES for language in BUILT_IN]
    package = resources.files("bylaw.book") / "notices"
    folder = folder_of("", {f"notices/{name}": (package / name).read_bytes() for name in names})
    problems: list[Problem] = []
    found = read_templates(folder, (), dict.fromkeys(BUILT_IN, Phrases("", {}, ())), problems)
    if problems:
        raise AssertionError(problems)
    return found


def _template(path: str, data: bytes, problems: list[Problem]) -> Template | None:
    before = len(problems)
    text = data[:MAX_BYTES].decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    if len(data) > MAX_BYTES or "�" in text:
        hint = f"save it as UTF-8, at most {MAX_BYTES >> 10} KiB"
        problems.append(_problem("template.file", "not a text, or too long", path, 0, hint))
        return None
    head, found, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not found:
        hint = "begin with `---`, the fields, and `---`: docs/notices.md shows one"
        problems.append(_problem("template.front_matter", "there is no front matter", path, 1, hint))
        return None
    made = _read(path, head, body, problems)
    return made if len(problems) == before else None


def _read(path: str, head: str, body: str, problems: list[Problem]) -> Template | None:
    reader = YamlReader(path, problems)
    root = reader.root(
        f"\n{head}".encode()
    )  # the empty line stands for `---`, so that lines are those of the file
    if root is None:
        return None
    entries = reader.mapping(root, known=(*_FIELDS, "clauses"), needed=_FIELDS)
    if not set(_FIELDS) <= entries.keys():
        return None
    kind = reader.choice(entries["kind"], Kind, Kind.STATEMENT)
    message_class = reader.choice(entries["class"], MessageClass, MessageClass.SERVICE)
    if message_class is MessageClass.ANNOUNCEMENT and kind is not Kind.MESSAGE:
        message = f"a {kind} is no announcement: whoever it is for must get it"
        reader.complain(
            entries["class"], "template.class", message, "write `class: service` or `class: legal`"
        )
    about_clauses = kind in ABOUT_CLAUSES
    if ("clauses" in entries) != about_clauses:
        hint = 'add `clauses: ["*"]`' if about_clauses else "remove `clauses`"
        reader.complain(
            root, "template.clauses", f"a {kind} is {'' if about_clauses else 'not '}for clauses", hint
        )
    subject, first = entries["subject"], head.count("\n") + 4
    template = Template(
        name=reader.text(entries["notice"]),
        kind=kind,
        language=reader.text(entries["language"]).lower()[:MAX_LANGUAGE],
        message_class=message_class,
        clauses=reader.texts(entries["clauses"]) if "clauses" in entries else (),
        subject=read_places(reader.text(subject), PLACES[kind], path, reader.where(subject).line, problems),
        body=read_places(body, PLACES[kind], path, first, problems),
        file=path,
    )
    problems += _parts_missing(template, first)
    return template


def _parts_missing(template: Template, line: int) -> Iterable[Problem]:
    there = certain(template.body)
    for part, places in PARTS[template.kind]:
        if missing := [place for place in places if place not in there]:
            names = " and ".join(f"`{{{{ {place} }}}}`" for place in missing)
            hint = f"add {names}, outside of any `if`"
            yield _problem("template.part", f"a {template.kind} without {part}", template.file, line, hint)


def _unknown_clauses(templates: Iterable[Template], clauses: Collection[str]) -> Iterable[Problem]:
    for template in templates:
        for pattern in template.clauses:
            if pattern != EVERY and not any(_reach(pattern, clause) >= 0 for clause in clauses):
                hint = did_you_mean(pattern.removesuffix("/*"), clauses)
                yield _problem("template.unknown_clause", f"`{pattern}` is no clause", template.file, 1, hint)


def _unspoken(templates: Iterable[Template], phrases: Mapping[str, Phrases]) -> Iterable[Problem]:
    for template in templates:
        if template.language not in phrases:
            hint = f"write notices/phrases.{template.language}.yaml, as docs/notices.md shows"
            message = f"there are no phrases in `{template.language}`"
            yield _problem("template.language", message, template.file, 1, hint)


def _repeated(templates: Iterable[Template]) -> Iterable[Problem]:
    seen: dict[tuple[str, ...], str] = {}
    for template in templates:
        for pattern in template.clauses or ("" if template.kind is Kind.FRAME else template.name,):
            key = template.kind, template.language, pattern
            if key in seen:
                message = (
                    f"`{seen[key]}` is for the same: {template.kind}, {template.language}, {pattern}".rstrip(
                        ", "
                    )
                )
                yield _problem("template.repeated", message, template.file, 1, "keep one of them")
            seen.setdefault(key, template.file)


def _reach(pattern: str, clause: str) -> int:
    if pattern == EVERY:
        return 0
    prefix = pattern.removesuffix("*")
    return len(prefix) if clause == pattern or (prefix != pattern and clause.startswith(prefix)) else -1


def _problem(code: str, message: str, path: str, line: int, hint: str) -> Problem:
    return Problem(code=code, message=message, where=Where(path, line), hint=hint)
