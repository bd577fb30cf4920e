"""``[incoming]`` of operator.toml: who may call us with what happened, how they prove it, and what it becomes.

No secret stands in a book; a setting says where one is, as for webhooks of our own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, Final, Literal

import msgspec

from bylaw.base.errors import InputError, Problem, Where
from bylaw.base.spelling import did_you_mean
from bylaw.book.outgoing import SCHEMES, says_where
from bylaw.events.kinds import Kind
from bylaw.events.sources.forums import FORUMS, HEADER, Forum
from bylaw.events.sources.mapped import ID, Mapped, Tables, needed, pointer_of

BOUNCES: Final = "bounces"  # no source: mail servers report there
STANDARD: Final = "standard"  # Standard Webhooks
MAX_PREFIX: Final = 32  # characters
MAX_TABLES: Final = 64  # types of message from one source
_HEADER: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")

Place = Callable[[tuple[str, ...]], Where]  # where a key is written


class Incoming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who calls us. Any of ``secrets`` may have signed.

    ``prefix`` stands before ids of accounts, so that those of two services are not taken for one another's; without
    one it is the source's name and a colon. Only ``mapped`` says where it names its ``type`` (a pointer, or
    ``header:NAME``) and its ``signature`` (``standard``, or ``header:NAME`` with an HMAC-SHA-256 of the body).
    ``events``: type → what becomes of it; beside, or in the place of, what a format has of its own.
    """

    format: Literal["discourse", "mastodon", "mapped"]
    secrets: tuple[str, ...]
    prefix: str | None = None
    max_age_hours: Annotated[int, msgspec.Meta(ge=1, le=8760)] = 72
    type: str = ""
    signature: str = STANDARD
    events: dict[str, Mapped | tuple[Mapped, ...]] = {}

    @property
    def forum(self) -> Forum:
        """How it calls, and what becomes of what it says."""
        known = FORUMS.get(self.format, Forum(self.type, self.signature, {}))
        own = {name: (one,) if isinstance(one, Mapped) else one for name, one in self.events.items()}
        return known._replace(tables={**known.tables, **own})


def check_incoming(
    sources: Mapping[str, Incoming], kinds: Mapping[str, Kind], place: Place
) -> Iterable[Problem]:
    """Find what cannot work. ``kinds`` are those of events that the book knows."""
    for name, source in sources.items():
        yield from _Check(name, source, kinds, place).problems()


class _Check:
    def __init__(self, name: str, source: Incoming, kinds: Mapping[str, Kind], place: Place) -> None:
        self._name, self._source, self._kinds, self._place = name, source, kinds, place

    def problems(self) -> Iterator[Problem]:
        source, at = self._source, self._at
        if not self._name.replace("-", "").isalnum() or not self._name.islower():
            hint = "use small letters, digits and dashes: it is part of an address"
            yield _problem(f"`{self._name}` is no name of a source", at(), hint)
        if self._name == BOUNCES:
            yield _problem(f"`{BOUNCES}` is where mail servers report", at(), "give the source another name")
        if not source.secrets or not all(says_where(one, SCHEMES) for one in source.secrets):
            hint = 'write secrets = ["env:NAME"], file:PATH or vault:1'
            yield _problem("a secret stands in the book, or none is named", at("secrets"), hint)
        if source.prefix is not None and (len(source.prefix) > MAX_PREFIX or not source.prefix.isprintable()):
            hint = f"a few letters, at most {MAX_PREFIX}"
            yield _problem("`prefix` cannot stand before an id", at("prefix"), hint)
        yield from self._way()
        tables = {name: source.forum.tables[name] for name in source.events}
        if len(tables) > MAX_TABLES:
            yield _problem(f"more than {MAX_TABLES} types of message", at("events"), "name those that matter")
        yield from self._tables(tables)

    def _way(self) -> Iterator[Problem]:
        source, at = self._source, self._at
        if source.format != "mapped":
            for key, value, usual in (("type", source.type, ""), ("signature", source.signature, STANDARD)):
                if value != usual:
                    yield _problem(f"`{source.format}` has a `{key}` of its own", at(key), "leave it out")
            return
        if not _is_header(source.type) and not _is_pointer(source.type):
            hint = 'write type = "/type", or "header:X-Event"'
            yield _problem("nothing says where the type of a message stands", at("type"), hint)
        if source.signature != STANDARD and not _is_header(source.signature):
            hint = did_you_mean(source.signature, [STANDARD]) or 'write "standard", or "header:X-Signature"'
            yield _problem("`signature` is no way to prove who calls", at("signature"), hint)
        if not source.events:
            hint = f'add [incoming.{self._name}.events."some type"] with kind and fields'
            yield _problem(f"nothing becomes of what `{self._name}` says", at(), hint)

    def _tables(self, tables: Tables) -> Iterator[Problem]:
        for name, several in tables.items():
            for table in several:
                yield from self._table(table, lambda *keys, name=name: self._at("events", name, *keys))

    def _table(self, table: Mapped, at: Callable[..., Where]) -> Iterator[Problem]:
        kind = self._kinds.get(table.kind)
        if kind is None:
            hint = did_you_mean(table.kind, self._kinds) or "docs/events.md lists the kinds"
            yield _problem(f"`{table.kind}` is no kind of event", at("kind"), hint)
            return
        for field in (*table.fields, *table.constants, *table.html):
            if field not in kind.fields or (field == ID and field in table.constants):
                hint = did_you_mean(field, kind.fields)
                yield _problem(f"`{table.kind}` has no field `{field}` to fill so", at("fields"), hint)
        if ID not in table.fields and self._source.signature != STANDARD:
            hint = 'point `id` at what names the thing that happened, such as "/data/id"'
            yield _problem("nothing tells one event from another", at("fields"), hint)
        for field in needed(kind.fields.values(), table):
            hint = f"add {field} to `fields` or `constants`"
            yield _problem(f"`{table.kind}` must have `{field}`", at("fields"), hint)
        yield from self._pointers(table, at)

    def _pointers(self, table: Mapped, at: Callable[..., Where]) -> Iterator[Problem]:
        pointers = [*table.only]
        for one in table.fields.values():
            pointers += [one] if isinstance(one, str) else one
        for pointer in pointers:
            if not _is_pointer(pointer):
                yield _problem(f"`{pointer}` is no JSON pointer", at("fields"), "write /data/author/id")

    def _at(self, *keys: str) -> Where:
        return self._place(("incoming", self._name, *keys))


def _is_pointer(text: str) -> bool:
    try:
        pointer_of(text)
    except InputError:
        return False
    return True


def _is_header(text: str) -> bool:
    name = text.removeprefix(HEADER)
    return name != text and bool(name) and _HEADER.issuperset(name)


def _problem(message: str, where: Where, hint: str) -> Problem:
    return Problem(code="operator.incoming", message=message, where=where, hint=hint)
