"""A redline as one HTML page: no script, nothing loaded, readable without colours.

The page carries its own content security policy: nothing is allowed but its one style sheet, named by its hash.
Whoever serves it under a policy of their own adds `style_source` to ``style-src``. The template is part of the
program, read as modules are.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bylaw.policy.document import Document
from bylaw.policy.lineage import Change, count_changes
from bylaw.policy.redline import Redlined

_MEANINGS: Mapping[Change, str] = {
    "same": "the same words in the same place",
    "moved": "the same words in another place",
    "reworded": "other words for the same clause",
    "split": "one clause became several",
    "merged": "several clauses became one",
    "added": "not in the older version",
    "removed": "not in the newer version",
}
_pages = Environment(
    loader=PackageLoader("bylaw.policy"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what changed under it; unchanged neighbours stand together."""

    heading: Redlined | None
    runs: tuple[tuple[bool, tuple[Redlined, ...]], ...]  # (unchanged?, clauses)

    @property
    def unchanged(self) -> bool:
        """Whether neither the heading nor anything under it changed."""
        return (self.heading is None or self.heading.change == "same") and all(same for same, _ in self.runs)


def style_source() -> str:
    """Return the source expression that a content security policy needs for the page's style sheet."""
    return f"'sha256-{b64encode(sha256(_style().encode()).digest()).decode()}'"


def redline_page(old: Document, new: Document, changes: Sequence[Redlined]) -> str:
    """Return the whole page."""
    counts = count_changes(entry.change for entry in changes)
    return _pages.get_template("redline.html").render(
        old=old,
        new=new,
        counts=[(change, count, _MEANINGS[change]) for change, count in counts.items()],
        changed=sum(counts.values()) - counts["same"],
        parts=[(same, list(run)) for same, run in groupby(_sections(changes), key=lambda s: s.unchanged)],
        name_of=lambda document: document.file.rpartition("/")[2],
        came_from=lambda entry: came_from(old, new, entry),
        style=Markup(_style()),  # noqa: S704 - our own file
        style_source=style_source(),
    )


def came_from(old: Document, new: Document, entry: Redlined) -> str:
    """Return where a moved clause stood before, in words."""
    before, after = old.heading_of(entry.old[0].parent or ""), new.heading_of(entry.new[0].parent or "")
    if (before and before.text) == (after and after.text):
        return "another place in this section"
    return f"under “{before.text}”" if before else "before the first heading"


def _style() -> str:
    return _pages.get_template("redline.css").render()


def _sections(changes: Iterable[Redlined]) -> list[Section]:
    sections: list[tuple[Redlined | None, list[Redlined]]] = [(None, [])]
    for entry in changes:
        if entry.heading:
            sections.append((entry, []))
        else:
            sections[-1][1].append(entry)
    return [Section(heading, _runs(entries)) for heading, entries in sections if heading or entries]


def _runs(entries: Sequence[Redlined]) -> tuple[tuple[bool, tuple[Redlined, ...]], ...]:
    return tuple((same, tuple(run)) for same, run in groupby(entries, key=lambda e: e.change == "same"))
