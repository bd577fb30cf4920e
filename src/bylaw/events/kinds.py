"""Kinds of events, described for the rooms above: which fields, of which type, and who may see them.

The built-in kinds come from ``vocabulary``; a book declares more with ``declare_kind``. Types have the
names that the condition language gives them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from inspect import getdoc
from keyword import iskeyword
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, cast, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, UNSET, UnsetType

from bylaw.base.errors import InputError, Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.events import vocabulary
from bylaw.events.event import PERSON, PERSONAL, TEXT, Event, Int, PersonalId, Text, Timestamp

FieldType = Literal["string", "int", "double", "bool", "timestamp", "list(string)", "map(string,string)"]

MAX_KINDS = 256  # in one book, built-in ones included
MAX_FIELDS = 64  # of one declared kind
MAX_NAME = 64  # characters of a kind's or a field's name

_PLAIN_TYPES: Final[Mapping[Any, FieldType]] = {
    str: "string",
    int: "int",
    float: "double",
    bool: "bool",
    datetime: "timestamp",
    list[str]: "list(string)",
    dict[str, str]: "map(string,string)",
}
_DECLARED_TYPES: Final[Mapping[str, Any]] = {
    "string": str,
    "text": Text,
    "person": PersonalId,
    "int": Int,
    "double": float,
    "bool": bool,
    "timestamp": Timestamp,
    "list(string)": list[str],
    "map(string,string)": dict[str, str],
}
# Words that the condition language keeps for itself, and the one that JSON uses for the tag.
_RESERVED: Final = frozenset(
    "as break const continue else false for function if import in kind let loop namespace null package return "
    "true var void while".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a kind. ``text`` fields are prose, ``person`` fields ids of people; both are ``personal``."""

    name: str
    type: FieldType
    optional: bool = False
    personal: bool = False
    text: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of event: its name, its class, its fields by name (those of every event first)."""

    name: str
    struct: type[Event]
    fields: Mapping[str, FieldSpec]
    doc: str


def kind_of(event: Event) -> str:
    """Return the name of an event's kind, such as ``message.sent``."""
    return cast("str", event.__struct_config__.tag)


def text_of(event: Event) -> str:
    """Return what was written: the text fields of an event that are there, joined by newlines."""
    names = _names_of_texts(type(event))
    if len(names) == 1:  # COST: most kinds, and asked for by every signal of text
        text = getattr(event, names[0])
        return "" if text is UNSET else text
    texts = (getattr(event, name) for name in names)
    return "\n".join(text for text in texts if text is not UNSET)


def declare_kind(name: str, fields: Mapping[str, str], *, doc: str = "", where: Where | None = None) -> Kind:
    """Make a kind that a book declares.

    Args:
        name: two or more words joined by dots, such as ``ticket.opened``; not a built-in name.
        fields: field name → type, with ``optional`` and ``personal`` before it as needed:
            ``{"subject": "text", "score": "optional double", "email": "optional personal string"}``.
            ``text`` is a personal string that text rules look at, ``person`` the id of a person or account.
        doc: one line for people.
        where: the declaration's place, for errors.

    Raises:
        Problems: everything that is wrong with the declaration.
    """
    place = where or Where()
    problems = [*_problems_of_name(name, place), *_problems_of_fields(fields, place)]
    if problems:
        raise Problems(problems)
    struct = msgspec.defstruct(
        "".join(word.title().replace("_", "") for word in name.split(".")),
        [_declared(field, spec) for field, spec in fields.items()],
        bases=(Event,),
        kw_only=True,
        tag=name,
        frozen=True,
        gc=False,
    )
    return _kind(cast("type[Event]", struct), doc)


def _kind(struct: type[Event], doc: str = "") -> Kind:
    return Kind(
        name=cast("str", struct.__struct_config__.tag),
        struct=struct,
        fields=MappingProxyType({spec.name: spec for spec in _specs(struct)}),
        doc=doc,
    )


def _specs(struct: type[Event]) -> Iterable[FieldSpec]:
    for field in msgspec.structs.fields(struct):
        plain, marks = _unwrapped(field.type)
        yield FieldSpec(
            name=field.name,
            type=_PLAIN_TYPES[plain],
            optional=field.default is not NODEFAULT,
            personal=PERSONAL in marks,
            text=TEXT in marks,
            person=PERSON in marks,
        )


def _unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:  # noqa: ANN401 - annotations have no type
    """Return the plain type under unions with ``UnsetType`` and under marks, and the marks."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        plain, others = _unwrapped(inner)
        return plain, (*others, *marks)
    options = [option for option in get_args(annotation) if option is not UnsetType]
    if UnsetType in get_args(annotation):
        return _unwrapped(options[0])
    return annotation, ()


@lru_cache(maxsize=MAX_KINDS)
def _names_of_texts(struct: type[Event]) -> tuple[str, ...]:
    return tuple(spec.name for spec in _specs(struct) if spec.text)


@lru_cache(maxsize=MAX_KINDS)
def names_of_people(struct: type[Event]) -> tuple[str, ...]:
    """Return the fields of a kind's class that hold ids of people."""
    return tuple(spec.name for spec in _specs(struct) if spec.person)


def _declared(name: str, spec: str) -> tuple[str, Any] | tuple[str, Any, Any]:
    *modifiers, type_name = spec.split()
    annotation = _DECLARED_TYPES[type_name]
    if "personal" in modifiers:
        annotation = Annotated[annotation, PERSONAL]
    return (name, annotation | UnsetType, UNSET) if "optional" in modifiers else (name, annotation)


def _problems_of_name(name: str, where: Where) -> Iterable[Problem]:
    words = name.split(".")
    if len(words) < 2 or len(name) > MAX_NAME or not all(map(_is_word, words)):
        yield Problem(
            code="kind.bad_name",
            message=f"`{name[:MAX_NAME]}` cannot name a kind",
            where=where,
            hint="join lower-case words by dots, what it is about first: `ticket.opened`",
        )
    elif name in KINDS:
        yield Problem(
            code="kind.built_in",
            message=f"`{name}` is a built-in kind",
            where=where,
            hint="choose another name; built-in kinds cannot be changed",
        )


def _problems_of_fields(fields: Mapping[str, str], where: Where) -> Iterable[Problem]:
    if len(fields) > MAX_FIELDS:
        yield Problem(code="kind.too_many_fields", message=f"more than {MAX_FIELDS} fields", where=where)
    for name, spec in fields.items():
        if name in Event.__struct_fields__:
            message = f"every event already has the field `{name}`"
            yield Problem(code="kind.bad_field", message=message, where=where, hint="leave it out")
        elif not _is_word(name) or name in _RESERVED or iskeyword(name):
            message = f"`{name[:MAX_NAME]}` cannot name a field"
            hint = "use lower-case letters, digits and underscores, and no reserved word"
            yield Problem(code="kind.bad_field", message=message, where=where, hint=hint)
        *modifiers, type_name = spec.split() or [""]
        unknown = [word for word in modifiers if word not in {"optional", "personal"}]
        if unknown or type_name not in _DECLARED_TYPES:
            word, known = (unknown[0], {"optional", "personal"}) if unknown else (type_name, _DECLARED_TYPES)
            message = f"the field `{name[:MAX_NAME]}` has the unknown type `{word[:MAX_NAME]}`"
            hint = did_you_mean(word, known)
            yield Problem(code="kind.bad_type", message=message, where=where, hint=hint)


def _is_word(word: str) -> bool:
    named = word.isascii() and word.isidentifier() and word == word.lower()
    return named and len(word) <= MAX_NAME and not word.startswith("_")


def _built_in() -> Iterable[Kind]:
    for struct in vars(vocabulary).values():
        if (
            isinstance(struct, type)
            and issubclass(struct, Event)
            and "." in str(struct.__struct_config__.tag)
        ):
            yield _kind(struct, (getdoc(struct) or "").partition("\n")[0])


KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _built_in()})


def kinds_by_name(kinds: Iterable[Kind]) -> Mapping[str, Kind]:
    """Return kinds by name, in the order given.

    Raises:
        InputError: a name occurs twice, or there are more than ``MAX_KINDS``.
    """
    named: dict[str, Kind] = {}
    for kind in kinds:
        if kind.name in named:
            raise InputError("kind.twice", f"the kind `{kind.name}` is declared twice")
        named[kind.name] = kind
    if len(named) > MAX_KINDS:
        raise InputError("kind.too_many", f"more than {MAX_KINDS} kinds of events")
    return MappingProxyType(named)
